"""Published snapshots: which one is live, what is in it, and a connection to read it with.

The pointer is read once per question; a snapshot's folder never changes after it is
published, so whoever resolved it goes on reading it while newer ones appear.
"""

import json
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb

from shuren.data.errors import NoSnapshot, SnapshotGone
from shuren.data.internals import fingerprints, forgotten, live
from shuren.data.internals.fingerprints import Made
from shuren.data.internals.sources import table_file
from shuren.data.shapes import NOT_SAID, Column, SnapshotInfo, SnapshotTable, TopicRule
from shuren.kernel.settings import read_settings
from shuren.kernel.site import Site

MANIFEST = "manifest.json"
_SNAPSHOT_ID = re.compile(r"S[\w.-]{1,60}")
# 1: the first form; 2 says what each table was made from. Another counts as nothing built.
FORMAT, READABLE = 2, (1, 2)
_MEMORY = "1GB"  # per web process; what does not fit spills into the site
_BUILD_MEMORY = 4 << 30  # bytes, where the site does not say

_pinned: ContextVar[tuple[Path, SnapshotInfo] | None] = ContextVar("pinned", default=None)
_local = threading.local()
_lock = threading.Lock()
_databases: dict[tuple[int, Path], duckdb.DuckDBPyConnection] = {}


def current(site: Site) -> SnapshotInfo | None:
    """The live snapshot, or the one `pinned` holds; None when nothing was ever published."""
    held = _pinned.get()
    if held is not None and held[0] == site.root:
        return held[1]
    try:
        name = site.current_pointer.read_text("utf-8").strip()
        return read_manifest(site.snapshots / name)
    except (FileNotFoundError, NotADirectoryError):
        return None


def required(site: Site) -> SnapshotInfo:
    """The live snapshot; raises NoSnapshot."""
    found = current(site)
    if found is None:
        raise NoSnapshot
    return found


@contextmanager
def pinned(site: Site) -> Iterator[SnapshotInfo | None]:
    """Everything read inside the block comes from the snapshot that is live now."""
    found = current(site)
    token = _pinned.set((site.root, found) if found else None)
    try:
        yield found
    finally:
        _pinned.reset(token)


@contextmanager
def pinned_to(site: Site, id: str) -> Iterator[SnapshotInfo]:
    """Everything read inside the block comes from one snapshot by name; raises SnapshotGone."""
    folder = site.snapshots / id
    if not _SNAPSHOT_ID.fullmatch(id) or not (folder / MANIFEST).is_file():
        raise SnapshotGone(id[:40])
    try:
        found = read_manifest(folder)
    except FileNotFoundError:
        raise SnapshotGone(id) from None
    token = _pinned.set((site.root, found))
    try:
        yield found
    finally:
        _pinned.reset(token)


def is_id(text: str) -> bool:
    """Whether it can be the name of a snapshot, and of nothing else on a disk."""
    return bool(_SNAPSHOT_ID.fullmatch(text)) and ".." not in text


