"""A case opened by API with its files: real requests of several parts, read back by addresses that
end; what the page would refuse is refused here, naming the field."""

import hashlib
import json
import zlib
from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.urls import reverse

from shuren.service import case_files, file_links, reader_keys
from shuren.service.internals.case_file_rows import CaseFile
from shuren.service.internals.case_rows import Case
from shuren.trust.actions import create_account
from shuren.trust.models import Account
from shuren.trust.queries import actor_of
from tests.service.delivering import delivered
from tests.service.desk_of_cases import LIBRARIAN
from tests.web.test_own_api import BOTH, OTHERS, caller

PICTURE = b"\x89PNG\r\n\x1a\n" + zlib.compress(bytes(range(256)) * 9000, 0)  # above two megabytes
SAID = {"service": "reference_desk", "fields": {"need": "怎样查核心期刊？"}}


@pytest.fixture
def ann(as_role, library):
    as_role("student")
    return actor_of(Account.objects.get(username="a-student"))


@pytest.fixture
def key(ann):
    return reader_keys.make(actor=ann, name="x", scopes=BOTH, days=30)


@pytest.fixture
def ben(db, ann):
    create_account("ben", "a long enough phrase", "student", reader_key=OTHERS)
    return actor_of(Account.objects.get(username="ben"))


def send(key, said=SAID, once="", language="en", **files):
    """A form of several parts, as a program sends it."""
    parts = {"case": json.dumps(said) if isinstance(said, dict) else said} | files
    headers = {"Authorization": f"Bearer {key}", "Accept-Language": language}
    if once:
        headers["Idempotency-Key"] = once
    return Client().post("/api/v1/my/cases", parts, headers=headers)


def file(content=PICTURE, name="截图 1.png"):
    return SimpleUploadedFile(name, content)


def get(key, url):
    return Client().get(url, headers={"Authorization": f"Bearer {key}", "Accept-Language": "en"})


def one_error(answer):
    """(status, where, sentence) of a refusal that names one field."""
    [error] = answer.json()["errors"]
    return answer.status_code, error["where"], error["message"]


def test_a_case_is_opened_with_its_file_and_the_desk_has_it(key, ann, library):
    answer = send(key, picture=file())
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert told["fields"] == {"need": "怎样查核心期刊？", "picture": "截图 1.png"}
    [sent] = told["files"]
    assert (sent["field"], sent["name"], sent["size"]) == ("picture", "截图 1.png", len(PICTURE))
    assert sent["sha256"] == hashlib.sha256(PICTURE).hexdigest()
    kept = case_files.read(library, told["id"], "picture", actor=LIBRARIAN)
    assert b"".join(kept.content) == PICTURE


def test_a_form_without_a_file_and_json_alone_open_too(key):
    assert send(key).json()["files"] == []
    assert caller(key)("POST", "/cases", SAID).json()["files"] == []


def test_the_file_is_read_back_by_the_address_that_the_case_gives(key):
    id = send(key, picture=file()).json()["id"]
    [sent] = get(key, f"/api/v1/my/cases/{id}").json()["files"]
    answer = get(key, sent["url"])
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == PICTURE
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Cache-Control"] == "private, no-store"


def test_the_address_ends_after_a_quarter_of_an_hour(key, monkeypatch):
    monkeypatch.setenv("SHUREN_NOW", "2026-03-02T09:00")
    [sent] = send(key, picture=file()).json()["files"]
    given = datetime.fromisoformat(sent["until"])
    assert given - datetime.fromisoformat(sent["at"]) == timedelta(minutes=15)
    monkeypatch.setenv("SHUREN_NOW", "2026-03-02T09:14")
    assert get(key, sent["url"]).status_code == 200
    monkeypatch.setenv("SHUREN_NOW", "2026-03-02T09:15")
    over = get(key, sent["url"])
    assert (over.status_code, over.json()["detail"]) == (410, "The time of this link is over.")
    assert over.json()["fix"] == "Read the case again: it gives a new one."


def test_a_file_of_another_reader_is_refused_and_so_is_a_changed_address(key, ann, ben):
    told = send(key, picture=file()).json()
    url = told["files"][0]["url"]
    others = reader_keys.make(actor=ben, name="x", scopes=BOTH, days=7)
    assert get(others, url).status_code == 404
    assert get(others, f"/api/v1/my/cases/{told['id']}").status_code == 404
    assert Client().get(url).status_code == 401  # the address alone opens nothing
    writing = reader_keys.make(actor=ann, name="y", scopes=[reader_keys.OPEN], days=7)
    assert get(writing, url).status_code == 403
    head, until, seal = url.rsplit("/", 1)[1].split(".")
    turned = seal[:-1] + ("0" if seal[-1] != "0" else "1")
    for token in (
        f"{head}.{int(until) + 60}.{seal}", f"{head}.{until}.{turned}", f"{head}.{until}",
        f"{head}.²³.{seal}", "nothing",
    ):  # fmt: skip
        address = reverse("own-api:own_file", args=[token])
        assert get(key, address).status_code == 404, token


