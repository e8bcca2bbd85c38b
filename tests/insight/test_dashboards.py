"""Dashboards: heat maps, the year before, the calendar beside a figure, shares and means."""

import re
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from shuren.data import actions
from shuren.insight import definitions, queries
from shuren.insight.errors import BadFilter
from shuren.kernel.definitions import SHIPPED
from shuren.kernel.errors import DefinitionError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import use_language
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.web.workbench import insight as insight_page
from tests.data.loading import LOANS, OPERATOR, load

pytestmark = pytest.mark.django_db

DIRECTOR = Actor("d", "director", doing="dashboards.read")
# The calendar of the built-in university: 2026-01-05 is a Monday of the final exams.
VISITS = """building,campus,hour_start_at,entries,exits
甲馆,本部,2026-01-05 08:00,300,10
甲馆,本部,2026-01-05 20:00,50,90
乙馆,新校区,2026-01-06 08:00,40,4
甲馆,本部,2025-01-06 08:00,200,20
甲馆,本部,2025-12-03 09:00,60,6
"""
SEATS = """zone_id,campus,building,floor,title,seats
A1,本部,甲馆,1,大厅,100
A2,本部,甲馆,2,静音区,20
"""
TAKEN = """zone_id,hour_start_at,occupied
A1,2026-01-05 08:00,90
A2,2026-01-05 08:00,6
"""


@pytest.fixture
def house(site: Site) -> Iterator[Site]:
    days = ["2024-12-30", "2026-01-31"]  # the calendar's days are those from first to last loan
    loans = [f"{n},r{n},b{n},三体,{day} 10:00:00,,,0,本部" for n, day in enumerate(days)]
    load(site, "loans", LOANS + "\n".join(loans) + "\n", "loans.csv")
    for contract, text in (("visit_counts", VISITS), ("seat_zones", SEATS),
                           ("occupancy_counts", TAKEN)):  # fmt: skip
        load(site, contract, text, f"{contract}.csv")
    actions.build(site, actor=OPERATOR)
    use_language("en")
    yield site
    use_language(None)


def ask(site: Site, id: str, **filters: str) -> queries.figuring.FigureResult:
    named = {name.rstrip("_"): value for name, value in filters.items()}
    return queries.figure(site, id, actor=DIRECTOR, filters=named)


def test_a_month_stands_beside_the_same_month_a_year_before(house):
    found = ask(house, "visits_by_month")
    assert list(zip(found.labels, [row[1] for row in found.table.rows], found.before,
                    strict=True)) == [
        ("2025-01", 200.0, None), ("2025-12", 60.0, None), ("2026-01", 390.0, 200.0),
    ]  # fmt: skip


def test_a_number_speaks_of_the_last_full_month_and_of_the_year_before(house):
    found = ask(house, "visits_month")
    assert (found.filters["to"], found.table.rows, found.before) == (
        "2026-01",
        [(390.0,)],
        (200.0,),
    )
    narrowed = ask(house, "visits_month", campus="新校区")
    assert (narrowed.table.rows, narrowed.before) == ([(40.0,)], ())


def test_a_share_is_of_the_sums_and_not_a_mean_of_shares(house):
    # 96 of 120 seats at that hour; the mean of 90 % and 30 % would be 60 %.
    heat = ask(house, "occupancy_heat", from_="2026-01", to="2026-01")
    at_eight = [row for row in heat.table.rows if row[:2] == (1, 8)]
    assert at_eight == [(1, 8, 80.0)]
    zones = ask(house, "occupancy_by_zone", from_="2026-01", to="2026-01")
    assert dict(zip(zones.labels, [row[3] for row in zones.table.rows], strict=True)) == {
        "大厅": 90.0, "静音区": 30.0,
    }  # fmt: skip


def test_a_heat_map_has_every_hour_under_its_weekday(house):
    found = ask(house, "visits_heat", from_="2026-01")
    cells = zip(found.labels, found.table.rows, strict=True)
    assert [(label, *row[1:]) for label, row in cells] == [
        ("Mon", 8, 300.0), ("Mon", 20, 50.0), ("Tue", 8, 40.0),
    ]  # fmt: skip


def test_exam_weeks_are_marked_on_the_days_they_cover(house):
    found = ask(house, "visits_by_day", from_="2026-01")
    assert [row[0].isoformat() for row in found.table.rows] == ["2026-01-05", "2026-01-06"]
    titles = {mark.title: mark.labels for mark in found.marks}
    assert titles["Final exams"] == ("2026-01-05", "2026-01-06")


def test_without_a_period_only_the_last_days_are_shown(house):
    # The data speak until 2026-01-31; 120 days before is 2025-10-04.
    days = [row[0].isoformat() for row in ask(house, "visits_by_day").table.rows]
    assert days == ["2025-12-03", "2026-01-05", "2026-01-06"]


def test_the_query_in_words_says_what_was_asked(house):
    sql = ask(house, "occupancy_heat", building="甲馆").sql
    assert "100.0 * sum(occupied_mean) / sum(seats) AS share" in sql
    assert "WHERE weekday IN (1, 2, 3, 4, 5, 6, 7) AND building = '甲馆'" in sql
    assert "HAVING" not in sql  # no table about people


def test_a_filter_a_figure_does_not_know_is_left_aside_and_a_strange_one_refused(house):
    assert "college" not in ask(house, "visits_by_month", college="x").filters
    with pytest.raises(BadFilter):
        ask(house, "visits_by_month", colour="red")


def test_every_dashboard_we_ship_names_figures_that_are_there():
    known, boards = definitions.figures(None), definitions.dashboards(None)
    assert list(boards) == ["circulation", "collections", "space", "e-resources", "services"]
    shown = {id for one in boards.values() for id in (*one.numbers, *one.figures)}
    # A figure of a college's own page, counted for the college that is looked at.
    assert shown | {"reading_by_college"} == set(known)


def test_every_column_a_figure_speaks_of_has_a_title(site, settings):
    settings.SITE = site
    for one in definitions.figures(None).values():
        columns = insight_page._columns(SimpleNamespace(definition=one))
        assert [name for name, title in columns if title == _("no title")] == [], one.id


@pytest.mark.parametrize(
    "old, new, sentence",
    [
        ("across: hour", "across: weekday", "'across'"),
        ("chart: heat", "chart: number", "'by'"),
        ("sum:entries", "median:entries", "counts nothing known"),
        ("filters: [period", "filters: [colour", "'filters'"),
    ],
)
def test_a_mistake_in_a_heat_map_is_named(site, old, new, sentence):
    text = (SHIPPED / "figures" / "visits_heat.yaml").read_text("utf-8")
    assert old in text
    local = site.definitions / "figures" / "visits_heat.yaml"
    local.parent.mkdir(parents=True)
    local.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(DefinitionError, match=re.escape(sentence)):
        definitions.figures(site)


def test_a_dashboard_with_a_strange_figure_is_named(site):
    local = site.definitions / "dashboards" / "mine.yaml"
    local.parent.mkdir(parents=True)
    local.write_text(
        "title: {zh: 我, en: Mine}\nquestion: {zh: 何, en: What}\nfigures: [visits_het]\n", "utf-8"
    )
    with pytest.raises(DefinitionError, match="visits_het") as caught:
        definitions.dashboards(site)
    assert "visits_heat" in caught.value.fix
