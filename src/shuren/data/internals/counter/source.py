"""The source `counter`: usage reports of platforms, COUNTER Release 5.1 and 5.0."""

import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from shuren.data.internals.block import Block, TableFile
from shuren.data.internals.counter.header import Head, Report, unsupported
from shuren.data.internals.counter.json_report import ItemReader, JsonReport
from shuren.data.internals.counter.sushi import fetch_reports
from shuren.data.internals.counter.table_report import LineReader, TableReport
from shuren.data.internals.counter.usage import COLUMNS, UsageBuilder, structure
from shuren.data.internals.reading.opening import replay_table
from shuren.data.shapes import Contract, Mapping
from shuren.data.source import Connector, Fetched, Record
from shuren.kernel.shapes import Progress
from shuren.kernel.site import Site

_BOM = b"\xef\xbb\xbf"
_RELEASE_4 = b"niso.org/schemas/counter"
_IN_WORKBOOK = (b"Report_ID", b"Metric_Type")


class CounterSource:
    """See source.Source. `wait` is asked to let seconds pass between two questions."""

    def __init__(self, wait: Callable[[float], None] | None = None) -> None:
        self._wait = wait

    def recognises(self, path: Path, start: bytes) -> bool:
        if start.startswith(b"PK"):
            return _is_workbook(path)
        if _is_json(start):
            return any(
                name in start
                for name in (b'"Report_Header"', b'"itemPerformance"', b'"failedReason"')
            )
        plain = start.replace(b"\x00", b"")  # UTF-16
        head = plain[:4096]
        return _RELEASE_4 in head or (b"Report_ID" in head and b"Release" in head)

    def open(
        self,
        site: Site | None,
        path: Path,
        contract: Contract,
        mapping: Mapping,
        progress: Progress,
    ) -> tuple[TableFile, Mapping]:
        with path.open("rb") as file:
            start = file.read(4096)
        if _RELEASE_4 in start:
            raise unsupported(path.name, "4", "XML")
        if _is_json(start) or path.name.endswith((".json", ".json.gz")):
            return JsonReport(path, progress), mapping
        return TableReport(path, mapping, progress), mapping

    def replay(
        self,
        site: Site | None,
        records: Sequence[Record],
        like: dict[str, Any],
        contract: Contract,
        mapping: Mapping,
    ) -> TableFile:
        return ReplayedUsage(records, like, mapping)

    def fetch(
        self, site: Site, connector: Connector, cursor: str, folder: Path, progress: Progress
    ) -> Iterator[Fetched]:
        return fetch_reports(site, connector, cursor, folder, progress, self._wait)


class ReplayedUsage:
    """Refused rows once more: a row in JSON with its path, a part of a report, or a line of a
    table as it came. See block.TableFile."""

    beginning: Sequence[Sequence[str]] = ()
    remarks: Sequence[str] = ()
    width = len(COLUMNS)

    def __init__(self, records: Sequence[Record], like: dict[str, Any], mapping: Mapping) -> None:
        self._records, self._like, self._mapping = records, like, mapping
        self.encoding = str(like.get("encoding") or "utf-8")
        self.header = list(COLUMNS)
        self._report = Report(Head(**like["report"]), (), dict(like.get("implied", {})))

    @property
    def dialect(self) -> dict[str, Any]:
        return self._like

    def blocks(self) -> Iterator[Block]:
        lines = []
        for record in self._records:
            if record[1].lstrip().startswith(b"{"):
                yield self._one(record[0], record[1])
            else:
                lines.append(record)
        if lines:
            yield from self._of_table(lines)

    def _one(self, line: int, raw: bytes) -> Block:
        builder = UsageBuilder()
        try:
            content = orjson.loads(raw)
        except orjson.JSONDecodeError:
            builder.refuse(structure(line, "?", "JSON", raw))
            return builder.block()
        path = str(content.pop("path", "?"))
        if "item" in content:
            ItemReader(self._report).read(builder, content["item"], path)
            return _on_line(builder.block(), line)
        builder.shared({k: None if v is None else str(v) for k, v in content.items()}, path)
        builder.row(
            line, content.get("metric_type"), str(content.get("used_from", "")),
            content.get("usage_count"),
        )  # fmt: skip
        return builder.block()

    def _of_table(self, lines: list[Record]) -> Iterator[Block]:
        inner = dict(self._like.get("inner", {}))
        reader = LineReader(self._report, inner.get("header", []))
        for block in replay_table(lines, inner, self._mapping).blocks():
            builder = UsageBuilder()
            for refused in block.refused:
                builder.refuse(refused)
            reader.read(builder, block)
            yield builder.block()


def _on_line(block: Block, line: int) -> Block:
    block.lines[:] = line
    for refused in block.refused:
        refused.line = line
    return block


def _is_json(start: bytes) -> bool:
    return start.removeprefix(_BOM).lstrip()[:1] in (b"{", b"[")


def _is_workbook(path: Path) -> bool:
    """Whether the texts of a workbook hold the words of a report's header."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = [n for n in archive.namelist() if n.startswith("xl/") and n.endswith(".xml")]
            wanted = [n for n in parts if "sharedStrings" in n or n.endswith("/sheet1.xml")]
            text = b"".join(archive.open(name).read(1 << 20) for name in wanted)
    except (zipfile.BadZipFile, OSError, RuntimeError, KeyError, NotImplementedError):
        return False
    return all(word in text for word in _IN_WORKBOOK)
