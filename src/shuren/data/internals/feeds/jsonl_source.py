"""The source `jsonl`: one JSON object a line, such as events (.ndjson, .jsonl)."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from shuren.data.internals.block import Block, Refused, TableFile
from shuren.data.internals.feeds.jsonl import LineReader, NoRecord
from shuren.data.internals.reading.cells import BlockBuilder
from shuren.data.internals.reading.problems import no_rows
from shuren.data.shapes import Contract, Mapping
from shuren.data.source import FilesOnly, Record
from shuren.kernel.settings import read_settings
from shuren.kernel.shapes import Progress, no_progress
from shuren.kernel.site import Site

NAMES = (".ndjson", ".jsonl")
LONGEST = 4 * 1024 * 1024
SHOWN = 65_536
LOCAL = "Asia/Shanghai"


class JsonLinesSource(FilesOnly):
    """See source.Source."""

    def recognises(self, path: Path, start: bytes) -> bool:
        return path.name.lower().endswith(NAMES) and start.lstrip(b"\xef\xbb\xbf \r\n")[:1] == b"{"

    def open(
        self,
        site: Site | None,
        path: Path,
        contract: Contract,
        mapping: Mapping,
        progress: Progress,
    ) -> tuple[TableFile, Mapping]:
        reader = LineReader(mapping.options, _zone(site))
        return JsonLines(path, reader, progress), mapping

    def replay(
        self,
        site: Site | None,
        records: Sequence[Record],
        like: dict[str, Any],
        contract: Contract,
        mapping: Mapping,
    ) -> TableFile:
        reader = LineReader(mapping.options, _zone(site))
        return ReplayedLines([(record[0], record[1]) for record in records], like, reader)


def _zone(site: Site | None) -> str:
    return read_settings(site).time_zone if site else LOCAL


class JsonLines:
    """See block.TableFile. Read twice: once for the names, which any line may add to."""

    encoding = "utf-8"
    beginning: Sequence[Sequence[str]] = ()
    remarks: Sequence[str] = ()

    def __init__(self, path: Path, reader: LineReader, progress: Progress) -> None:
        self._path, self._reader, self._progress = path, reader, progress
        self._size = path.stat().st_size
        self.header = _names(self._lines(), reader)
        if not self.header and not self._size:
            raise no_rows(path, [])
        self.width = max(len(self.header), 1)

    @property
    def dialect(self) -> dict[str, Any]:
        return {"kind": "jsonl", "header": self.header, "width": self.width}

    def blocks(self) -> Iterator[Block]:
        return _blocks(self._lines(self._progress), self.header, self._reader)

    def _lines(self, progress: Progress = no_progress) -> Iterator[tuple[int, bytes]]:
        done = 0
        with self._path.open("rb") as file:
            for number, line in enumerate(file, 1):
                done += len(line)
                if not number % 10_000:
                    progress(done, self._size)
                yield number, line.rstrip(b"\r\n")
        progress(self._size, self._size)


class ReplayedLines:
    """See block.TableFile."""

    encoding = "utf-8"
    beginning: Sequence[Sequence[str]] = ()
    remarks: Sequence[str] = ()

    def __init__(
        self, records: list[tuple[int, bytes]], like: dict[str, Any], reader: LineReader
    ) -> None:
        self._records, self._like, self._reader = records, like, reader
        known = list(like.get("header", []))
        self.header: list[str] = list(dict.fromkeys([*known, *_names(records, reader)]))
        self.width = max(len(self.header), 1)

    @property
    def dialect(self) -> dict[str, Any]:
        return {**self._like, "header": self.header, "width": self.width}

    def blocks(self) -> Iterator[Block]:
        return _blocks(self._records, self.header, self._reader)


def _names(lines: Iterable[tuple[int, bytes]], reader: LineReader) -> list[str]:
    names: dict[str, None] = {}
    for _number, line in lines:
        if line.strip() and len(line) <= LONGEST:
            try:
                names.update(dict.fromkeys(reader.row(line)))
            except NoRecord:
                continue
    return list(names)


def _blocks(
    lines: Iterable[tuple[int, bytes]], header: list[str], reader: LineReader
) -> Iterator[Block]:
    builder = BlockBuilder(max(len(header), 1))
    for number, line in lines:
        if not line.strip():
            builder.blank()
        elif len(line) > LONGEST:
            detail = {"length": len(line), "limit": LONGEST}
            builder.refuse(_refused(number, "S05", line, detail))
        else:
            try:
                row = reader.row(line)
            except NoRecord as error:
                builder.refuse(_refused(number, "S12", line, {"error": str(error)}))
            else:
                builder.row(number, [row.get(name) for name in header] or [None], line)
        if builder.full:
            yield builder.block()
    if not builder.empty:
        yield builder.block()


def _refused(number: int, rule: str, line: bytes, detail: dict[str, Any]) -> Refused:
    return Refused(number, rule, line, line.decode("utf-8", "replace")[:SHOWN], detail)
