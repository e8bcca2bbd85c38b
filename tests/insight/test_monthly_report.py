"""A monthly report says what the figures say, of that month, from one snapshot."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from shuren.data import actions
from shuren.insight import definitions, queries
from shuren.insight.errors import BadFilter
from shuren.insight.internals import reporting
from shuren.insight.shapes import FigureResult, MonthlyReport
from shuren.kernel.i18n import use_language
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site, open_site
from shuren.trust.errors import NotAllowed
from tests.data.loading import LOANS, OPERATOR, load
from tests.early import make_site
from tests.insight.test_dashboards import SEATS, TAKEN, VISITS
from tests.insight.test_figures import by_hand

pytestmark = pytest.mark.django_db

DIRECTOR = Actor("d", "director", doing="dashboards.read")
# 2025-01: 6 readers take 三体. 2026-01: 12 take 三体, 6 others 活着, and two of the 12 存在与时间.
THEN = [f"a{n},r{n},b{n},三体,2025-01-0{n + 1} 10:00:00,,,0,本部" for n in range(6)]
NOW = [f"c{n},r{n},b{n},三体,2026-01-{n + 1:02} 10:00:00,,,0,本部" for n in range(12)]
NOW += [f"d{n},s{n},e{n},活着,2026-01-{n + 11} 10:00:00,,,0,本部" for n in range(6)]
NOW += [f"f{n},r{n},g{n},存在与时间,2026-01-31 10:00:00,,,0,本部" for n in range(2)]
LATER = [f"z{n},t{n},b{n},三体,2026-02-03 10:00:00,,,0,本部" for n in range(6)]


@pytest.fixture(scope="module")
def built(tmp_path_factory: Any, django_db_setup: None, django_db_blocker: Any) -> Site:
    """Loaded and built once; no test of this file writes to it."""
    site = open_site(make_site(tmp_path_factory.mktemp("report") / "site"))
    with django_db_blocker.unblock(), transaction.atomic():
        load(site, "loans", LOANS + "\n".join(THEN + NOW + LATER) + "\n", "loans.csv")
        for contract, text in (("visit_counts", VISITS), ("seat_zones", SEATS),
                               ("occupancy_counts", TAKEN)):  # fmt: skip
            load(site, contract, text, f"{contract}.csv")
        actions.build(site, actor=OPERATOR)
        transaction.set_rollback(True)
    return site


@pytest.fixture
def house(built: Site) -> Iterator[Site]:
    use_language("en")
    yield built
    use_language(None)


def results(report: MonthlyReport) -> dict[str, FigureResult]:
    return {
        one.definition.id: one
        for section in report.sections
        for one in (*section.numbers, *section.figures)
    }


def test_the_last_full_month_is_taken_unless_another_is_named(house: Site) -> None:
    report = queries.monthly_report(house, actor=DIRECTOR)
    assert (report.month, report.complete, report.data_date) == ("2026-01", True, "2026-02-03")
    # 2025-12 is known by its visits only.
    known = ["2026-02", "2026-01", "2025-12", "2025-01"]
    assert queries.report_months(house, actor=DIRECTOR) == known
    assert not queries.monthly_report(house, "2026-02", actor=DIRECTOR).complete


def test_numbers_counted_on_fingers_stand_beside_the_year_before(house: Site) -> None:
    found = results(queries.monthly_report(house, "2026-01", actor=DIRECTOR))
    assert (found["loans_month"].table.rows, found["loans_month"].before) == ([(20,)], (6,))
    assert (found["borrowers_month"].table.rows, found["borrowers_month"].before) == ([(18,)], (6,))
    assert (found["visits_month"].table.rows, found["visits_month"].before) == (
        [(390.0,)],
        (200.0,),
    )


@pytest.mark.parametrize("id", ["loans_month", "loans_by_campus", "loans_by_class"])
def test_a_figure_of_the_report_equals_plain_sql(house: Site, id: str) -> None:
    found = results(queries.monthly_report(house, "2026-01", actor=DIRECTOR))[id]
    assert "month >= '2026-01' AND month < '2026-02'" in found.sql
    assert found.table.rows == by_hand(house, found.sql)


def test_every_figure_equals_the_one_of_its_own_page(house: Site) -> None:
    for id, one in results(queries.monthly_report(house, "2026-01", actor=DIRECTOR)).items():
        asked = reporting.filters_of(one.definition, "2026-01")
        page = queries.figure(house, id, actor=DIRECTOR, filters=asked)
        assert (one.table, one.labels, one.before) == (page.table, page.labels, page.before), id


def test_months_run_a_year_back_and_all_else_is_of_the_month(house: Site) -> None:
    known = definitions.figures(None)
    months = {"from": "2025-01", "to": "2026-01"}
    assert reporting.filters_of(known["loans_by_month"], "2026-01") == months
    only = {"from": "2026-01", "to": "2026-01"}
    assert reporting.filters_of(known["visits_by_day"], "2026-01") == only
    assert reporting.filters_of(known["stock_copies"], "2026-01") == {}
    found = results(queries.monthly_report(house, "2026-01", actor=DIRECTOR))
    assert found["visits_by_month"].labels == ("2025-01", "2025-12", "2026-01")
    days = [row[0].isoformat() for row in found["visits_by_day"].table.rows]
    assert days == ["2026-01-05", "2026-01-06"]


@pytest.mark.parametrize(
    "month, count, before",
    [("2026-01", 1, "2025-12"), ("2026-12", 12, "2025-12"), ("2026-03", 0, "2026-03")],
)
def test_counting_months_back(month: str, count: int, before: str) -> None:
    assert reporting.months_before(month, count) == before


def test_a_small_group_is_hidden_with_what_would_give_it_away(house: Site) -> None:
    titles = results(queries.monthly_report(house, "2026-01", actor=DIRECTOR))["top_titles_monthly"]
    # 活着 with its 6 borrowers goes too: the month's 20 loans less 18 would tell of the two.
    assert titles.labels == ("三体",)
    assert titles.table.suppressed == 2


def test_everything_is_of_one_snapshot_even_while_another_is_built(house: Site) -> None:
    report = queries.monthly_report(house, "2026-01", actor=DIRECTOR)
    assert {one.table.snapshot for one in results(report).values()} == {report.snapshot}
    assert {one.snapshot for one in report.indicators} == {report.snapshot}


def test_what_is_missing_is_told_apart(house: Site) -> None:
    sections = {s.dashboard.id: s for s in queries.monthly_report(house, actor=DIRECTOR).sections}
    assert [one.id for one in sections["space"].live] == ["zones_now"]
    assert {one.id for one in sections["e-resources"].unfed} >= {"requests_by_month"}
    assert not any(one.table == "mart.loan_fact" for one in sections["circulation"].unfed)


def test_the_calendar_is_cut_to_the_month(house: Site) -> None:
    marks = queries.monthly_report(house, "2026-01", actor=DIRECTOR).calendar
    assert all("2026-01-01" <= m.first <= m.last <= "2026-01-31" for m in marks)
    assert {m.title: m.first for m in marks}["Final exams"] == "2026-01-01"
    assert any(m.last == "2026-01-31" for m in marks)  # the winter break goes on after it
    assert reporting.calendar_of(house, "1999-05") == ()


def test_quality_is_told_with_open_tasks_to_whom_may_read_them(house: Site) -> None:
    line = queries.monthly_report(house, actor=DIRECTOR).quality
    assert line is not None
    assert (line.contracts, line.open_tasks) == (4, 0)
    assert 0 < line.lowest <= line.mean <= 100


@pytest.mark.parametrize("month", ["2026-03", "2024-01", "2026-13", "soon", "../etc"])
def test_a_month_without_data_is_refused_in_a_sentence(house: Site, month: str) -> None:
    with pytest.raises(BadFilter, match="There are no data for the month") as caught:
        queries.monthly_report(house, month, actor=DIRECTOR)
    assert "2025-01 to 2026-02" in caught.value.fix


def test_an_empty_site_says_what_to_do(site: Site) -> None:
    use_language("en")
    with pytest.raises(BadFilter, match="nothing to report"):
        queries.monthly_report(site, actor=DIRECTOR)
    use_language(None)


def test_only_who_may_read_dashboards_gets_one(house: Site) -> None:
    with pytest.raises(NotAllowed):
        queries.monthly_report(house, actor=Actor("x", "front_desk"))
