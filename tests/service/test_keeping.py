"""What is kept for a purpose goes on the day the purpose may keep it no longer, and says so."""

import re
from datetime import date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.test import Client

from shuren.data.actions import build, retain
from shuren.data.definitions import contract, contracts
from shuren.data.internals import retention_log, snapshots
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import actions, cases, correcting
from shuren.service.internals import clocks, interests, keeping
from shuren.service.internals.case_rows import CaseStep
from shuren.service.models import Interest
from shuren.service.queries import held
from shuren.trust import consent, definitions, ledger
from shuren.trust.internals.ledger_rows import LedgerEntry
from shuren.trust.models import SignInCount
from tests.approving import approve_all
from tests.data.loading import OPERATOR, load
from tests.service.library import CARD, fill

pytestmark = pytest.mark.django_db(transaction=True)
SEARCHES = "lake:reader_searches"
SHIPPED = Path(definitions.__file__).parents[1] / "definitions"


def set_days(site: Site, purpose: str, days: int) -> None:
    """The library's own file of a purpose; before anything asks for purposes."""
    text = (SHIPPED / "purposes" / f"{purpose}.yaml").read_text("utf-8")
    target = site.definitions / "purposes" / f"{purpose}.yaml"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(re.sub(r"^keep_days: \d+", f"keep_days: {days}", text, flags=re.M), "utf-8")


def term_entries(store: str = "") -> list[dict[str, object]]:
    """What the ledger says went by its term, of one store or of all: nobody is named in it."""
    found = []
    for row in LedgerEntry.objects.filter(kind="erasure").order_by("pk"):
        entry = ledger.shown(row)
        if entry.body.get("event") == "term":
            assert entry.subject == ""
            found.append(entry.body)
    return [body for body in found if store in ("", body["store"])]


@pytest.mark.parametrize(
    "days, expected",
    [(30, (30, "behaviour_tracking")), (0, (180, "")), (180, (180, "")), (999, (180, ""))],
    ids=["the purpose is shorter", "the purpose says none", "both the same", "the contract is"],
)
def test_a_row_stays_no_longer_than_contract_and_purpose_allow(
    site: Site, days: int, expected: tuple[int, str]
) -> None:
    set_days(site, "behaviour_tracking", days)
    found = contract(site, "reader_searches")
    assert (found.retention_days, found.term_of) == expected
    assert contracts(site)["reader_searches"] == found


def test_of_several_purposes_the_one_that_may_keep_longest_counts(site: Site) -> None:
    """reader_links is kept for reader_linking and for library_statistics, 1,825 days."""
    set_days(site, "reader_linking", 10)
    assert contract(site, "reader_links").retention_days == 1825
    definitions.purposes.cache_clear()
    set_days(site, "library_statistics", 400)
    found = contract(site, "reader_links")
    assert (found.retention_days, found.term_of) == (400, "library_statistics")
    # Its own clock, though the contract of decisions states no term at all.
    set_days(site, "data_quality", 90)
    definitions.purposes.cache_clear()
    found = contract(site, "resolution_decisions")
    assert (found.retention_days, found.retention_column) == (90, "decided_at")


@pytest.fixture
def reader(site: Site, settings, monkeypatch: pytest.MonkeyPatch) -> Actor:
    """Searches are kept for 30 days, chosen interests for 60; it is 2 November 2026."""
    settings.SITE = site
    set_days(site, "behaviour_tracking", 30)
    set_days(site, "declared_interests", 60)
    monkeypatch.setenv("SHUREN_NOW", "2026-11-02T12:00:00+08:00")
    found = fill(site)
    consent.give("declared_interests", actor=found, version=1)
    Interest.objects.create(
        pseudonym=found.reader_key, subject="I2",
        chosen_at=datetime.fromisoformat("2026-11-01T09:00:00+08:00"),
    )  # fmt: skip
    build(site, actor=OPERATOR)
    return found


def searches(site: Site) -> int:
    """Rows in raw files and in the published table, both."""
    raw = sum(pq.read_metadata(p).num_rows for p in site.raw.glob("reader_searches/*.parquet"))
    source = snapshots.source(site, snapshots.required(site), "conformed.reader_search")
    [[rows]] = snapshots.query(site, f"SELECT count(*) FROM {source}", [])
    assert raw == rows
    return raw


