"""Scores of what was loaded, and the tasks a fall opens."""

import pytest

from shuren.data import actions, queries
from shuren.data.definitions import contracts, domains
from shuren.data.errors import TaskProblem
from shuren.data.internals.stewards import domain_of
from shuren.data.quality import Measure
from shuren.kernel.shapes import Actor
from shuren.trust.errors import NotAllowed
from tests.data.loading import LOANS, OPERATOR, READER, load

DATA = Actor("data", "data_librarian")


def rows(first: int, count: int, day: str = "2026-03-01", item: str = "b") -> list[str]:
    """Good loans, with the barcode filled in."""
    return [
        f"{n},s{n},{item}{n},高等数学,{day} 10:00:00,,,0,A" for n in range(first, first + count)
    ]


def load_rows(site, lines: list[str], name: str):
    return load(site, "loans", LOANS + "\n".join(lines) + "\n", name)


def of_loans(site) -> Measure:
    return next(one.newest for one in queries.quality(site) if one.contract == "loans")


@pytest.mark.django_db
def test_each_dimension_counts_its_own_faults(site):
    load_rows(site, rows(0, 200), "first.csv")
    spoiled = [
        ",".join(["1000", "", "b1", "x", "2026-03-02 10:00:00", "", "", "0", "A"]),  # no reader
        "1001,s1,,x,2026-03-02 10:00:00,,,0,A",  # a barcode is usual, and it is empty
        "1002,s1,b1,x,2026-13-02 10:00:00,,,0,A",  # no such month
        "1003,s1,b1,x,2026-03-02 10:00:00,,2026-03-01 10:00:00,0,A",  # back before it left
        *rows(2000, 1), *rows(2000, 1),  # written twice
        "1005,s1,b1,x,2125-01-01 10:00:00,,,0,A",  # after the load
    ]  # fmt: skip
    load_rows(site, [*rows(3000, 93), *spoiled], "second.csv")
    actions.measure_quality(site, actor=OPERATOR)
    measure = of_loans(site)
    assert measure.records == 100
    # complete: no reader, no barcode. valid: the month; 2125 lies outside the contract's range.
    assert measure.faults == {
        "complete": 2, "valid": 2, "unique": 1, "consistent": 1, "timely": 0,
    }  # fmt: skip
    # (98 + 98 + 99 + 99 + 100) / 5
    assert measure.score == pytest.approx(98.8)


@pytest.mark.django_db
def test_rows_long_after_their_day_are_late_but_history_is_not(site):
    load_rows(site, rows(0, 50, "2026-01-05") + rows(50, 50, "2026-06-05"), "known.csv")
    late = load_rows(site, rows(200, 90, "2026-06-06") + rows(300, 10, "2026-02-01"), "late.csv")
    old = load_rows(site, rows(400, 100, "2020-02-01"), "history.csv")
    actions.measure_quality(site, actor=OPERATOR)
    measures = {m.load: m for one in queries.quality(site) for m in one.history}
    assert measures[late.id].faults["timely"] == 10
    assert measures[old.id].faults["timely"] == 0
    flagged = queries.flagged_rows(site, late.id, actor=OPERATOR)
    assert [(flag.line, flag.kind) for flag in flagged] == [(n, "late") for n in range(92, 102)]


@pytest.mark.django_db
def test_a_row_ahead_of_its_load_is_flagged(site):
    receipt = load_rows(site, [*rows(0, 40), *rows(40, 1, "2090-01-01")], "ahead.csv")
    assert [f.kind for f in queries.flagged_rows(site, receipt.id, actor=OPERATOR)] == ["ahead"]


@pytest.mark.django_db
def test_a_fall_opens_one_task_for_who_answers_and_a_fix_closes_it(site):
    load_rows(site, rows(0, 100), "good.csv")
    assert actions.measure_quality(site, actor=OPERATOR) == []
    load_rows(site, rows(100, 90) + [f"{n},,b1,x,2026-03-02,,,0,A" for n in range(10)], "bad.csv")
    opened = actions.measure_quality(site, actor=OPERATOR)
    assert [(t.dimension, t.faults, t.records, t.domain) for t in opened] == [
        ("complete", 10, 100, "circulation")
    ]
    assert (opened[0].before, opened[0].now) == (1.0, 0.9)
    # Worse again: the same task, brought up to date.
    load_rows(site, rows(300, 80) + [f"{n},,b1,y,2026-03-02,,,0,A" for n in range(20)], "worse.csv")
    again = actions.measure_quality(site, actor=OPERATOR)
    assert [(t.id, t.faults) for t in again] == [(opened[0].id, 20)]

    actions.take_task(opened[0].id, actor=DATA)
    with pytest.raises(TaskProblem, match="saying what was done"):
        actions.close_task(opened[0].id, fix="  ", actor=DATA)
    actions.close_task(opened[0].id, fix="换了导出模板", actor=DATA)
    assert queries.tasks(actor=DATA) == []
    closed = queries.tasks(actor=DATA, is_open=False)
    assert [(t.closed_by, t.fix) for t in closed] == [("data", "换了导出模板")]
    with pytest.raises(TaskProblem, match="was closed by data"):
        actions.take_task(opened[0].id, actor=DATA)
    (skill,) = queries.skills(actor=DATA)
    assert (skill.account, skill.closed, skill.domains) == ("data", 1, {"circulation": 1})
    assert skill.dimensions == {"complete": 1}


@pytest.mark.django_db
def test_a_load_is_measured_once_and_a_damaged_measure_again(site):
    receipt = load_rows(site, rows(0, 50), "good.csv")
    actions.measure_quality(site, actor=OPERATOR)
    path = site.data / "quality" / f"{receipt.id}.json"
    written = path.read_bytes()
    actions.measure_quality(site, actor=OPERATOR)
    assert path.read_bytes() == written
    path.write_text("{half")
    assert queries.quality(site) == []
    actions.measure_quality(site, actor=OPERATOR)
    assert path.read_bytes() == written


@pytest.mark.django_db
def test_readers_see_no_tasks(site):
    with pytest.raises(NotAllowed):
        queries.tasks(actor=READER)
    with pytest.raises(NotAllowed):
        actions.measure_quality(site, actor=READER)


def test_somebody_answers_for_every_contract_we_ship():
    unanswered = [
        id for id, contract in contracts(None).items()
        if not domain_of(contract, domains(None).values())
    ]  # fmt: skip
    assert unanswered == []
