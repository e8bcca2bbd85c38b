"""Takes forgotten rows off the disk: out of raw files and quarantine, then out of snapshots.

From the moment it is asked nobody sees the rows (`forgotten`); this makes it so for who reads the
disk. Safe to repeat and to kill: each file is replaced whole, and an entry goes only when no raw
file, no refused row and no snapshot can hold anything of it.
"""

import time
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from shuren.data.erasure import Forget, Rewritten
from shuren.data.internals import building, forgotten, named_rows, quarantine, retention_log
from shuren.data.internals import snapshots as published
from shuren.data.internals.own_rows import personal_contracts
from shuren.data.internals.raw_store import RawWriter
from shuren.data.internals.receipts import WORKING, all_receipts, quarantine_file, raw_file
from shuren.data.internals.retention_log import Expiry
from shuren.data.internals.rows import KEY, key_sql
from shuren.data.internals.working import sweep_folders, working_folder
from shuren.data.shapes import Contract, Receipt
from shuren.kernel.clock import now
from shuren.kernel.files import sync_folder
from shuren.kernel.ids import new_id
from shuren.kernel.site import Site

ERASURE = "erasure"
_WORKING = "forget-"


def readers(site: Site, wanted: Sequence[Forget]) -> None:
    """Nobody sees anything of these readers any more."""
    at = now().isoformat()
    with forgotten.changing(site) as found:
        for one in wanted:
            entry = {
                "new": one.new,
                "names": dict(one.names),
                "open": {id: sorted(keys) for id, keys in one.open.items()},
                "at": at,
                "rewritten": "",
            }
            found.readers.setdefault(one.reader, entry)


def rows(site: Site, contract: str, keys: Collection[str], reader: str) -> int:
    """Nobody sees these rows any more; returns how many were not forgotten before."""
    entry = {"reader": reader, "at": now().isoformat(), "rewritten": ""}
    with forgotten.changing(site) as found:
        known = found.rows.setdefault(contract, {})
        fresh = [key for key in keys if key not in known]
        known.update({key: dict(entry) for key in fresh})
    return len(fresh)


def is_due(site: Site) -> bool:
    """Whether there is anything to take off the disk."""
    return any(not entry["rewritten"] for entry in _entries(forgotten.read(site)))


def oldest(site: Site) -> datetime | None:
    """Since when the first of what is still on the disk is forgotten."""
    moments = [entry["at"] for entry in _entries(forgotten.read(site))]
    return datetime.fromisoformat(min(moments)) if moments else None


def compact(site: Site) -> Rewritten:
    """Rewrite every raw file and quarantine that holds something forgotten; waits for a build."""
    begun = time.monotonic()
    if not is_due(site):
        return Rewritten()
    with building.one_at_a_time(site):
        sweep_folders(site, _WORKING)
        found = forgotten.read(site)
        taken = files = 0
        for contract in personal_contracts(site).values():
            for load in all_receipts(site, contract.id):
                gone = _raw(site, contract, load, found)
                taken, files = taken + gone, files + bool(gone)
        refused, sealed = _refused(site, found)
        _mark(site, found)
    return Rewritten(taken, refused, files + sealed, time.monotonic() - begun)


def settle(site: Site) -> tuple[set[str], bool]:
    """Drop the entries of which nothing is left: (readers still on the disk, a build is due).

    A snapshot that was published before the rows went out of the raw files may hold them.
    """
    building_due = False
    with building.one_at_a_time(site):
        building.prune(site, _last_rewritten(forgotten.read(site)))
        moments = [m for path in site.snapshots.iterdir() if (m := published.built_at(path))]
        live = published.current(site)
        with forgotten.changing(site) as found:
            for entry, drop in _droppable(found):
                rewritten = entry["rewritten"]
                if not rewritten:
                    continue
                since = datetime.fromisoformat(rewritten)
                if all(moment > since for moment in moments):
                    drop()
                elif live is not None and live.built_at <= since:
                    building_due = True
            for contract in [id for id, keys in found.rows.items() if not keys]:
                del found.rows[contract]
            left = set(found.readers)
    return left, building_due


