"""Receipts on disk: one JSON file per load, written last. No receipt, no load.

A receipt that `merges` others stands for them from the moment it is written: theirs count no
more, and are kept in `merged/<its id>.jsonl` for whoever asks for one of them by its id; which
they are is in `merged/<its id>.ids`. Receipts of before there was that file hold the ids.
"""

import dataclasses
import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from shuren.data.errors import AlreadyLoaded, ReceiptBroken, UnknownName
from shuren.data.internals import hashes, merged_ids, retention_log
from shuren.data.internals.working import exclusively, is_owned, sweep_folders
from shuren.data.shapes import Receipt
from shuren.kernel.files import sync_folder, write_atomically
from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site

FORMAT = 1  # of the JSON: 1 since the first release
WORKING = "load-"
_FIELDS = {field.name for field in dataclasses.fields(Receipt)}
_TIMES = ("started_at", "finished_at")
_TUPLES = ("took", "notes", "merges", "barren")
_CACHED = 65_536  # receipts remembered by a process; they never change


def all_receipts(site: Site, contract: str | None = None) -> list[Receipt]:
    """Newest first, without those that another one stands for."""
    found = _on_disk(site)
    merged = _merged_among(found)
    chosen = [
        r for r in found if r.id not in merged and (contract is None or r.contract == contract)
    ]
    return sorted(chosen, key=lambda r: (r.finished_at, r.id), reverse=True)


def leftovers(site: Site) -> list[Receipt]:
    """Those that are there although another one stands for them."""
    found = _on_disk(site)
    merged = _merged_among(found)
    return [receipt for receipt in found if receipt.id in merged]


def _merged_among(receipts: Sequence[Receipt]) -> set[str]:
    ordered = sorted(receipt.id for receipt in receipts)
    return {load for one in receipts for load in merged_ids.among(one.merges, ordered)}


def _on_disk(site: Site) -> list[Receipt]:
    """One that goes while they are read has been merged: the list is read again."""
    while True:
        try:
            return [_remembered(path) for path in site.receipts.glob("*.json")]
        except FileNotFoundError:
            continue


def _remembered(path: Path) -> Receipt:
    state = path.stat()
    return _read_once(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=_CACHED)
def _read_once(path: Path, _changed: int, _size: int) -> Receipt:
    return read_receipt(path)


def find_receipt(site: Site, id: str) -> Receipt:
    """raises UnknownName if no load has this id"""
    known = sorted(path.stem for path in site.receipts.glob("*.json"))
    if id in known:
        with suppress(FileNotFoundError):  # merged between the two lines
            return read_receipt(receipt_file(site, id))
    whole = next((one for one in all_receipts(site) if id in one.merges), None)
    if whole is None:
        raise UnknownName(_("load"), id, known)
    return next(one for one in merged_receipts(site, whole) if one.id == id)


def standing_for(site: Site, load: str) -> Receipt:
    """The receipt that counts: the load's own, or that of the load it was put into.

    raises UnknownName if no load has this id
    """
    receipts = all_receipts(site)
    found = next((r for r in receipts if r.id == load or load in r.merges), None)
    if found is None:
        raise UnknownName(_("load"), load, sorted(receipt.id for receipt in receipts))
    return found


def merged_receipts(site: Site, receipt: Receipt) -> Sequence[Receipt]:
    """The receipts of the loads it is put together of, oldest first; none for a plain load."""
    if not receipt.merges:
        return ()
    path = merged_file(site, receipt.id)
    try:
        state = path.stat()
        return _read_merged(path, state.st_mtime_ns, state.st_size)
    except FileNotFoundError:
        raise _broken(path) from None


@lru_cache(maxsize=8)
def _read_merged(path: Path, _changed: int, _size: int) -> tuple[Receipt, ...]:
    return tuple(_parse(line, path) for line in path.read_text("utf-8").splitlines())


def loaded_before(site: Site, contract: str, source_hash: str) -> Receipt | None:
    """The load that brought the same bytes in under the same contract, if its rows are still here.

    What retention took may be loaded again once the term is longer; what was erased may not."""
    entries = retention_log.entries(site, contract)
    shortened = {entry.load for entry in entries if entry.gone and not entry.why}
    for receipt in all_receipts(site, contract):
        if receipt.id in shortened:
            continue
        if receipt.merges:
            if hashes.has(hashes_file(site, receipt.id), source_hash):
                parts = merged_receipts(site, receipt)
                same = next((one for one in parts if one.source_hash == source_hash), None)
                if same is not None:
                    return same
        elif receipt.source_hash == source_hash and not receipt.replays:
            return receipt
    return None


def read_receipt(path: Path) -> Receipt:
    """raises ReceiptBroken: a receipt left out would be a load left out"""
    return _parse(path.read_bytes(), path)


