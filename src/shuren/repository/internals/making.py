"""Makes the tables of a dataset out of the live snapshot, through the data room's door."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from shuren.data import queries as data
from shuren.data.errors import NoSnapshot, NoSuchTable
from shuren.data.shapes import SnapshotInfo, SnapshotTable, Table
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.repository.errors import NotFit
from shuren.repository.internals import holding
from shuren.repository.internals.holding import Released
from shuren.repository.shapes import Dataset, Field, FrozenPart, Part
from shuren.trust import egress
from shuren.trust.definitions import SENSITIVE

INTERNAL = 2  # the highest class of a column that may leave
_PERSONS, _HIDDEN = "_persons", "is_hidden"
_WHOLE = ("BIGINT", "INTEGER", "HUGEINT", "SMALLINT")
_HIDDEN_FIELD = Field(
    _HIDDEN, "BOOLEAN", {"zh": "因人数过少而隐藏", "en": "Hidden, too few persons"}
)


@dataclass(frozen=True)
class MadePart:
    """A part with all its rows; released: what differencing later versions needs to know of it."""

    about: FrozenPart
    table: Table
    released: Released | None


@dataclass(frozen=True)
class Made:
    parts: tuple[MadePart, ...]
    snapshot: str
    data_date: str
    begin: str
    end: str


def make(site: Site, dataset: Dataset, actor: Actor, earlier: dict[str, list[Released]]) -> Made:
    """Every part as it would be given out now.

    earlier  {part: what each earlier version released of it, oldest first}
    raises   trust's NotAllowed, NotOpen, NoSnapshot, NoSuchTable; NotFit
    """
    with data.same_snapshot(site) as snapshot:
        if snapshot is None:
            raise NoSnapshot
        made = tuple(
            _part(site, dataset, part, snapshot, actor, earlier.get(part.name, []))
            for part in dataset.parts
        )
    begin, end = _span(dataset, made)
    return Made(made, snapshot.id, snapshot.data_date, begin, end)


def _part(
    site: Site,
    dataset: Dataset,
    part: Part,
    snapshot: SnapshotInfo,
    actor: Actor,
    earlier: list[Released],
) -> MadePart:
    known = snapshot.tables.get(part.table)
    if known is None:
        raise NoSuchTable(_("table"), part.table, list(snapshot.tables))
    _check_columns(dataset, part, known, actor)
    where = [(name, "in", values) for name, values in part.where]
    where += _over(dataset, known, snapshot)
    ask: dict[str, Any] = {"purpose": dataset.purpose, "actor": actor, "where": where}
    if part.columns:
        _check_nobody(part, known)
        order = [name for name in data.row_order(site, part.table) if name in part.columns]
        table = data.read(
            site, part.table, columns=part.columns, order_by=order or part.columns, **ask
        )
        fields = tuple(_field(known, name) for name in part.columns)
        about = FrozenPart(part.name, part.title, fields, len(table.rows))
        return MadePart(about, table, None)
    measures = {name: one.what for name, one in part.measures.items()} | {_PERSONS: "persons"}
    table = data.summarise(
        site, part.table, by=part.by, measures=measures, order_by=part.by, name_hidden=True, **ask
    )
    return _counted(part, known, table, earlier)


def _counted(part: Part, known: SnapshotTable, table: Table, earlier: list[Released]) -> MadePart:
    people = bool(known.person or known.headcount)
    if people and table.suppressed and not table.rows:
        raise NotFit(
            _("“%(title)s” speaks of too few persons to be given out at all.",
              title=pick(part.title))
        )  # fmt: skip
    fields = [_field(known, name) for name in part.by]
    fields += [
        Field(name, _type(known, one.what), one.title, one.unit)
        for name, one in part.measures.items()
    ]
    width = len(part.by)
    cells = {
        row[:width]: (row[-1], tuple(_whole(v, f.type) for v, f in
                                     zip(row[width:-1], fields[width:], strict=True)))
        for row in table.rows
    }  # fmt: skip
    shape = holding.shape_of(part)
    if not people:
        rows = [(*group, *values) for group, (_persons, values) in cells.items()]
        about = FrozenPart(part.name, part.title, tuple(fields), len(rows))
        return MadePart(about, Table(part.names, rows), None)
    released, hidden, kept = holding.hold_back(part, shape, cells, earlier)
    rows = [
        (*group, *(released.shown[group][1] if group in released.shown
                   else (None,) * len(part.measures)), group not in released.shown)
        for group in cells
    ]  # fmt: skip
    about = FrozenPart(
        part.name, part.title, (*fields, _HIDDEN_FIELD), len(rows), hidden, kept, True
    )
    return MadePart(about, Table((*part.names, _HIDDEN), rows), released)


def _check_columns(dataset: Dataset, part: Part, table: SnapshotTable, actor: Actor) -> None:
    """raises  NotFit for a column above class 2, or the one that says whose row it is;
    EgressBlocked, reported, for one of class 4
    """
    used = [*part.names, *(name for name, _values in part.where)]
    asked = [*used, *(m.what.partition(":")[2] for m in part.measures.values())]
    known = {name: c.classification for name in asked if (c := table.column(name))}
    egress.check(
        "dataset",
        actor=actor,
        table=table.name,
        columns={name: level for name, level in known.items() if level >= SENSITIVE},
        purpose=dataset.purpose,
    )
    for name in asked:
        column = table.column(name)
        if column is None:
            continue  # `count`, or a measure's own name; the door refuses what is not there
        if column.classification > INTERNAL or name == table.person:
            raise NotFit(
                _("%(table)s.%(column)s must not leave the library: it is of class %(level)s.",
                  table=table.name, column=name, level=column.classification),
                fix=_("Take it out of definitions/datasets; only classes 1 and 2 are given out."),
            )  # fmt: skip


def _check_nobody(part: Part, table: SnapshotTable) -> None:
    """raises  NotFit if the rows of a table are about people, or count them"""
    if table.person or table.headcount:
        raise NotFit(
            _("%(table)s is about people: its rows must not leave the library.", table=table.name),
            fix=_("Say `by` and `measures` instead of `columns`."),
        )


def _over(
    dataset: Dataset, table: SnapshotTable, snapshot: SnapshotInfo
) -> list[tuple[str, str, Any]]:
    """The condition that leaves out the month or year under way: it goes on changing."""
    column, day = dataset.period, snapshot.data_date
    if dataset.running or not day or column not in ("month", "year"):
        return []
    known = table.column(column)
    under_way = date.fromisoformat(day) + timedelta(days=1)
    if column == "month":
        return [(column, "<", f"{under_way:%Y-%m}")]
    known = table.column(column)
    whole = known is not None and known.type in _WHOLE
    return [(column, "<", under_way.year if whole else str(under_way.year))]


def _field(table: SnapshotTable, name: str) -> Field:
    column = table.column(name)
    if column is None:
        raise NoSuchTable(
            _("column in %(table)s", table=table.name), name, [c.name for c in table.columns]
        )
    return Field(name, column.type, column.title, column.unit)


def _type(table: SnapshotTable, what: str) -> str:
    kind, _sep, name = what.partition(":")
    if kind in ("count", "persons", "distinct"):
        return "BIGINT"
    column = table.column(name)
    return "BIGINT" if kind == "sum" and column and column.type in _WHOLE else "DOUBLE"


def _whole(value: Any, type: str) -> Any:
    """Sums come as DOUBLE; those of whole numbers are whole."""
    return int(value) if type == "BIGINT" and value is not None else value


def _span(dataset: Dataset, parts: tuple[MadePart, ...]) -> tuple[str, str]:
    if not dataset.period:
        return "", ""
    found = [
        str(row[part.table.columns.index(dataset.period)])
        for part in parts
        for row in part.table.rows
        if row[part.table.columns.index(dataset.period)] is not None
    ]
    return (min(found), max(found)) if found else ("", "")
