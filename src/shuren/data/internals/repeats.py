"""Finds rows that repeat an earlier one, over a whole file, without looking at rows singly.

Sorted runs of hashes, merged like the runs of a log-structured tree: a block of n new rows
against m earlier ones costs n·log m, and every row is merged about log(m/n) times.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
_WIDER = 2  # a run is merged into the one before it when that is less than this many times larger


@dataclass(frozen=True)
class Rows:
    """key and check: two independent hashes of what makes a row one of its kind, 128 bits
    together; word: hash of everything in the row; line: where it stands."""

    key: U64
    check: U64
    word: U64
    line: I64

    def take(self, places: npt.NDArray[np.intp]) -> "Rows":
        return Rows(self.key[places], self.check[places], self.word[places], self.line[places])

    def __len__(self) -> int:
        return len(self.key)


class SeenRows:
    """Remembers rows by their hashes; tells for each new one which earlier row it repeats."""

    def __init__(self) -> None:
        self._runs: list[Rows] = []

    def repeats(self, rows: Rows) -> tuple[I64, npt.NDArray[np.bool_]]:
        """For each row the line of the first one with its key, or 0; and whether that one is
        the same word for word. Rows that repeat nothing are remembered."""
        first = np.zeros(len(rows), np.int64)
        alike = np.zeros(len(rows), np.bool_)
        order = np.argsort(rows.key, kind="stable")
        ordered = rows.take(order)
        for run in self._runs:
            _mark(ordered, run, first, alike, order)
        _mark_within(ordered, first, alike, order)
        new = first[order] == 0
        self._remember(ordered if new.all() else ordered.take(np.flatnonzero(new)))
        return first, alike

    def _remember(self, run: Rows) -> None:
        if len(run):
            self._runs.append(run)
        while len(self._runs) > 1 and len(self._runs[-2]) < _WIDER * len(self._runs[-1]):
            last = self._runs.pop()
            self._runs[-1] = _merged(self._runs[-1], last)


def _merged(run: Rows, later: Rows) -> Rows:
    """Both sorted by key; so is the result, earlier rows first among equals."""
    at = np.searchsorted(run.key, later.key, side="right") + np.arange(len(later))
    old = np.ones(len(run) + len(later), np.bool_)
    old[at] = False

    def merge(ours: npt.NDArray[Any], theirs: npt.NDArray[Any]) -> npt.NDArray[Any]:
        both = np.empty(len(old), ours.dtype)
        both[at], both[old] = theirs, ours
        return both

    return Rows(
        merge(run.key, later.key),
        merge(run.check, later.check),
        merge(run.word, later.word),
        merge(run.line, later.line),
    )


def _mark(
    ordered: Rows, run: Rows, first: I64, alike: npt.NDArray[np.bool_], order: npt.NDArray[np.intp]
) -> None:
    """Mark the rows (sorted by key) whose key is in the run."""
    place = np.searchsorted(run.key, ordered.key)
    hits = np.flatnonzero((place < len(run)) & (first[order] == 0))
    while len(hits):
        at = place[hits]
        hits = hits[run.key[at] == ordered.key[hits]]
        at = place[hits]
        same = run.check[at] == ordered.check[hits]
        found = hits[same]
        first[order[found]] = run.line[place[found]]
        alike[order[found]] = run.word[place[found]] == ordered.word[found]
        # Two different rows with one 64-bit key: look at the next place too.
        hits = hits[~same]
        place[hits] += 1
        hits = hits[place[hits] < len(run)]


def _mark_within(
    rows: Rows, first: I64, alike: npt.NDArray[np.bool_], places: npt.NDArray[np.intp]
) -> None:
    """Mark repeats among rows sorted by key, earlier first; `places` is where they stand."""
    unequal = np.ones(len(rows), np.bool_)
    unequal[1:] = rows.key[1:] != rows.key[:-1]
    if unequal.all():
        return
    numbers = np.arange(len(rows))
    head = np.maximum.accumulate(np.where(unequal, numbers, 0))
    later = np.flatnonzero((head != numbers) & (first[places] == 0))
    while len(later):
        same = rows.check[head[later]] == rows.check[later]
        found = later[same]
        first[places[found]] = rows.line[head[found]]
        alike[places[found]] = rows.word[head[found]] == rows.word[found]
        # Two different rows with one 64-bit key: compare with the next of them.
        later = later[~same]
        head[later] += 1
        later = later[head[later] < later]
