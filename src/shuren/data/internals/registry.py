"""Finds sources by name through entry points; imports one when it is used."""

from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

from shuren.data.errors import UnknownName
from shuren.data.internals.reading.problems import FileProblem
from shuren.data.internals.reading.sources import find_source
from shuren.data.source import Source
from shuren.kernel.i18n import gettext as _

GROUP = "shuren.sources"
TABLE = "table"
_HEAD = 64 * 1024


@cache
def source_names() -> tuple[str, ...]:
    """All sources installed here, `table` last: it takes whatever no other recognises."""
    names = {point.name for point in entry_points(group=GROUP)} - {TABLE}
    return (*sorted(names), TABLE)


@cache
def source_named(name: str) -> Source:
    """raises UnknownName with a suggestion"""
    if name not in source_names():
        raise UnknownName(_("source"), name, list(source_names()))
    found: Source = next(iter(entry_points(group=GROUP, name=name))).load()()
    return found


def source_for(path: Path, wanted: str = "") -> tuple[str, Source]:
    """The source named, else the one that recognises the file."""
    if wanted:
        return wanted, source_named(wanted)
    start = _start(path)
    for name in source_names():
        if name != TABLE and source_named(name).recognises(path, start):
            return name, source_named(name)
    return TABLE, source_named(TABLE)


def _start(path: Path) -> bytes:
    """The first bytes as they are, unpacked where they can be; what is wrong with the file is for
    the source to say."""
    try:
        return find_source(path, readable=("XML", "HTML")).head(_HEAD)
    except FileProblem:
        try:
            with path.open("rb") as file:
                return file.read(_HEAD)
        except OSError:
            return b""
