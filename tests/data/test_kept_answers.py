"""Answers are kept as long as the file they were read from, and asked again of a new snapshot."""

from collections.abc import Iterator
from threading import Barrier, Thread
from typing import Any

import pytest

from shuren.data import queries
from shuren.data.internals import answers, building, snapshots
from shuren.data.internals.models import load_models
from shuren.data.internals.receipts import all_receipts
from shuren.data.shapes import Table
from shuren.kernel.shapes import Actor, no_progress
from shuren.kernel.site import Site
from shuren.trust import queries as trust
from tests.data.raw_helper import put_raw, reader

pytestmark = pytest.mark.django_db

DIRECTOR = Actor("d", "director", doing="dashboards.read")
MONTHS = ("2026-01", "2026-02", "2026-03")


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What is asked of the engine."""
    answers.forget()
    found: list[str] = []
    plain = snapshots.query

    def query(site: Site, sql: str, values: list[Any]) -> Any:
        found.append(sql)
        return plain(site, sql, values)

    monkeypatch.setattr(snapshots, "query", query)
    yield found
    answers.forget()


@pytest.fixture
def lake(site: Site) -> Site:
    put_raw(site, "readers", [{"reader_id": reader(n), "kind": "student"} for n in range(9)], 1)
    put_raw(site, "loans", loans(0), 2)
    put_raw(site, "visit_counts", visits(10), 3)
    build(site)
    return site


def loans(first: int) -> list[dict[str, Any]]:
    return [
        {"loan_id": f"{n}-{month}", "reader_id": reader(n), "title": "三体",
         "loaned_at": f"{month}-03T09:00:00"}
        for month in MONTHS for n in range(first, first + 9)
    ]  # fmt: skip


def visits(entries: int) -> list[dict[str, Any]]:
    return [{"campus": "东区", "building": "东馆", "hour_start_at": "2026-01-05T09:00:00",
             "entries": entries, "exits": 0}]  # fmt: skip


def build(site: Site) -> None:
    building.build_snapshot(site, load_models(site), all_receipts(site)[::-1], no_progress)


def lent(site: Site, *where: tuple[str, str, Any]) -> Table:
    return queries.summarise(
        site, "mart.loan_fact", by=["month"], measures={"loans": "count"}, where=where,
        purpose="library_statistics", actor=DIRECTOR, order_by=["month"],
    )  # fmt: skip


def came(site: Site) -> list[tuple[Any, ...]]:
    return queries.summarise(
        site, "mart.visit_hour", by=["month"], measures={"entries": "sum:entries"},
        purpose="library_statistics", actor=DIRECTOR,
    ).rows  # fmt: skip


def test_the_same_question_is_asked_of_the_engine_once(lake: Site, sent: list[str]) -> None:
    first, asked = lent(lake), len(sent)
    assert lent(lake).rows == first.rows
    assert len(sent) == asked


def test_every_use_is_in_the_ledger_kept_or_not(lake: Site, sent: list[str]) -> None:
    for _time in range(3):
        lent(lake)
    administrator = Actor("a", "administrator")
    uses = [one for one in trust.uses(actor=administrator) if one.table == "mart.loan_fact"]
    assert [(one.actor, one.rows) for one in uses] == [("d", 3)] * 3


def test_an_answer_outlasts_a_build_that_left_its_table_alone(lake: Site, sent: list[str]) -> None:
    before = lent(lake)
    put_raw(lake, "visit_counts", visits(70), 4)
    build(lake)
    sent.clear()
    after = lent(lake)
    assert after.rows == before.rows
    assert after.snapshot != before.snapshot
    assert not sent


def test_an_answer_does_not_outlast_a_build_that_made_its_table_anew(
    lake: Site, sent: list[str]
) -> None:
    assert came(lake) == [("2026-01", 10.0)]
    put_raw(lake, "visit_counts", visits(70), 4)
    build(lake)
    assert came(lake) == [("2026-01", 70.0)]


def test_another_month_of_the_same_figure_is_a_small_question(lake: Site, sent: list[str]) -> None:
    lent(lake, ("month", ">=", "2026-01"), ("month", "<", "2026-02"))
    sent.clear()
    lent(lake, ("month", ">=", "2026-02"), ("month", "<", "2026-03"))
    whole = [sql for sql in sent if "read_parquet" in sql and "WHERE" not in sql]
    assert not whole  # what its neighbours give away is known for any period


def test_a_new_snapshot_is_asked_before_the_first_reader_does(lake: Site, sent: list[str]) -> None:
    lent(lake, ("month", "<", "2026-03"))
    put_raw(lake, "readers", [{"reader_id": reader(n), "kind": "student"} for n in range(18)], 5)
    put_raw(lake, "loans", loans(9), 6)
    build(lake)
    snapshot = queries.current_snapshot(lake)
    assert snapshot is not None
    assert answers.warm(lake, snapshot, seconds=60) == 1
    uses = len(trust.uses(actor=Actor("a", "administrator")))
    sent.clear()
    assert lent(lake, ("month", "<", "2026-03")).rows == [("2026-01", 18), ("2026-02", 18)]
    assert not sent
    assert len(trust.uses(actor=Actor("a", "administrator"))) == uses + 1  # warming is no use


def test_ones_own_rows_are_not_asked_for_anybody(lake: Site, sent: list[str]) -> None:
    me = Actor("me", "student", reader_key=reader(1))
    queries.summarise(
        lake, "mart.loan_fact", by=["month"], measures={"loans": "count"},
        purpose="own_records", actor=me,
    )  # fmt: skip
    snapshot = queries.current_snapshot(lake)
    assert snapshot is not None
    assert answers.warm(lake, snapshot, seconds=60) == 0


def test_of_many_who_ask_at_once_one_asks_the_engine(lake: Site) -> None:
    answers.forget()
    start, asked, got = Barrier(8), [], []
    snapshot = snapshots.required(lake)
    opening = opened(lake)

    def slow(at: Any) -> answers.Answer:
        asked.append(at.snapshot.id)
        return [(1,)], 0

    def ask() -> None:
        start.wait()
        got.append(answers.kept(opening, ("slow",), slow))

    threads = [Thread(target=ask) for _n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert asked == [snapshot.id]
    assert got == [([(1,)], 0)] * 8


def test_who_waits_for_an_answer_that_fails_asks_again(lake: Site) -> None:
    answers.forget()

    def fails(_at: Any) -> answers.Answer:
        raise RuntimeError("the disk is gone")

    with pytest.raises(RuntimeError):
        answers.kept(opened(lake), ("slow",), fails)
    assert answers.kept(opened(lake), ("slow",), lambda _at: ([(2,)], 0)) == ([(2,)], 0)


def opened(site: Site) -> Any:
    from shuren.data.internals.door import open_table

    return open_table(site, "mart.visit_hour", "library_statistics", DIRECTOR)


def test_a_number_that_stands_for_two_persons_stops_the_build(site: Site) -> None:
    from dataclasses import replace

    from shuren.data.errors import BuildFailed

    put_raw(site, "loans", loans(0), 1)
    models = load_models(site)
    fact = models["mart.loan_fact"]
    wrong = fact.sql.replace("row_number() OVER (ORDER BY person_key)", "1")
    models["mart.loan_fact"] = replace(fact, sql=wrong)
    with pytest.raises(BuildFailed, match="person_no"):
        building.build_snapshot(site, models, all_receipts(site)[::-1], no_progress)
