"""The directory of services, their pages and forms: from the declaration alone."""

import io
import re
import zipfile
from pathlib import Path

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from shuren.kernel.site import Site
from shuren.service import definitions
from shuren.service.definitions import services
from shuren.service.internals.case_file_rows import CaseFile, CaseFilePart
from shuren.service.internals.case_rows import Case
from shuren.trust.actions import create_account, pseudonymise
from shuren.trust.models import UseRecord
from shuren.web.places import address
from tests.conftest import ROOT

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough phrase"
FOLDER = ROOT / "src" / "shuren" / "definitions" / "services"
PDF = b"%PDF-1.7\n%...\n" + b"x" * 3000
INTERNAL = "supervised_task"


@pytest.fixture
def at(site: Site, settings):
    settings.SITE = site
    for known in (definitions.services, definitions.declared):
        known.cache_clear()
    yield site
    for known in (definitions.services, definitions.declared):
        known.cache_clear()


def signed_in(site: Site, role: str = "student", card: str = "2020001") -> Client:
    key = pseudonymise(site, [card])[0] if card else ""
    client = Client()
    client.cookies["shuren_language"] = "en"
    name = f"{role}{card}".replace("_", "")
    client.force_login(create_account(name, PASSWORD, role, reader_key=key))
    return client


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def test_every_service_is_reached_from_one_page_and_opens(at):
    client = Client()
    page = text(client, "/services/?for=all")
    for id in set(services(at)) - {INTERNAL}:
        assert f'href="/services/{id}/"' in page, id
    assert INTERNAL not in page
    for language in ("zh-hans", "en"):
        client.cookies["shuren_language"] = language
        for id, one in services(at).items():
            if id != INTERNAL:
                assert one.title["en" if language == "en" else "zh"] in text(
                    client, f"/services/{id}/"
                ).replace("&#x27;", "'")
    assert client.get(f"/services/{INTERNAL}/").status_code == 404
    assert client.get("/services/no_such/").status_code == 404


def test_every_form_opens_for_a_reader_it_serves_and_every_place_is_there(at):
    roles = {
        "student": "2020001", "faculty": "1990001", "alumni": "2001001", "department": "9000001",
        "public_reader": "8000001", "school_pupil": "7000001",
    }  # fmt: skip
    clients = {role: signed_in(at, role, card) for role, card in roles.items()}
    for id, one in services(at).items():
        if id == INTERNAL:
            continue
        role = next(role for role in one.roles if role in clients)
        answer = clients[role].get(f"/services/{id}/ask/")
        if one.use is not None:
            assert answer.status_code == 302, id
            assert clients[role].get(answer["Location"]).status_code == 200, id
            continue
        assert answer.status_code == 200, id
        page = answer.content.decode()
        for field in one.form:
            assert f'name="f-{field.name}"' in page, (id, field.name)
        assert 'name="key"' in page


def test_the_evidence_of_each_level_is_somewhere(at):
    client = signed_in(at)
    for one in services(at).values():
        if one.id != INTERNAL:
            url = address(one, one.maturity.place)
            assert client.get(url).status_code in (200, 302), (one.id, url)


@pytest.mark.parametrize(
    "words, id",
    [
        ("科技查新", "novelty_search"), ("kejichaxin", "novelty_search"),
        ("kjcx", "novelty_search"), ("novelty", "novelty_search"),
        ("chaxin", "novelty_search"), ("zuowei", "seat_booking"),
    ],
)  # fmt: skip
def test_a_service_is_found_by_its_name_in_chinese_english_pinyin_and_initials(at, words, id):
    assert f'href="/services/{id}/"' in text(Client(), f"/services/?q={words}")


def test_words_that_name_nothing_lead_to_a_librarian(at):
    page = text(signed_in(at), "/services/?q=zzzzqq")
    assert "No service is called that" in page
    assert "/services/reference_desk/" in page


def test_a_reader_sees_what_is_for_them_and_why_the_rest_is_not(at):
    client = signed_in(at)
    mine = text(client, "/services/")
    assert "/services/article_purchase/" in mine  # serves postgraduates: students may be
    assert "/services/enterprise_patent/" not in mine
    everything = text(client, "/services/?for=all")
    assert "It serves: " in everything
    page = text(client, "/services/talent_evaluation/")
    assert "Not for you just now" in page
    assert "Ask your college or office to request it." in page
    assert 'href="/services/talent_evaluation/ask/"' not in page
    form = text(client, "/services/talent_evaluation/ask/")
    assert "It serves: " in form
    assert "<textarea" not in form


def test_asking_opens_a_case_that_is_timed_and_on_the_desk_once(at):
    client = signed_in(at)
    page = text(client, "/services/reference_desk/ask/")
    key = re.search(r'name="key" value="([^"]+)"', page)[1]
    said = {"key": key, "f-need": "怎样找学位论文？", "f-subject": "finding"}
    first = client.post("/services/reference_desk/ask/", said)
    again = client.post("/services/reference_desk/ask/", said)
    assert first["Location"] == again["Location"]
    row = Case.objects.get()
    assert (row.service, row.fields["need"]) == ("reference_desk", "怎样找学位论文？")
    assert row.due_at is not None
    desk = signed_in(at, "front_desk", "")
    assert row.id in text(desk, "/workbench/cases/")