def test_the_same_key_twice_makes_one_case_with_the_file_it_came_with(key):
    first = send(key, once="k1", picture=file())
    again = send(key, once="k1", picture=file(PICTURE[:-1] + b"x", "2.png"))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json()["id"] == first.json()["id"]
    assert again.json()["files"][0]["sha256"] == first.json()["files"][0]["sha256"]
    assert Case.objects.filter(service="reference_desk").count() == 1
    assert CaseFile.objects.count() == 1


@pytest.mark.parametrize(
    "sent, fix",
    [
        ({"picture": file(b"MZ\x90\x00", "a.exe")}, "Send one of: png, jpg, pdf."),
        ({"picture": file(b"<html></html>", "a.png")},
         "What is in the file is no png. Save it anew."),
        ({"picture": file(b"", "a.png")}, "The file is empty."),
        ({"picture": file(PICTURE[:8] + bytes(10 * 1024 * 1024), "a.png")}, "Send at most 10 MB."),
    ],
    ids=["ending", "content", "empty", "larger than the field takes"],
)  # fmt: skip
def test_what_the_page_would_refuse_is_refused_by_field(key, sent, fix):
    answer = send(key, **sent)
    where = (422, "fields.picture", "“Screenshot or file” cannot be used as it is.")
    assert one_error(answer) == where
    assert answer.json()["fix"] == fix
    assert not Case.objects.exists()
    assert not CaseFile.objects.exists()


def test_a_file_where_none_belongs_is_refused_by_field(key):
    assert one_error(send(key, nothing=file()))[:2] == (422, "fields.nothing")
    no_need = {"service": "reference_desk"}
    assert one_error(send(key, no_need, need=file()))[:2] == (422, "fields.need")
    twice = {**SAID, "fields": {**SAID["fields"], "picture": "a.png"}}
    assert one_error(send(key, twice, picture=file()))[:2] == (422, "fields.picture")
    assert one_error(send(key, twice))[:2] == (422, "fields.picture")  # a name is no file
    assert one_error(send(key, picture=[file(), file()])) == (
        422, "fields.picture", "A field takes one file.",
    )  # fmt: skip


def test_a_form_that_is_not_one_is_refused_with_a_sentence(key):
    for said in ("", "{", "[]", "5"):
        answer = send(key, said, picture=file())
        assert answer.status_code in (400, 422), said
        assert "one JSON object" in answer.json()["detail"], said
    assert one_error(send(key, need="x"))[:2] == (422, "case")
    assert one_error(send(key, {**SAID, "more": 1}))[:2] == (422, "more")
    broken = {
        language: Client().generic(
            "POST", "/api/v1/my/cases", b"--x\r\n", content_type="multipart/form-data",
            headers={"Authorization": f"Bearer {key}", "Accept-Language": language},
        )
        for language in ("en", "zh-CN")
    }  # fmt: skip
    assert {answer.status_code for answer in broken.values()} == {400}
    assert broken["en"].json()["detail"] == "The parts of this form cannot be read."
    assert broken["zh-CN"].json()["detail"] == "表单的各部分无法读取。"


def test_a_request_longer_than_the_site_takes_is_refused_before_it_is_read(key, settings):
    small = settings.SITE_SETTINGS.model_copy(update={"upload_mb": 1})
    with override_settings(SITE_SETTINGS=small):  # the file is of more than two megabytes
        answer = send(key, picture=file())
    assert answer.status_code == 413
    assert answer.json()["type"] == "urn:shuren:problem:too-large"
    assert not Case.objects.exists()


def test_what_was_delivered_by_link_has_its_own_link_and_is_not_among_the_files(key, ann, library):
    id = delivered(library, ann)
    told = get(key, f"/api/v1/my/cases/{id}").json()
    assert told["files"] == []
    assert told["file"]["left"] == file_links.of_case(library, id, ann).left


def test_the_document_says_how_files_are_sent(client, library, db):
    for language in ("zh-CN", "en"):
        made = client.get(reverse("own-api-document"), headers={"Accept-Language": language}).json()
        post = made["paths"]["/api/v1/my/cases"]["post"]
        form = post["requestBody"]["content"]["multipart/form-data"]
        assert form["schema"]["required"] == ["case"]
        assert form["schema"]["properties"]["case"] == {"$ref": "#/components/schemas/Opening"}
        assert set(made["components"]["schemas"]["Opening"]["properties"]) == {
            "service", "title", "fields",
        }  # fmt: skip
        assert "413" in post["responses"]
        fetched = made["paths"]["/api/v1/my/files/{token}"]["get"]
        assert fetched["responses"]["200"]["content"]["*/*"]["schema"]["format"] == "binary"
        assert "410" in fetched["responses"]
        assert "SentFile" in made["components"]["schemas"]
