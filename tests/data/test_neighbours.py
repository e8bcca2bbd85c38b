"""Neighbouring filters: no two answers differ by fewer than five persons."""

from itertools import combinations
from typing import Any

import pytest

from shuren.data import queries
from shuren.data.internals import building
from shuren.data.internals.models import load_models
from shuren.data.internals.receipts import all_receipts
from shuren.kernel.shapes import Actor, no_progress
from shuren.kernel.site import Site
from tests.data.raw_helper import put_raw, reader

pytestmark = pytest.mark.django_db

DIRECTOR = Actor("d", "director", doing="dashboards.read")
MONTHS = [f"2026-{number:02}" for number in range(1, 7)]
# Kind, college, and how many readers of them borrow in each of the six months.
BORROWERS = [
    ("student", "文学院", [9, 9, 2, 9, 9, 9]),
    ("student", "数学学院", [8, 8, 8, 8, 8, 1]),
    ("faculty", "文学院", [2, 0, 0, 2, 0, 0]),
    ("faculty", "数学学院", [6, 6, 0, 6, 0, 6]),
    ("alumni", "校外", [3, 3, 0, 0, 5, 5]),
    ("student", "物理学院", [7, 7, 7, 7, 7, 7]),
]


@pytest.fixture
def lake(site: Site) -> Site:
    readers: list[dict[str, Any]] = []
    loans: list[dict[str, Any]] = []
    for kind, college, counts in BORROWERS:
        first = len(readers)
        for number in range(first, first + max(counts)):
            readers.append({"reader_id": reader(number), "kind": kind, "college": college})
        for month, count in zip(MONTHS, counts, strict=True):
            for number in range(first, first + count):
                loans.append(
                    {
                        "loan_id": f"{number}-{month}",
                        "reader_id": reader(number),
                        "title": "三体",
                        "loaned_at": f"{month}-03T09:00:00",
                    }
                )
    put_raw(site, "readers", readers, place=1)
    put_raw(site, "loans", loans, place=2)
    building.build_snapshot(site, load_models(site), all_receipts(site)[::-1], no_progress)
    return site


def people(kind: str, college: str, months: range) -> set[int]:
    """Numbers of the readers of one line of BORROWERS who borrow in those months."""
    start = 0
    for its_kind, its_college, counts in BORROWERS:
        if (its_kind, its_college) == (kind, college):
            return {start + n for month in months for n in range(counts[month])}
        start += max(counts)
    return set()


def shown(site: Site, by: str, where: list[tuple[str, str, str]]) -> dict[str, int]:
    answer = queries.summarise(
        site,
        "mart.loan_fact",
        by=[by],
        measures={"loans": "count"},
        purpose="library_statistics",
        actor=DIRECTOR,
        where=where,
    )
    return dict(answer.rows)


def period(first: int, end: int) -> list[tuple[str, str, str]]:
    """From one month to before another; nothing is said about the ends of the data."""
    where = [("month", ">=", MONTHS[first])] if first else []
    return where + ([("month", "<", MONTHS[end])] if end < len(MONTHS) else [])


def test_two_periods_never_differ_by_fewer_than_five_persons(lake: Site) -> None:
    spans = [(a, b) for a in range(6) for b in range(a + 1, 7)]
    answers = {span: shown(lake, "college", period(*span)) for span in spans}
    for one, other in combinations(spans, 2):
        if not (one[0] >= other[0] and one[1] <= other[1]):
            one, other = other, one
        if not (one[0] >= other[0] and one[1] <= other[1]):
            continue
        rest = [m for m in range(*other) if m not in range(*one)]
        for college in answers[one].keys() & answers[other].keys():
            kinds = [kind for kind, name, _counts in BORROWERS if name == college]
            left = set().union(*(people(kind, college, rest) for kind in kinds))
            assert not 0 < len(left) < 5, (college, one, other)


def test_a_kind_left_out_is_not_found_by_taking_the_others_away(lake: Site) -> None:
    every = shown(lake, "college", [])
    assert set(every) == {"文学院", "数学学院", "物理学院", "校外"}
    students = shown(lake, "college", [("reader_kind", "=", "student")])
    assert "文学院" not in students  # all of the college less its students are two teachers
    assert "物理学院" in students


def test_a_filter_that_every_answer_has_takes_nothing_away(lake: Site) -> None:
    where = period(4, 5)
    answer = queries.summarise(
        lake,
        "mart.loan_fact",
        by=["college"],
        measures={"loans": "count"},
        purpose="library_statistics",
        actor=DIRECTOR,
        where=where,
        always=["month"],
    )
    assert dict(answer.rows)["文学院"] == 9
