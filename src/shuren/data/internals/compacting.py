"""Puts the many small loads of a connector together, day by day, into one load each.

A listener takes in what arrives every second; a year of that is millions of files. What is
put together is one run of loads of a contract that follow each other, of one connector, read
alike, of one day that is over. Rows keep the ids of their loads, and what anybody asks of one of
these loads is still answered.

The new receipt is the moment it happens: from then on the others count no more, and their files
go. A kill before it leaves the small loads as they were, a kill after it files that the next run
removes.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from shuren.data.internals import building, hashes, merged_ids, retention_log, snapshots
from shuren.data.internals.quarantine import Quarantine, QuarantineWriter
from shuren.data.internals.raw_store import RawWriter
from shuren.data.internals.receipts import (
    WORKING,
    all_receipts,
    commit,
    hashes_file,
    ids_file,
    leftovers,
    merged_file,
    quarantine_file,
    raw_file,
    receipt_file,
    receipt_json,
    small_files,
    sweep_loads,
)
from shuren.data.internals.working import exclusively, is_owned, working_folder
from shuren.data.shapes import Receipt
from shuren.kernel.clock import now
from shuren.kernel.files import sync_folder, write_atomically
from shuren.kernel.ids import new_id
from shuren.kernel.site import Site

SMALL = 50_000  # rows of a load
FEWEST = 20  # loads that are worth it
_REST = timedelta(days=1)  # between the end of a day and this; the map counts the last 24 hours


class _Changed(Exception):
    """Somebody took up a refused row of one of the loads meanwhile."""


def compact(site: Site, contract: str | None = None) -> list[Receipt]:
    """The new receipts; none where there was nothing to do. Waits for a build under way."""
    if not leftovers(site) and not any(True for _run in _runs(site, contract)):
        return []
    done = []
    with building.one_at_a_time(site):
        _sweep(site)
        for run in list(_runs(site, contract)):
            try:
                done.append(_put_together(site, run))
            except _Changed:
                continue
        _sweep(site)
    return done


def _runs(site: Site, contract: str | None) -> Iterator[list[Receipt]]:
    """Loads to put together, oldest first. A live view must not take them for news: only what
    the published snapshot holds is touched."""
    live = snapshots.current(site)
    built = frozenset(live.loads) if live else frozenset()
    receipts = all_receipts(site, contract)[::-1]
    replayed = {receipt.replays for receipt in receipts}
    last_day = (now() - _REST).date()
    by_contract: dict[str, list[Receipt]] = {}
    for receipt in receipts:
        by_contract.setdefault(receipt.contract, []).append(receipt)
    for name, loads in by_contract.items():
        expired = {entry.load for entry in retention_log.entries(site, name)}

        def kind(load: Receipt, expired: set[str] = expired) -> tuple[Any, ...]:
            alone = (
                not load.connector
                or bool(load.replays)
                or bool(load.merges)
                or load.id in replayed
                or load.id in expired
                or load.id not in built
                or load.records >= SMALL
                or load.finished_at.date() >= last_day
            )
            return (load.id,) if alone else _alike(load)

        for _kind, found in groupby(loads, kind):
            run = list(found)
            if len(run) >= FEWEST:
                yield run


def _alike(load: Receipt) -> tuple[Any, ...]:
    dialect = json.dumps(load.dialect, sort_keys=True)
    return (
        load.finished_at.date(), load.connector, load.contract_version, load.mapping, load.source,
        load.encoding, dialect, load.actor,
    )  # fmt: skip


def _put_together(site: Site, run: Sequence[Receipt]) -> Receipt:
    id = new_id("L")
    whole = _receipt(id, run)
    with working_folder(site, f"{WORKING}{id}") as folder:
        _write_rows(site, run, folder / "rows.parquet")
        _write_refused(site, run, folder / "refused.sealed", id)
        lines = (json.dumps(receipt_json(one), ensure_ascii=False) for one in run)
        write_atomically(merged_file(site, id), "".join(f"{line}\n" for line in lines).encode())
        known = hashes.content(one.source_hash for one in run)
        write_atomically(hashes_file(site, id), known)
        write_atomically(ids_file(site, id), merged_ids.content(whole.merges))

        def check() -> None:
            there = all_receipts(site, whole.contract)
            taken = {one.replays for one in there}
            if not set(whole.merges) <= {one.id for one in there} - taken:
                raise _Changed

        commit(site, whole, folder, check)
    return whole


def _receipt(id: str, run: Sequence[Receipt]) -> Receipt:
    first, last = run[0], run[-1]
    rules: dict[str, int] = {}
    for load in run:
        for rule, rows in load.rules.items():
            rules[rule] = rules.get(rule, 0) + rows
    return Receipt(
        id=id,
        contract=last.contract,
        contract_version=last.contract_version,
        mapping=last.mapping,
        source_name=f"{first.source_name} … {last.source_name}",
        source_hash=hashlib.sha256("".join(load.source_hash for load in run).encode()).hexdigest(),
        source_bytes=sum(load.source_bytes for load in run),
        encoding=last.encoding,
        dialect=last.dialect,
        records=sum(load.records for load in run),
        accepted=sum(load.accepted for load in run),
        refused=sum(load.refused for load in run),
        blank_lines=sum(load.blank_lines for load in run),
        rules=dict(sorted(rules.items())),
        started_at=min(load.started_at for load in run),
        finished_at=last.finished_at,
        actor=last.actor,
        notes=tuple(dict.fromkeys(note for load in run for note in load.notes)),
        source=last.source,
        connector=last.connector,
        cursor=last.cursor,
        merges=tuple(load.id for load in run),
        barren=tuple(load.id for load in run if not load.accepted),
    )


def _write_rows(site: Site, run: Sequence[Receipt], target: Path) -> None:
    paths = [raw_file(site, load.contract, load.id) for load in run if load.accepted]
    if not paths:
        return
    schema = pa.unify_schemas([pq.read_schema(path).remove_metadata() for path in paths])
    with RawWriter(target) as writer:
        for path in paths:
            rows = pq.read_table(path)
            columns = [
                rows.column(f.name)
                if f.name in rows.column_names
                else pa.nulls(rows.num_rows, f.type)
                for f in schema
            ]
            writer.add(pa.table(columns, schema=schema))
        writer.close()


def _write_refused(site: Site, run: Sequence[Receipt], target: Path, id: str) -> None:
    """Sealed anew, for the load they belong to is part of the seal."""
    writer = QuarantineWriter(site, target, id)
    try:
        for load in run:
            if load.refused:
                path = quarantine_file(site, load.contract, load.id)
                writer.add(list(Quarantine(site, path, load.id).rows()))
        writer.close()
    finally:
        writer.abandon()


def _sweep(site: Site) -> None:
    """Remove the files of loads that count no more, the receipt of each last, so that one that
    is there says what may be left; and what was kept for a receipt that never came."""
    with exclusively(small_files(site)):
        left = leftovers(site)
        for one in left:
            raw_file(site, one.contract, one.id).unlink(missing_ok=True)
            quarantine_file(site, one.contract, one.id).unlink(missing_ok=True)
            receipt_file(site, one.id).unlink(missing_ok=True)
        for contract in {one.contract for one in left}:
            for folder in (site.raw / contract, site.quarantine / contract, site.receipts):
                if folder.is_dir():
                    sync_folder(folder)
        for path in sorted((site.receipts / "merged").glob("*.*")):
            owned = is_owned(site, f"{WORKING}{path.stem}")
            if not owned and not receipt_file(site, path.stem).exists():
                path.unlink(missing_ok=True)
    sweep_loads(site)
