"""What a filter would give away: counts of nearly the same people, one taken from the other.

A group under a filter is hidden where a neighbouring answer would leave fewer than K persons
as the difference (more, where it tells a sensitive topic: Opening.least):

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
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from shuren.data.internals import answers, snapshots
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
        others = _narrowed(opening, [one for one in where if one[0] != column])
        if all(operator in _RANGE for _name, operator, _value in own):
            hidden |= _by_range(others, grouped, own)
        else:
            hidden |= by_condition(others, grouped, [column], *_test(others, own))
    together = dict.fromkeys(
        name for name, operator, _value in where if operator not in _RANGE and name not in always
    )
    if len(together) > 1:
        own = [one for one in where if one[0] in together]
        others = _narrowed(opening, [one for one in where if one[0] not in together])
        hidden |= by_condition(others, grouped, list(together), *_test(others, own))
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
    by, cells = _cells(opening, grouped, columns)
    groups, persons = [row[:-2] for row in cells], [row[-2] for row in cells]
    least = [row[-1] for row in cells]
    hidden = hidden_groups(groups, persons, nobody=opening.nobody_is_hidden, least=least)
    places = [by.index(f'"{name}"') for name in columns]
    tested = [tuple(group[place] for place in places) for group in groups]
    let_in = _let_in(opening, columns, {tested[cell] for cell in hidden}, condition, values)
    return {groups[cell][: len(grouped)] for cell in hidden if tested[cell] in let_in}


def _by_range(others: Opening, grouped: Sequence[str], own: Sequence[Condition]) -> set[Group]:
    column = own[0][0]
    by, cells = _cells(others, grouped, [column])
    place = by.index(f'"{column}"')
    let_in = _let_in(others, [column], {(row[place],) for row in cells}, *_test(others, own))
    inside: dict[Group, list[tuple[Any, int]]] = defaultdict(list)
    least: dict[Group, int] = defaultdict(lambda: K)
    for row in cells:
        group = row[: len(grouped)]
        least[group] = max(least[group], row[-1])
        if (row[place],) in let_in:
            inside[group].append((row[place], row[-2]))
    operators = {operator for _name, operator, _value in own}
    sides = [side for one in own for side in _outside(others, grouped, one).items()]
    hidden = {group for group, persons in sides if 0 < persons < least[group]}
    for group, found in inside.items():
        keep = others.nobody_is_hidden
        persons = [count for _value, count in sorted(found) if count or keep]
        if not persons:
            continue
        few = least[group]
        if (">=" in operators and persons[0] < few) or ("<" in operators and persons[-1] < few):
            hidden.add(group)
    return hidden


def _cells(
    opening: Opening, grouped: Sequence[str], columns: Sequence[str]
) -> tuple[list[str], list[Group]]:
    """Quoted names of the columns of a cell, `grouped` first, and of each its values, its persons
    and how many these must be.

    They do not hang on the filter's values, so that one answer serves all of them.
    """
    by = list(dict.fromkeys([*grouped, *(f'"{name}"' for name in columns)]))
    cells, _none = answers.kept(opening, ("cells", *by), lambda at: (_persons_by(at, by), 0))
    return by, cells


def _persons_by(opening: Opening, by: Sequence[str]) -> list[Group]:
    group = f" GROUP BY {', '.join(by)}" if by else ""
    what = ", ".join([*by, opening.persons, opening.least({*by, *opening.narrowed_by})])
    sql = f"SELECT {what} FROM {opening.source}{opening.where}{group}"
    return snapshots.query(opening.site, sql, opening.values)


def _outside(others: Opening, grouped: Sequence[str], one: Condition) -> dict[Group, int]:
    """{group: persons} of what one end of a range leaves out."""
    column, width = one[0], len(grouped)
    if others.table.person:
        both, _none = answers.kept(
            others, ("spans", column, *grouped), lambda at: (_furthest(at, grouped, column), 0)
        )
        spans = [row[:-1] for row in both if row[-1] == (one[1] == ">=")]
    else:
        by, cells = _cells(others, grouped, [column])
        place = by.index(f'"{column}"')
        spans = [(*row[:width], row[place], False, row[-2]) for row in cells]
    let_in = _let_in(others, [column], {(row[width],) for row in spans}, *_test(others, [one]))
    found: dict[Group, int] = defaultdict(int)
    for row in spans:
        if row[width + 1] or (row[width],) not in let_in:
            had, more = found[row[:width]], row[-1]
            found[row[:width]] = had + more if others.table.person else max(had, more)
    return found


def _furthest(opening: Opening, grouped: Sequence[str], column: str) -> list[Group]:
    """(group…, value, whether some row has none, persons, least): in how many persons' rows of a
    group the least value of the column is this one; and, not `least`, the greatest.

    A person has rows below a bound just when the least value is below it, and above it by the
    greatest: so this answers for any range.
    """
    inner, by = ", ".join([*grouped, opening.person]), "".join(f"{name}, " for name in grouped)
    own = (
        f'SELECT {inner}, min("{column}") AS _least, max("{column}") AS _greatest,'
        f' bool_or("{column}" IS NULL) AS _without FROM {opening.source}{opening.where}'
        f" GROUP BY {inner}"
    )
    parts = [
        f"SELECT {by}{end}, _without, count({opening.person}), {least} FROM own"
        f" GROUP BY {by}{end}, _without"
        for end, least in (("_least", "true"), ("_greatest", "false"))
    ]
    sql = f"WITH own AS MATERIALIZED ({own}) {' UNION ALL '.join(parts)}"
    return snapshots.query(opening.site, sql, opening.values)


def _let_in(
    opening: Opening,
    columns: Sequence[str],
    tuples: Iterable[Group],
    condition: str,
    values: Sequence[Any],
) -> set[Group]:
    """Those of some values of the columns for which a condition is true, by the engine's own rules
    and without reading the table again."""
    rows = list(tuples)
    if not rows or not columns:
        return set(rows) if rows and _is_true(opening, condition, values) else set()
    lists = [[row[place] for row in rows] for place in range(len(columns))]
    types = [_type(opening, name) for name in columns]
    made = ", ".join(
        f'unnest(CAST(? AS {type_}[])) AS "{name}"'
        for name, type_ in zip(columns, types, strict=True)
    )
    sql = f"SELECT coalesce({condition}, false) FROM (SELECT {made}, unnest(range(?)) AS _place)"
    sql += " ORDER BY _place"
    found = snapshots.query(opening.site, sql, [*values, *lists, len(rows)])
    return {row for row, (true,) in zip(rows, found, strict=True) if true}


def _is_true(opening: Opening, condition: str, values: Sequence[Any]) -> bool:
    sql = f"SELECT coalesce({condition}, false)"
    return bool(snapshots.query(opening.site, sql, list(values))[0][0])


def _type(opening: Opening, name: str) -> str:
    column = opening.table.column(name)
    assert column is not None
    return column.type


def _narrowed(opening: Opening, where: Sequence[Condition]) -> Opening:
    others = replace(opening, conditions=[], values=[], narrowed_by=set())
    others.narrow(where, INTERNAL)
    return others


def _test(others: Opening, own: Sequence[Condition]) -> tuple[str, list[Any]]:
    """The filter as one expression, and its bound values."""
    alone = _narrowed(others, own)
    return " AND ".join(alone.conditions), alone.values