def test_what_is_missing_is_said_at_its_field_and_what_was_typed_stays(at):
    client = signed_in(at, "faculty")
    answer = client.post("/services/novelty_search/ask/", {"f-project_title": "某项目"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'value="某项目"' in page
    assert 'aria-invalid="true"' in page
    assert not Case.objects.exists()


def test_a_full_limit_is_told_before_the_form_is_filled(at):
    client = signed_in(at)
    for _turn in range(3):
        answer = client.post("/services/thesis_writing_support/ask/", {"f-need": "格式"})
        assert answer.status_code == 302
    page = text(client, "/services/thesis_writing_support/ask/")
    assert "which is the most at one time" in page
    assert "<textarea" not in page


def test_what_a_link_knows_is_filled_in(at):
    page = text(signed_in(at), "/services/purchase_suggestion/ask/?book_title=三体&isbn=7536692935")
    assert 'value="三体"' in page
    assert 'value="7536692935"' in page


def thesis(client: Client, file: SimpleUploadedFile):
    said = {"f-thesis_title": "某题", "f-degree": "master", "f-licence": "true"}
    return client.post("/services/thesis_submission/ask/", said | {"f-full_text": file})


def test_a_file_is_kept_with_its_case_for_reader_and_desk_and_goes_with_it(at):
    client = signed_in(at)
    whole = PDF + bytes(range(256)) * 5000
    answer = thesis(client, SimpleUploadedFile("../我的论文.pdf", whole))
    assert answer.status_code == 302
    case = Case.objects.get()
    assert case.fields["full_text"] == "我的论文.pdf"
    url = reverse("my-case-file", args=[case.id, "full_text"])
    assert url in text(client, answer["Location"])
    got = client.get(url)
    assert b"".join(got.streaming_content) == whole
    assert got["Content-Disposition"].startswith("attachment")
    assert "sandbox" in got["Content-Security-Policy"]
    other = signed_in(at, card="2020002")
    assert other.get(url).status_code == 404
    desk = signed_in(at, "front_desk", "")
    before = UseRecord.objects.count()
    got = desk.get(reverse("workbench:case-file", args=[case.id, "full_text"]))
    assert b"".join(got.streaming_content) == whole
    assert UseRecord.objects.count() > before
    assert (
        desk.get(reverse("workbench:case-file", args=[case.id, "thesis_title"])).status_code == 404
    )
    assert Client().get(url).status_code == 302
    Case.objects.all().delete()
    assert not CaseFile.objects.exists()
    assert not CaseFilePart.objects.exists()


def office(part: str, more: str = "") -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(part, "x")
        if more:
            archive.writestr(more, "x")
    return held.getvalue()


@pytest.mark.parametrize(
    "name, content, is_taken",
    [
        ("a.docx", office("word/document.xml"), True),
        ("a.docx", office("xl/workbook.xml"), False),
        ("a.docx", office("word/document.xml", "word/vbaProject.bin"), False),
        ("a.docx", b"PK\x03\x04 and no archive", False),
        ("a.pdf", PDF, True),
        ("a.PDF", PDF, True),
        ("a.pdf", b"MZ\x90 a program", False),
        ("a.pdf", b"", False),
        ("a.pdf.exe", PDF, False),
        ("a", PDF, False),
        ("a.html", b"<script>", False),
    ],
)
def test_a_file_is_what_its_ending_says(at, name, content, is_taken):
    client = signed_in(at)
    answer = client.post(
        "/services/thesis_writing_support/ask/",
        {"f-need": "格式", "f-draft": SimpleUploadedFile(name, content)},
    )
    assert (answer.status_code == 302) is is_taken
    assert CaseFile.objects.exists() is is_taken


def test_a_file_that_is_too_large_is_refused(at):
    said = yaml.safe_load((FOLDER / "thesis_writing_support.yaml").read_text("utf-8"))
    next(one for one in said["form"] if one["type"] == "file")["max_mb"] = 0.001
    write(at, said)
    answer = signed_in(at).post(
        "/services/thesis_writing_support/ask/",
        {"f-need": "格式", "f-draft": SimpleUploadedFile("a.pdf", PDF)},
    )
    assert answer.status_code == 422
    assert "at most 0.001 MB" in answer.content.decode()


def write(site: Site, said: dict) -> Path:
    folder = site.definitions / "services"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{said['id']}.yaml"
    path.write_text(yaml.safe_dump(said, allow_unicode=True), "utf-8")
    return path


MORE = """\
id: umbrella
title: {zh: 借伞, en: Umbrellas}
description: {zh: 下雨时借一把伞。, en: An umbrella when it rains.}
category: space
source: {from: draft}
about: [none]
scenes: [student]
maturity: {level: digital, evidence: {zh: 网上借, en: Asked for online, place: form}}
form:
  - {name: place, type: text, title: {zh: 在哪里, en: Where}}
organisation: {centre: lifelong, roles: [{zh: 前台, en: Front desk}], owner: front_desk}
audiences: [undergrad, faculty]
showing: {channels: [web], promo: {zh: 雨天, en: On rainy days}}
rules: {limits: {per_reader: 1}, sla: {respond: 1, finish: 8}, fee: {zh: 免费, en: Free}}
flow: request
indicators: {volume: track}
systems: [booking]
modules: [request]
"""


def test_one_more_file_is_one_more_service_everywhere(at):
    folder = at.definitions / "services"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "umbrella.yaml").write_text(MORE, "utf-8")
    client = signed_in(at)
    assert 'href="/services/umbrella/"' in text(client, "/services/")
    assert 'href="/services/umbrella/"' in text(client, "/services/?q=jiesan")
    assert "Within 8 working hours" in text(client, "/services/umbrella/")
    answer = client.post("/services/umbrella/ask/", {"f-place": "江湾"})
    assert answer.status_code == 302
    row = Case.objects.get(service="umbrella")
    assert row.due_at is not None and row.respond_due_at is not None  # noqa: PT018
    desk = signed_in(at, "front_desk", "")
    assert row.id in text(desk, "/workbench/cases/?service=umbrella")
    assert "Umbrellas (1)" in text(desk, "/workbench/cases/")
    assert "which is the most at one time" in text(client, "/services/umbrella/ask/")
