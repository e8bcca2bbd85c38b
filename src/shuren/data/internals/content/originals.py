"""Documents one after another as files: those of an archive are unpacked one at a time."""

import csv
import hashlib
import io
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from shuren.data.internals.content.kinds import LIST, ZIP, kind_of, members
from shuren.data.internals.content.shapes import Damaged, Original
from shuren.kernel.ids import content_hash

# A member of an archive that unpacks to more is refused: it may be made to fill the disk.
MOST_BYTES = 2 << 30
_STATED = ("title", "record_id", "rights", "licence")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError)


def start_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4096)


def originals(path: Path, folder: Path) -> Iterator[tuple[Original, Path] | tuple[str, Damaged]]:
    """Each document with a file to read it from; or its name and what is wrong with it."""
    start = start_of(path)
    if kind_of(start) != ZIP:
        kind = kind_of(start, path.name)
        yield Original(content_hash(path), path.name, kind, path), path
        return
    said, seen = listed(path), set()
    for info in members(path):
        target = folder / "member"
        try:
            with zipfile.ZipFile(path) as archive, archive.open(info) as source:
                id = _unpack(source, target)
        except Damaged as damaged:
            yield info.filename, damaged
            continue
        except _BROKEN:
            yield info.filename, Damaged("S18" if info.flag_bits & 1 else "S17")
            continue
        if id in seen:
            continue  # the same bytes under two names are one document
        seen.add(id)
        name = PurePosixPath(info.filename).name
        kind = kind_of(start_of(target), name)
        yield Original(id, name, kind, path, info.filename, said.get(name, {})), target


def listed(path: Path) -> dict[str, dict[str, str]]:
    """What documents.csv in an archive says of each file, by name; {} where there is none."""
    try:
        with zipfile.ZipFile(path) as archive:
            found = [n for n in archive.namelist() if PurePosixPath(n).name == LIST]
            content = archive.read(found[0]) if found else b""
    except _BROKEN:
        return {}
    for codec in ("utf-8-sig", "gb18030"):
        try:
            rows = csv.DictReader(io.StringIO(content.decode(codec)))
            return {
                str(row.get("file") or "").strip(): {
                    name: str(row.get(name) or "").strip() for name in _STATED if row.get(name)
                }
                for row in rows
            }
        except (UnicodeDecodeError, csv.Error):
            continue
    return {}


@contextmanager
def opened(original: Original) -> Iterator[IO[bytes]]:
    """The bytes of a document once more."""
    if not original.member:
        with original.where.open("rb") as file:
            yield file
        return
    with zipfile.ZipFile(original.where) as archive, archive.open(original.member) as member:
        yield member


def _unpack(source: IO[bytes], target: Path) -> str:
    """Write a member to a file; its SHA-256. raises Damaged S20 beyond the limit"""
    digest, done = hashlib.sha256(), 0
    with target.open("wb") as file:
        while chunk := source.read(1 << 20):
            done += len(chunk)
            if done > MOST_BYTES:
                raise Damaged("S20", size=f"> {MOST_BYTES >> 30} GB")
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()


def copy_to(original: Original, target: Path) -> None:
    with opened(original) as source, target.open("wb") as file:
        shutil.copyfileobj(source, file, 1 << 20)
