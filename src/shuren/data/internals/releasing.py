"""A release for researchers: read through the door, made coarser until nobody stands out, given
pseudonyms of its own, and reported.

One row says that a person, of whom so much is said, did something of a kind at a time; how often is
not said. Rows of a sensitive topic are not in it at all: a gap would tell as much as a value.
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from shuren.data.errors import ExportTarget, NothingToRelease
from shuren.data.internals import anonymising, handing_out, snapshots
from shuren.data.internals.door import Opening, check_rows_open, open_table
from shuren.data.internals.release_files import ALL, Release, release
from shuren.data.internals.suppression import K
from shuren.data.shapes import Table
from shuren.kernel.files import write_atomically
from shuren.kernel.i18n import gettext as _
from shuren.kernel.ids import new_id
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.trust import egress, releases
from shuren.trust import queries as trust
from shuren.trust.actions import record_use

PERMISSION = "releases.export"
PERSON = "person"
Levels = dict[str, int]


class Released(NamedTuple):
    """report: what was made coarser and what was lost; nobody is in it."""

    rows: int
    persons: int
    report: dict[str, Any]


def export(site: Site, id: str, target: Path, *, actor: Actor, code: str = "") -> Released:
    """Write a release to a new CSV or Parquet file, and what was lost to `<file>.report.json`.

    code    of the second person who approved it (trust.egress.ask, point "research")
    raises  trust's NotAllowed, ApprovalNeeded, EgressBlocked; UnknownName; NoSnapshot; NotOpen;
            ExportTarget; NothingToRelease when nothing is left that may leave
    """
    actor = trust.require(actor, PERMISSION)
    chosen = release(site, id)
    beside = target.with_name(f"{target.name}.report.json")
    _must_be_new(target, beside)
    with snapshots.pinned(site):
        openings = [
            _opening(site, chosen, part.table, actor) for part in (chosen.persons, chosen.events)
        ]
        classes = _classes(chosen, openings)
        egress.check("research", actor=actor, table=chosen.events.table, purpose=chosen.purpose,
                     columns={n: c for n, c in classes.items() if c > egress.PERSONAL})  # fmt: skip
        with _engine(site) as connection:
            left_out = _fill(connection, chosen, *openings)
            levels, lost, before = _coarsen(connection, chosen)
            table, report = _finish(connection, site, chosen, levels)
    report |= {"rows_suppressed": lost, "rows_before": before, "rows_sensitive": left_out}
    content = handing_out.csv_bytes(table)
    egress.check(
        "research",
        actor=actor,
        table=chosen.events.table,
        columns=classes,
        content=content,
        purpose=chosen.purpose,
        people=True,
        what=chosen.what,
        code=code,
    )
    _record(chosen, openings, actor, report)
    if target.suffix == ".parquet":
        content = handing_out.parquet_bytes(table, ["VARCHAR"] * len(table.columns))
    write_atomically(target, content)
    write_atomically(beside, json.dumps(report, ensure_ascii=False, indent=2).encode())
    return Released(len(table.rows), report["persons"], report)


def _opening(site: Site, chosen: Release, table: str, actor: Actor) -> Opening:
    opening = open_table(site, table, chosen.purpose, actor)
    check_rows_open(opening, ())
    if not opening.table.person:
        raise NothingToRelease(_("%(table)s is not about persons.", table=table))
    return opening


def _person(opening: Opening) -> str:
    return opening.column(opening.table.counted_by or opening.table.person)


def _classes(chosen: Release, openings: list[Opening]) -> dict[str, int]:
    """{name in the file: class of the finest column behind it}."""
    found = {}
    for part, opening in zip((chosen.persons, chosen.events), openings, strict=True):
        for name, steps in part.columns.items():
            column = opening.table.column(steps[0])
            found[name] = column.classification if column else egress.PUBLIC
    return found


@contextmanager
def _engine(site: Site) -> Iterator[duckdb.DuckDBPyConnection]:
    folder = site.temporary / new_id("release-")
    with duckdb.connect(config=snapshots.engine_settings(folder)) as connection:
        yield connection
    shutil.rmtree(folder, ignore_errors=True)


def _fill(
    connection: duckdb.DuckDBPyConnection, chosen: Release, persons: Opening, events: Opening
) -> int | None:
    """Make the table `wide`; how many rows of a sensitive topic are not in it, or None where too
    few persons stand behind that number."""
    own = ", ".join(
        f'min(CAST({persons.column(step)} AS VARCHAR)) AS "{name}.{step}"'
        for name, step in _steps(chosen.persons.columns)
    )
    done = ", ".join(
        f'CAST({events.column(step)} AS VARCHAR) AS "{name}.{step}"'
        for name, step in _steps(chosen.events.columns)
    )
    who, whose = _person(persons), _person(events)
    connection.execute(
        f"CREATE TEMP TABLE whom AS SELECT {who} AS person, {own} FROM {persons.source}"
        f" WHERE coalesce({who}, '') <> '' GROUP BY {who}"
    )
    topic = events.topic
    plain = f"NOT {topic.condition}" if topic else "TRUE"
    connection.execute(
        f"CREATE TEMP TABLE wide AS SELECT DISTINCT whom.*, done.* EXCLUDE (whose) FROM"
        f" (SELECT {whose} AS whose, {done} FROM {events.source} WHERE {plain}) AS done"
        " JOIN whom ON whom.person = done.whose"
    )
    if topic is None:
        return 0
    sql = f"SELECT count(*), count(DISTINCT {whose}) FROM {events.source} WHERE {topic.condition}"
    rows, people = connection.execute(sql).fetchall()[0]
    return int(rows) if people >= 2 * K or not rows else None


def _steps(columns: dict[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    return [(name, step) for name, steps in columns.items() for step in steps if step != ALL]


def _coarsen(connection: duckdb.DuckDBPyConnection, chosen: Release) -> tuple[Levels, int, int]:
    """Levels of each column, how many rows were suppressed at them, out of how many.

    Of all single steps the one that loses least is taken, the first in the file where two are even,
    until little enough is lost.
    """
    names = {**chosen.persons.columns, **chosen.events.columns}
    levels = dict.fromkeys(names, 0)
    lost, before = _try(connection, chosen, levels)
    while before and lost > chosen.most_lost * before:
        further = [
            {**levels, name: at + 1} for name, at in levels.items() if at + 1 < len(names[name])
        ]
        if not further:
            break
        tried = [(_try(connection, chosen, one), one) for one in further]
        (lost, before), levels = min(tried, key=lambda one: one[0][0] / max(one[0][1], 1))
    lost, before = _try(connection, chosen, levels)
    return levels, lost, before


def _try(connection: duckdb.DuckDBPyConnection, chosen: Release, levels: Levels) -> tuple[int, int]:
    """(rows suppressed, rows before) at some levels; what is left stands in `event`."""
    _detail(connection, chosen, levels)
    anonymising.encode(connection, list(chosen.persons.columns), list(chosen.events.columns))
    before = anonymising.rows(connection)
    return anonymising.suppress(connection, chosen.k, chosen.known), before


def _detail(connection: duckdb.DuckDBPyConnection, chosen: Release, levels: Levels) -> None:
    names = {**chosen.persons.columns, **chosen.events.columns}
    parts = []
    for name, at in levels.items():
        step = names[name][at]
        parts.append(f"'*' AS \"{name}\"" if step == ALL else f'"{name}.{step}" AS "{name}"')
    chosen_columns = ", ".join(["person", *parts])
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE detail AS SELECT DISTINCT {chosen_columns} FROM wide"
    )


def _finish(
    connection: duckdb.DuckDBPyConnection, site: Site, chosen: Release, levels: Levels
) -> tuple[Table, dict[str, Any]]:
    """The rows that may leave, with pseudonyms of the release, and what is to be said of them."""
    group, event = list(chosen.persons.columns), list(chosen.events.columns)
    if not anonymising.is_anonymous(connection, chosen.k, chosen.known):
        raise AssertionError("what was not suppressed may not leave")
    listed = ", ".join(f'detail."{name}"' for name in [*group, *event])
    found = connection.execute(
        f"SELECT person, {listed} FROM ({anonymising.numbered(group, event)}) AS detail"
        " SEMI JOIN event USING (person, grp, ev)"
    ).fetchall()
    if not found:
        raise NothingToRelease(
            _("Nothing of this release may leave: nobody is hidden among %(k)s persons.",
              k=chosen.k),
            fix=_("Declare coarser steps, or fewer columns."),
        )  # fmt: skip
    people = list(dict.fromkeys(row[0] for row in found))
    named = dict(zip(people, releases.pseudonyms(site, chosen.id, people), strict=True))
    rows = sorted((named[row[0]], *row[1:]) for row in found)
    names = {**chosen.persons.columns, **chosen.events.columns}
    report = {
        "release": chosen.id,
        "recipient": chosen.recipient,
        "snapshot": snapshots.required(site).id,
        "k": chosen.k,
        "known": chosen.known,
        "columns": {name: names[name][at] for name, at in levels.items()},
        "rows": len(rows),
        "persons": len(people),
        "lost_by": {name: _lost_by(connection, chosen, name) for name in group},
    }
    return Table((PERSON, *group, *event), rows), report


def _lost_by(
    connection: duckdb.DuckDBPyConnection, chosen: Release, name: str
) -> list[dict[str, Any]]:
    """Rows there were and rows that leave, by the values of a column; of values that fewer than k
    persons have only how many there are."""
    kept = anonymising.numbered(list(chosen.persons.columns), list(chosen.events.columns))
    found = connection.execute(
        f"SELECT coalesce(\"{name}\", '') AS value, count(DISTINCT detail.person), count(*),"
        f" count(event.person) FROM ({kept}) AS detail LEFT JOIN event USING (person, grp, ev)"
        " GROUP BY value ORDER BY value"
    ).fetchall()
    shown = [
        {"value": value, "rows_before": before, "rows": rows}
        for value, persons, before, rows in found
        if persons >= chosen.k
    ]
    few = sum(1 for _value, persons, _before, _rows in found if persons < chosen.k)
    return [*shown, {"values_of_few_persons": few}] if few else shown


def _record(chosen: Release, openings: list[Opening], actor: Actor, report: dict[str, Any]) -> None:
    for opening in openings:
        record_use(actor, chosen.purpose, opening.table.name, list(opening.columns),
                   report["rows"], f"release {chosen.id}")  # fmt: skip
    columns = [*chosen.persons.columns, *chosen.events.columns]
    counts = {"rows": report["rows"], "persons": report["persons"]}
    tables = [chosen.persons.table, chosen.events.table]
    releases.note_export(chosen.id, tables, columns, counts, actor=actor)


def _must_be_new(*targets: Path) -> None:
    for target in targets:
        if target.exists():
            raise ExportTarget(
                _("%(file)s exists already.", file=target), fix=_("Choose another name.")
            )
        if not target.absolute().parent.is_dir():
            raise ExportTarget(_("There is no folder %(folder)s.", folder=target.parent))
