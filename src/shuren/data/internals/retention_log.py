"""What retention took from each load: data/retention/<contract>.jsonl, only ever added to.

A line is written before the rows go, so a file is never shorter than the record says.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from shuren.kernel.clock import now
from shuren.kernel.files import sync_folder, write_atomically
from shuren.kernel.site import Site


@dataclass(frozen=True)
class Expiry:
    """One load that retention went through.

    cutoff      rows of an earlier day went
    gone, left  rows of the lake that went, and that are there after it
    refused     rows that went out of quarantine
    why         "" for their term, "erasure" for a reader's wish
    """

    at: datetime
    cutoff: date
    load: str
    gone: int
    left: int
    refused: int = 0
    why: str = ""


def log_file(site: Site, contract: str) -> Path:
    return _folder(site) / f"{contract}.jsonl"


def entries(site: Site, contract: str) -> Sequence[Expiry]:
    """Oldest first. A last line that a kill cut short never took effect."""
    path = log_file(site, contract)
    try:
        state = path.stat()
    except FileNotFoundError:
        return ()
    return _entries(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=64)
def _entries(path: Path, _changed: int, _size: int) -> tuple[Expiry, ...]:
    whole = path.read_text("utf-8", errors="replace").rpartition("\n")[0]
    return tuple(_read(line) for line in whole.splitlines() if line)


def rows_left(site: Site, contract: str) -> dict[str, int]:
    """{load: rows it has in the lake still} of the loads that lost any."""
    return {entry.load: entry.left for entry in entries(site, contract)}


def refused_gone(site: Site, contract: str) -> set[str]:
    """Loads whose quarantine went."""
    return {entry.load for entry in entries(site, contract) if entry.refused}


def last_taken(site: Site) -> datetime | None:
    """When rows last went from the lake: a snapshot of before may hold them."""
    logs = _folder(site).glob("*.jsonl")
    return max((e.at for log in logs for e in entries(site, log.stem) if e.gone), default=None)


def ran(site: Site) -> None:
    """Remember that retention went through everything."""
    _folder(site).mkdir(parents=True, exist_ok=True)
    write_atomically(_folder(site) / "LAST_RUN", now().isoformat().encode())


def last_run(site: Site) -> datetime | None:
    try:
        return datetime.fromisoformat((_folder(site) / "LAST_RUN").read_text("utf-8").strip())
    except (FileNotFoundError, ValueError):
        return None


def add(site: Site, contract: str, entry: Expiry) -> None:
    """Write one line through to the disk."""
    path = log_file(site, contract)
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps(asdict(entry), default=str).encode() + b"\n"
    with open(path, "ab+") as file:
        end = file.seek(0, os.SEEK_END)
        if end:
            file.seek(0)
            kept = file.read().rpartition(b"\n")
            file.truncate(len(kept[0]) + len(kept[1]))
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


def noted(site: Site) -> dict[str, int]:
    """{contract: so many lines of its log are in the ledger}."""
    try:
        found: dict[str, int] = json.loads((_folder(site) / "NOTED").read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found


def note(site: Site, contract: str, lines: int) -> None:
    """So many lines of a contract's log are in the ledger now."""
    content = json.dumps({**noted(site), contract: lines}, sort_keys=True)
    write_atomically(_folder(site) / "NOTED", content.encode())


def _folder(site: Site) -> Path:
    return site.data / "retention"


def _read(line: str) -> Expiry:
    values = json.loads(line)
    values["at"] = datetime.fromisoformat(values["at"])
    values["cutoff"] = date.fromisoformat(values["cutoff"])
    return Expiry(**values)
