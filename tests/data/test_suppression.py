"""Small cells: groups of fewer than five persons, and what would give them away."""

import pytest

from shuren.data.internals.suppression import hidden_groups


@pytest.mark.parametrize(
    "persons, hidden",
    [
        ([5, 9], set()),
        ([4], {0}),
        ([4, 5, 9], {0, 1}),
        ([4, 3, 9], {0, 1}),
        ([1, 2, 9, 6], {0, 1, 3}),
        ([4, 9], {0, 1}),
        ([0, 7, 8], {0, 1}),
        ([4, 7, 7], {0, 1}),
    ],
    ids=[
        "five are enough",
        "four are not",
        "one hidden group takes the next smallest with it",
        "two hidden groups protect each other",
        "three persons in two groups are still few",
        "nothing is left when two groups give each other away",
        "a group without known persons is hidden too",
        "of two equal groups the first is taken",
    ],
)
def test_what_is_hidden_in_one_breakdown(persons: list[int], hidden: set[int]) -> None:
    assert hidden_groups([(place,) for place in range(len(persons))], persons) == hidden


def test_in_a_cross_table_no_row_or_column_gives_a_cell_away() -> None:
    groups = [(r, c) for r in "AB" for c in "xyz"]
    persons = [4, 20, 30, 40, 50, 60]  # only A·x is small
    hidden = {groups[place] for place in hidden_groups(groups, persons)}
    for row in "AB":
        assert len({cell for cell in hidden if cell[0] == row}) != 1
    for column in "xyz":
        assert len({cell for cell in hidden if cell[1] == column}) != 1
    assert ("A", "x") in hidden
    assert len(hidden) == 4


def test_a_name_beside_an_id_is_not_another_dimension() -> None:
    groups = [("t1", "红楼梦"), ("t2", "三体"), ("t3", "三体")]
    assert hidden_groups(groups, [9, 8, 7]) == set()
    assert hidden_groups(groups, [9, 2, 4]) == {1, 2}


def test_no_groups_hide_nothing() -> None:
    assert hidden_groups([], []) == set()
