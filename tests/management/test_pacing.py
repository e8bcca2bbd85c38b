"""The pace of opinions without a name: a flood is slowed, a campus is not shut out, and nothing
that is kept says where anything came from."""

from datetime import datetime, timedelta

import pytest

from shuren.management.errors import TooFast
from shuren.management.internals import pacing
from shuren.management.internals.pace_rows import PaceBucket, PaceKey

pytestmark = pytest.mark.django_db
CAMPUS = "203.0.113.7"
START = datetime.fromisoformat("2026-11-16T09:00+00:00")


@pytest.fixture
def clock(monkeypatch):
    def after(seconds: float) -> None:
        monkeypatch.setenv("SHUREN_NOW", (START + timedelta(seconds=seconds)).isoformat())

    after(0)
    return after


def sent(browser: str, address: str = CAMPUS, count: int = 1) -> int:
    """How many of so many were let in."""
    for done in range(count):
        try:
            pacing.count(browser, address)
        except TooFast:
            return done
    return count


def test_one_browser_sends_eight_at_once_and_then_one_every_two_minutes(clock):
    assert sent("a", count=20) == 8
    with pytest.raises(TooFast, match="not taken in yet") as refused:
        pacing.count("a", CAMPUS)
    assert "in 120 seconds" in refused.value.fix
    clock(119)
    assert sent("a") == 0
    clock(120)
    assert sent("a", count=2) == 1


def test_a_flood_from_one_browser_does_not_shut_its_campus_out(clock):
    sent("flood", count=60)
    assert sent("somebody else", count=8) == 8


def test_a_flood_that_changes_its_browser_makes_others_wait_seconds_and_no_longer(clock):
    assert sum(sent(f"browser {n}") for n in range(200)) == 60
    with pytest.raises(TooFast) as refused:
        pacing.count("somebody else", CAMPUS)
    assert "in 15 seconds" in refused.value.fix
    clock(15)
    assert sent("somebody else") == 1
    assert sent("at home", "198.51.100.1") == 1, "another address is not touched"


def test_who_is_signed_in_does_not_share_the_measure_of_the_address(clock):
    for number in range(60):
        pacing.count(f"browser {number}", CAMPUS)
    assert sent("account ann", "", count=8) == 8


def test_what_is_refused_is_not_counted(clock):
    assert sent("a", count=8) == 8
    for _again in range(50):
        assert sent("a") == 0
    clock(8 * 120)
    assert sent("a", count=9) == 8


def test_no_address_is_kept_and_the_secret_of_a_day_goes_with_it(clock):
    pacing.count(f"{CAMPUS} Firefox", CAMPUS)
    kept = [f"{row.key} {row.left}" for row in PaceBucket.objects.all()]
    assert len(kept) == 2
    assert not any(CAMPUS in one or "Firefox" in one for one in kept)
    before = {row.key for row in PaceBucket.objects.all()}
    clock(24 * 3600)
    pacing.count(f"{CAMPUS} Firefox", CAMPUS)
    after = {row.key for row in PaceBucket.objects.all()}
    assert len(after) == 2, "what is full again is thrown away"
    assert not before & after, "the same place is another one the next day"
    assert PaceKey.objects.count() == 1
