"""From rows of a table back to the rows they were loaded as, and forward again.

A table's key leads to a contract when every column of it is made from columns of that
contract's raw table; then the raw rows that hold the same values are the rows behind it.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from shuren.data import definitions
from shuren.data.errors import UnknownName
from shuren.data.internals import asking, forgotten, snapshots
from shuren.data.internals.door import Condition, Opening, check_covered, open_table
from shuren.data.internals.lineage.graph import graph
from shuren.data.internals.receipts import find_receipt, raw_file, raw_files, standing_for
from shuren.data.lineage import MATCHING, VALUE, Graph, MadeRows, RawRows, RowsBehind, Trail
from shuren.data.shapes import KEEP, PSEUDONYM, Contract, Model
from shuren.kernel.i18n import gettext as _
from shuren.kernel.masking import MASK, mask
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.trust.actions import record_use
from shuren.trust.definitions import Purpose
from shuren.trust.queries import require_purpose

PURPOSE = "data_quality"
FARTHEST = 6  # tables looked at before the search for a key ends
_ABOUT = ("_load", "_line")

Keys = dict[str, dict[str, list[str]]]  # raw table → {key column: raw columns it is made from}


def behind(
    site: Site, table: str, where: Sequence[Condition], actor: Actor, limit: int
) -> RowsBehind:
    """The raw rows under a table's rows; of the nearest table above it whose key leads there."""
    purpose = require_purpose(actor, PURPOSE)
    models, known = definitions.models(site), graph(site)
    with snapshots.pinned(site) as snapshot:
        for name in _tables_from(models, table):
            keys = _keys(known, models[name])
            if not keys or snapshot is None or name not in snapshot.tables:
                continue
            own = {column.name for column in models[name].columns}
            narrowed = [condition for condition in where if condition[0] in own]
            opening = open_table(site, name, PURPOSE, actor)
            if topic := opening.topic:  # whose row it is may be known: what it was about may not
                opening.conditions.append(f"NOT {topic.condition}")
            wanted = list(models[name].key)
            made = asking.rows(opening, wanted, narrowed, wanted, limit, 0)
            found = [
                _raw_rows(site, raw, columns, made.dicts(), purpose, actor, limit)
                for raw, columns in keys.items()
            ]
            found = [one for one in found if one.rows]
            if found:
                left = tuple(c[0] for c in where if c[0] not in own)
                return RowsBehind(name, tuple(found), len(made.rows), left)
    return RowsBehind(table, (), 0, ())


def _tables_from(models: dict[str, Model], table: str) -> list[str]:
    """The table, then the tables it reads, nearest first."""
    found: list[str] = []
    queue = [table]
    while queue and len(found) < FARTHEST:
        name = queue.pop(0)
        if name in models and name not in found:
            found.append(name)
            queue += models[name].reads
    return found


def _keys(known: Graph, model: Model) -> Keys:
    origins: list[dict[str, list[str]]] = []
    for column in model.key:
        by_table: dict[str, list[str]] = {}
        trail = known.upstream(f"{model.name}.{column}")
        for id, (_before, via) in trail.items():
            node = known.nodes[id]
            if (
                via == VALUE
                and node.kind == "raw"
                and node.table
                and not _matched(known, trail, id)
            ):
                by_table.setdefault(node.table, []).append(node.name)
        origins.append(by_table)
    shared = [t for t in origins[0] if all(t in by_table for by_table in origins)]
    pairs = list(zip(model.key, origins, strict=True))
    return {table: {column: by[table] for column, by in pairs} for table in shared}


def _matched(known: Graph, trail: Trail, id: str) -> bool:
    """Whether the way leads through a matcher: what it read is not the row that it wrote."""
    return any(known.nodes[one].kind in MATCHING for one in known.path(trail, id))


def _raw_rows(
    site: Site,
    raw: str,
    columns: dict[str, list[str]],
    made: list[dict[str, Any]],
    purpose: Purpose,
    actor: Actor,
    limit: int,
) -> RawRows:
    contract = definitions.contracts(site)[raw.partition(".")[2]]
    shown = _shown(contract, purpose)
    snapshot = snapshots.required(site)
    paths = [str(path) for path in raw_files(site, contract.id, snapshot.loads)]
    if not paths or not made:
        return RawRows(contract.id, (), [])
    tests, values = [], []
    for row in made:
        parts = []
        for name, sources in columns.items():
            either = " OR ".join(f'CAST("{s}" AS VARCHAR) = ?' for s in sources)
            values += [str(row[name])] * len(sources)
            parts.append(f"({either})")
        tests.append(f"({' AND '.join(parts)})")
    wanted = " OR ".join(tests)
    if kept := forgotten.raw_test(site, contract):
        wanted = f"({wanted}) AND {kept}"
    # A later load of the same key stands in the place of an earlier one; loads sort by time.
    listed = ", ".join(f'"{name}"' for name in (*_ABOUT, *shown))
    sql = (
        f"SELECT {listed} FROM (SELECT *, row_number() OVER (PARTITION BY _key"
        " ORDER BY _load DESC, _line DESC) AS place"
        " FROM read_parquet(?, union_by_name = true)"
        f" WHERE {wanted}) AS found WHERE place = 1"
        f" ORDER BY _load DESC, _line LIMIT {int(limit)}"
    )
    found = snapshots.query(site, sql, [paths, *values])
    record_use(actor, PURPOSE, raw, shown, len(found), "rows behind")
    return RawRows(contract.id, tuple(shown), [_masked(row) for row in found])


