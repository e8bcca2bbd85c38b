"""Pages of commissions: the desk writes, a second person signs, the reader and others verify."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from shuren.service import cases, commissions, documents
from shuren.trust.actions import create_account, pseudonymise
from shuren.trust.models import Account
from shuren.trust.queries import actor_of
from tests.service.desk_of_cases import LIBRARIAN, MANAGER, SECOND
from tests.service.test_commissions import NOVELTY, commissioned
from tests.web.library import LETTERS
from tests.web.test_privacy_panel import see

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def teacher(library) -> Client:
    for id in ("novelty_search", "citation_report"):
        commissioned(library, id)
    return signed_in("a-faculty", "faculty", pseudonymise(library, [LETTERS[0]])[0])


@pytest.fixture
def desk(db) -> Client:
    return signed_in("lin", "front_desk")


def signed_in(name: str, role: str, key: str = "") -> Client:
    client = Client()
    client.force_login(create_account(name, "a long enough phrase", role, reader_key=key))
    client.cookies["shuren_language"] = "en"
    return client


def in_work(site, service="novelty_search") -> str:
    actor = actor_of(Account.objects.get(username="a-faculty"))
    opened = cases.open_case(site, service, actor=actor, fields={"project_title": "古籍断代"})
    cases.act(site, opened.id, "accept_quote", actor=LIBRARIAN)
    cases.act(site, opened.id, "assign", actor=MANAGER)
    return opened.id


def signed(site) -> str:
    case = in_work(site)
    commissions.save_draft(site, case, NOVELTY, actor=LIBRARIAN)
    cases.act(site, case, "draft_done", actor=LIBRARIAN)
    cases.act(site, case, "sign_off", actor=SECOND)
    return case


def test_the_desk_writes_the_report_and_loads_a_table(teacher, desk, library):
    case = in_work(library)
    page = see(desk, reverse("workbench:case", args=[case]))
    url = reverse("workbench:case-report", args=[case])
    assert url in page
    assert "Nobody has written yet" in see(desk, url)
    sent = SimpleUploadedFile("found.csv", "题名,作者,年份\n甲,王,2020\n乙,李,2021\n".encode())
    typed = {"databases": "CNKI", "conclusion": "无", "findings-rows": "1",
             "findings-0-title": "先有的一篇", "findings-file": sent, "version": "0"}  # fmt: skip
    assert desk.post(url, typed).status_code == 302
    page = see(desk, url)
    assert "Written by lin; none of them can sign it." in page
    assert "Still missing: Search terms and expressions, Comparison." in page
    for text in ("先有的一篇", "甲", "乙"):
        assert f'value="{text}"' in page
    late = desk.post(url, typed | {"findings-file": "", "version": "0"})
    assert (late.status_code, "Somebody else changed the draft" in late.content.decode()) == (
        409, True,
    )  # fmt: skip
    preview = desk.get(reverse("workbench:case-preview", args=[case, "zh"]))
    assert preview.content.startswith(b"%PDF")
    assert desk.get(reverse("workbench:case-preview", args=[case, "fr"])).status_code == 404


def test_a_file_that_fits_no_column_or_is_no_table_changes_nothing(teacher, desk, library):
    case = in_work(library, "citation_report")
    url = reverse("workbench:case-report", args=[case])
    for name, content in (("a.csv", b"x,y\n1,2\n"), ("a.pdf", b"%PDF-1.4\nno table")):
        sent = SimpleUploadedFile(name, content)
        answer = desk.post(url, {"author": "ANN", "papers-file": sent, "papers-rows": "0"})
        assert answer.status_code == 400, answer.content.decode()[:500]
        assert 'value="ANN"' in answer.content.decode() or ">ANN<" in answer.content.decode()
    assert commissions.draft(library, case, LIBRARIAN).version == 0


def test_the_teacher_fetches_the_report_from_the_case(teacher, library):
    case = signed(library)
    page = see(teacher, reverse("my-case", args=[case]))
    assert "Your document" in page
    found = re.search(r'href="(/my/documents/\w{16}/zh\.pdf)"', page)
    assert found
    answer = teacher.get(found[1])
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF")
    assert found[1] in see(teacher, "/my/documents/")
    other = signed_in("someone", "faculty", pseudonymise(library, [LETTERS[1]])[0])
    assert other.get(found[1]).status_code == 404
    assert "Nothing has been signed for you yet" in see(other, "/my/documents/")


def test_anybody_verifies_and_learns_nothing_of_what_it_says(teacher, library):
    signed(library)
    actor = actor_of(Account.objects.get(username="a-faculty"))
    [line] = documents.own_documents(actor)
    anybody = Client()
    anybody.cookies["shuren_language"] = "en"
    answer = anybody.get("/verify/", {"code": f" {line.code[:8].lower()}-{line.code[8:]} "})
    assert answer["Location"] == reverse("verify-code", args=[line.code])
    page = see(anybody, answer["Location"])
    assert line.number in page
    assert line.files["zh"] in page
    for secret in ("古籍断代", line.case, actor.reader_key, "a-faculty", SECOND.id):
        assert secret not in page
    name, content = documents.file_of(library, line.code, "zh", actor)
    for sent, said in ((content, "The file is genuine"), (content + b" ", "is not the one")):
        answer = anybody.post(
            reverse("verify-code", args=[line.code]), {"file": SimpleUploadedFile(name, sent)}
        )
        assert said in answer.content.decode()
    assert anybody.post(reverse("verify-code", args=[line.code])).status_code == 400
    proof = anybody.get(reverse("verify-proof", args=[line.code])).json()
    assert proof["statement"]["files"] == dict(line.files)
    wrong = anybody.get("/verify/", {"code": "ABCD"})
    assert (wrong.status_code, "No document of this library" in wrong.content.decode()) == (
        404, True,
    )  # fmt: skip


def test_the_desk_gets_a_signed_file_and_the_reader_no_draft(teacher, desk, library):
    case = signed(library)
    actor = actor_of(Account.objects.get(username="a-faculty"))
    [line] = documents.own_documents(actor)
    url = reverse("workbench:case-document", args=[line.code, "en"])
    assert desk.get(url).content.startswith(b"%PDF")
    assert url in see(desk, reverse("workbench:case-report", args=[case]))
    for closed in (url, reverse("workbench:case-report", args=[case])):
        assert teacher.get(closed).status_code == 403
