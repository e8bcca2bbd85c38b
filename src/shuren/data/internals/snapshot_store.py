"""Snapshots in a store that other machines reach: pushed by the one that builds, pulled by those
that only show.

    <address>/<snapshot>/<layer>/<table>.parquet   as on disk, with manifest.json
    <address>/<snapshot>/FILES.json                size and SHA-256 of each, written after them
    <address>/CURRENT                              the live one's id, written last, in one PUT

Objects of a snapshot never change, and an object is replaced whole or not at all, so who follows
CURRENT finds the old snapshot or the new one.
"""

import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import fs

from shuren.data.errors import StoreTrouble
from shuren.data.internals import building, snapshots
from shuren.data.internals.receipts import all_receipts
from shuren.data.shapes import Moved, SnapshotTable
from shuren.kernel.clock import now
from shuren.kernel.files import write_atomically
from shuren.kernel.i18n import gettext as _
from shuren.kernel.ids import content_hash, new_id
from shuren.kernel.settings import read_settings
from shuren.kernel.shapes import Actor, Progress, no_progress
from shuren.kernel.site import Site
from shuren.trust import egress
from shuren.trust.definitions import SENSITIVE

POINTER, LISTING = "CURRENT", "FILES.json"
_CHUNK = 4 * 1024 * 1024
_NAME = re.compile(r"[\w-]+(/[\w-]+)*\.\w+")
_TRIES = 2  # a snapshot may be replaced and removed while it is being pulled


class _Damaged(Exception):
    """A file is not the one that was pushed, or not there any more."""


