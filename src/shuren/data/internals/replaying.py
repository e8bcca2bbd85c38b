"""Takes refused rows up again: each row of a quarantine is taken at most once, by one load."""

import dataclasses
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from shuren.data.definitions import contract as find_contract
from shuren.data.definitions import mapping_for, mappings
from shuren.data.errors import CorrectionUnclear, NothingToReplay
from shuren.data.internals import retention_log
from shuren.data.internals.in_lake import InLake
from shuren.data.internals.loading import Job, Outcome, run
from shuren.data.internals.masking import unmask
from shuren.data.internals.merged import Part, part_of, parts, whole_part
from shuren.data.internals.quarantine import Kept, Quarantine
from shuren.data.internals.receipts import (
    all_receipts,
    find_receipt,
    quarantine_file,
    standing_for,
    sweep_loads,
)
from shuren.data.internals.registry import source_named
from shuren.data.internals.rows import Sorted
from shuren.data.internals.taking_in import with_stated
from shuren.data.shapes import Mapping, Receipt
from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor, Progress
from shuren.kernel.site import Site


def open_rows(site: Site, receipts: Sequence[Receipt], load: Receipt) -> set[int]:
    """Numbers of the refused rows that no later load has taken up and no retention has ended.

    load  may have been put together with others meanwhile
    """
    whole = next((one for one in receipts if load.id in one.merges), None)
    if whole is not None:
        part = part_of(site, whole, load.id)
        rows = open_rows(site, receipts, whole)
        return {row - part.before for row in rows if part.has(row)}
    if load.refused and load.id in retention_log.refused_gone(site, load.contract):
        return set()
    rows = set(range(1, load.refused + 1)) - _erased(site, load)
    for receipt in receipts:
        if receipt.replays == load.id:
            rows -= set(receipt.took) or rows
    return rows


def _erased(site: Site, load: Receipt) -> set[int]:
    """Rows of it that an erasure emptied."""
    path = quarantine_file(site, load.contract, load.id)
    try:
        state = path.stat()
    except FileNotFoundError:
        return set()
    return set(_erased_in(site, path, load.id, state.st_mtime_ns, state.st_ino))


@lru_cache(maxsize=4_096)
def _erased_in(site: Site, path: Path, load: str, _changed: int, _inode: int) -> frozenset[int]:
    return frozenset(Quarantine(site, path, load).erased())


def replay(
    site: Site,
    load_id: str,
    actor: Actor,
    rows: Sequence[int] | None,
    corrections: dict[int, str],
    progress: Progress,
) -> Receipt:
    sweep_loads(site)
    earlier, part = find_receipt(site, load_id), whole_part(site, load_id)
    if part.whole.id != earlier.id:
        rows, corrections = _in_whole(site, earlier, part, rows, corrections)
        earlier = part.whole
    contract = find_contract(site, earlier.contract)
    mapping = with_stated(site, contract, _mapping(site, earlier), earlier.connector)
    taken = _rows_to_take(site, earlier, rows, corrections)
    kept = _take(site, earlier, taken)
    encoding = mapping.encoding if mapping.encoding != "auto" else earlier.encoding
    # Each row travels under its place in `records`; its line comes back in _with_lines.
    records = [
        (place, *_record(row, corrections, earlier, encoding)) for place, row in enumerate(kept, 1)
    ]
    like = {**earlier.dialect, "encoding": encoding}
    table = source_named(earlier.source).replay(site, records, like, contract, mapping)

    def make_receipt(outcome: Outcome) -> Receipt:
        progress(len(kept), len(kept))
        return dataclasses.replace(
            earlier,
            id=outcome.load,
            mapping=mapping.id,
            contract_version=contract.version,
            encoding=encoding,
            dialect=outcome.dialect(table),
            records=outcome.records,
            accepted=outcome.accepted,
            refused=outcome.refused,
            blank_lines=0,
            rules=outcome.rules,
            started_at=outcome.started_at,
            finished_at=now(),
            actor=actor.id,
            replays=earlier.id,
            took=tuple(sorted(taken)),
            notes=(),
            merges=(),
            barren=(),
        )

    job = Job(
        site,
        contract,
        mapping,
        table,
        make_receipt,
        lambda: _must_be_open(site, earlier, taken),
        in_lake=InLake(site, contract.id, _of_one_file(site, earlier, taken)),
        finish=lambda found: _with_lines(found, kept, {r[0]: r[2] for r in records}, encoding),
    )
    return run(job)


