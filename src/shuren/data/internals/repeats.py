"""Finds rows that repeat an earlier one, over a whole file, without looking at rows singly.

Sorted runs of hashes, merged like the runs of a log-structured tree: a block of n new rows
against m earlier ones costs n·log m, and every row is merged about log(m/n) times.
"""

from dataclasses import dataclass

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

    def take(self, places: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> "Rows":
        return Rows(self.key[places], self.check[places], self.word[places], self.line[places])

    def followed_by(self, other: "Rows") -> "Rows":
        pairs = ((getattr(self, n), getattr(other, n)) for n in ("key", "check", "word", "line"))
        return Rows(*(np.concatenate(pair) for pair in pairs))

    def sorted(self) -> "Rows":
        """By key, earlier rows first among equals."""
        return self.take(np.argsort(self.key, kind="stable"))

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
        new = order[first[order] == 0]
        fresh = rows.take(new)
        _mark_within(fresh, first, alike, new)
        self._remember(rows.take(new[first[new] == 0]))
        return first, alike

    def _remember(self, run: Rows) -> None:
        if len(run):
            self._runs.append(run)
        while len(self._runs) > 1 and len(self._runs[-2]) < _WIDER * len(self._runs[-1]):
            last = self._runs.pop()
            self._runs[-1] = self._runs[-1].followed_by(last).sorted()


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
    """Mark repeats among new rows (sorted by key, earlier first); `places` is where they stand."""
    starts = np.ones(len(rows), np.bool_)
    starts[1:] = rows.key[1:] != rows.key[:-1]
    head = np.maximum.accumulate(np.where(starts, np.arange(len(rows)), 0))
    later = np.flatnonzero(head != np.arange(len(rows)))
    while len(later):
        same = rows.check[head[later]] == rows.check[later]
        found = later[same]
        first[places[found]] = rows.line[head[found]]
        alike[places[found]] = rows.word[head[found]] == rows.word[found]
        later = later[~same]
        head[later] += 1
        later = later[head[later] < later]