def query(site: Site, sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
    """Run one SELECT over published files and fetch its rows."""
    return [tuple(row) for row in _cursor(site).execute(sql, values).fetchall()]


def batches(site: Site, sql: str, values: list[Any], size: int) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of one SELECT, `size` at a time; other questions may be asked between two."""
    _cursor(site)  # opens the database of this process where it is not open yet
    cursor = _databases[os.getpid(), site.root].cursor()
    try:
        cursor.execute(sql, values)
        while found := cursor.fetchmany(size):
            yield found
    finally:
        cursor.close()


def source(site: Site, snapshot: SnapshotInfo, table: str) -> str:
    """What to write after FROM for a table of a snapshot; a live view is asked as it is now, and
    nobody whose history was erased is in either."""
    if snapshot.tables[table].live:
        return f"({live.query(site, snapshot, table)}) AS live_view"
    path = str(site.snapshots / snapshot.id / table_file(table)).replace("'", "''")
    return forgotten.filtered(site, snapshot.tables[table], f"read_parquet('{path}')")


def _cursor(site: Site) -> duckdb.DuckDBPyConnection:
    """This thread's cursor. A process that was forked opens a database of its own."""
    key = (os.getpid(), site.root)
    cursors: dict[tuple[int, Path], duckdb.DuckDBPyConnection] = vars(_local).setdefault(
        "cursors", {}
    )
    if key not in cursors:
        with _lock:
            if key not in _databases:
                database = duckdb.connect(config=engine_settings(site.temporary / "read"))
                database.execute("SET parquet_metadata_cache = true")
                _databases[key] = database
            cursors[key] = _databases[key].cursor()
    return cursors[key]


def engine_settings(spill: Path, memory: str = _MEMORY) -> dict[str, Any]:
    """No extension is ever fetched, and nothing is written outside the site.

    spill  the engine makes this folder when it needs it, not the one above
    """
    spill.parent.mkdir(parents=True, exist_ok=True)
    return {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "temp_directory": str(spill),
        "memory_limit": memory,
    }


def build_settings(site: Site, spill: Path) -> dict[str, Any]:
    """Of the engine that makes tables: as much memory and as many threads as the site allows."""
    own = read_settings(site)
    bytes_ = own.build_memory_gb << 30
    if not bytes_:
        bytes_ = min(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2, _BUILD_MEMORY)
    settings = engine_settings(spill, memory=f"{bytes_ >> 20}MiB")
    return settings | ({"threads": own.build_threads} if own.build_threads else {})


def write_manifest(
    folder: Path, info: SnapshotInfo, models: dict[str, str], made: dict[str, Made]
) -> None:
    """models: {table: hash of its SQL file}; made: what each table was made from."""
    content = {
        "format": FORMAT,
        **asdict(info),
        "models": models,
        "made": fingerprints.to_json(made),
    }
    text = json.dumps(content, ensure_ascii=False, indent=1, default=str)
    (folder / MANIFEST).write_text(text, "utf-8")


def read_made(folder: Path) -> dict[str, Made]:
    """What each table of a published folder was made from; empty where that is not known."""
    try:
        return fingerprints.from_json(json.loads((folder / MANIFEST).read_text("utf-8"))["made"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def unchanged_since(site: Site, made: dict[str, Made]) -> dict[str, str]:
    """{table: since when its rows are what they are} for tables like those of the live snapshot."""
    live = current(site)
    if live is None:
        return {}
    before = read_made(site.snapshots / live.id)
    return {
        name: table.changed_at
        for name, table in live.tables.items()
        if name in made and name in before and made[name].content == before[name].content != ""
    }


@lru_cache(maxsize=16)
def read_manifest(folder: Path) -> SnapshotInfo:
    """What a published folder holds; raises FileNotFoundError if it is none of ours."""
    try:
        content = json.loads((folder / MANIFEST).read_text("utf-8"))
    except ValueError:
        raise FileNotFoundError(folder) from None
    if not isinstance(content, dict) or content.get("format") not in READABLE:
        raise FileNotFoundError(folder)
    return SnapshotInfo(
        id=content["id"],
        built_at=datetime.fromisoformat(content["built_at"]),
        data_date=content["data_date"],
        tables={name: _table(entry) for name, entry in content["tables"].items()},
        loads=tuple(content["loads"]),
    )


def built_at(folder: Path) -> datetime | None:
    """When a published folder was made; None if it is none of ours."""
    try:
        return read_manifest(folder).built_at
    except FileNotFoundError:
        return None


def _table(entry: dict[str, Any]) -> SnapshotTable:
    columns = tuple(Column(**column) for column in entry.pop("columns"))
    entry["order"] = tuple(entry.get("order", ()))
    topic = entry.get("topic", NOT_SAID)
    if isinstance(topic, dict):
        entry["topic"] = TopicRule(topic["by"], topic["column"], tuple(topic["tells"]))
    else:
        entry["topic"] = topic
    return SnapshotTable(columns=columns, **entry)