def empty_refused(site: Site, load: Receipt, rows: Collection[int]) -> int:
    """Empty single refused rows of a load that lies by itself; returns how many."""
    path = quarantine_file(site, load.contract, load.id)
    with building.one_at_a_time(site):
        return _empty(site, load, path, set(rows))


def reseal(site: Site, version: int) -> int:
    """Quarantine files of which a chunk is under another version of the key, sealed anew."""
    done = 0
    with building.one_at_a_time(site):
        for load, path in _sealed_otherwise(site, version):
            _empty(site, load, path, set())
            done += 1
    return done


def is_sealed_otherwise(site: Site, version: int) -> bool:
    """Whether there is such a file, or may be soon: a load is under way."""
    sweep_folders(site, WORKING)
    if any(path.is_dir() for path in site.temporary.glob(f"{WORKING}*")):
        return True
    return any(True for _load, _path in _sealed_otherwise(site, version))


def _sealed_otherwise(site: Site, version: int) -> Iterator[tuple[Receipt, Path]]:
    for load in all_receipts(site):
        path = quarantine_file(site, load.contract, load.id)
        if load.refused and path.exists() and quarantine.key_versions(path) - {version}:
            yield load, path


def _entries(found: forgotten.Forgotten) -> Iterator[dict[str, Any]]:
    yield from found.readers.values()
    for keys in found.rows.values():
        yield from keys.values()


def _last_rewritten(found: forgotten.Forgotten) -> datetime | None:
    moments = [entry["rewritten"] for entry, _drop in _droppable(found) if entry["rewritten"]]
    return max(map(datetime.fromisoformat, moments), default=None)


def _droppable(found: forgotten.Forgotten) -> list[tuple[dict[str, Any], Any]]:
    """Each entry and what takes it away."""
    pairs: list[tuple[dict[str, Any], Any]] = [
        (entry, lambda reader=reader: found.readers.pop(reader))
        for reader, entry in found.readers.items()
    ]
    for keys in found.rows.values():
        pairs += [(entry, lambda k=keys, key=key: k.pop(key)) for key, entry in keys.items()]
    return pairs


def _mark(site: Site, done: forgotten.Forgotten) -> None:
    """Whatever was asked while this ran waits for the next time."""
    moment = now().isoformat()
    with forgotten.changing(site) as found:
        for reader in done.readers.keys() & found.readers.keys():
            found.readers[reader]["rewritten"] = found.readers[reader]["rewritten"] or moment
            found.readers[reader]["names"] = {}
        for contract, keys in done.rows.items():
            for key in keys.keys() & found.rows.get(contract, {}).keys():
                entry = found.rows[contract][key]
                entry["rewritten"] = entry["rewritten"] or moment


def _raw(site: Site, contract: Contract, load: Receipt, found: forgotten.Forgotten) -> int:
    """Rows that went out of one load's file."""
    path = raw_file(site, contract.id, load.id)
    if not path.exists():
        return 0
    parquet = pq.ParquetFile(path)
    judge = _Judge(contract, found, parquet.schema_arrow.names)
    if not judge.looks:
        return 0
    gone = moved = 0
    for batch in parquet.iter_batches(columns=judge.looks, batch_size=500_000):
        drop, move = judge.rows(batch)
        gone, moved = gone + int(drop.sum()), moved + int(move.sum())
    if not gone and not moved:
        return 0
    left = parquet.metadata.num_rows - gone
    entry = Expiry(now(), now().astimezone().date(), load.id, gone, left, why=ERASURE)
    # Also where rows only changed their pseudonym: the tables have to be made anew.
    retention_log.add(site, contract.id, entry)
    _rewrite(site, path, parquet, judge)
    return gone + moved