def _parse(text: str | bytes, path: Path) -> Receipt:
    try:
        content = json.loads(text)
        values = {key: value for key, value in content.items() if key in _FIELDS}
        values.update({key: datetime.fromisoformat(values[key]) for key in _TIMES})
        values.update({key: tuple(values.get(key, ())) for key in _TUPLES})
        if merged := content.get("merged"):
            ids = path.parent / "merged" / f"{values['id']}.ids"
            values["merges"] = merged_ids.MergedIds(ids, **merged)
        return Receipt(**values)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _broken(path) from None


def _broken(path: Path) -> ReceiptBroken:
    return ReceiptBroken(
        _("The receipt %(path)s is damaged.", path=path),
        fix=_("Bring it back from a backup. If there is none, remove it and load its file again."),
    )


def receipt_json(receipt: Receipt) -> dict[str, Any]:
    """The receipt as plain values, times in ISO 8601."""
    values = dataclasses.asdict(receipt)
    values.update({key: values[key].isoformat() for key in _TIMES})
    return {"format": FORMAT, **values, "merges": list(receipt.merges)}


def _stored(receipt: Receipt) -> dict[str, Any]:
    values = receipt_json(receipt)
    if loads := values.pop("merges"):
        values["merged"] = merged_ids.summary(loads)
    return values


def receipt_file(site: Site, load: str) -> Path:
    return site.receipts / f"{load}.json"


def merged_file(site: Site, load: str) -> Path:
    """The receipts of the loads that were put together into this one."""
    return site.receipts / "merged" / f"{load}.jsonl"


def small_files(site: Site) -> Path:
    """The lock under which the files of merged loads go; a backup holds it, so that none goes
    between its list of files and its reading them."""
    return site.receipts / ".small"


def hashes_file(site: Site, load: str) -> Path:
    """By what their sources are known again; see hashes."""
    return site.receipts / "merged" / f"{load}.hashes"


def ids_file(site: Site, load: str) -> Path:
    """Which loads were put together into this one; see merged_ids."""
    return site.receipts / "merged" / f"{load}.ids"


def raw_file(site: Site, contract: str, load: str) -> Path:
    return site.raw / contract / f"{load}.parquet"


def raw_files(site: Site, contract: str, loads: Iterable[str]) -> list[Path]:
    """The files there are that hold rows of these loads."""
    receipts = all_receipts(site, contract)
    asked = sorted(loads := list(loads))
    wholes = {load: r.id for r in receipts for load in merged_ids.among(r.merges, asked)}
    names = dict.fromkeys(wholes.get(load, load) for load in loads)
    return [path for name in names if (path := raw_file(site, contract, name)).exists()]


def quarantine_file(site: Site, contract: str, load: str) -> Path:
    return site.quarantine / contract / f"{load}.sealed"


def commit(site: Site, receipt: Receipt, folder: Path, check: Callable[[], None]) -> None:
    """Move a finished load's files into place and make it exist by writing its receipt.

    folder  holds rows.parquet and refused.sealed, either or both, flushed to disk
    check   raises if another process has been faster; called when no other can commit
    """
    places = {
        folder / "rows.parquet": raw_file(site, receipt.contract, receipt.id),
        folder / "refused.sealed": quarantine_file(site, receipt.contract, receipt.id),
    }
    content = json.dumps(_stored(receipt), ensure_ascii=False, indent=1).encode()
    path = site.receipts / f"{receipt.id}.json"
    with exclusively(site.receipts / ".lock"):
        check()
        try:
            for source, target in places.items():
                if source.exists():
                    target.parent.mkdir(parents=True, exist_ok=True)
                    source.replace(target)
                    sync_folder(target.parent)
            write_atomically(path, content)
        except BaseException:
            if not path.exists():
                for target in places.values():
                    target.unlink(missing_ok=True)
            raise


def refuse_second(site: Site, contract: str, source_hash: str) -> None:
    """Raise AlreadyLoaded if the same bytes are here already."""
    earlier = loaded_before(site, contract, source_hash)
    if earlier is not None:
        raise AlreadyLoaded(earlier)


def sweep_loads(site: Site) -> list[str]:
    """Remove what killed loads left behind; returns the names of the files and folders removed.

    A file without a receipt may be a load's that is just being committed: its process still
    holds its lock then, and the receipt is there before the lock is let go.
    """
    gone = sweep_folders(site, WORKING)
    for folder, suffix in ((site.raw, ".parquet"), (site.quarantine, ".sealed")):
        for path in sorted(folder.glob(f"*/*{suffix}")):
            if (site.receipts / f"{path.stem}.json").exists():
                continue
            owned = is_owned(site, f"{WORKING}{path.stem}")
            if not owned and not (site.receipts / f"{path.stem}.json").exists():
                path.unlink(missing_ok=True)
                gone.append(path.name)
    return gone
