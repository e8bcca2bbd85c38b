"""The page of suppliers: order, filled, days and cost of a month, and the cases behind a number."""

import pytest
from django.test import Client
from django.urls import reverse

from shuren.service import suppliers
from shuren.service.cases import act, open_case
from shuren.service.internals.supply_rows import Supply
from shuren.trust.actions import create_account
from shuren.trust.models import UseRecord
from tests.service.desk_of_cases import LIBRARIAN, reader
from tests.web.test_privacy_panel import see

PAGE = "workbench:suppliers"


@pytest.fixture
def march(library, settings, monkeypatch, db):
    """Two deliveries in March: our branches have the first after two days; of the second they have
    nothing, CALIS is still being waited for."""
    monkeypatch.setenv("SHUREN_NOW", "2026-03-02T01:00")
    ids = []
    for title in ("光催化", "铁电"):
        opened = open_case(
            library, "document_delivery", actor=reader(library),
            subject={"kind": "article", "id": title, "title": title},
            fields={"personal_study": True},
        )  # fmt: skip
        act(library, opened.id, "accept", actor=LIBRARIAN)
        ids.append(opened.id)
    suppliers.not_here(library, ids[1], actor=LIBRARIAN)
    monkeypatch.setenv("SHUREN_NOW", "2026-03-04T01:00")
    act(library, ids[0], "supply", actor=LIBRARIAN)
    return ids


@pytest.fixture
def desk(db) -> Client:
    client = Client()
    client.force_login(create_account("lin", "a long enough phrase", "front_desk"))
    client.cookies["shuren_language"] = "en"
    return client


def row(page: str, name: str) -> str:
    """The text of a table's row, cells by |."""
    import re

    found = next(part for part in page.split("<tr>") if name in part)
    return re.sub(r"\s*<[^>]+>\s*", "|", found).replace("||", "|")


def test_a_month_shows_order_outcome_days_and_cost(march, desk):
    page = see(desk, reverse(PAGE))
    branches, calis = row(page, "Our own branches"), row(page, "CALIS")
    assert "1. Our own branches" in branches
    assert "2. CALIS" in calis
    assert "50%" in branches
    assert "2.0" in branches
    assert "1 / 1,500" in calis
    assert "3 asked for, 1 supplied, 0 yuan" in page


def test_every_number_leads_to_its_cases(march, desk):
    page = see(desk, f"{reverse(PAGE)}?month=2026-03&supplier=own_branches&outcome=failed")
    assert "铁电" in page
    assert "光催化" not in page
    assert reverse("workbench:case", args=[march[1]]) in page
    both = see(desk, f"{reverse(PAGE)}?month=2026-03&supplier=own_branches")
    assert "光催化" in both
    assert "铁电" in both


def test_the_look_at_cases_is_in_the_ledger(march, desk, library):
    see(desk, f"{reverse(PAGE)}?month=2026-03&supplier=own_branches")
    assert UseRecord.objects.filter(
        actor="lin", table="service.case", purpose="case_handling", rows=2
    ).exists()


@pytest.mark.parametrize(
    "odd", ["month=x", "month=1999-01", "supplier=%00", "supplier=no&outcome=x"]
)
def test_what_cannot_be_meant_is_answered_with_the_month(march, desk, odd):
    assert "Suppliers" in see(desk, f"{reverse(PAGE)}?{odd}")


def test_one_that_is_declared_no_more_keeps_its_numbers(march, desk):
    Supply.objects.filter(supplier="calis").update(supplier="old_one")
    assert "old_one" in see(desk, reverse(PAGE))


def test_readers_do_not_see_it(march, as_role):
    assert as_role("student").get(reverse(PAGE)).status_code == 403


def test_the_case_shows_whom_it_was_asked_of_and_the_desk_says_no_for_one(march, desk):
    url = reverse("workbench:case", args=[march[1]])
    assert "2. CALIS" in see(desk, url)
    assert desk.post(url, {"do": "not_here"}).status_code == 302
    page = see(desk, url)
    assert "Did not supply" in page
    assert "3. " in page
