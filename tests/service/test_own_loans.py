"""A reader's own loans: theirs only, what is due soonest first."""

import pytest

from shuren.data.internals import building
from shuren.data.internals.models import load_models
from shuren.data.internals.receipts import all_receipts
from shuren.kernel.shapes import Actor, no_progress
from shuren.kernel.site import Site
from shuren.service.queries import HISTORY, own_loans
from shuren.trust import consent
from shuren.trust.errors import NotAllowed
from shuren.trust.models import UseRecord
from tests.data.raw_helper import put_raw, reader

pytestmark = pytest.mark.django_db

ANN, BEN = Actor("ann", "student", reader(1)), Actor("ben", "faculty", reader(2))


def loan(id: str, who: Actor, day: int, due: int | None, back: int | None) -> dict[str, str | None]:
    return {
        "loan_id": id,
        "reader_id": who.reader_key,
        "title": f"书{id}",
        "loaned_at": f"2026-03-{day:02}T09:00:00",
        "due_at": due and f"2026-04-{due:02}T00:00:00",
        "returned_at": back and f"2026-03-{back:02}T12:00:00",
    }


@pytest.fixture
def lake(site: Site) -> Site:
    loans = [
        loan("1", ANN, 1, 20, None),
        loan("2", ANN, 2, 10, None),
        loan("3", ANN, 3, 5, 8),
        loan("4", ANN, 4, None, None),
        loan("5", BEN, 5, 9, None),
    ]
    put_raw(site, "loans", loans)
    building.build_snapshot(site, load_models(site), all_receipts(site), no_progress)
    return site


@pytest.fixture(autouse=True)
def june(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three months after the loans: nothing of them is within the time to contest."""
    monkeypatch.setenv("SHUREN_NOW", "2026-06-15T08:00")


def test_loans_out_come_by_due_date_and_past_ones_newest_first(lake: Site) -> None:
    consent.give(HISTORY, actor=ANN, version=1)
    loans = own_loans(lake, ANN)
    assert [one.loan_id for one in loans.out] == ["2", "1"]
    # Loan 4 has no due date: its source does not follow returns.
    assert [one.loan_id for one in loans.past] == ["4", "3"]
    assert loans.data_date == "2026-03-05"
    assert loans.is_whole


@pytest.mark.parametrize(
    "today, shown",
    [("2026-03-10", ["4", "3"]), ("2026-04-03T00:30", ["4", "3"]), ("2026-04-07", ["3"]),
     ("2026-04-08", [])],
    ids=["just now", "lent 30 days ago", "only back within 30 days", "all over"],
)  # fmt: skip
def test_without_consent_only_the_last_thirty_days_are_shown(lake, monkeypatch, today, shown):
    """Loan 3 came back on 8 March at noon; loan 4, lent on 4 March, has no return in its source."""
    monkeypatch.setenv("SHUREN_NOW", today)
    loans = own_loans(lake, ANN)
    assert [one.loan_id for one in loans.past] == shown
    assert [one.loan_id for one in loans.out] == ["2", "1"], "what is out is a service, not history"
    assert not loans.is_whole


def test_history_that_was_switched_on_is_gone_with_the_switch(lake: Site) -> None:
    consent.give(HISTORY, actor=ANN, version=1)
    assert len(own_loans(lake, ANN).past) == 2
    consent.withdraw(HISTORY, actor=ANN)
    assert own_loans(lake, ANN).past == ()


def test_the_history_is_read_under_its_own_purpose(lake: Site) -> None:
    own_loans(lake, ANN)
    assert {one.purpose for one in UseRecord.objects.all()} == {"own_records"}
    consent.give(HISTORY, actor=ANN, version=1)
    own_loans(lake, ANN)
    assert {one.purpose for one in UseRecord.objects.all()} == {"own_records", HISTORY}


def test_nobody_sees_anybody_elses(lake: Site) -> None:
    assert [one.loan_id for one in own_loans(lake, BEN).out] == ["5"]
    stranger = own_loans(lake, Actor("eve", "student", reader(3)))
    assert (stranger.out, stranger.past) == ((), ())


def test_who_is_no_reader_has_no_loans_to_see(lake: Site) -> None:
    for actor in (
        Actor("x", "student"),
        Actor("d", "director", doing="dashboards.read"),
        Actor("", "anonymous"),
    ):
        with pytest.raises(NotAllowed):
            own_loans(lake, actor)
