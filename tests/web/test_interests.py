"""My interests: by the reader's own word, under consent, and gone with it."""

import json

import pytest

from shuren.service import queries
from shuren.service.models import Interest
from shuren.trust import consent
from shuren.trust.errors import ConsentMissing
from shuren.trust.models import Account
from shuren.trust.queries import actor_of
from tests.web.test_privacy_panel import me, say, see


def choose(client, *subjects):
    return client.post("/my/interests/", {"subject": subjects})


def events(library):
    return [
        json.loads(line)
        for path in sorted((library.data / "events" / "declared_interests").glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]


@pytest.fixture
def reader(as_role, library):
    client = as_role("student")
    say(client, "yes", "declared_interests")
    return client


def test_nothing_can_be_chosen_before_consent(as_role, library):
    client = as_role("student")
    page = see(client, "/my/interests/")
    assert ">I agree</button>" in page
    assert 'name="subject"' not in page
    assert choose(client, "I2").status_code == 403
    assert not Interest.objects.exists()
    assert events(library) == []


def test_what_was_chosen_is_kept_ticked_and_told_to_the_lake(reader, library):
    assert choose(reader, "I2", "TP").status_code == 302
    page = see(reader, "/my/interests/")
    for code in ("I2", "TP"):
        assert f'value="{code}" checked' in page
    said = [(one["interest"], one["is_withdrawn"]) for one in events(library)]
    assert said == [("I2", False), ("TP", False)]
    assert {one["reader_id"] for one in events(library)} == {me().reader_key}


def test_new_books_of_a_subject_say_why_they_are_there(reader):
    choose(reader, "I2")
    page = see(reader, "/my/interests/")
    assert "Because you chose" in page
    assert "三体" in page
    assert "活着" in page
    assert "线性代数" not in page


def test_a_subject_that_is_unticked_is_gone_at_once(reader, library):
    choose(reader, "I2", "TP")
    choose(reader, "TP")
    assert [one.subject for one in Interest.objects.all()] == ["TP"]
    assert (events(library)[-1]["interest"], events(library)[-1]["is_withdrawn"]) == ("I2", True)


@pytest.mark.parametrize("subject", ["B9", "R5", "XX", "I"], ids=str)
def test_a_sensitive_topic_and_what_is_no_subject_cannot_be_chosen(reader, subject):
    page = see(reader, "/my/interests/")
    assert f'value="{subject}"' not in page
    assert choose(reader, subject).status_code == 404
    assert not Interest.objects.exists()


def test_taking_the_consent_back_removes_the_interests(reader):
    choose(reader, "I2")
    actor = actor_of(Account.objects.get())
    say(reader, "no", "declared_interests")
    assert not Interest.objects.exists()
    with pytest.raises(ConsentMissing):
        queries.own_interests(None, actor)
    assert 'name="subject"' not in see(reader, "/my/interests/")


def test_a_reader_under_14_has_no_interests_kept(reader):
    consent.bar_profile(me().reader_key, consent.MINOR)
    assert "You are under 14" in see(reader, "/my/interests/")
    assert choose(reader, "I2").status_code == 403
