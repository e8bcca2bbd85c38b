"""The extension point `source`: how records of any kind reach a contract.

A source is found by name through the entry points `shuren.sources` and imported when used; our
own are found the same way. Whatever it reads becomes blocks of text columns with the place of
each record; checking, pseudonyms, quarantine, receipts and replay are the same for all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from shuren.data.internals.block import Block, Refused, TableFile
from shuren.data.internals.reading.cells import BlockBuilder
from shuren.data.internals.reading.problems import FileProblem
from shuren.data.shapes import Contract, Mapping
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Progress
from shuren.kernel.site import Site

__all__ = [
    "Block",
    "BlockBuilder",
    "Connector",
    "Fetched",
    "FileProblem",
    "FilesOnly",
    "Record",
    "Refused",
    "Source",
    "TableFile",
]

# A refused record taken up again: its place, its bytes and, if corrected, their encoding.
Record = tuple[int, bytes] | tuple[int, bytes, str]


@dataclass(frozen=True)
class Connector:
    """One system that feeds us, as the library set it up (definitions/sources/<id>.yaml).

    system    the system's name in the coverage map: integrated library system, gates …
    source    name of the source that reads it
    settings  what that source asks for; passwords stand as {secret: NAME}
    every_hours  how often it should bring something; it is silent when twice that has passed
    """

    id: str
    title: dict[str, str]
    system: str
    source: str
    contract: str = ""
    mapping: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    every_hours: float | None = None
    licence: str = ""
    owner: str = ""
    enabled: bool = True
    local: bool = False


@dataclass(frozen=True)
class Fetched:
    """A file a source brought, as it came, complete and flushed to disk.

    cursor  where to go on after this file; kept in the receipt of its load, so that a fetch
            cut short goes on behind the last file that was loaded
    notes   what the receipt should say
    contract, mapping  when they are not the connector's
    stays   the file is not ours to remove
    """

    path: Path
    cursor: str = ""
    notes: tuple[str, ...] = ()
    contract: str = ""
    mapping: str = ""
    stays: bool = False


class Source(Protocol):
    """Brings records. A source that reads files only raises FileProblem from `fetch`."""

    def recognises(self, path: Path, start: bytes) -> bool:
        """Whether a file is of this kind, by its first 64 KiB (unpacked) and its name."""

    def open(
        self,
        site: Site | None,
        path: Path,
        contract: Contract,
        mapping: Mapping,
        progress: Progress,
    ) -> tuple[TableFile, Mapping]:
        """The file as blocks of text columns, and the mapping its columns are read by.

        raises  FileProblem, here or while blocks are read: then nothing of it is kept. One bad
                record is never such a reason: it is a `Refused` of its block.
        """

    def replay(
        self,
        site: Site | None,
        records: Sequence[Record],
        like: dict[str, Any],
        contract: Contract,
        mapping: Mapping,
    ) -> TableFile:
        """Refused records, each judged alone; `like` is the dialect of the file they are from."""

    def fetch(
        self, site: Site, connector: Connector, cursor: str, folder: Path, progress: Progress
    ) -> Iterator[Fetched]:
        """Bring what is new since `cursor` ('' at first) as files in `folder`, one after another.

        The next file is asked for when the one before has been loaded.
        """


class FilesOnly:
    """The `fetch` of a source that reads what is put in front of it and brings nothing itself."""

    def fetch(
        self, site: Site, connector: Connector, cursor: str, folder: Path, progress: Progress
    ) -> Iterator[Fetched]:
        """raises  FileProblem, always"""
        raise FileProblem(
            _("'%(source)s' reads files that are put in front of it; it fetches none.",
              source=connector.source),
            fix=_("Load them with `shuren load`, or name the folder they come to as a source."),
        )  # fmt: skip
