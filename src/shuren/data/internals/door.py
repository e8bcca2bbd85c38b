"""The door to the lake: what a purpose opens of a table, to whom, in which form.

A purpose opens what its file lists, and nothing else: a table about people by name, with its
columns. public_information opens class-1 columns of public tables to anybody. An own-rows purpose
opens the asker's rows, a statistics purpose counts over groups and never a row. A purpose that
rests on consent opens rows of those who gave it. Rows about people open to other purposes only
one person at a time, or for mending data. In such rows what tells a sensitive topic
(trust.topics) is class 4, and empty for who may not see that.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from shuren.data.errors import NoSuchTable, NotOpen
from shuren.data.internals import snapshots
from shuren.data.internals.suppression import K
from shuren.data.internals.topics import Told, told
from shuren.data.shapes import SnapshotInfo, SnapshotTable
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.trust import consent, glass
from shuren.trust import queries as trust
from shuren.trust.definitions import Purpose
from shuren.trust.topics import K_SENSITIVE, SENSITIVE

Condition = tuple[str, str, Any]

PUBLIC, INTERNAL = 1, 2
_PSEUDONYM = re.compile(r"[a-z]_[a-z2-7]{26}")
_OPERATORS = {"=": "= ?", ">=": ">= ?", "<": "< ?"}


@dataclass
class Opening:
    """A table as one actor may use it for one purpose; `columns` are the names used so far.

    only  SQL that every row the opening can ever see fulfils, or ""
    subject  the pseudonym whose rows alone the door gives, or ""
    veiled  what tells a sensitive topic in a row about a person has no value
    """

    site: Site
    snapshot: SnapshotInfo
    table: SnapshotTable
    purpose: Purpose
    actor: Actor
    conditions: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    columns: dict[str, None] = field(default_factory=dict)
    only: str = ""
    narrowed_by: set[str] = field(default_factory=set)
    veiled: bool = False
    subject: str = ""

    def at(self, snapshot: SnapshotInfo) -> "Opening":
        """The same opening of the same table in another snapshot."""
        return replace(self, snapshot=snapshot, table=snapshot.tables[self.table.name])

    @property
    def source(self) -> str:
        whole = snapshots.source(self.site, self.snapshot, self.table.name)
        return f"(SELECT * FROM {whole} WHERE {self.only})" if self.only else whole

    @property
    def where(self) -> str:
        return f" WHERE {' AND '.join(self.conditions)}" if self.conditions else ""

    @property
    def counts_people(self) -> bool:
        """Whether groups must be checked for persons: a table about people, not one's own rows."""
        about = self.table.person or self.table.headcount
        return bool(about) and not self.purpose.own_rows_only

    @property
    def persons(self) -> str:
        """SQL for how many persons stand behind a group of rows, at least.

        Rows that count persons may count the same ones, so that the greatest of them is all that
        is sure.
        """
        if self.table.person:
            return f"count(DISTINCT {self.person})"
        return f'coalesce(max("{self.table.headcount}"), 0)'

    @property
    def person(self) -> str:
        """The quoted column that persons are told apart by; only of a table about people."""
        table = self.table
        return f'"{table.person_number or table.counted_by or table.person}"'

    @property
    def topic(self) -> Told | None:
        """How rows of a sensitive topic are known, where the purpose does not open class 4."""
        if self.purpose.highest_class >= SENSITIVE:
            return None
        return told(self.site, self.snapshot, self.table)

    def least(self, names: Iterable[str]) -> str:
        """SQL for how many persons must stand behind a group, by the columns that make it."""
        topic = self.topic
        if topic is None or not {name.strip('"') for name in names} & set(topic.tells):
            return str(K)
        return f"CASE WHEN bool_or({topic.condition}) THEN {K_SENSITIVE} ELSE {K} END"

    @property
    def nobody_is_hidden(self) -> bool:
        """Whether a group with nobody behind it is hidden too. Where rows are persons it is, for
        its persons are not known; a row that counts nobody speaks of something else."""
        return bool(self.table.person)

    def column(self, name: str, highest: int | None = None) -> str:
        """The quoted name of a column the purpose opens, up to a class.

        raises  NoSuchTable if the table has none of that name, NotOpen; its fix names the file of
                the purpose where that does not list the column
        """
        column = self.table.column(name)
        if column is None:
            raise NoSuchTable(
                _("column in %(table)s", table=self.table.name),
                name,
                [c.name for c in self.table.columns],
            )
        limit = self.purpose.highest_class if highest is None else highest
        if column.classification > limit:
            raise NotOpen(
                _(
                    "The purpose “%(purpose)s” does not open %(table)s.%(column)s.",
                    purpose=pick(self.purpose.title),
                    table=self.table.name,
                    column=name,
                ),
                fix=trust.about_class(self.purpose, column.classification),
            )
        if not self.covers(name):
            raise not_covered(self.purpose, self.table.name, name, persons=bool(self.table.person))
        self.columns[name] = None
        topic = self.topic if self.veiled else None
        if topic is None or name not in topic.tells:
            return f'"{name}"'
        return f'CASE WHEN {topic.condition} THEN NULL ELSE "{name}" END'

    def covers(self, name: str) -> bool:
        """Whether the purpose's file lists the column."""
        return self.purpose.covers(self.table.name, name, persons=bool(self.table.person))

    def narrow(self, where: Iterable[Condition], highest: int | None = None) -> None:
        """Add conditions (column, operator, value); values are bound, never written into SQL."""
        for name, operator, value in where:
            column = self.column(name, highest)
            self.narrowed_by.add(name)
            if operator == "in":
                wanted = list(value)
                self.conditions.append(f"{column} IN ({', '.join('?' * len(wanted)) or 'NULL'})")
                self.values.extend(wanted)
            elif operator == "contains":
                self.conditions.append(f"contains({column}, ?)")
                self.values.append(str(value))
            elif operator in _OPERATORS:
                self.conditions.append(f"{column} {_OPERATORS[operator]}")
                self.values.append(value)
            else:
                raise ValueError(f"there is no operator {operator!r}")

    def start_after(self, names: Sequence[str], values: Sequence[Any]) -> None:
        """Only rows that come after one, in the order of `names` with empty values last.

        Columns are compared one by one and not as a row, because a row comparison with an empty
        value is neither true nor false and would lose rows.
        """
        steps, bound = [], []
        for place, (name, value) in enumerate(zip(names, values, strict=True)):
            if value is None:
                continue  # nothing comes after an empty value but further columns
            same = [
                f"{self.column(n)} IS NOT DISTINCT FROM {self._bound(n)}" for n in names[:place]
            ]
            here = f"({self.column(name)} > {self._bound(name)} OR {self.column(name)} IS NULL)"
            steps.append(" AND ".join([*same, here]))
            bound += [*values[:place], value]
        self.conditions.append(f"({' OR '.join(f'({step})' for step in steps) or 'FALSE'})")
        self.values += bound
        if len(names) > 1 and values[0] is not None:  # the engine skips what is before by this
            first = self.column(names[0])
            self.conditions.append(f"({first} >= {self._bound(names[0])} OR {first} IS NULL)")
            self.values.append(values[0])

    def _bound(self, name: str) -> str:
        column = self.table.column(name)
        return f"CAST(? AS {column.type})" if column else "?"

    def order(self, names: Sequence[str], known: Iterable[str]) -> str:
        """ORDER BY of names, '-name' for greatest first; empty values last."""
        allowed = set(known)
        parts = []
        for name in names:
            plain = name.removeprefix("-")
            if plain not in allowed:
                raise ValueError(f"cannot order by {plain!r}")
            what = self.column(plain) if self.veiled else f'"{plain}"'
            parts.append(f"{what} {'DESC' if name != plain else 'ASC'} NULLS LAST")
        return f" ORDER BY {', '.join(parts)}" if parts else ""


