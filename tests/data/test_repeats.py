"""Repeats are found as a dictionary would find them, whatever the blocks."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shuren.data.internals.repeats import Rows, SeenRows

# Few different keys, and a `check` that differs within a key: collisions of 64 bits happen.
_ROW = st.tuples(st.integers(0, 6), st.integers(0, 2), st.integers(0, 1))


@given(st.lists(st.lists(_ROW, max_size=12), max_size=9))
def test_first_occurrences_are_found(blocks):
    seen, first_of, line = SeenRows(), {}, 0
    for block in blocks:
        expected = []
        numbers = range(line + 1, line + len(block) + 1)
        for at, (key, check, word) in zip(numbers, block, strict=True):
            first = first_of.setdefault((key, check), (at, word))
            repeats = first[0] != at
            expected.append((first[0], first[1] == word) if repeats else (0, False))
        columns = np.array(block, np.uint64).reshape(-1, 3).T
        rows = Rows(*columns, np.array(numbers, np.int64))
        lines, alike = seen.repeats(rows)
        assert list(zip(lines.tolist(), alike.tolist(), strict=True)) == expected
        line += len(block)
