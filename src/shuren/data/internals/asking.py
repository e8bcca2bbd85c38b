"""Asking an opened table: rows, and counts over groups with small cells hidden."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from shuren.data.definitions import models
from shuren.data.errors import NoSuchTable, NotOpen
from shuren.data.internals import answers, snapshots
from shuren.data.internals.answers import Answer, Rows
from shuren.data.internals.door import INTERNAL, Condition, Opening, check_rows_open
from shuren.data.internals.neighbours import Group, given_away
from shuren.data.internals.suppression import hidden_groups
from shuren.data.shapes import SnapshotInfo, Table
from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site
from shuren.trust.actions import record_use
from shuren.trust.ledger import is_pseudonym

_PERSONS, _LEAST = "_persons", "_least"
# The groups that answers under other filters would give away, by a snapshot.
Neighbours = Callable[[SnapshotInfo], set[Group]]


def row_order(site: Site, table: str) -> tuple[str, ...]:
    """How the table's file is sorted; the model's key where the snapshot is older than that."""
    found = snapshots.required(site).tables.get(table)
    if found is None:
        raise NoSuchTable(_("table"), table, list(snapshots.required(site).tables))
    if found.order:
        return found.order
    model = models(site).get(table)
    return model.key if model and model.key else tuple(c.name for c in found.columns)


def rows(
    opening: Opening,
    columns: Sequence[str] | None,
    where: Sequence[Condition],
    order_by: Sequence[str],
    limit: int | None,
    offset: int,
    after: Sequence[Any] | None = None,
) -> Table:
    """Rows of the table; all columns the purpose opens where none are named."""
    check_rows_open(opening, where)
    opening.veiled = bool(opening.table.person)
    highest = opening.purpose.highest_class
    names = list(columns or _open_columns(opening, highest))
    chosen = ", ".join(f'{opening.column(name)} AS "{name}"' for name in names)
    opening.narrow(where)
    if after is not None:
        opening.start_after(order_by, after)
    order = opening.order(order_by, _open_columns(opening, highest))
    sql = f"SELECT {chosen} FROM {opening.source}{opening.where}{order}{_slice(limit, offset)}"
    found = snapshots.query(opening.site, sql, opening.values)
    record(opening, len(found), "rows", _whose(opening, where))
    return _table(opening, names, found, suppressed=0)


def batches(
    opening: Opening,
    columns: Sequence[str],
    where: Sequence[Condition],
    order_by: Sequence[str],
    size: int,
) -> Iterator[list[tuple[Any, ...]]]:
    """As `rows`, `size` rows at a time; everything is checked before the first batch is asked for.

    The order is asked of the engine though the file is sorted: a long list of keys is a join to it,
    whose rows come in another order where the table is large.
    """
    check_rows_open(opening, where)
    opening.veiled = bool(opening.table.person)
    highest = opening.purpose.highest_class
    chosen = ", ".join(f'{opening.column(name)} AS "{name}"' for name in columns)
    opening.narrow(where)
    order = opening.order(order_by, _open_columns(opening, highest))
    sql = f"SELECT {chosen} FROM {opening.source}{opening.where}{order}"
    return _recorded(opening, snapshots.batches(opening.site, sql, opening.values, size), where)


def _recorded(
    opening: Opening, found: Iterator[list[tuple[Any, ...]]], where: Sequence[Condition]
) -> Iterator[list[tuple[Any, ...]]]:
    taken = 0
    try:
        for batch in found:
            taken += len(batch)
            yield batch
    finally:
        record(opening, taken, "rows in batches", _whose(opening, where))


def counts(
    opening: Opening,
    by: Sequence[str],
    measures: Mapping[str, str],
    where: Sequence[Condition],
    order_by: Sequence[str],
    limit: int | None,
    always: Sequence[str] = (),
    name_hidden: bool = False,
) -> Table:
    """Measures over groups. `suppressed` says how many groups are hidden; when the whole
    answer rests on fewer than K persons it is empty and says 1, however many groups it had.

    name_hidden  hidden groups come too, with no values
    """
    shown_class = INTERNAL if opening.counts_people else opening.purpose.highest_class
    grouped = [opening.column(name, shown_class) for name in by]
    measured = [
        f'{_measure(opening, what, shown_class)} AS "{name}"' for name, what in measures.items()
    ]
    whole = replace(opening, conditions=[], values=[], narrowed_by=set())
    opening.narrow(where, shown_class)

    def neighbours(snapshot: SnapshotInfo) -> set[Group]:
        return given_away(whole.at(snapshot), grouped, where, always)

    return answer(
        opening, by, list(measures), grouped, measured, order_by, neighbours, tuple(always), limit,
        name_hidden,
    )  # fmt: skip


def answer(
    opening: Opening,
    by: Sequence[str],
    values: Sequence[str],
    grouped: list[str],
    measured: list[str],
    order_by: Sequence[str],
    neighbours: Neighbours,
    always: tuple[str, ...],
    limit: int | None = None,
    name_hidden: bool = False,
) -> Table:
    """What the SQL parts `measured`, named `values`, give over groups, small cells hidden.

    opening     already narrowed
    neighbours  see Neighbours
    """
    names = [*by, *values]
    order = opening.order(order_by, names)
    if opening.counts_people:
        found, suppressed = answers.kept(
            opening,
            ("people", *grouped, "/", *measured, order, name_hidden, *always),
            lambda at: _about_people(at, grouped, measured, order, neighbours, name_hidden),
            again=True,
        )
        found = found[:limit]
    else:
        found, suppressed = answers.kept(
            opening,
            ("rows", *grouped, "/", *measured, order, limit),
            lambda at: (_plain(at, grouped, measured, order, limit), 0),
            again=True,
        )
    record(opening, len(found), f"counts by {' '.join(by) or 'nothing'}")
    return _table(opening, names, found, suppressed)


def _plain(
    opening: Opening, grouped: list[str], measured: list[str], order: str, limit: int | None
) -> Rows:
    sql = _select(opening, [*grouped, *measured], grouped) + order + _slice(limit, 0)
    return snapshots.query(opening.site, sql, opening.values)


def _about_people(
    opening: Opening,
    grouped: list[str],
    measured: list[str],
    order: str,
    neighbours: Neighbours,
    name_hidden: bool = False,
) -> Answer:
    """All groups that may be shown, in the order asked for, and how many are hidden."""
    persons = f"{opening.persons} AS {_PERSONS}"
    wanted = f"{opening.least({*grouped, *opening.narrowed_by})} AS {_LEAST}"
    sql = _select(opening, [*grouped, *measured, persons, wanted], grouped) + order
    asked = snapshots.query(opening.site, sql, opening.values)
    found, least = [row[:-1] for row in asked], [row[-1] for row in asked]
    if not grouped and found and found[0][-1] == 0:
        return [row[:-1] for row in found], 0  # nobody at all: nobody to protect
    width = len(grouped)
    groups, told = [row[:width] for row in found], neighbours(opening.snapshot)
    also = [place for place, group in enumerate(groups) if group in told]
    persons_in = [row[-1] for row in found]
    hidden = hidden_groups(groups, persons_in, also, nobody=opening.nobody_is_hidden, least=least)
    shown = [row[:-1] for place, row in enumerate(found) if place not in hidden]
    if hidden and not shown and _persons_in_all(opening) < max(least):
        return [], 1
    if name_hidden:
        nothing = (None,) * len(measured)
        shown = [
            (*row[:width], *nothing) if place in hidden else row[:-1]
            for place, row in enumerate(found)
        ]
    return shown, len(hidden)


def _persons_in_all(opening: Opening) -> int:
    sql = _select(opening, [opening.persons], [])
    return int(snapshots.query(opening.site, sql, opening.values)[0][0])


def _select(opening: Opening, what: list[str], grouped: list[str]) -> str:
    group = f" GROUP BY {', '.join(grouped)}" if grouped else ""
    return f"SELECT {', '.join(what)} FROM {opening.source}{opening.where}{group}"


def _measure(opening: Opening, what: str, shown_class: int) -> str:
    kind, _sep, column = what.partition(":")
    if what == "count":
        return "count(*)"
    if what == "persons":
        return f"CAST({opening.persons if opening.counts_people else 'NULL'} AS BIGINT)"
    if kind == "distinct":
        quoted = opening.column(column)
        is_person = column == (opening.table.counted_by or opening.table.person)
        return f"count(DISTINCT {opening.person if is_person else quoted})"
    if kind == "sum":
        return f"CAST(sum({opening.column(column, shown_class)}) AS DOUBLE)"
    if kind == "max" and opening.counts_people:
        raise NotOpen(_("The greatest value of a table about people is somebody's."))
    if kind in ("mean", "max"):
        function = "avg" if kind == "mean" else "max"
        return f"CAST({function}({opening.column(column, shown_class)}) AS DOUBLE)"
    if kind in ("share", "ratio"):
        part, whole = (opening.column(c, shown_class) for c in column.split("/"))
        times = "100.0 * " if kind == "share" else ""
        return f"{times}CAST(sum({part}) AS DOUBLE) / nullif(CAST(sum({whole}) AS DOUBLE), 0)"
    raise ValueError(f"there is no measure {what!r}")


def _open_columns(opening: Opening, highest: int) -> list[str]:
    listed = opening.table.columns
    return [c.name for c in listed if c.classification <= highest and opening.covers(c.name)]


def _slice(limit: int | None, offset: int) -> str:
    text = f" LIMIT {int(limit)}" if limit is not None else ""
    return f"{text} OFFSET {int(offset)}" if offset else text


def _whose(opening: Opening, where: Sequence[Condition]) -> str:
    """The pseudonym of the one reader that was asked for, or ""."""
    if not opening.table.person:
        return ""
    asked = [v for name, sign, v in where if name == opening.table.person and sign == "="]
    return asked[0] if len(asked) == 1 and is_pseudonym(asked[0]) else ""


def record(opening: Opening, rows_out: int, detail: str, subject: str = "") -> None:
    record_use(
        opening.actor,
        opening.purpose.id,
        opening.table.name,
        list(opening.columns),
        rows_out,
        detail,
        subject or opening.subject,
    )


def _table(opening: Opening, names: Sequence[str], found: Rows, suppressed: int) -> Table:
    return Table(
        columns=tuple(names),
        rows=found,
        suppressed=suppressed,
        data_date=opening.snapshot.data_date,
        snapshot=opening.snapshot.id,
    )
