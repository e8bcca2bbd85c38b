"""What a person reads in small places: months, units, places, the order of a list."""

import json
from pathlib import Path

import pytest

from shuren import web
from shuren.discovery.shapes import Holding
from shuren.trust.actions import create_account
from shuren.web import moments
from shuren.web.portal.hits import known
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
