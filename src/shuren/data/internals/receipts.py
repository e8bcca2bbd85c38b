"""Receipts on disk: one JSON file per load, written last. No receipt, no load."""

import dataclasses
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from shuren.data.errors import AlreadyLoaded, ReceiptBroken, UnknownName
from shuren.data.internals.working import exclusively, is_owned, sweep_folders
from shuren.data.shapes import Receipt
from shuren.kernel.files import sync_folder, write_atomically
from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site

FORMAT = 1  # of the JSON: 1 since the first release
WORKING = "load-"
_FIELDS = {field.name for field in dataclasses.fields(Receipt)}
_TIMES = ("started_at", "finished_at")
_TUPLES = ("took", "notes")


def all_receipts(site: Site, contract: str | None = None) -> list[Receipt]:
    """Newest first."""
    found = [read_receipt(path) for path in site.receipts.glob("*.json")]
    chosen = [r for r in found if contract is None or r.contract == contract]
    return sorted(chosen, key=lambda r: (r.finished_at, r.id), reverse=True)


def find_receipt(site: Site, id: str) -> Receipt:
    """raises UnknownName if no load has this id"""
    known = sorted(path.stem for path in site.receipts.glob("*.json"))
    if id not in known:
        raise UnknownName(_("load"), id, known)
    return read_receipt(site.receipts / f"{id}.json")


def loaded_before(site: Site, contract: str, source_hash: str) -> Receipt | None:
    """The load that brought the same bytes in under the same contract."""
    same = (r for r in all_receipts(site, contract) if r.source_hash == source_hash)
    return next((r for r in same if not r.replays), None)


def read_receipt(path: Path) -> Receipt:
    """raises ReceiptBroken: a receipt left out would be a load left out"""
    try:
        content = json.loads(path.read_text("utf-8"))
        values = {key: value for key, value in content.items() if key in _FIELDS}
        values.update({key: datetime.fromisoformat(values[key]) for key in _TIMES})
        values.update({key: tuple(values.get(key, ())) for key in _TUPLES})
        return Receipt(**values)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ReceiptBroken(
            _("The receipt %(path)s is damaged.", path=path),
            fix=_(
                "Bring it back from a backup. If there is none, remove it and load its file again."
            ),
        ) from None


def receipt_json(receipt: Receipt) -> dict[str, Any]:
    """The receipt as plain values, times in ISO 8601."""
    values = dataclasses.asdict(receipt)
    values.update({key: values[key].isoformat() for key in _TIMES})
    return {"format": FORMAT, **values}


def receipt_file(site: Site, load: str) -> Path:
    return site.receipts / f"{load}.json"


def raw_file(site: Site, contract: str, load: str) -> Path:
    return site.raw / contract / f"{load}.parquet"


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
    content = json.dumps(receipt_json(receipt), ensure_ascii=False, indent=1).encode()
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
