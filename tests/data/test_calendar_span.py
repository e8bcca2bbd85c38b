"""The calendar reaches over the years of loans, visits and seats, so that no figure lacks its
kind of week, and a day of news does not change it."""

from datetime import date, timedelta

import pytest

from shuren.data.internals import sources
from shuren.data.internals.embedded import open_engine
from shuren.data.internals.fingerprints import Inputs
from shuren.data.internals.models import load_models
from shuren.data.internals.receipts import all_receipts
from shuren.kernel.site import Site
from tests.data.raw_helper import put_raw

pytestmark = pytest.mark.django_db
YEAR = [date(2026, 1, 1) + timedelta(n) for n in range(365)]
VISIT = {"building": "江湾", "entries": 5, "exits": 1}


def days(site: Site) -> list[date]:
    with open_engine(site, site.temporary / "asked", all_receipts(site)[::-1]) as engine:
        engine.source("calendar.day")
        found = engine.connection.execute("SELECT day FROM calendar.day ORDER BY day").fetchall()
    return [day for (day,) in found]


def test_without_anything_there_is_no_day(site: Site) -> None:
    assert days(site) == []


def test_visits_alone_make_a_calendar(site: Site) -> None:
    put_raw(site, "visit_counts", [{**VISIT, "hour_start_at": "2026-03-02T08:00:00"}])
    assert days(site) == YEAR


def test_it_reaches_from_the_earliest_year_to_the_latest(site: Site) -> None:
    put_raw(site, "loans", [{"loan_id": "1", "loaned_at": "2025-12-31T09:00:00"}], place=1)
    put_raw(site, "visit_counts", [{**VISIT, "hour_start_at": "2026-03-01T08:00:00"}], place=2)
    seat = {"event_id": "1", "zone_id": "Z", "seat_no": "1", "state": "free"}
    put_raw(site, "seat_events", [{**seat, "changed_at": "2024-02-29T08:00:00"}], place=3)
    found = days(site)
    assert (found[0], found[-1]) == (date(2024, 1, 1), date(2026, 12, 31))
    assert len(found) == 366 + 365 + 365


@pytest.mark.parametrize("year", [1, 1899, 9999])
def test_the_first_and_last_years_there_are_have_their_days(year: int) -> None:
    rows = sources.calendar_rows(None, date(year, 1, 1), date(year, 12, 31))
    assert rows.num_rows == 365


def test_a_table_of_days_is_made_anew_only_when_a_year_is_new(site: Site) -> None:
    model = load_models(site)["conformed.calendar_day"]

    def parts() -> dict[str, str]:
        return Inputs(site, all_receipts(site)[::-1]).of(model)

    put_raw(site, "visit_counts", [{**VISIT, "hour_start_at": "2026-03-01T08:00:00"}], place=1)
    before = parts()
    put_raw(site, "visit_counts", [{**VISIT, "hour_start_at": "2026-12-31T09:00:00"}], place=2)
    assert parts() == before
    put_raw(site, "visit_counts", [{**VISIT, "hour_start_at": "2027-01-01T09:00:00"}], place=3)
    assert parts() != before
    assert sources.widened(site, all_receipts(site)) == (date(2026, 1, 1), date(2027, 12, 31))
