"""What a filter would give away: counts of nearly the same people, one taken from the other.

A group under a filter is hidden where a neighbouring answer would leave fewer than K persons
as the difference:

- a filter of one value (`college = x`) is one line of the table that also groups by that
  column, without the filter; what is hidden there is hidden here, since those cells add up to
  the answer without the filter;
- a filter of a range (`month >= a and month < b`) must leave nobody or K persons on each side,
  and begin and end with a value behind which K persons stand, where it does not run to the end
  of the data: then two ranges never differ by fewer.

Several filters are each left out in turn, and those of one value all together: then a cell is
hidden or shown alike, whichever of its columns are filters and whichever are grouped by.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from shuren.data.internals import snapshots
from shuren.data.internals.door import INTERNAL, Condition, Opening
from shuren.data.internals.suppression import K, hidden_groups

Group = tuple[Any, ...]
_RANGE = (">=", "<")


def given_away(
    opening: Opening, grouped: Sequence[str], where: Sequence[Condition], always: Sequence[str]
) -> set[Group]:
    """Values of the groups to hide.

    opening  the table, not narrowed
    grouped  quoted names of the columns grouped by
    always   columns that every answer is narrowed by: there is none without that filter
    """
    hidden: set[Group] = set()
    for column in dict.fromkeys(name for name, _operator, _value in where if name not in always):
        own = [one for one in where if one[0] == column]
        others = replace(opening, conditions=[], values=[])
        others.narrow([one for one in where if one[0] != column], INTERNAL)
        if all(operator in _RANGE for _name, operator, _value in own):
            hidden |= _by_range(others, grouped, own)
        else:
            hidden |= _by_value(others, grouped, own)
    together = dict.fromkeys(
        name for name, operator, _value in where if operator not in _RANGE and name not in always
    )
    if len(together) > 1:
        own = [one for one in where if one[0] in together]
        others = replace(opening, conditions=[], values=[])
        others.narrow([one for one in where if one[0] not in together], INTERNAL)
        test, values = _test(others, own)
        hidden |= by_condition(others, grouped, list(together), test, values)
    return hidden


def by_condition(
    opening: Opening,
    grouped: Sequence[str],
    columns: Sequence[str],
    condition: str,
    values: Sequence[Any] = (),
) -> set[Group]:
    """Groups in which a condition over some columns lets in a cell that is hidden by itself.

    opening    the table, narrowed
    condition  SQL over `columns` only; quoted; values are what its `?` stand for
    """
    by = [*grouped, *(f'"{name}"' for name in columns if f'"{name}"' not in grouped)]
    group = f" GROUP BY {', '.join(by)}" if by else ""
    sql = (
        f"SELECT {', '.join([*by, f'coalesce(any_value({condition}), false)', opening.persons])}"
        f" FROM {opening.source}{opening.where}{group}"
    )
    rows = snapshots.query(opening.site, sql, [*values, *opening.values])
    groups, persons = [row[:-2] for row in rows], [row[-1] for row in rows]
    hidden = hidden_groups(groups, persons, nobody=opening.nobody_is_hidden)
    return {rows[place][: len(grouped)] for place in hidden if rows[place][-2]}


def _by_value(others: Opening, grouped: Sequence[str], own: Sequence[Condition]) -> set[Group]:
    rows = _cells(others, grouped, own)
    groups, persons = [row[:-2] for row in rows], [row[-1] for row in rows]
    hidden = hidden_groups(groups, persons, nobody=others.nobody_is_hidden)
    return {rows[place][:-3] for place in hidden if rows[place][-2]}


def _by_range(others: Opening, grouped: Sequence[str], own: Sequence[Condition]) -> set[Group]:
    inside: dict[Group, list[tuple[Any, int]]] = defaultdict(list)
    for row in _cells(others, grouped, own):
        if row[-2]:
            inside[row[:-3]].append((row[-3], row[-1]))
    operators = {operator for _name, operator, _value in own}
    sides = [row for side in own for row in _outside(others, grouped, [side])]
    hidden = {group for group, persons in sides if persons < K}
    for group, cells in inside.items():
        keep = others.nobody_is_hidden
        persons = [count for _value, count in sorted(cells) if count or keep]
        if not persons:
            continue
        if (">=" in operators and persons[0] < K) or ("<" in operators and persons[-1] < K):
            hidden.add(group)
    return hidden


def _cells(others: Opening, grouped: Sequence[str], own: Sequence[Condition]) -> list[Group]:
    """(group…, value of the filter's column, whether the filter lets it in, persons)."""
    test, values = _test(others, own)
    by = ", ".join([*grouped, f'"{own[0][0]}"'])
    sql = (
        f"SELECT {by}, coalesce(any_value({test}), false), {others.persons} "
        f"FROM {others.source}{others.where} GROUP BY {by}"
    )
    return snapshots.query(others.site, sql, [*values, *others.values])


def _outside(
    others: Opening, grouped: Sequence[str], own: Sequence[Condition]
) -> list[tuple[Group, int]]:
    """(group, persons) of what the filter leaves out; groups with nobody there do not appear."""
    test, values = _test(others, own)
    left_out = " AND ".join([*others.conditions, f"NOT coalesce({test}, false)"])
    by = f" GROUP BY {', '.join(grouped)}" if grouped else ""
    sql = f"SELECT {', '.join([*grouped, others.persons])} FROM {others.source} WHERE {left_out}"
    rows = snapshots.query(others.site, sql + by, [*others.values, *values])
    return [(row[:-1], row[-1]) for row in rows if row[-1]]


def _test(others: Opening, own: Sequence[Condition]) -> tuple[str, list[Any]]:
    """The filter as one expression, and its bound values."""
    alone = replace(others, conditions=[], values=[])
    alone.narrow(own, INTERNAL)
    return " AND ".join(alone.conditions), alone.values
