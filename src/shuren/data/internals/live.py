"""Live views: models with `materialised: false`, evaluated whenever somebody reads them.

conformed.* and mart.* in them are the tables of the snapshot; raw.<contract> is what landed
since that snapshot was made, and nothing else, so that a question costs as much as there is
news. A view that wants both reads both: the stored table, and the raw rows on top of it.
"""

import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from sqlglot import exp

from shuren.data.errors import ReceiptBroken
from shuren.data.internals import forgotten, portable, sources
from shuren.data.internals.receipts import raw_file, read_receipt, receipt_file
from shuren.data.internals.sources import quoted, table_file
from shuren.data.shapes import Column, SnapshotInfo, SnapshotTable
from shuren.kernel.site import Site

NEWEST = 2_000  # loads looked at; a site that builds every day never comes near


def query(site: Site, snapshot: SnapshotInfo, table: str) -> str:
    """The SELECT of a live view over a published snapshot and what landed since."""
    view = snapshot.tables[table]
    assert view.live
    sql = {name: known.live for name, known in snapshot.tables.items() if known.live}
    landed, folder = _landed(site, snapshot.loads), site.snapshots / snapshot.id
    return select(site, folder, table, sql, view.columns, landed, snapshot.tables)


def select(
    site: Site,
    folder: Path,
    table: str,
    live: Mapping[str, str],
    columns: tuple[Column, ...],
    landed: Mapping[str, tuple[Path, ...]],
    published: Mapping[str, SnapshotTable] | None = None,
) -> str:
    """A SELECT that reads files only.

    folder   holds the stored tables
    live     {live view: its SQL}; they may read each other
    landed   {contract: raw files}
    published  what the stored tables hold, so that nobody who was forgotten is in them
    """

    parts: dict[str, str] = {}

    def add(name: str) -> None:
        if name in parts:
            return
        layer, _dot, own = name.partition(".")
        if name in live:
            sql, reads = _standing_alone(live[name])
            for read in reads:
                add(read)
            parts[name] = sql
        elif layer == "raw":
            parts[name] = _raw(site, own, landed.get(own, ()))
        else:
            source = f"read_parquet({quoted(folder / table_file(name))})"
            if published and name in published:
                source = forgotten.filtered(site, published[name], source)
            parts[name] = f"SELECT * FROM {source}"

    add(table)
    steps = ", ".join(f"{_step(name)} AS NOT MATERIALIZED ({sql}\n)" for name, sql in parts.items())
    casts = ", ".join(f'CAST("{c.name}" AS {c.type}) AS "{c.name}"' for c in columns)
    return f"WITH {steps} SELECT {casts} FROM {_step(table)}"


@lru_cache(maxsize=256)
def _standing_alone(sql: str) -> tuple[str, tuple[str, ...]]:
    """The SELECT with the tables it reads called as the steps that bring them, and their names."""
    tree = portable.parse(sql).copy()
    reads = []
    for node in tree.find_all(exp.Table):
        if node.db:
            name = f"{node.db}.{node.name}"
            reads.append(name)
            alias = node.alias_or_name
            node.set("db", None)
            node.set("this", exp.to_identifier(_step(name)))
            node.set("alias", exp.TableAlias(this=exp.to_identifier(alias)))
    return tree.sql("duckdb"), tuple(dict.fromkeys(reads))


def _step(name: str) -> str:
    return "read_" + name.replace(".", "_")


def _raw(site: Site, name: str, files: tuple[Path, ...]) -> str:
    """Rows as they landed; a file of an older contract may lack columns."""
    contract = sources.contract_of(site, name)
    columns = sources.raw_columns(contract)
    empty = ", ".join(f'CAST(NULL AS {type_}) AS "{column}"' for column, type_ in columns)
    rows = f"SELECT {empty} WHERE FALSE"
    there = [path for path in files if path.exists()]  # retention may have emptied one
    if there:
        listed = ", ".join(map(quoted, there))
        rows += f" UNION ALL BY NAME SELECT * FROM read_parquet([{listed}], union_by_name = true)"
    chosen = ", ".join(f'"{column}"' for column, _type in columns)
    still = forgotten.raw_test(site, contract)
    return f"SELECT {chosen} FROM ({rows}) AS landed" + (f" WHERE {still}" if still else "")


def _landed(site: Site, built_from: tuple[str, ...]) -> dict[str, tuple[Path, ...]]:
    """The raw files of loads a snapshot does not hold, by contract, newest loads only."""
    known = _as_set(built_from)
    try:
        names = [name[:-5] for name in os.listdir(site.receipts) if name.endswith(".json")]
    except FileNotFoundError:
        return {}
    found: dict[str, list[Path]] = {}
    for load in sorted((name for name in names if name not in known), reverse=True)[:NEWEST]:
        brought, merges = _brought(site, load)
        if brought and not (merges and known.issuperset(merges)):
            found.setdefault(brought, []).append(raw_file(site, brought, load))
    return {contract: tuple(paths) for contract, paths in found.items()}


@lru_cache(maxsize=4)
def _as_set(loads: tuple[str, ...]) -> frozenset[str]:
    return frozenset(loads)


@lru_cache(maxsize=8_192)
def _brought(site: Site, load: str) -> tuple[str, Sequence[str]]:
    """The contract of a load that brought rows, or "", and the loads it was put together of. A
    receipt never changes."""
    try:
        receipt = read_receipt(receipt_file(site, load))
    except (ReceiptBroken, OSError):
        return "", ()  # doctor names it; a build stops at it
    return receipt.contract if receipt.accepted else "", receipt.merges