def _shown(contract: Contract, purpose: Purpose) -> list[str]:
    """The fields that the purpose opens; raises NotOpen if it does not cover the rows at all."""
    raw, persons = f"raw.{contract.id}", contract.is_about_persons
    check_covered(purpose, raw, (), persons=persons)
    return [
        f.name
        for f in contract.fields
        if f.storage in (KEEP, PSEUDONYM)
        and f.classification <= purpose.highest_class
        and purpose.covers(raw, f.name, persons=persons)
    ]


def _masked(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Load and line as they are; what may point at a person in the rest is masked."""
    masked = (mask(value) if isinstance(value, str) else value for value in row[2:])
    return (*row[:2], *masked)


def made_of(site: Site, load: str, line: int, actor: Actor) -> tuple[RawRows, list[MadeRows]]:
    """One loaded row, and the rows of tables that stand on it.

    raises  UnknownName if the load did not bring such a line in
    """
    purpose = require_purpose(actor, PURPOSE)
    receipt = find_receipt(site, load)
    contract = definitions.contracts(site)[receipt.contract]
    path = raw_file(site, contract.id, standing_for(site, load).id)
    shown = _shown(contract, purpose)
    names = ", ".join(f'"{name}"' for name in dict.fromkeys((*_ABOUT, *shown, "_key")))
    found = []
    if path.exists():
        kept = forgotten.raw_test(site, contract) or "TRUE"
        test = f"_load = ? AND _line = ? AND {kept}"
        sql = f"SELECT {names} FROM read_parquet(?) WHERE {test} LIMIT 1"
        found = snapshots.query(site, sql, [str(path), load, line])
    if not found:
        raise UnknownName(_("accepted row"), f"{load}:{line}", [])
    record_use(actor, PURPOSE, f"raw.{contract.id}", shown, 1, "one row")
    row = dict(zip((*_ABOUT, *shown, "_key"), found[0], strict=True))
    made = [
        one
        for name, model in definitions.models(site).items()
        if (one := _standing_on(site, model, _keys(graph(site), model), contract, row, actor))
        and name
    ]
    raw = _masked(found[0][:-1])
    if any(one.sensitive for one in made):  # a table of titles would say what it was
        made = [one for one in made if one.sensitive]
        raw = (*raw[:2], *(MASK if isinstance(value, str) else value for value in raw[2:]))
    return RawRows(contract.id, tuple(shown), [raw]), [one for one in made if one.rows]


def _standing_on(
    site: Site, model: Model, keys: Keys, contract: Contract, row: dict[str, Any], actor: Actor
) -> MadeRows | None:
    columns = keys.get(f"raw.{contract.id}")
    snapshot = snapshots.required(site)
    if not columns or model.name not in snapshot.tables:
        return None
    where: list[Condition] = []
    for name, sources in columns.items():
        values = [str(row[s]) for s in sources if row.get(s) not in (None, "")]
        kind = next(c.type for c in model.columns if c.name == name)
        if kind != "VARCHAR" or not values:
            return None
        where.append((name, "in", values))
    opening = open_table(site, model.name, PURPOSE, actor)
    sensitive = _tells_topic(opening, where)
    table = asking.rows(opening, None, where, list(model.key), 5, 0)
    if not table.rows and not sensitive:
        return None
    rows = [tuple(mask(v) if isinstance(v, str) else v for v in r) for r in table.rows]
    return MadeRows(model.name, model.title, table.columns, rows, sensitive)


def _tells_topic(opening: Opening, where: Sequence[Condition]) -> bool:
    """Whether one of the rows is about a person and a sensitive topic."""
    topic = opening.topic
    if topic is None:
        return False
    whole = replace(opening, conditions=[], values=[])
    whole.narrow(where)
    sql = f"SELECT bool_or({topic.condition}) FROM {whole.source}{whole.where}"
    return bool(snapshots.query(whole.site, sql, whole.values)[0][0])
