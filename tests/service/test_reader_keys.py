"""A reader's own keys: shown once, counted, with the scopes and days chosen, ended at once."""

import pytest

from shuren.kernel.errors import UsageError
from shuren.kernel.shapes import Actor
from shuren.service import reader_keys
from shuren.service.internals.reader_key_rows import ReaderKey
from shuren.trust.actions import create_account
from shuren.trust.errors import KeyRefused, NotAllowed, QuotaUsedUp, ScopeMissing
from shuren.trust.models import Account
from shuren.trust.queries import actor_of

pytestmark = pytest.mark.django_db
NOON = "2026-03-02T04:00:15"


@pytest.fixture
def ann(site, settings, monkeypatch) -> Actor:
    settings.SITE = site
    monkeypatch.setenv("SHUREN_NOW", NOON)
    account = create_account("ann", "a long enough phrase", "student", reader_key="r_" + "a" * 26)
    found = actor_of(account)
    assert found is not None
    return found


def made(actor, *scopes, days=30, name="日历") -> str:
    return reader_keys.make(actor=actor, name=name, scopes=scopes or [reader_keys.READ], days=days)


def test_a_key_is_its_reader_and_its_text_is_kept_nowhere(ann):
    text = made(ann)
    actor = reader_keys.admit(text, reader_keys.READ)
    assert (actor.reader_key, actor.role) == (ann.reader_key, "student")
    secret = text.split("_", 2)[2]
    assert secret not in str(ReaderKey.objects.values().get())


def test_it_may_do_what_was_chosen_and_nothing_else(ann):
    text = made(ann, reader_keys.READ)
    with pytest.raises(ScopeMissing, match="cases:open"):
        reader_keys.admit(text, reader_keys.OPEN)
    both = made(ann, reader_keys.READ, reader_keys.OPEN)
    assert reader_keys.admit(both, reader_keys.OPEN).reader_key == ann.reader_key


def test_what_is_no_key_of_ours_is_refused_without_saying_why(ann):
    text = made(ann)
    last = "A" if text[-1] != "A" else "B"
    for other in ("", "x", text[:-1], text[:-1] + last, "shk" + text[3:], text + "x", "é"):
        with pytest.raises(KeyRefused, match="not known"):
            reader_keys.admit(other, reader_keys.READ)


def test_it_ends_after_its_days_and_at_once_when_its_reader_says_so(ann, monkeypatch):
    text = made(ann, days=7)
    monkeypatch.setenv("SHUREN_NOW", "2026-03-09T04:00:14")
    reader_keys.admit(text, reader_keys.READ)
    monkeypatch.setenv("SHUREN_NOW", "2026-03-09T04:00:15")
    with pytest.raises(KeyRefused, match="expired"):
        reader_keys.admit(text, reader_keys.READ)
    other = made(ann)
    assert len(reader_keys.mine(ann)) == 1  # what is over went
    ben = Actor("ben", "student", "r_" + "b" * 26)
    id = reader_keys.mine(ann)[0].id
    assert not reader_keys.end(id, actor=ben)
    assert reader_keys.end(id, actor=ann)
    with pytest.raises(KeyRefused):
        reader_keys.admit(other, reader_keys.READ)


def test_a_closed_account_closes_its_keys(ann):
    text = made(ann)
    Account.objects.update(is_active=False)
    with pytest.raises(KeyRefused, match="closed"):
        reader_keys.admit(text, reader_keys.READ)


def test_the_minute_and_the_day_are_counted(ann, monkeypatch):
    text = made(ann)
    monkeypatch.setattr(reader_keys, "PER_MINUTE", 2)
    monkeypatch.setattr(reader_keys, "PER_DAY", 3)
    for _number in range(2):
        reader_keys.admit(text, reader_keys.READ)
    with pytest.raises(QuotaUsedUp) as used:
        reader_keys.admit(text, reader_keys.READ)
    assert used.value.retry_after == 45
    monkeypatch.setenv("SHUREN_NOW", "2026-03-02T04:01:00")
    reader_keys.admit(text, reader_keys.READ)
    with pytest.raises(QuotaUsedUp, match="today"):
        reader_keys.admit(text, reader_keys.READ)
    monkeypatch.setenv("SHUREN_NOW", "2026-03-03T00:00:00")
    reader_keys.admit(text, reader_keys.READ)


@pytest.mark.parametrize(
    "given",
    [{"name": ""}, {"name": "x" * 41}, {"name": "\x00"}, {"scopes": []}, {"scopes": ["marts:read"]},
     {"days": 0}, {"days": 3650}],
)  # fmt: skip
def test_what_is_no_key_to_be_made_is_refused(ann, given):
    with pytest.raises(UsageError):
        reader_keys.make(
            **({"actor": ann, "name": "x", "scopes": [reader_keys.READ], "days": 30} | given)
        )


def test_five_are_enough(ann):
    for _number in range(reader_keys.MOST):
        made(ann)
    with pytest.raises(UsageError, match="already"):
        made(ann)


def test_who_is_no_reader_has_none(ann):
    with pytest.raises(NotAllowed):
        made(Actor("anonymous", "anonymous"))
