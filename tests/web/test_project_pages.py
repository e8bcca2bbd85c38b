"""A project on the workbench and on the page of the reader who asked."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from shuren.service import cases, projects
from shuren.service.internals.project_rows import ProjectPaper
from shuren.trust.actions import create_account, pseudonymise
from shuren.trust.models import Account
from shuren.trust.queries import actor_of
from tests.service.desk_of_cases import LIBRARIAN, MANAGER
from tests.web.library import LETTERS
from tests.web.test_privacy_panel import see

pytestmark = pytest.mark.django_db(transaction=True)


def signed_in(name: str, role: str, key: str = "") -> Client:
    client = Client()
    client.force_login(create_account(name, "a long enough phrase", role, reader_key=key))
    client.cookies["shuren_language"] = "en"
    return client


def sent(name: str = "文件.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.4\nwords")


def test_team_and_reader_take_a_project_on_by_its_pages(library):
    author = signed_in("zhou", "faculty", pseudonymise(library, [LETTERS[0]])[0])
    desk, second = signed_in("lin", "front_desk"), signed_in("bai", "subject_librarian")
    actor = actor_of(Account.objects.get(username="zhou"))
    made = cases.open_case(
        library, "translation_publishing", actor=actor,
        fields={"book_title": "三峡史话", "language": "法语"},
    ).id  # fmt: skip
    url, own = reverse("workbench:case-project", args=[made]), reverse("my-project", args=[made])
    assert (desk.get(url).status_code, author.get(own).status_code) == (404, 404)  # not begun
    cases.act(library, made, "scope", actor=LIBRARIAN)
    cases.act(library, made, "agree", actor=MANAGER)
    cases.act(library, made, "start", actor=LIBRARIAN)
    assert url in see(desk, reverse("workbench:case", args=[made]))
    assert own in see(author, reverse("my-case", args=[made]))
    for said in (
        {"role": "coordinator", "account": "lin"},
        {"role": "approver", "account": "bai"},
        {"role": "translator", "name": "<b>让</b>"},
        {"role": "publisher", "name": "某社"},
    ):
        assert desk.post(url, {"do": "appoint", **said}).status_code == 302
    page = see(desk, url)
    assert "&lt;b&gt;让" in page
    assert "让" not in see(author, own)
    bad = desk.post(url, {"do": "hand_in", "milestone": "topic", "note": "x"})
    assert (bad.status_code, "Documents are missing" in bad.content.decode()) == (409, True)
    add = {"do": "add", "milestone": "topic", "document": "proposal"}
    assert desk.post(url, {**add, "file": sent("a.exe")}).status_code == 400
    assert desk.post(url, add).status_code == 400
    assert desk.post(url, {**add, "file": sent()}).status_code == 302
    assert desk.post(url, {"do": "hand_in", "milestone": "topic"}).status_code == 302
    assert "Waits for approval" in see(author, own)
    assert second.post(url, {"do": "approve", "milestone": "topic"}).status_code == 302
    given = {"do": "add", "milestone": "rights", "document": "licence", "file": sent("授权.pdf")}
    assert author.post(own, given).status_code == 302
    assert author.post(own, {"do": "hand_in", "milestone": "rights"}).status_code == 302
    assert author.post(own, {"do": "drop", "milestone": "launch", "note": "x"}).status_code == 409
    paper = ProjectPaper.objects.get(document="licence")
    for client, name in ((author, "my-project-paper"), (desk, "workbench:case-project-paper")):
        answer = client.get(reverse(name, args=[made, paper.pk]))
        assert answer.content == b"%PDF-1.4\nwords"
        assert answer["Content-Disposition"].startswith("attachment")
    other = signed_in("other", "faculty", pseudonymise(library, [LETTERS[1]])[0])
    for path in (own, reverse("my-project-paper", args=[made, paper.pk])):
        assert other.get(path).status_code == 404
    wrong = desk.post(url, {"do": "move", "milestone": "launch", "day": "2026-99-99", "note": "x"})
    assert wrong.status_code == 400
    dropped = {"do": "drop", "milestone": "launch", "note": "出版社自办首发"}
    assert desk.post(url, dropped).status_code == 302
    assert "出版社自办首发" in see(author, own)
    for page in (see(author, own), see(desk, url)):
        assert "<h1>三峡史话</h1>" in page
        assert re.search(r"case-service\">[^<]*Translation and publishing abroad", page)
    assert "三峡史话" in see(desk, reverse("workbench:projects"))
    assert url in see(desk, reverse("workbench:projects"))
    found = projects.project(library, made, LIBRARIAN)
    assert [one.state for one in found.milestones[:3]] == ["done", "open", "handed_in"]


def test_who_may_not_work_on_cases_sees_no_project(library):
    reader = signed_in("ann", "student")
    assert reader.get(reverse("workbench:projects")).status_code == 403
    assert "No project is under way" in see(signed_in("lin", "front_desk"), "/workbench/projects/")
