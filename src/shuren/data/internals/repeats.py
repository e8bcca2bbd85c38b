"""Finds rows that repeat an earlier one, over a whole file, without looking at rows singly."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shuren.data.internals.hash_index import HashIndex, table_order

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Rows:
    """key and check: two independent hashes of what makes a row one of its kind, 128 bits
    together; word: hash of everything in the row; line: where it stands."""

    key: U64
    check: U64
    word: U64
    line: I64

    def take(self, places: npt.NDArray[np.int64]) -> "Rows":
        return Rows(self.key[places], self.check[places], self.word[places], self.line[places])

    def __len__(self) -> int:
        return len(self.key)


class SeenRows:
    """Remembers rows by their hashes; tells for each new one which earlier row it repeats."""

    def __init__(self) -> None:
        self._index = HashIndex()
        self._starts: list[int] = []
        self._blocks: list[tuple[U64, I64]] = []

    def repeats(self, rows: Rows) -> tuple[I64, npt.NDArray[np.bool_]]:
        """For each row the line of the first one with its key, or 0; and whether that one is
        the same word for word."""
        first = np.zeros(len(rows), np.int64)
        alike = np.zeros(len(rows), np.bool_)
        order = table_order(rows.key)
        rows = rows.take(order)
        start = len(self._index)
        self._starts.append(start)
        self._blocks.append((rows.word, rows.line))
        found = self._index.add(rows.key, rows.check)
        again = np.flatnonzero(found != np.arange(start, start + len(rows)))
        earlier = found[again]
        block_of = np.searchsorted(self._starts, earlier, side="right") - 1
        for number in np.unique(block_of).tolist():
            here = block_of == number
            (word, line), places = self._blocks[number], earlier[here] - self._starts[number]
            repeat = order[again[here]]
            first[repeat] = line[places]
            alike[repeat] = word[places] == rows.word[again[here]]
        return first, alike
