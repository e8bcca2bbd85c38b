"""Where the index is, which one is live, and how it is opened.

<site>/data/index/CURRENT names the live folder; <folder>/manifest.json is written last and says
what is in it. A new index is made in a folder of its own beside the live one and put to use by
replacing CURRENT. A folder without a manifest was never finished.
"""

import json
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import tantivy

from shuren.discovery.errors import NoIndex, OldIndex
from shuren.discovery.internals import layout, schema
from shuren.discovery.internals.layout import Layout
from shuren.kernel.files import write_atomically
from shuren.kernel.ids import new_id
from shuren.kernel.locks import one_at_a_time
from shuren.kernel.site import Site

MANIFEST, POINTER, LOCK = "manifest.json", "CURRENT", ".lock"
# The live one and the one before it, which a reader may have resolved a moment ago.
_KEPT = 2
_ATTEMPTS = 5
_SAID = ("schema", "snapshot", "records", "made_at")
_lock = threading.Lock()
_opened: dict[Path, "_Opened"] = {}


@dataclass(frozen=True)
class Manifest:
    """schema: version of the fields; snapshot: whose records these are; made_at: ISO 8601; layout
    of a very large index."""

    schema: int
    snapshot: str
    records: int
    made_at: str
    layout: Layout | None = None


@dataclass
class _Opened:
    process: int
    name: str
    index: tantivy.Index
    manifest: Manifest
    stamp: tuple[int, ...]
    views: layout.Views | None


@dataclass(frozen=True)
class Reader:
    """One state of the index: stays as it is while newer ones are written. views: parts of a very
    large one."""

    name: str
    manifest: Manifest
    searcher: tantivy.Searcher
    stamp: tuple[int, ...]
    views: layout.Views | None = None

    @property
    def state(self) -> tuple[str, tuple[int, ...]]:
        """Another one for every state of the index."""
        return self.name, self.stamp


def home(site: Site) -> Path:
    return site.data / "index"


@contextmanager
def writing(site: Site) -> Iterator[None]:
    """Only one process writes at a time; what an earlier one left unfinished is taken away."""
    with one_at_a_time(home(site) / LOCK):
        clear(site)
        yield


def live_name(site: Site) -> str:
    """The folder that is live, or ""."""
    try:
        return (home(site) / POINTER).read_text("utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        return ""


def manifest_of(folder: Path) -> Manifest:
    """raises  OldIndex; NoIndex where there is no manifest that can be read"""
    try:
        content = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        raise NoIndex from None
    if not isinstance(content, dict) or content.get("schema") != schema.VERSION:
        found = content.get("schema", "?") if isinstance(content, dict) else "?"
        raise OldIndex(found, schema.VERSION)
    said: dict[str, Any] = {name: content[name] for name in _SAID}
    return Manifest(**said, layout=Layout.of(content.get("layout")))


def write_manifest(folder: Path, manifest: Manifest) -> None:
    write_atomically(folder / MANIFEST, json.dumps(asdict(manifest), indent=1).encode())


def new_folder(site: Site) -> Path:
    folder = home(site) / new_id("I")
    folder.mkdir(parents=True)
    return folder


def put_to_use(site: Site, folder: Path) -> None:
    """Every question from now on is answered from this folder."""
    write_atomically(home(site) / POINTER, f"{folder.name}\n".encode())


def clear(site: Site) -> None:
    """Take away unfinished folders and those before the last; only for who may write."""
    live = live_name(site)
    folders = sorted(path for path in home(site).iterdir() if path.is_dir() and path.name != live)
    finished = [path for path in folders if (path / MANIFEST).is_file()]
    for path in folders:
        if path not in finished[len(finished) - (_KEPT - 1) :]:
            shutil.rmtree(path, ignore_errors=True)


def reader(site: Site) -> Reader:
    """The live index as it is now.

    raises  NoIndex, OldIndex
    """
    for attempt in range(_ATTEMPTS):
        name = live_name(site)
        if not name:
            raise NoIndex
        try:
            return _reader(site, name)
        except (FileNotFoundError, ValueError, OSError):
            # Put aside between the pointer and the opening: the next look finds the newer one.
            if attempt == _ATTEMPTS - 1:
                raise NoIndex from None
    raise NoIndex


def _reader(site: Site, name: str) -> Reader:
    folder = home(site) / name
    stamp = tuple((folder / part).stat().st_mtime_ns for part in ("meta.json", MANIFEST))
    with _lock:
        opened = _opened.get(site.root)
        if opened is None or opened.process != os.getpid() or opened.name != name:
            manifest = manifest_of(folder)
            index = tantivy.Index.open(str(folder))
            index.config_reader("manual")
            index.reload()
            views = layout.views(folder, manifest.layout)
            opened = _Opened(os.getpid(), name, index, manifest, stamp, views)
            _opened[site.root] = opened
        elif opened.stamp != stamp:
            manifest = manifest_of(folder)
            views = layout.views(folder, manifest.layout)
            opened.index.reload()
            opened.manifest, opened.stamp, opened.views = manifest, stamp, views
        return Reader(name, opened.manifest, opened.index.searcher(), opened.stamp, opened.views)