class _Store:
    def __init__(self, address: str) -> None:
        self._files, self._root = fs.FileSystem.from_uri(address)
        self._root = self._root.rstrip("/")

    def read(self, name: str) -> bytes | None:
        """None where there is no such object."""
        if self._files.get_file_info(f"{self._root}/{name}").type != fs.FileType.File:
            return None
        with self._files.open_input_stream(f"{self._root}/{name}") as stream:
            return bytes(stream.readall())

    def write(self, name: str, content: bytes) -> None:
        """Whole or not at all: an object store does that by itself, a folder by renaming."""
        place = f"{self._root}/{name}"
        if isinstance(self._files, fs.LocalFileSystem):
            write_atomically(Path(place), content)
            return
        with self._files.open_output_stream(place) as stream:
            stream.write(content)

    def put(self, path: Path, name: str) -> tuple[int, str]:
        """Copy a file there; its size and hash as they were read."""
        place, hashed, size = f"{self._root}/{name}", hashlib.sha256(), 0
        if isinstance(self._files, fs.LocalFileSystem):
            Path(place).parent.mkdir(parents=True, exist_ok=True)
        with path.open("rb") as source, self._files.open_output_stream(place) as target:
            while chunk := source.read(_CHUNK):
                target.write(chunk)
                hashed.update(chunk)
                size += len(chunk)
        return size, hashed.hexdigest()

    def get(self, name: str, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        source = self._files.open_input_stream(f"{self._root}/{name}")
        with source, path.open("xb") as target:
            shutil.copyfileobj(source, target, _CHUNK)

    def snapshots(self) -> set[str]:
        selector = fs.FileSelector(self._root, allow_not_found=True)
        found = (info.base_name for info in self._files.get_file_info(selector))
        return {name for name in found if snapshots.is_id(name)}

    def remove(self, snapshot: str) -> None:
        self._files.delete_dir(f"{self._root}/{snapshot}")


def push(
    site: Site,
    address: str,
    progress: Progress = no_progress,
    *,
    actor: Actor,
    code: str = "",
) -> Moved:
    """Copy the live snapshot to a store and name it there as the live one; the store keeps the
    snapshots that are here, and no others. One site per address.

    address  such as s3://bucket/path?endpoint_override=minio.example.edu&region=us-east-1
    code     of the second person, where the address is not the site's own `snapshot_store`
    raises   NoSnapshot; StoreTrouble; EgressBlocked, ApprovalNeeded where the address is not the
             site's own and a table has columns about people
    """
    live = snapshots.required(site)
    if address != read_settings(site).snapshot_store:  # the library's own store is in the house
        columns = {
            f"{table.name}.{c.name}": SENSITIVE if _tells(table, c.name) else c.classification
            for table in live.tables.values()
            for c in table.columns
            if c.classification > egress.INTERNAL or _tells(table, c.name)
        }
        what = push_name(site, address)
        egress.check("snapshot.push", actor=actor, columns=columns, what=what, code=code)
    with _one_sentence(address):
        store = _Store(address)
        moved = Moved(live.id)
        if store.read(POINTER) != live.id.encode():
            moved = _send(store, site.snapshots / live.id, progress)
            store.write(POINTER, live.id.encode())
        # Retention decides on this machine; what has gone here goes there.
        for name in store.snapshots() - {path.name for path in site.snapshots.iterdir()}:
            store.remove(name)
    return moved


def push_name(site: Site, address: str) -> str:
    """What a push hands out, as the second person is told it."""
    return f"{snapshots.required(site).id} {_shown(address)}"


def _tells(table: SnapshotTable, column: str) -> bool:
    """Whether a column of rows about persons tells what they read, sensitive topics among it."""
    return table.topic is not None and column in table.topic.tells


def _send(store: _Store, folder: Path, progress: Progress) -> Moved:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    listing: dict[str, tuple[int, str]] = {}
    for done, path in enumerate(paths):
        progress(done, len(paths))
        name = path.relative_to(folder).as_posix()
        listing[name] = store.put(path, f"{folder.name}/{name}")
    store.write(f"{folder.name}/{LISTING}", json.dumps(listing, indent=1).encode())
    progress(len(paths), len(paths))
    return Moved(folder.name, len(paths), sum(size for size, _hash in listing.values()))


def pull(site: Site, address: str, progress: Progress = no_progress) -> Moved:
    """Take the store's live snapshot over into a site that loads nothing, whole or not at all.

    raises  StoreTrouble: not reachable, nothing there, damaged, or this site has loads of its own
    """
    if all_receipts(site):
        raise StoreTrouble(
            _("This site loads data of its own; a snapshot of another would hide them."),
            fix=_("Pull into a site that loads nothing: shuren init DIR"),
        )
    with _one_sentence(address), building.one_at_a_time(site):
        building.sweep(site)
        store = _Store(address)
        for attempt in range(1, _TRIES + 1):
            id = (store.read(POINTER) or b"").decode("utf-8", "replace")
            if not snapshots.is_id(id):
                raise StoreTrouble(
                    _("No snapshot has been pushed to %(address)s yet.", address=_shown(address)),
                    fix=_("On the machine that builds: shuren snapshot push"),
                )
            try:
                return _take(site, store, id, progress)
            except _Damaged as damaged:
                if attempt == _TRIES:
                    raise StoreTrouble(
                        _("%(file)s in %(address)s is not the file that was pushed.",
                          file=damaged, address=_shown(address)),
                        fix=_("Build anew and push again; nothing was changed here."),
                    ) from None  # fmt: skip
    raise AssertionError("a loop that always returns or raises")


def _take(site: Site, store: _Store, id: str, progress: Progress) -> Moved:
    live = snapshots.current(site)
    moved = Moved(id)
    if live is None or live.id != id:
        if not (site.snapshots / id).is_dir():
            moved = _fetch(site, store, id, progress)
        write_atomically(site.current_pointer, id.encode())
    _drop(site, store.snapshots() | {id})
    return moved


def _fetch(site: Site, store: _Store, id: str, progress: Progress) -> Moved:
    """The whole snapshot, each file compared with what was pushed; then it stands in its place."""
    folder = site.temporary / new_id("build-")
    try:
        listing = _listing(store, id)
        for done, (name, (_size, hashed)) in enumerate(listing.items()):
            progress(done, len(listing))
            try:
                store.get(f"{id}/{name}", folder / name)
            except FileNotFoundError:
                raise _Damaged(f"{id}/{name}") from None
            if content_hash(folder / name) != hashed:
                raise _Damaged(f"{id}/{name}")
        try:
            snapshots.read_manifest(folder)
        except (FileNotFoundError, KeyError, TypeError):
            raise StoreTrouble(
                _("The snapshot %(id)s was made by another version of Shuren.", id=id),
                fix=_("Bring both machines to the same version, then build and push again."),
            ) from None
        building.put_in_place(site, folder, id)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return Moved(id, len(listing), sum(size for size, _hash in listing.values()))


def _listing(store: _Store, id: str) -> dict[str, tuple[int, str]]:
    try:
        found: Any = json.loads(store.read(f"{id}/{LISTING}") or b"")
        listing = {name: (int(size), str(hashed)) for name, (size, hashed) in found.items()}
    except (ValueError, TypeError, AttributeError):
        raise _Damaged(f"{id}/{LISTING}") from None
    if not all(_NAME.fullmatch(name) for name in listing):  # it names places on this disk
        raise _Damaged(f"{id}/{LISTING}")
    return listing


def _drop(site: Site, kept: set[str]) -> None:
    """Snapshots that the store has no more, once nobody can still be reading them."""
    age = now().timestamp() - site.current_pointer.stat().st_mtime
    if age > building.MINIMUM_AGE.total_seconds():
        for folder in site.snapshots.iterdir():
            if folder.name not in kept:
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _one_sentence(address: str) -> Iterator[None]:
    """What the store's client says, in words of ours; it knows no keys of ours to repeat."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        first = str(error).splitlines()[0][:300] if str(error) else type(error).__name__
        raise StoreTrouble(
            _("%(address)s cannot be used: %(why)s", address=_shown(address), why=first),
            fix=_("Check snapshot_store in shuren.toml and the keys in the environment "
                  "(AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY)."),
        ) from error  # fmt: skip


def _shown(address: str) -> str:
    return address.partition("?")[0]