def open_table(site: Site, table: str, purpose: str, actor: Actor) -> Opening:
    """The table of the live snapshot, opened for a purpose.

    raises  trust's NotAllowed if the role may not use data for it or its approval is over,
            UnknownName, NoSnapshot, NoSuchTable, NotOpen if the purpose does not open this table
            at all
    """
    allowed = trust.require_purpose(actor, purpose)
    snapshot = snapshots.required(site)
    found = snapshot.tables.get(table)
    if found is None:
        raise NoSuchTable(_("table"), table, list(snapshot.tables))
    if allowed.highest_class <= PUBLIC and not (
        found.public and not found.person and not found.headcount
    ):
        raise _closed(allowed, found)
    if not allowed.covers(table, persons=bool(found.person)):
        raise not_covered(allowed, table, persons=bool(found.person))
    opening = Opening(site, snapshot, found, allowed, actor)
    if allowed.own_rows_only or allowed.break_glass:
        if not found.person:
            raise _closed(allowed, found)
        whose = glass.open_subject(actor) if allowed.break_glass else actor.reader_key
        opening.conditions.append(f'"{found.person}" = ?')
        opening.values.append(whose)
        opening.columns[found.person] = None
        opening.subject = whose
    elif allowed.basis == consent.BASIS:
        _only_who_agreed(opening)
    return opening


