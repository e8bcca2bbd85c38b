"""A year of alumni: loans, returns and entries add up to what was planted, and few are hidden."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from shuren.data.internals import building
from shuren.data.internals.models import load_models
from shuren.data.internals.receipts import all_receipts
from shuren.insight import queries
from shuren.kernel.i18n import use_language
from shuren.kernel.shapes import Actor, no_progress
from shuren.kernel.site import Site
from tests.data.raw_helper import put_raw, reader

pytestmark = pytest.mark.django_db

DIRECTOR = Actor("d", "director", doing="dashboards.read")
ALUMNI, MOST = range(1, 9), 386
STUDENTS, FEW = range(100, 106), 2024


def loan(id: str, who: int, lent: datetime, back: datetime | None) -> dict[str, Any]:
    return {"loan_id": id, "reader_id": reader(who), "title": f"书{id}",
            "loaned_at": lent.isoformat(), "due_at": (lent + timedelta(days=60)).isoformat(),
            "returned_at": back.isoformat() if back else None}  # fmt: skip


def planted() -> list[dict[str, Any]]:
    """2025: alumni 2 to 8 lend 10 each and bring all back after 30 days; alumnus 1 lends 386, one a
    day's part, of which 3 are not back. The last of each of 2 to 8 goes out on 15 December and
    comes back in 2026. Six students lend 10 each."""
    first = datetime(2025, 1, 2, 9)
    rows = [loan(f"m{n}", 1, first + timedelta(hours=12 * n),
                 None if n < 3 else first + timedelta(hours=12 * n + 6))
            for n in range(MOST)]  # fmt: skip
    for who in ALUMNI[1:]:
        days = [datetime(2025, 1 + n, 3, 10) for n in range(9)] + [datetime(2025, 12, 15, 10)]
        rows += [loan(f"a{who}-{n}", who, day, day + timedelta(days=30))
                 for n, day in enumerate(days)]  # fmt: skip
    rows += [
        loan(f"s{who}-{n}", who, first + timedelta(days=n), None)
        for who in STUDENTS
        for n in range(10)
    ]
    return rows


def few() -> list[dict[str, Any]]:
    """2024: three alumni, one loan each."""
    lent, back = datetime(FEW, 5, 5, 9), datetime(FEW, 6, 5, 9)
    return [loan(f"o{who}", who, lent, back) for who in (1, 2, 3)]


def passages() -> list[dict[str, Any]]:
    """2025: each of eight alumni comes in 7 times and goes out 7 times; each student comes in 20
    times, and 30 entries were read from no card."""
    rows: list[dict[str, Any]] = []

    def passed(who: int | None, day: int, direction: str) -> None:
        at = datetime(2025, 3, 1, 9 if direction == "in" else 17) + timedelta(days=day)
        rows.append({"event_id": str(len(rows)), "gate_id": "g1", "building": "甲馆",
                     "direction": direction, "passed_at": at.isoformat(),
                     "reader_id": reader(who) if who else None})  # fmt: skip

    for who in ALUMNI:
        for day in range(7):
            passed(who, day, "in")
            passed(who, day, "out")
    for who in STUDENTS:
        for day in range(20):
            passed(who, day, "in")
    for day in range(30):
        passed(None, day, "in")
    return rows


def build(site: Site, loans: list[dict[str, Any]]) -> None:
    readers = [{"reader_id": reader(who), "kind": "alumni"} for who in ALUMNI]
    readers += [{"reader_id": reader(who), "kind": "student"} for who in STUDENTS]
    put_raw(site, "readers", readers, place=1)
    put_raw(site, "loans", loans, place=2)
    put_raw(site, "gate_events", passages(), place=3)
    building.build_snapshot(site, load_models(site), all_receipts(site)[::-1], no_progress)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    use_language("en")
    yield
    use_language(None)


WHOLE = (2025, 456, 446, 56, 8, 8)


def test_the_year_adds_up_to_what_was_planted(site: Site) -> None:
    """Loans: 386 + 7 × 10 = 456. Returns: 386 − 3 + 7 × 9 = 446; seven come back in 2026.
    Entries: 8 × 7 = 56; 2026 has no gate record, so that its entries are not known."""
    build(site, planted())
    found = queries.figure(site, "alumni_by_year", actor=DIRECTOR)
    assert found.table.columns == ("year", "loans", "returns", "entries", "borrowers", "visitors")
    assert found.table.rows == [(2026, 0, 7, None, 0, None), WHOLE]
    assert found.table.suppressed == 0


def test_a_year_of_three_persons_is_hidden_and_cannot_be_worked_out(site: Site) -> None:
    """2024 has three, and with it goes the year with the next fewest, 2026 with seven."""
    build(site, planted() + few())
    found = queries.figure(site, "alumni_by_year", actor=DIRECTOR)
    assert found.table.rows == [WHOLE]
    assert found.table.suppressed == 2