class _Judge:
    """Which rows of a file go, and which stay under another pseudonym."""

    def __init__(self, contract: Contract, found: forgotten.Forgotten, there: Sequence[str]):
        self._contract = contract
        self._columns = [c for c in forgotten.person_columns(contract) if c in there]
        self._readers = pa.array(sorted(found.readers), pa.string())
        self._new = {name: entry["new"] for name, entry in found.readers.items()}
        self._open = {
            key
            for entry in found.readers.values()
            if entry["new"]
            for key in entry["open"].get(contract.id, ())
        }
        self._keys = pa.array(sorted(found.rows.get(contract.id, ())), pa.string())
        asked = bool(len(self._readers) and self._columns) or bool(len(self._keys))
        self.looks = [*self._columns, KEY] if asked else []

    def rows(self, batch: pa.RecordBatch) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """(drop, move), each a mask over the batch."""
        named = np.zeros(batch.num_rows, np.bool_)
        for name in self._columns:
            named |= _mask(batch.column(name), self._readers)
        move = np.zeros(batch.num_rows, np.bool_)
        if self._open and named.any():
            keys = batch.column(KEY)
            move = named & _mask(keys, pa.array(sorted(self._open), pa.string()))
        drop = (named & ~move) | _mask(batch.column(KEY), self._keys)
        return drop, move & ~drop

    def moved(self, table: pa.Table) -> pa.Table:
        """Rows that stay, under the new pseudonym, and named by a key without the old."""
        for name in self._columns:
            values = table.column(name).to_pylist()
            changed = pa.array([self._new.get(v, v) for v in values], pa.string())
            place = table.column_names.index(name)
            table = table.set_column(place, name, changed)
        old = table.column(KEY).to_pylist()
        with duckdb.connect() as connection:
            connection.register("rows", table)
            sql = f"SELECT {key_sql(self._contract)} FROM rows"
            made = [row[0] for row in connection.execute(sql).fetchall()]
        keys = [_numbered(new, was) for new, was in zip(made, old, strict=True)]
        place = table.column_names.index(KEY)
        return table.set_column(place, KEY, pa.array(keys, pa.string()))


def _numbered(key: str, was: str) -> str:
    """The number of a copy stays: `~…#2`."""
    number = was.rpartition("#")[2] if was.startswith("~") and "#" in was else ""
    return f"{key}#{number}" if number else key


def _mask(column: Any, among: pa.Array) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = pc.is_in(column.cast(pa.string()), value_set=among).to_numpy(
        zero_copy_only=False
    )
    return found


def _rewrite(site: Site, path: Path, parquet: pq.ParquetFile, judge: _Judge) -> None:
    """Put a file without the rows in the place of the file, in one step."""
    with working_folder(site, new_id(_WORKING)) as folder:
        with RawWriter(folder / "rows.parquet") as writer:
            for batch in parquet.iter_batches(batch_size=200_000):
                drop, move = judge.rows(batch)
                table = pa.Table.from_batches([batch])
                writer.add(table.filter(pa.array(~drop & ~move)))
                if move.any():
                    changed = judge.moved(table.filter(pa.array(move)))
                    writer.add(changed.cast(table.schema))
            writer.close()
        if writer.rows:
            (folder / "rows.parquet").replace(path)
        else:
            path.unlink(missing_ok=True)
        sync_folder(path.parent)


def _refused(site: Site, found: forgotten.Forgotten) -> tuple[int, int]:
    """(rows emptied, files rewritten) in quarantine."""
    names = {reader: entry["names"] for reader, entry in found.readers.items() if entry["names"]}
    by_load: dict[str, tuple[Receipt, set[int]]] = {}
    for load, row, _who in named_rows.naming(site, names):
        by_load.setdefault(load.id, (load, set()))[1].add(row.row)
    emptied = 0
    for load, wanted in by_load.values():
        path = quarantine_file(site, load.contract, load.id)
        emptied += _empty(site, load, path, wanted)
    return emptied, len(by_load)


def _empty(site: Site, load: Receipt, path: Path, wanted: set[int]) -> int:
    with working_folder(site, new_id(_WORKING)) as folder:
        quarantine.rewrite(
            site,
            path,
            load.id,
            folder / "refused.sealed",
            lambda row: quarantine.emptied(row) if row.row in wanted else row,
        )
    return len(wanted)
