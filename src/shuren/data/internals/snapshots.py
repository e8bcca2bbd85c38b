"""Published snapshots: which one is live, what is in it, and a connection to read it with.

The pointer is read once per question; a snapshot's folder never changes after it is
published, so whoever resolved it goes on reading it while newer ones appear.
"""

import json
import os
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

from shuren.data.errors import NoSnapshot
from shuren.data.shapes import Column, SnapshotInfo, SnapshotTable
from shuren.kernel.site import Site

MANIFEST = "manifest.json"
FORMAT = 1  # 1: the first form. An unknown form counts as nothing built.
_MEMORY = "1GB"  # per web process; what does not fit spills into the site

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


def query(site: Site, sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
    """Run one SELECT over published files and fetch its rows."""
    return [tuple(row) for row in _cursor(site).execute(sql, values).fetchall()]


def source(site: Site, snapshot: SnapshotInfo, table: str) -> str:
    """What to write after FROM for a table of a snapshot."""
    path = str(site.snapshots / snapshot.id / table_file(table)).replace("'", "''")
    return f"read_parquet('{path}')"


def table_file(table: str) -> Path:
    layer, name = table.split(".")
    return Path(layer) / f"{name}.parquet"


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
    """No extension is ever fetched, and nothing is written outside the site."""
    settings: dict[str, Any] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "temp_directory": str(spill),
    }
    return settings | ({"memory_limit": memory} if memory else {})


def write_manifest(folder: Path, info: SnapshotInfo, models: dict[str, str]) -> None:
    """models: {table: hash of its SQL file}."""
    content = {"format": FORMAT, **asdict(info), "models": models}
    text = json.dumps(content, ensure_ascii=False, indent=1, default=str)
    (folder / MANIFEST).write_text(text, "utf-8")


@lru_cache(maxsize=16)
def read_manifest(folder: Path) -> SnapshotInfo:
    """What a published folder holds; raises FileNotFoundError if it is none of ours."""
    try:
        content = json.loads((folder / MANIFEST).read_text("utf-8"))
    except ValueError:
        raise FileNotFoundError(folder) from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise FileNotFoundError(folder)
    return SnapshotInfo(
        id=content["id"],
        built_at=datetime.fromisoformat(content["built_at"]),
        data_date=content["data_date"],
        tables={name: _table(entry) for name, entry in content["tables"].items()},
        loads=tuple(content["loads"]),
    )


def _table(entry: dict[str, Any]) -> SnapshotTable:
    columns = tuple(Column(**column) for column in entry.pop("columns"))
    return SnapshotTable(columns=columns, **entry)