def _only_who_agreed(opening: Opening) -> None:
    """Leave the rows of those whose consent holds at this moment; asked anew each time.

    It narrows the table itself and not one question to it, so that small groups are looked for
    among these persons too.
    """
    person = opening.table.person
    if not person:
        raise _closed(opening.purpose, opening.table)
    givers = [one for one in consent.givers(opening.purpose.id) if _PSEUDONYM.fullmatch(one)]
    listed = ", ".join(f"'{one}'" for one in givers) or "NULL"
    opening.only = f'"{person}" IN ({listed})'
    opening.columns[person] = None


def check_rows_open(opening: Opening, where: Sequence[Condition]) -> None:
    """Raise NotOpen unless the purpose opens rows of this table, not counts only.

    A service purpose opens rows about people for one named person at a time, a purpose of consent
    those of all who gave it.
    """
    purpose, table = opening.purpose, opening.table
    if purpose.aggregated_only:
        raise NotOpen(
            _("The purpose “%(purpose)s” opens counts, not rows.", purpose=pick(purpose.title))
        )
    alone = (
        purpose.own_rows_only
        or purpose.break_glass
        or purpose.basis in ("operation", consent.BASIS)
    )
    if not table.person or alone:
        return
    named = any(column == table.person and operator == "=" for column, operator, _value in where)
    if not named:
        raise _closed(purpose, table)


def check_covered(purpose: Purpose, table: str, columns: Iterable[str], *, persons: bool) -> None:
    """For what is no table of a snapshot: raise NotOpen unless the purpose's file lists it."""
    if not purpose.covers(table, persons=persons):
        raise not_covered(purpose, table, persons=persons)
    for column in columns:
        if not purpose.covers(table, column, persons=persons):
            raise not_covered(purpose, table, column, persons=persons)


def not_covered(purpose: Purpose, table: str, column: str = "", *, persons: bool) -> NotOpen:
    what = f"{table}.{column}" if column else table
    return NotOpen(
        _(
            "The purpose “%(purpose)s” does not cover %(what)s: %(file)s does not list it.",
            purpose=pick(purpose.title),
            what=what,
            file=purpose.file,
        ),
        fix=trust.what_to_do(purpose, table, column, persons=persons),
    )


def _closed(purpose: Purpose, table: SnapshotTable) -> NotOpen:
    return NotOpen(
        _(
            "The purpose “%(purpose)s” does not open the table %(table)s.",
            purpose=pick(purpose.title),
            table=table.name,
        )
    )
