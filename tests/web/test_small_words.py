"""What a person reads in small places: months, units, places, the order of a list."""

import json
from pathlib import Path

import pytest
from django.utils import translation

from shuren import web
from shuren.data.shapes import Table
from shuren.discovery.shapes import Holding
from shuren.insight.definitions import figures
from shuren.insight.shapes import FigureResult
from shuren.kernel.i18n import use_language
from shuren.trust.actions import create_account
from shuren.web import moments
from shuren.web.portal.hits import known
from shuren.web.workbench.finding import finding
from tests.web.conftest import PASSWORD


@pytest.mark.parametrize(
    "language, words", [("zh-hans", "2026年3月"), ("en", "March 2026")], ids=["zh", "en"]
)
def test_a_month_is_written_out(client, library, db, language, words):
    client.cookies["shuren_language"] = language
    page = client.get("/").content.decode()
    assert words in page
    assert "2026-03," not in page


@pytest.mark.parametrize("month", ["", "x", "0000-01", "2026-13"])
def test_what_is_no_month_stays_as_it_is(month):
    assert moments.month(month) == month


def test_a_unit_that_repeats_its_title_is_left_out(as_role, library):
    page = as_role("director").get("/workbench/insight/circulation/").content.decode()
    assert ">Loans</th>" in page
    assert ">Borrowers (readers)</th>" in page


def test_a_place_that_says_nothing_is_not_named():
    nowhere, somewhere = Holding("", None, None, None), Holding("本部", 2, 1, 1)
    seen_there = Holding("东校区", None, None, None)
    assert known((nowhere, seen_there, somewhere)) == [somewhere]
    assert known((nowhere, seen_there)) == [seen_there]
    assert known((nowhere,)) == []


def test_demo_accounts_stand_in_the_order_of_the_demo(client, db, settings, site):
    settings.SITE_SETTINGS = settings.SITE_SETTINGS.model_copy(update={"demo": True})
    settings.SITE = site
    names = [("zhou", "student"), ("an", "alumni"), ("wei", "director"), ("bai", "ethics_board")]
    for name, role in names:
        create_account(name, PASSWORD, role)
    site.demo_note.parent.mkdir(parents=True, exist_ok=True)
    note = {"password": PASSWORD, "usernames": [name for name, _role in names]}
    site.demo_note.write_text(json.dumps(note), "utf-8")
    page = client.get("/sign-in/").content.decode()
    places = [page.index(f'value="{name}"') for name, _role in names]
    assert places == sorted(places)


@pytest.mark.parametrize("path", ["", "sources/", "quarantine/", "insight/circulation/"])
def test_an_empty_workbench_teaches_and_shows_no_template(as_role, settings, site, path):
    settings.SITE = site
    page = as_role("data_librarian").get(f"/workbench/{path}").content.decode()
    assert "{%" not in page
    assert "{{" not in page
    assert path == "quarantine/" or "shuren load" in page


def test_no_template_tag_is_broken_over_lines():
    """Django takes a tag that runs over a line for text."""
    templates = Path(web.__file__).parent / "templates"
    broken = [
        f"{file.name}: {line}"
        for file in templates.rglob("*.html")
        for line in file.read_text("utf-8").splitlines()
        if line.count("{%") != line.count("%}")
    ]
    assert broken == []


def of_years_or_months(column: str, rows: dict[str, int | None], data_date: str, before=()):
    """A figure by year or month, computed until `data_date`."""
    kind = {"month": "loans_by_month", "year": "alumni_by_year"}[column]
    table = Table((column, "n"), list(rows.items()), data_date=data_date)
    return FigureResult(
        figures(None)[kind], table, tuple(rows), {}, "", data_date=data_date, before=before
    )


@pytest.mark.parametrize(
    "column, rows, until, before, words",
    [
        ("year", {"2026": 900, "2025": 1393, "2024": 1244}, "2026-11-28", (),
         "1,393 times in 2025, 12% more than in 2024"),
        ("year", {"2026": 900, "2025": 1393}, "2026-12-31", (),
         "900 times in 2026, 35% less than in 2025"),
        ("year", {"2025": 1393, "2024": None}, "2026-11-28", (), "1,393 times in 2025"),
        ("month", {"2026-09": 300, "2026-10": 201, "2026-11": 9}, "2026-11-28", (310, 200, 180),
         "201 loans in October 2026, about as in October 2025"),
        ("month", {"2025-10": 100, "2026-10": 150}, "2026-10-31", (),
         "150 loans in October 2026, 50% more than in October 2025"),
        ("month", {"2026-11": 9}, "2026-11-28", (), "November 2026: 9 loans"),
        ("month", {"2026-11": None}, "2026-11-28", (), "No figures for this choice."),
    ],
    ids=["the last whole year", "a year that is over", "the year before is hidden",
         "the last whole month", "a year before in the same table", "no whole month",
         "nothing known"],
)  # fmt: skip
def test_a_figure_over_time_says_the_newest_and_how_it_changed(column, rows, until, before, words):
    with translation.override("en"):  # the names of months are Django's
        assert finding(of_years_or_months(column, rows, until, before)) == words


@pytest.fixture
def in_chinese():
    use_language("zh-hans")
    with translation.override("zh-hans"):
        yield
    use_language(None)


def test_a_figure_over_time_in_chinese(in_chinese):
    rows = {"2025": 1393, "2024": 1244}
    said = finding(of_years_or_months("year", rows, "2026-11-28"))
    assert said == "2025年：1,393 次，比2024年多 12%"
