"""Own events of a reader that nobody has taken in yet: found in the spool, and blanked there."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shuren.data.internals import forgotten
from shuren.kernel.site import Site


@dataclass(frozen=True)
class Waiting:
    """One line of the spool about a reader; `at` is where it begins in its file."""

    contract: str
    path: Path
    at: int
    length: int
    values: dict[str, Any]

    @property
    def id(self) -> str:
        return f"{self.contract}/{self.path.stem}/{self.at}"


def of_readers(site: Site, readers: set[str]) -> Iterator[Waiting]:
    """Every line with one of these pseudonyms in it that is not forgotten already."""
    wanted = {reader.encode() for reader in readers - forgotten.read(site).readers.keys()}
    yield from _lines(site, wanted)


def blank(site: Site, readers: set[str], id: str = "") -> int:
    """Put spaces in the place of the lines, of one only if `id` says so; how many.

    In place, because another process may be adding lines to the same file.
    """
    found = [one for one in _lines(site, {r.encode() for r in readers}) if id in ("", one.id)]
    for one in found:
        with open(one.path, "r+b") as file:
            file.seek(one.at)
            file.write(b" " * one.length)
    return len(found)


def _lines(site: Site, wanted: set[bytes]) -> Iterator[Waiting]:
    folder = site.data / "events"
    for path in sorted(folder.glob("*/*.jsonl")) if wanted else ():
        at = 0
        try:
            content = path.read_bytes()
        except FileNotFoundError:  # taken in meanwhile
            continue
        for line in content.splitlines(keepends=True):
            bare = line.rstrip(b"\r\n")
            if any(reader in bare for reader in wanted):
                yield Waiting(path.parent.name, path, at, len(bare), _values(bare))
            at += len(line)


def _values(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