def _must_be_open(site: Site, earlier: Receipt, taken: frozenset[int]) -> None:
    """Raise if another process has taken the rows, or put their load together with others."""
    if standing_for(site, earlier.id).id != earlier.id:
        raise NothingToReplay(
            _("Load %(load)s was put together with others just now.", load=earlier.id),
            fix=_("Try again."),
        )
    _rows_to_take(site, earlier, sorted(taken), {})


def _in_whole(
    site: Site,
    load: Receipt,
    part: Part,
    rows: Sequence[int] | None,
    corrections: dict[int, str],
) -> tuple[list[int], dict[int, str]]:
    """What is wanted of a load, by the numbers its rows have among those it was put with."""
    wanted = set(corrections) | set(rows or ())
    if not wanted:
        wanted = open_rows(site, all_receipts(site, load.contract), load)
    strange = sorted(row for row in wanted if not 1 <= row <= load.refused)
    if strange or not wanted:
        raise _not_open(load, strange)
    moved = {row + part.before: text for row, text in corrections.items()}
    return sorted(row + part.before for row in wanted), moved


def _of_one_file(site: Site, load: Receipt, taken: frozenset[int]) -> set[str]:
    """The load of a file, all replays of what was refused of it, and where it was put together
    with others the loads that the rows taken came with."""
    receipts = {receipt.id: receipt for receipt in all_receipts(site, load.contract)}

    def first(receipt: Receipt) -> str:
        while receipt.replays in receipts:
            receipt = receipts[receipt.replays]
        return receipt.id

    of_file = {id for id, receipt in receipts.items() if first(receipt) == first(load)}
    root = receipts.get(first(load), load)
    if root.merges:
        own = root.id != load.id
        of_file |= {p.load.id for p in parts(site, root) if own or any(p.has(row) for row in taken)}
    return of_file


def _mapping(site: Site, earlier: Receipt) -> Mapping:
    """The mapping as it is now, and one written since for files of this name; the contract's own
    names where there is none."""
    known = mappings(site).get(earlier.mapping) if earlier.mapping else None
    return known or mapping_for(site, earlier.contract, earlier.source_name)


def _rows_to_take(
    site: Site, earlier: Receipt, rows: Sequence[int] | None, corrections: dict[int, str]
) -> frozenset[int]:
    still_open = open_rows(site, all_receipts(site, earlier.contract), earlier)
    wanted = set(corrections) | set(rows or ()) if (rows or corrections) else still_open
    if not wanted or not wanted <= still_open:
        raise _not_open(earlier, sorted(wanted - still_open))
    return frozenset(wanted)


def _not_open(load: Receipt, closed: Sequence[int]) -> NothingToReplay:
    return NothingToReplay(
        _(
            "Load %(load)s has no open refused row %(rows)s.",
            load=load.id,
            rows=", ".join(map(str, closed[:10])),
        )
        if closed
        else _("Load %(load)s has no open refused rows.", load=load.id),
        fix=_("See `shuren quarantine list`."),
    )


def _take(site: Site, earlier: Receipt, rows: frozenset[int]) -> list[Kept]:
    path = quarantine_file(site, earlier.contract, earlier.id)
    return list(Quarantine(site, path, earlier.id).rows(rows.__contains__))


def _record(
    row: Kept, corrections: dict[int, str], earlier: Receipt, encoding: str
) -> tuple[bytes, str]:
    own = row.encoding or encoding or "utf-8"
    if row.row not in corrections:
        return row.raw, own
    text = corrections[row.row].rstrip("\r\n")
    if not text.strip():
        raise CorrectionUnclear(_("The correction of row %(row)s is empty.", row=row.row))
    return unmask(text, row.raw.decode(own, "replace"), earlier.dialect).encode(), "utf-8"


def _with_lines(
    found: Sorted, kept: Sequence[Kept], encodings: dict[int, str], encoding: str
) -> Sorted:
    """The lines of the original file in place of the places in the replay."""
    lines = np.array([0, *(row.line for row in kept)], np.int64)
    column = found.accepted.schema.get_field_index("_line")
    places = found.accepted.column(column).to_numpy()
    accepted = found.accepted.set_column(column, "_line", pa.array(lines[places]))
    refused = [
        dataclasses.replace(
            row,
            line=int(lines[row.line]),
            encoding="" if encodings[row.line] == encoding else encodings[row.line],
            detail=_detail_with_line(row, lines),
        )
        for row in found.refused
    ]
    return Sorted(accepted, refused, found.identities)


def _detail_with_line(row: Kept, lines: npt.NDArray[np.int64]) -> dict[str, object]:
    if "kind" in row.detail and "line" in row.detail:
        return {**row.detail, "line": int(lines[row.detail["line"]])}
    return row.detail
