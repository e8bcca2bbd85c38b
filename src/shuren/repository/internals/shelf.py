"""Versions on disk: data/datasets/<id>/v<number>/, put there whole by one rename.

version.json says what the version is and lists its files; released.json, never given out, keeps
what later versions are held against. A withdrawn version keeps both and gets a tombstone.json;
its files go.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from shuren.kernel.files import sync_folder, write_atomically
from shuren.kernel.locks import one_at_a_time
from shuren.kernel.site import Site
from shuren.repository.internals.holding import Released, released_of
from shuren.repository.shapes import Field, File, FrozenPart, Tombstone, Version

FOLDER = "datasets"
VERSION, RELEASED, TOMBSTONE = "version.json", "released.json", "tombstone.json"
_UNFINISHED = ".unfinished"


def folder(site: Site, dataset: str) -> Path:
    return site.data / FOLDER / dataset


@contextmanager
def alone(site: Site, dataset: str) -> Iterator[None]:
    """One process at a time publishes or withdraws versions of a dataset."""
    with one_at_a_time(site.data / FOLDER / f".{dataset}.lock"):
        yield


def versions(site: Site, dataset: str) -> list[Version]:
    """Newest first; withdrawn ones too."""
    found = [_read(path.parent) for path in folder(site, dataset).glob(f"v*/{VERSION}")]
    return sorted(found, key=lambda one: one.number, reverse=True)


def published(site: Site) -> list[str]:
    """Ids of datasets that have versions, also those that no definition declares any more."""
    return sorted({path.parts[-3] for path in (site.data / FOLDER).glob(f"*/v*/{VERSION}")})


def released(site: Site, dataset: str) -> dict[str, list[Released]]:
    """{part: what each version let out of it, oldest first}, of withdrawn versions too: what was
    given out once stays with whoever has it."""
    found: dict[str, list[Released]] = {}
    for version in reversed(versions(site, dataset)):
        path = folder(site, dataset) / version.label / RELEASED
        for part, content in json.loads(path.read_text("utf-8")).items():
            found.setdefault(part, []).append(released_of(content))
    return found


def put(
    site: Site, version: Version, contents: dict[str, bytes], released: dict[str, Released]
) -> None:
    """Write a version beside the others and put it in place; a kill leaves nothing of it."""
    target = folder(site, version.dataset) / version.label
    unfinished = target.parent / _UNFINISHED
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    for name, content in contents.items():
        write_atomically(unfinished / name, content)
    let_out = {part: one.as_json() for part, one in released.items()}
    write_atomically(unfinished / RELEASED, _json(let_out))
    write_atomically(unfinished / VERSION, _json(asdict(version)))
    os.rename(unfinished, target)
    sync_folder(target.parent)


def bury(site: Site, version: Version, stone: Tombstone) -> None:
    """The stone first, then the files go: a version is never without either."""
    place = folder(site, version.dataset) / version.label
    write_atomically(place / TOMBSTONE, _json(asdict(stone)))
    for file in version.files:
        (place / file.name).unlink(missing_ok=True)


def path_of(site: Site, version: Version, file: File) -> Path:
    return folder(site, version.dataset) / version.label / file.name


def _read(place: Path) -> Version:
    content = json.loads((place / VERSION).read_text("utf-8"))
    parts = tuple(
        FrozenPart(**one | {"fields": tuple(Field(**field) for field in one["fields"])})
        for one in content["parts"]
    )
    stone = place / TOMBSTONE
    withdrawn = None
    if stone.is_file():
        said = json.loads(stone.read_text("utf-8"))
        withdrawn = Tombstone(datetime.fromisoformat(said["at"]), said["reason"])
    return Version(
        **content
        | {
            "at": datetime.fromisoformat(content["at"]),
            "parts": parts,
            "files": tuple(File(**one) for one in content["files"]),
            "withdrawn": withdrawn,
        }
    )


def _json(content: Any) -> bytes:
    def plain(value: Any) -> str:
        return value.isoformat() if hasattr(value, "isoformat") else str(value)

    return json.dumps(content, ensure_ascii=False, indent=1, default=plain).encode()
