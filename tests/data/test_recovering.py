"""An attacker asks every question with up to three columns, as groups or as filters, and solves
for the cells: no number of fewer than five persons can be worked out."""

from itertools import combinations, product
from typing import Any

import numpy as np
import pytest

from shuren.data import queries
from shuren.data.internals import building
from shuren.data.internals.models import load_models, needed_for
from shuren.data.internals.receipts import all_receipts
from shuren.data.internals.suppression import K
from shuren.kernel.shapes import Actor, no_progress
from shuren.kernel.site import Site
from tests.data.raw_helper import put_raw, reader

pytestmark = pytest.mark.django_db

DIRECTOR = Actor("d", "director", doing="dashboards.read")
VALUES = {
    "college": ("文学院", "数学学院", "物理学院"),
    "reader_kind": ("student", "faculty"),
    "campus": ("东区", "西区"),
}
CELLS = list(product(*VALUES.values()))


def populated(site: Site, seed: int) -> dict[tuple[str, ...], int]:
    """Readers of each cell, each with one loan; some cells are small, some empty."""
    rng = np.random.default_rng(seed)
    counts = dict(
        zip(CELLS, rng.choice([0, 1, 3, 6, 9, 14], size=len(CELLS)).tolist(), strict=True)
    )
    readers: list[dict[str, Any]] = []
    loans: list[dict[str, Any]] = []
    for (college, kind, campus), count in counts.items():
        for _person in range(count):
            id = reader(len(readers))
            readers.append({"reader_id": id, "kind": kind, "college": college})
            loans.append({"loan_id": id, "reader_id": id, "campus": campus, "title": "三体",
                          "loaned_at": "2026-03-03T09:00:00"})  # fmt: skip
    put_raw(site, "readers", readers, place=1)
    put_raw(site, "loans", loans, place=2)
    known = load_models(site)
    few = {name: known[name] for name in needed_for(known, "mart.loan_fact")}
    building.build_snapshot(site, few, all_receipts(site)[::-1], no_progress)
    return counts


def equations(site: Site) -> list[tuple[np.ndarray, float]]:
    """Every number shown, as a sum over cells: (which cells, the number)."""
    found = []
    for width in range(len(VALUES) + 1):
        for by in combinations(VALUES, width):
            rest = [name for name in VALUES if name not in by]
            for depth in range(len(rest) + 1):
                for filtered in combinations(rest, depth):
                    for chosen in product(*(VALUES[name] for name in filtered)):
                        fixed = dict(zip(filtered, chosen, strict=True))
                        answer = queries.summarise(
                            site, "mart.loan_fact", by=by, measures={"loans": "count"},
                            where=[(name, "=", value) for name, value in fixed.items()],
                            purpose="library_statistics", actor=DIRECTOR,
                        )  # fmt: skip
                        for row in answer.rows:
                            known = fixed | dict(zip(by, row, strict=False))
                            found.append((sums(known), float(row[-1])))
    return found


def sums(known: dict[str, str]) -> np.ndarray:
    names = list(VALUES)
    wanted = [all(cell[names.index(n)] == v for n, v in known.items()) for cell in CELLS]
    return np.array(wanted, dtype=float)


@pytest.mark.parametrize("seed", range(4))
def test_no_small_number_can_be_solved_for(site: Site, seed: int) -> None:
    counts = populated(site, seed)
    shown = equations(site)
    # An empty cell is an empty answer: nobody is behind it, and it may be known.
    empty = [sums(dict(zip(VALUES, cell, strict=True))) for cell in CELLS if not counts[cell]]
    known = np.array([row for row, _number in shown] + empty)
    assert len(shown) > 3
    rank = np.linalg.matrix_rank(known)
    for cell in CELLS:
        if 0 < counts[cell] < K:
            unit = sums(dict(zip(VALUES, cell, strict=True)))
            assert np.linalg.matrix_rank(np.vstack([known, unit])) > rank, cell
