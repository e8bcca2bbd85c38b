"""docs/status.md says for each promise what there is, what is missing, and where to look."""

from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "status.md"
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.read_text("utf-8").splitlines()
    if line.startswith("| ") and "promise" not in line
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_promise_is_kept_or_says_what_is_missing(row):
    _id, promise, state, there_is, missing, where = row
    assert promise
    assert state in ("● works", "◐ partly", "○ not yet")
    assert bool(missing) is (state != "● works")
    if state != "○ not yet":
        assert there_is
        assert "(../tests/" in where
