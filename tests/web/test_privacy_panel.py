"""My privacy: a reader's own choices and what was done, and nobody else's."""

import re

import pytest

from shuren.trust import consent
from shuren.trust.definitions import READER, STAFF
from shuren.trust.models import Account
from shuren.trust.queries import actor_of, roles

ASKED = ["reading_history", "behaviour_tracking", "declared_interests", "search_alerts"]


def see(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def me():
    return actor_of(Account.objects.get())


def say(client, answer, purpose="", version=1, back="/my/privacy/"):
    values = {"answer": answer, "purpose": purpose, "version": version, "next": back}
    return client.post("/my/privacy/consent/", values)


READER_ROLES = sorted(
    r.id for r in roles().values() if r.kind == READER and set(ASKED) <= set(r.purposes)
)


@pytest.mark.parametrize("role", READER_ROLES)
def test_every_account_begins_with_nothing_agreed_to(as_role, library, role):
    page = see(as_role(role), "/my/privacy/")
    assert "You have agreed to nothing" in page
    assert "Refuse every profile and keep every basic service" in page
    assert page.count(">I agree</button>") == len(ASKED)
    assert ">Take back my consent</button>" not in page


def test_the_deck_says_it_in_chinese(as_role, library):
    client = as_role("student")
    client.cookies["shuren_language"] = "zh-hans"
    assert "拒绝画像仍可享基础服务" in see(client, "/my/privacy/")


@pytest.mark.parametrize("purpose", ASKED)
def test_one_press_agrees_and_one_press_takes_it_back(as_role, library, purpose):
    client = as_role("student")
    for answer, given in [("yes", True), ("no", False)]:
        gone = say(client, answer, purpose, back=f"/my/privacy/#consent-{purpose}")
        assert (gone.status_code, gone.headers["Location"]) == (
            302, f"/my/privacy/#consent-{purpose}",
        )  # fmt: skip
        assert consent.given(purpose, me().reader_key) is given
    page = see(client, "/my/privacy/")
    assert "You agreed to “" in page
    assert "You took back your consent to “" in page


def test_refuse_all_takes_back_everything_in_one_press(as_role, library):
    client = as_role("student")
    for purpose in ASKED:
        say(client, "yes", purpose)
    assert see(client, "/my/privacy/").count(">Take back my consent</button>") == len(ASKED)
    say(client, "none")
    assert not any(one.is_given for one in consent.states(me()))


@pytest.mark.parametrize(
    "values, status",
    [
        ({"answer": "yes", "purpose": "reading_history", "version": "9"}, 400),
        ({"answer": "yes", "purpose": "reading_history", "version": "x"}, 400),
        ({"answer": "yes", "purpose": "own_records", "version": "1"}, 404),
        ({"answer": "yes", "purpose": "", "version": "1"}, 404),
        ({"answer": "maybe", "purpose": "reading_history", "version": "1"}, 400),
        ({}, 400),
    ],
    ids=["old text", "no number", "needs none", "nothing", "no answer", "empty"],
)
def test_what_is_no_answer_changes_nothing(as_role, library, values, status):
    client = as_role("student")
    assert client.post("/my/privacy/consent/", values).status_code == status
    assert not any(one.changed_at for one in consent.states(me()))


def test_consent_is_never_given_by_a_link(as_role, library):
    client = as_role("student")
    answer = client.get("/my/privacy/consent/?answer=yes&purpose=reading_history&version=1")
    assert answer.status_code == 405


def test_nobody_signed_in_is_sent_to_sign_in(client, db):
    for path in ("/my/privacy/", "/my/privacy/consent/"):
        answer = client.get(path)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/sign-in/?next=")


@pytest.mark.parametrize("role", sorted(r.id for r in roles().values() if r.kind == STAFF))
def test_a_member_of_staff_has_no_panel(as_role, library, role):
    assert as_role(role).get("/my/privacy/").status_code == 403


def test_a_reader_under_14_sees_why_there_is_no_switch(as_role, library):
    client = as_role("student")
    consent.bar_profile(me().reader_key, consent.MINOR)
    page = see(client, "/my/privacy/")
    assert "You are under 14" in page
    assert ">I agree</button>" not in page
    assert say(client, "yes", "reading_history").status_code == 403


def test_a_role_that_is_asked_nothing_is_told_that_no_profile_is_made(as_role, library):
    page = see(as_role("school_pupil"), "/my/privacy/")
    assert "no profile of you is made" in page
    assert ">I agree</button>" not in page


def test_earlier_loans_are_offered_where_they_are_missed(as_role, library, monkeypatch):
    monkeypatch.setenv("SHUREN_NOW", "2026-09-01T08:00")
    client = as_role("student")
    page = see(client, "/my/?show=past")
    assert "活着" not in page
    assert "last 30 days" in page
    assert ">I agree</button>" in page
    say(client, "yes", "reading_history", back="/my/?show=past")
    page = see(client, "/my/?show=past")
    assert "活着" in page
    assert "because you agreed" in page


def test_searches_are_kept_under_the_reader_only_while_agreed(as_role, library):
    client = as_role("student")

    def kept():
        files = (library.data / "events" / "reader_searches").glob("*.jsonl")
        return "".join(path.read_text("utf-8") for path in files)

    see(client, "/find/?q=三体")
    assert kept() == ""
    say(client, "yes", "behaviour_tracking")
    see(client, "/find/?q=活着")
    assert "活着" in kept()
    assert me().reader_key in kept()
    say(client, "no", "behaviour_tracking")
    before = kept()
    see(client, "/find/?q=线性代数")
    assert kept() == before


def test_what_was_done_is_said_in_sentences(as_role, library):
    client = as_role("student")
    see(client, "/my/")
    page = see(client, "/my/privacy/")
    assert "You looked at: your loans" in page
    assert me().reader_key not in page


def test_an_account_that_was_made_is_not_said_to_have_changed(as_role, library):
    page = see(as_role("student"), "/my/privacy/")
    assert "The platform made your account" in page
    assert "changed the role" not in page


def test_the_same_thing_on_one_day_is_one_sentence(as_role, library):
    client = as_role("student")
    for _again in range(3):
        see(client, "/my/")
    page = see(client, "/my/privacy/")
    assert page.count("You looked at: your loans") == 1
    assert re.search(r"\d times", page)
