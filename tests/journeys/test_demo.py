"""`shuren demo`: from nothing to a library, again at once, and on from where it was stopped."""

import json
import re

import pytest

from shuren.campus.accounts import DEMO_ACCOUNTS
from shuren.campus.accounts import PASSWORD as DEMO_PASSWORD
from tests.journeys.demo import MATCHED, receipts, rows_of, set_up
from tests.journeys.test_walks import page_of

pytestmark = pytest.mark.xdist_group("demo")


def test_a_set_up_that_was_killed_goes_on_and_loads_nothing_twice(stopped_and_resumed):
    folder, first, _said = stopped_and_resumed
    found = receipts(folder)
    assert first <= set(found)
    exports = [path for path in (folder / "exports").rglob("*") if path.is_file()]
    aside = {"truth.json", "opinions.csv", "alumni.csv"}  # the roster is no source of the lake
    written = {path.name for path in exports} - aside
    assert set(found) == written
    assert len(written) == len(exports) - len(aside)
    raw = folder / "data/lake/raw"
    matched = [path for contract in MATCHED for path in (raw / contract).glob("*")]
    assert len(list(folder.glob("data/receipts/*.json"))) == len(written) + len(matched)
    assert len(list(raw.glob("reader_links/*"))) == 1
    truth = json.loads((folder / "exports/truth.json").read_text("utf-8"))
    for name, entry in truth["files"].items():
        assert found[name]["records"] == entry["records"], name
    assert not list((folder / "data/tmp").glob("*"))


def test_what_it_says_is_short_and_its_sums_are_those_of_the_receipts(stopped_and_resumed):
    folder, _first, said = stopped_and_resumed
    lines = said.replace(str(folder), "").strip().splitlines()
    assert len(lines) <= 15
    assert max(map(len, lines)) <= 80
    assert [line[:3] for line in lines if line[1:3] == "/4"] == [f"{n}/4" for n in range(1, 5)]
    pattern = r"([0-9,]+) rows accepted, ([0-9,]+) refused; files: ([0-9,]+)"
    sums = [found.groups() for line in lines if (found := re.search(pattern, line))]
    totals = [[int(number.replace(",", "")) for number in line] for line in sums]
    kept = receipts(folder).values()
    assert [sum(column) for column in zip(*totals, strict=True)] == [
        sum(receipt["accepted"] for receipt in kept),
        sum(receipt["refused"] for receipt in kept),
        len(kept),
    ]


def test_systems_are_collected_and_a_first_day_of_work_is_done(stopped_and_resumed):
    folder, _first, _said = stopped_and_resumed
    heard = {path.stem for path in folder.glob("data/connectors/*.json")}
    assert heard == {"card-readers", "ils-loans", "gate-events", "seat-events", "service-desk"}
    assert {r["connector"] for r in receipts(folder).values()} == heard | {""}
    assert len(list(folder.glob("data/governance/*.json"))) == 1
    assert len(rows_of(folder, "SELECT 1 FROM management_decision")) == 1
    assert len(rows_of(folder, "SELECT 1 FROM trust_apikey")) == 1


def test_a_second_run_changes_nothing(stopped_and_resumed):
    folder, _first, _said = stopped_and_resumed
    before = (receipts(folder), (folder / "data/lake/CURRENT").read_text())
    set_up(folder)
    assert (receipts(folder), (folder / "data/lake/CURRENT").read_text()) == before


def test_the_demo_shows_its_seats_its_books_and_its_accounts(stopped_and_resumed):
    folder, _first, _said = stopped_and_resumed
    assert "5,481" in page_of(folder, "/spaces/")
    assert "I242.4" in page_of(folder, "/find/?q=红楼梦")
    sign_in = page_of(folder, "/sign-in/")
    listed = set(re.findall(r'name="username" value="(\w+)"', sign_in))
    assert listed == {account.username for account in DEMO_ACCOUNTS}
    assert DEMO_PASSWORD in sign_in


def test_the_demo_lives_events_commissions_gifts_and_bookings(stopped_and_resumed):
    """Of each something that is over and something that is under way, on both sides of today."""
    folder, _first, _said = stopped_and_resumed
    states = rows_of(folder, "SELECT flow, state, count(*) FROM service_case GROUP BY 1, 2")
    found = {(flow, state): count for flow, state, count in states}
    for flow, wanted in {
        "event": {"archived", "open", "cancelled", "planned"},
        "course": {"completed", "enrolling"},
        "commission": {"closed", "delivered", "reviewing", "working", "needs_info", "submitted"},
        "donation": {"acknowledged", "received", "offered"},
    }.items():
        assert wanted <= {state for of, state in found if of == flow}, flow
    kinds = {kind for (kind,) in rows_of(folder, "SELECT kind FROM service_signeddocument")}
    assert kinds == {"attendance", "novelty", "citation", "donation"}
    assert rows_of(folder, "SELECT 1 FROM service_enrolment WHERE attended <> '[]' LIMIT 1")
    assert rows_of(folder, "SELECT 1 FROM service_event WHERE starts_at > changed_at LIMIT 1")
    assert rows_of(folder, "SELECT 1 FROM service_giftitem WHERE known <> '' LIMIT 1")
    assert found[("booking", "released")] >= 10
    titles = rows_of(folder, "SELECT title, count(*) FROM service_event GROUP BY 1")
    assert all(count == 1 for _title, count in titles), "a set-up that goes on plans none twice"
