"""All rows of the lake about one reader, whether a build has seen them yet or not."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from shuren.data.contract_shapes import Contract
from shuren.data.definitions import contracts
from shuren.data.erasure import OwnRow, OwnRows
from shuren.data.internals import forgotten, snapshots
from shuren.data.internals.receipts import all_receipts, raw_file
from shuren.data.internals.sources import SQL_TYPES, raw_columns
from shuren.data.shapes import KEEP
from shuren.kernel.site import Site
from shuren.trust.erasing import list_pseudonyms, pseudonyms_unlisted

_PSEUDONYM = re.compile(r"r_[a-z2-7]{26}")


def personal_contracts(site: Site) -> dict[str, Contract]:
    """Contracts that have a column for persons."""
    return {id: one for id, one in contracts(site).items() if forgotten.person_columns(one)}


def of_reader(site: Site, reader: str, limit: int | None) -> Iterator[OwnRows]:
    """Contract by contract; those without a row of the reader are left out."""
    for contract in personal_contracts(site).values():
        found = _rows(site, contract, reader, limit)
        if found.count:
            yield found


def is_there(site: Site, contract: Contract, reader: str, key: str) -> bool:
    """Whether the lake has a row of this key about the reader."""
    source, test = _source(site, contract, reader)
    if not source:
        return False
    sql = f"SELECT count(*) FROM ({source}) AS rows WHERE {test} AND _key = ?"
    return bool(snapshots.query(site, sql, [key])[0][0])


def open_keys(site: Site, reader: str) -> dict[str, tuple[str, ...]]:
    """{contract: keys} of rows about a reader of which something is still to come."""
    found = {}
    for contract in personal_contracts(site).values():
        if contract.open_while:
            rows = _rows(site, contract, reader, None).rows
            keys = tuple(row.key for row in rows if row.is_open)
            if keys:
                found[contract.id] = keys
    return found


def counted(
    site: Site, readers: Sequence[str]
) -> tuple[dict[str, dict[str, int]], dict[str, dict[str, tuple[str, ...]]]]:
    """({reader: {contract: rows}}, {reader: {contract: keys of open rows}})."""
    count: dict[str, dict[str, int]] = {reader: {} for reader in readers}
    still: dict[str, dict[str, tuple[str, ...]]] = {reader: {} for reader in readers}
    for contract in personal_contracts(site).values():
        source, test = _source(site, contract, *readers)
        if not source:
            continue
        wanted = forgotten.sql_list(readers)
        is_open = f"coalesce({contract.open_while}, FALSE)" if contract.open_while else "FALSE"
        for column in forgotten.person_columns(contract):
            landed = (
                f'SELECT "{column}" AS person, _key, {is_open} AS is_open, row_number() OVER'
                " (PARTITION BY _key ORDER BY _load DESC, _line DESC) AS _nth"
                f' FROM ({source}) AS landed WHERE {test} AND "{column}" IN ({wanted})'
            )
            sql = (
                "SELECT person, count(*), list(_key) FILTER (WHERE is_open)"
                f" FROM ({landed}) AS rows WHERE _nth = 1 GROUP BY person"
            )
            for person, rows, keys in snapshots.query(site, sql, []):
                count[person][contract.id] = count[person].get(contract.id, 0) + rows
                if keys:
                    still[person][contract.id] = tuple(sorted(keys))
    return count, still


def everybody(site: Site) -> set[str]:
    """Every pseudonym that the lake holds."""
    found: set[str] = set()
    for contract in personal_contracts(site).values():
        for load in all_receipts(site, contract.id):
            path = raw_file(site, contract.id, load.id)
            if not path.exists():
                continue
            there = pq.read_schema(path).names
            for column in forgotten.person_columns(contract):
                if column in there:
                    values = pc.unique(pq.read_table(path, columns=[column]).column(column))
                    found.update(v for v in values.to_pylist() if v and is_pseudonym(v))
    return found


def list_pseudonyms_once(site: Site) -> None:
    """On a site of before there were surrogates: write down whom its lake knows, once."""
    if pseudonyms_unlisted(site):
        list_pseudonyms(everybody(site))


def is_pseudonym(text: str) -> bool:
    return bool(_PSEUDONYM.fullmatch(text))


def _source(site: Site, contract: Contract, *readers: str) -> tuple[str, str]:
    """A SELECT of all there is of a contract, and the test for the rows of some readers."""
    loads = all_receipts(site, contract.id)
    paths = [path for one in loads if (path := raw_file(site, contract.id, one.id)).exists()]
    if not paths:
        return "", ""
    columns = raw_columns(contract)
    empty = ", ".join(f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in columns)
    listed = forgotten.sql_list(str(path) for path in paths)
    # A field that the contract gained after a load is empty in it.
    source = (
        f"SELECT {empty} WHERE FALSE UNION ALL BY NAME "
        f"SELECT * FROM read_parquet([{listed}], union_by_name = true)"
    )
    own = forgotten.sql_list(readers)
    test = " OR ".join(f'"{name}" IN ({own})' for name in forgotten.person_columns(contract))
    still = forgotten.raw_test(site, contract)
    return source, f"({test})" + (f" AND {still}" if still else "")


def _rows(site: Site, contract: Contract, reader: str, limit: int | None) -> OwnRows:
    source, test = _source(site, contract, reader)
    if not source:
        return OwnRows(contract.id, 0, ())
    people = set(forgotten.person_columns(contract))
    fields = [f for f in contract.fields if f.storage == KEEP]
    clock = contract.retention_column
    chosen = ", ".join(f'CAST("{f.name}" AS {SQL_TYPES[f.type]}) AS "{f.name}"' for f in fields)
    is_open = f"coalesce({contract.open_while}, FALSE)" if contract.open_while else "FALSE"
    order = f'"{clock}" DESC NULLS LAST, _key' if clock else "_key"
    sql = (
        f"SELECT _key, {is_open}, count(*) OVER (), {chosen} FROM ("
        "SELECT *, row_number() OVER (PARTITION BY _key ORDER BY _load DESC, _line DESC) AS _nth"
        f" FROM ({source}) AS landed WHERE {test}) AS rows WHERE _nth = 1"
        f" ORDER BY {order}" + (f" LIMIT {int(limit)}" if limit is not None else "")
    )
    found = snapshots.query(site, sql, [])
    rows = []
    for key, still, _count, *values in found:
        named = dict(zip((f.name for f in fields), values, strict=True))
        at: Any = named.get(clock)
        shown = {name: v for name, v in named.items() if not _is_pseudonym(name, v, people)}
        when = at if isinstance(at, date | datetime) else None
        rows.append(OwnRow(contract.id, key, when, shown, bool(still)))
    return OwnRows(contract.id, found[0][2] if found else 0, tuple(rows))


def _is_pseudonym(name: str, value: Any, people: set[str]) -> bool:
    return name in people and isinstance(value, str) and is_pseudonym(value)