def test_the_clock_takes_rows_away_the_day_after_their_last(
    reader: Actor, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert searches(site) == 1  # of 2 November
    monkeypatch.setenv("SHUREN_NOW", "2026-12-02T23:00:00+08:00")
    assert "terms" in clocks.work(site, OPERATOR)
    assert searches(site) == 1
    monkeypatch.setenv("SHUREN_NOW", "2026-12-03T23:00:00+08:00")
    assert "terms" in clocks.work(site, OPERATOR)
    assert searches(site) == 0
    assert term_entries(SEARCHES) == [
        {"event": "term", "store": "lake:reader_searches", "purpose": "behaviour_tracking",
         "days": 30, "rows": 1, "refused": 0, "lines": [1, 1]}
    ]  # fmt: skip
    assert [one.count for one in held(site, reader) if one.id == "lake:loans"] == [3]


def test_what_the_database_keeps_for_a_purpose_goes_too(
    reader: Actor, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    SignInCount.objects.create(key="a" * 64, failures=3, last_at=datetime.fromisoformat(
        "2026-11-01T11:00:00+08:00"))  # fmt: skip
    SignInCount.objects.create(key="b" * 64, failures=1, last_at=datetime.fromisoformat(
        "2026-11-02T11:00:00+08:00"))  # fmt: skip
    clocks.work(site, OPERATOR)
    assert list(SignInCount.objects.values_list("key", flat=True)) == ["b" * 64]
    assert [one.subject for one in interests.chosen(reader.reader_key)] == ["I2"]
    monkeypatch.setenv("SHUREN_NOW", "2026-12-31T09:00:00+08:00")
    clocks.work(site, OPERATOR)
    assert interests.chosen(reader.reader_key)
    monkeypatch.setenv("SHUREN_NOW", "2027-01-01T09:00:01+08:00")
    clocks.work(site, OPERATOR)
    assert not interests.chosen(reader.reader_key)
    assert [(b["store"], b["rows"], b["days"]) for b in term_entries() if "lines" not in b] == [
        ("sign_in_counts", 1, 1), ("sign_in_counts", 1, 1), ("interests", 1, 60),
    ]  # fmt: skip


def test_a_case_that_is_over_goes_three_years_later_with_its_trace(
    reader: Actor, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = correcting.ask(site, "lake:loans", "多记了一次", actor=reader).id
    cases.act(site, over, "withdraw", actor=reader)
    still = correcting.ask(site, "lake:loans", "少记了一次", actor=reader).id
    by_id = {fact.id: fact for one in held(site, reader) if one.id == "cases" for fact in one.facts}
    assert (by_id[over].until, by_id[still].until) == (date(2029, 11, 1), None)
    monkeypatch.setenv("SHUREN_NOW", "2029-11-01T11:00:00+08:00")
    keeping.clear(OPERATOR)
    assert {line.id for line in cases.my_cases(site, reader)} == {over, still}
    monkeypatch.setenv("SHUREN_NOW", "2029-11-02T11:00:00+08:00")
    assert keeping.clear(OPERATOR)["cases"] == 1
    assert [line.id for line in cases.my_cases(site, reader)] == [still]
    assert CaseStep.objects.filter(case=over).count() == 0
    assert [body["rows"] for body in term_entries("cases")] == [1]


def test_nothing_goes_where_a_purpose_sets_no_term(site: Site, settings) -> None:
    settings.SITE = site
    set_days(site, "declared_interests", 0)
    approve_all(site)
    Interest.objects.create(
        pseudonym="r_" + "a" * 26, subject="I2", chosen_at=datetime(1990, 1, 1).astimezone()
    )
    assert keeping.clear(OPERATOR) == {}
    assert Interest.objects.count() == 1


def test_the_reader_sees_until_which_day_each_thing_is_kept(reader: Actor, site: Site) -> None:
    by_store = {one.id: one for one in held(site, reader)}
    [search] = by_store["lake:reader_searches"].facts
    assert search.until == date(2026, 12, 2)
    assert [fact.until for fact in by_store["interests"].facts] == [date(2026, 12, 31)]
    assert {fact.until for fact in by_store["lake:gate_events"].facts} == {date(2027, 5, 1)}
    assert "30 days, as long as" in by_store["lake:reader_searches"].term
    client = Client()
    client.cookies["shuren_language"] = "en"
    assert client.login(username="ann", password="a long enough phrase")
    page = client.get("/my/privacy/").content.decode()
    assert "It is kept until 2 December 2026." in page
    assert "The oldest is kept until 27 February 2036, the newest until 31 October 2036." in page
    page = client.get("/my/privacy/held/?store=lake:loans").content.decode()
    assert "kept until 31 October 2036" in page
    assert b"2026-12-02" in actions.export_held(site, reader, "html")
    assert b'"until": "2026-12-02"' in actions.export_held(site, reader, "json")


def test_killed_before_the_ledger_knows_it_is_said_by_the_next_run(
    reader: Actor, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHUREN_NOW", "2026-12-10T12:00:00+08:00")

    def killed(*args: object, **more: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ledger, "append", killed)
        with pytest.raises(KeyboardInterrupt):
            retain(site, actor=OPERATOR)
    assert len(retention_log.entries(site, "reader_searches")) == 1
    assert term_entries(SEARCHES) == []
    retain(site, actor=OPERATOR)
    assert [body["rows"] for body in term_entries(SEARCHES)] == [1]
    retain(site, actor=OPERATOR)
    assert len(term_entries(SEARCHES)) == 1
    load(site, "reader_searches", "event_id,reader_id,words,hits,searched_at\n"
         f"S9,{CARD},活着,3,2026-11-08 08:00:00\n", "late.csv")  # fmt: skip
    build(site, actor=OPERATOR)
    assert [(body["rows"], body["lines"]) for body in term_entries(SEARCHES)] == [
        (1, [1, 1]),
        (1, [2, 2]),
    ]
