"""Retention: a row older than its contract's term goes, wherever it is.

From raw files at once (each is replaced by one without the row), from quarantine when the
load is older than the term, from the tables with the next build, from older snapshots as soon
as nobody can be reading them. What went is written down in `retention_log`, before it goes.
Safe to repeat and to kill: what one run did not finish the next one does.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from shuren.data.definitions import contracts
from shuren.data.internals import building, retention_log
from shuren.data.internals.raw_store import RawWriter
from shuren.data.internals.receipts import all_receipts, quarantine_file, raw_file
from shuren.data.internals.retention_log import Expiry
from shuren.data.internals.working import sweep_folders, working_folder
from shuren.data.shapes import Contract, Expired, Receipt, RetentionState
from shuren.kernel.clock import now
from shuren.kernel.files import sync_folder
from shuren.kernel.ids import new_id
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.trust import ledger

_WORKING = "retain-"


def apply(site: Site, dry_run: bool = False) -> list[Expired]:
    """What went, or would go, load by load; waits for a build that is under way."""
    found: list[Expired] = []
    with building.one_at_a_time(site):
        if not dry_run:
            sweep_folders(site, _WORKING)
        for contract in contracts(site).values():
            if contract.retention_days is not None:
                found += _contract(site, contract, dry_run)
        if not dry_run:
            retention_log.ran(site)
            building.prune(site)
    return found


def note(site: Site, actor: Actor) -> None:
    """Say in the ledger what went since it was said last: an entry a contract, numbers only.

    Killed in between it is said again, with the same lines of the log: twice rather than never.
    """
    for contract in contracts(site).values():
        known = retention_log.entries(site, contract.id)
        start = retention_log.noted(site).get(contract.id, 0)
        if len(known) <= start:
            continue
        rows = _gone(_by_term(known)) - _gone(_by_term(known[:start]))
        refused = sum(entry.refused for entry in _by_term(known[start:]))
        if rows or refused:
            body = {
                "event": "term",
                "store": f"lake:{contract.id}",
                "purpose": contract.term_of,
                "days": contract.retention_days,
                "rows": rows,
                "refused": refused,
                "lines": [start + 1, len(known)],
            }
            ledger.append("erasure", body, actor=actor)
        retention_log.note(site, contract.id, len(known))


def _by_term(entries: Sequence[Expiry]) -> list[Expiry]:
    """Without what a reader had erased, which the certificate tells."""
    return [entry for entry in entries if not entry.why]


def cutoff_of(contract: Contract) -> date:
    """Rows of an earlier day are past their term."""
    assert contract.retention_days is not None
    try:
        return now().astimezone().date() - timedelta(days=contract.retention_days)
    except OverflowError:
        return date.min


def state(site: Site, contract: Contract) -> RetentionState:
    """How a contract's clock stands."""
    entries = retention_log.entries(site, contract.id)
    return RetentionState(
        contract.id,
        contract.retention_days,
        contract.retention_column,
        retention_log.last_run(site) if contract.retention_days is not None else None,
        _gone(_by_term(entries)),
        sum({entry.load: entry.refused for entry in entries if entry.refused}.values()),
    )


def _gone(entries: Sequence[Expiry]) -> int:
    """Rows that went, counted once though a kill made the next run say them again."""
    before: dict[str, int] = {}
    left: dict[str, int] = {}
    for entry in entries:
        before.setdefault(entry.load, entry.left + entry.gone)
        left[entry.load] = entry.left
    return sum(before.values()) - sum(left.values())


def _contract(site: Site, contract: Contract, dry_run: bool) -> Iterable[Expired]:
    cutoff = cutoff_of(contract)
    left = retention_log.rows_left(site, contract.id)
    for load in all_receipts(site, contract.id):
        path = raw_file(site, contract.id, load.id)
        gone = _expired_rows(path, contract, cutoff, load) if path.exists() else 0
        there = pq.read_metadata(path).num_rows if gone else left.get(load.id, load.accepted)
        refused = _refused(site, load, cutoff)
        if not gone and not refused:
            _finish(path, left.get(load.id), dry_run)
            continue
        if not dry_run:
            entry = Expiry(now(), cutoff, load.id, gone, there - gone, refused)
            retention_log.add(site, contract.id, entry)
            if gone:
                _rewrite(site, path, contract, cutoff, load)
            if refused:
                _remove(quarantine_file(site, contract.id, load.id))
        yield Expired(contract.id, load.id, load.source_name, cutoff, gone, refused)


def _finish(path: Path, left: int | None, dry_run: bool) -> None:
    """A file of which nothing is left, kept by a kill between the record and its removal."""
    if left == 0 and path.exists() and not dry_run and not pq.read_metadata(path).num_rows:
        _remove(path)


def _expired_rows(path: Path, contract: Contract, cutoff: date, load: Receipt) -> int:
    """How many rows of a load are past their term; the file's statistics spare most a look."""
    try:
        parquet = pq.ParquetFile(path)
    except pa.ArrowInvalid:
        return 0  # a damaged file is for the build and the doctor to name
    clock = contract.retention_column
    if not clock or clock not in parquet.schema_arrow.names:
        return int(parquet.metadata.num_rows) if _day_of(load) < cutoff else 0
    place = parquet.schema_arrow.names.index(clock)
    groups = parquet.metadata.num_row_groups
    if all(_all_young(parquet.metadata.row_group(n).column(place), cutoff) for n in range(groups)):
        return 0
    return sum(
        pc.sum(_old(batch.column(0), cutoff, load)).as_py() or 0
        for batch in parquet.iter_batches(columns=[clock])
    )


def _all_young(chunk: pq.ColumnChunkMetaData, cutoff: date) -> bool:
    statistics = chunk.statistics
    if statistics is None or not statistics.has_min_max or statistics.null_count != 0:
        return False
    least = statistics.min
    return bool((least.date() if hasattr(least, "date") else least) >= cutoff)


def _old(clock: pa.Array, cutoff: date, load: Receipt) -> pa.Array:
    """True for rows past their term; a row without a date is as old as its load."""
    limit = pa.scalar(cutoff, pa.date32()).cast(clock.type)
    return pc.fill_null(pc.less(clock, limit), _day_of(load) < cutoff)


def _day_of(load: Receipt) -> date:
    return load.finished_at.astimezone().date()


def _rewrite(site: Site, path: Path, contract: Contract, cutoff: date, load: Receipt) -> None:
    """Put a file without its old rows in the place of the file, in one step."""
    clock = contract.retention_column
    with working_folder(site, new_id(_WORKING)) as folder:
        with RawWriter(folder / "rows.parquet") as writer, pq.ParquetFile(path) as parquet:
            for batch in parquet.iter_batches():
                table = pa.Table.from_batches([batch])
                if clock not in table.column_names:
                    continue
                old = _old(table.column(clock).combine_chunks(), cutoff, load)
                writer.add(table.filter(pc.invert(old)))
            writer.close()
        if writer.rows:
            (folder / "rows.parquet").replace(path)
            sync_folder(path.parent)
        else:
            _remove(path)


def _refused(site: Site, load: Receipt, cutoff: date) -> int:
    """Rows in the quarantine of a load that is older than the term."""
    path = quarantine_file(site, load.contract, load.id)
    if not load.refused or _day_of(load) >= cutoff or not path.exists():
        return 0
    return load.refused


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    if path.parent.exists():
        sync_folder(path.parent)
