"""A school class in the library: the desk's page, and a child who uses it without a trace."""

import pytest
from django.test import Client

from shuren.trust import consent, ledger, young
from shuren.trust.actions import create_account, pseudonymise
from shuren.trust.definitions import purposes
from shuren.trust.internals.consent_rows import Consent
from shuren.trust.models import Account
from tests.web.conftest import PASSWORD
from tests.web.library import LETTERS

pytestmark = pytest.mark.django_db

CHILD = {
    "username": "class-3-07", "password": "quiet-river-42", "under_14_until": "2029-05",
    "school_class": "初一3班", "card": LETTERS[0],
}  # fmt: skip


@pytest.fixture
def desk(library, monkeypatch):
    monkeypatch.setenv("SHUREN_NOW", "2026-11-22T09:00:00")
    client = Client()
    client.force_login(create_account("desk", PASSWORD, "front_desk"))
    client.cookies["shuren_language"] = "en"
    return client


@pytest.fixture
def child(desk):
    desk.post("/workbench/pupils/", CHILD)
    client = Client()
    client.cookies["shuren_language"] = "en"
    client.post("/sign-in/", {"username": CHILD["username"], "password": CHILD["password"]})
    return client


def consents(desk, **more):
    said = {"username": CHILD["username"], "guardian": "form 17", "version": "1"} | more
    return desk.post("/workbench/pupils/consent/", said)


def test_the_desk_opens_an_account_and_records_a_consent(desk):
    assert desk.post("/workbench/pupils/", CHILD).status_code == 302
    page = desk.get("/workbench/pupils/").content.decode()
    assert "class-3-07" in page
    assert "waits for a guardian" in page
    assert consents(desk).status_code == 302
    page = desk.get("/workbench/pupils/").content.decode()
    assert "guardian consents" in page
    assert "form 17" not in page
    assert LETTERS[0] not in page
    assert consents(desk, withdraw="1").status_code == 302
    assert "waits for a guardian" in desk.get("/workbench/pupils/").content.decode()


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"under_14_until": "2020-01"}, "nobody who is under 14"),
        ({"password": "short"}, "at least 10"),
        ({"username": "a b"}, "letters, digits"),
        ({"username": "desk"}, "already"),
    ],
)
def test_a_mistake_is_said_and_what_was_typed_stays(desk, changes, said):
    answer = desk.post("/workbench/pupils/", CHILD | changes)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert said in page
    assert "初一3班" in page
    assert CHILD["password"] not in page
    assert Account.objects.count() == 1


def test_without_a_guardian_only_public_things_open(desk, child):
    assert child.get("/find/?q=x").status_code == 200
    page = child.get("/my/").content.decode()
    assert "guardian" in page
    assert "book_row" not in page
    consents(desk)
    child.post("/sign-in/", {"username": CHILD["username"], "password": CHILD["password"]})
    assert "Your loans" in child.get("/my/").content.decode()
    assert "waits" not in child.get("/my/").content.decode()


@pytest.mark.parametrize("agreed", [False, True], ids=["waits", "guardian consents"])
def test_after_use_nothing_about_the_child_is_in_any_profile(desk, child, library, agreed):
    """Row C12: searches, pages, interests; then every store that profiles are made of is empty."""
    reader = pseudonymise(library, [LETTERS[0]])[0]
    if agreed:
        consents(desk)
        child.post("/sign-in/", {"username": CHILD["username"], "password": CHILD["password"]})
    for path in ("/find/?q=数学", "/find/?q=science", "/spaces/", "/my/", "/"):
        assert child.get(path).status_code == 200
    assert child.get("/my/privacy/").status_code == (200 if agreed else 403)
    for purpose in [p for p in purposes(None).values() if p.is_profile]:
        answer = child.post(
            "/my/privacy/consent/",
            {"purpose": purpose.id, "version": purpose.consent_version, "answer": "yes"},
        )  # fmt: skip
        assert answer.status_code in (400, 403, 404), (purpose.id, answer.status_code)
        assert not consent.given(purpose.id, reader)
    assert not Consent.objects.filter(pseudonym=reader).exists()
    assert consent.has_no_profile(reader)
    for events in (library.data / "events").rglob("*"):
        assert not events.is_file() or reader.encode() not in events.read_bytes()
    kinds = {entry.kind for entry in ledger.entries_about(reader)}
    assert kinds <= {"use", "consent", "sign_in_methods", "role"}


def test_who_has_become_14_leaves_the_page(desk, child, monkeypatch):
    monkeypatch.setenv("SHUREN_NOW", "2029-06-01T09:00:00")
    desk.force_login(Account.objects.get(username="desk"))
    assert "class-3-07" not in desk.get("/workbench/pupils/").content.decode()
    assert not young.waits(Account.objects.get(username="class-3-07"))
