"""Puts what a run found into the lake as a load of its own, and only what differs from before."""

import csv
import io
import shutil
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from shuren.data.definitions import contract as find_contract
from shuren.data.errors import BuildFailed
from shuren.data.internals.receipts import all_receipts
from shuren.data.internals.sources import raw_source
from shuren.data.internals.taking_in import Brought, take_in
from shuren.kernel.clock import now
from shuren.kernel.files import write_atomically
from shuren.kernel.ids import new_id
from shuren.kernel.locks import one_at_a_time
from shuren.kernel.shapes import Actor, no_progress
from shuren.kernel.site import Site

GONE = "is_withdrawn"
Key = tuple[str, ...]
Row = dict[str, Any]


def lock(site: Site) -> Any:
    """Two runs would each land what the other has not seen."""
    return one_at_a_time(site.lake / ".resolve.lock")


def standing(site: Site, contract_id: str) -> dict[Key, Row]:
    """The rows that stand now, by key: of each key the last load's, without withdrawn ones."""
    source = raw_source(site, contract_id, all_receipts(site, contract_id)[::-1])
    key, rows = source.contract.key, dict[Key, Row]()
    for path in source.files:
        try:
            found = pq.read_table(path).to_pylist()
        except (OSError, pa.ArrowException) as error:
            raise BuildFailed(str(error)) from error
        for row in sorted(found, key=lambda row: int(row["_line"])):
            rows[tuple(str(row[name]) for name in key)] = row
    return {name: row for name, row in rows.items() if not row.get(GONE)}


def land(
    site: Site,
    contract_id: str,
    wanted: Sequence[Row],
    clock: str,
    actor: Actor,
    keep: Mapping[Key, Row],
) -> tuple[int, str]:
    """Load the rows that are new, differ or are withdrawn; (how many, id of the load or "").

    clock  the column that says when; it alone makes no difference
    keep   what stands now
    """
    contract = find_contract(site, contract_id)
    names = [f.name for f in contract.fields]
    compared = [name for name in names if name not in (clock, GONE)]
    # To the microsecond: which of two decisions of one second is the later one matters.
    moment = f"{now():%Y-%m-%d %H:%M:%S.%f}"
    changed, asked = [], set()
    for row in wanted:
        key = tuple(str(row[name]) for name in contract.key)
        asked.add(key)
        before = keep.get(key)
        if before is None or any(_text(before.get(n)) != _text(row.get(n)) for n in compared):
            changed.append({**row, clock: moment, GONE: False})
    for key in keep.keys() - asked:
        changed.append({**keep[key], clock: moment, GONE: True})
    if not changed:
        return 0, ""
    changed.sort(key=lambda row: tuple(str(row[name]) for name in contract.key))
    folder = site.temporary / new_id("resolve-")
    path = folder / f"{contract_id.replace('_', '-')}-{new_id('R')}.csv"
    try:
        write_atomically(path, _csv(names, changed))
        receipt = take_in(site, contract_id, path, actor, "", no_progress, Brought(contract_id))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return len(changed), receipt.id


def sweep(site: Site) -> None:
    """Take away what killed runs left; only for who holds the lock."""
    for folder in site.temporary.glob("resolve-*"):
        shutil.rmtree(folder, ignore_errors=True)


def _csv(names: Sequence[str], rows: Sequence[Row]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_text(row.get(name)) for name in names] for row in rows)
    return text.getvalue().encode()


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.4f}"
    return " ".join(str(value).split())
