"""COUNTER tables: TSV, CSV and workbooks, a header above monthly columns."""

import dataclasses
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from shuren.data.internals.block import Block, Refused, TableFile
from shuren.data.internals.counter.header import Report, read_header
from shuren.data.internals.counter.usage import COLUMNS, SHARED, TOTAL, UsageBuilder
from shuren.data.internals.reading.opening import open_table
from shuren.data.internals.reading.problems import FileProblem
from shuren.data.shapes import Mapping
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Progress

_NAMES = "jan feb mar apr may jun jul aug sep oct nov dec"
_MONTHS = {name: number for number, name in enumerate(_NAMES.split(), 1)}
_NAMED = re.compile(r"([A-Za-z]{3})[a-z]*[-\s](\d{4}|\d{2})")
_ISO = re.compile(r"(\d{4})-(\d{2})(-01)?([ T]00:00:00)?")
_TOTAL = "reporting_period_total"
_WHOLE = re.compile(r"\d+")


class TableReport:
    """See block.TableFile. One line of the file becomes one row for each month it was used.

    A line with a cell that is no count, or whose months do not add up to its total, is refused
    as a whole: nobody can say which of its numbers is wrong.
    """

    width = len(COLUMNS)

    def __init__(self, path: Path, mapping: Mapping, progress: Progress) -> None:
        plain = dataclasses.replace(mapping, header=False, short_rows="fill", minimum_columns=1)
        above = open_table(path, plain, progress=progress).beginning
        start = next((n for n, row in enumerate(above) if _is_names(row)), None)
        if start is None:
            raise FileProblem(
                _("%(file)s begins like a COUNTER report, but has no line with the columns "
                  "Platform and Metric_Type.", file=path.name),
                fix=_("Download the report again; do not edit it in a spreadsheet."),
            )  # fmt: skip
        self._report = read_header(_as_json(above[:start]), path.name)
        below = dataclasses.replace(mapping, header=True, skip_lines=start, short_rows="fill")
        self._table: TableFile = open_table(path, below, progress=progress)
        self.encoding = self._table.encoding
        self.header = list(COLUMNS)
        self.beginning: list[list[str]] = []
        self.remarks = (*self._report.notes, *self._table.remarks, *self._unknown())

    @property
    def dialect(self) -> dict[str, Any]:
        return {
            **self._table.dialect, "form": "table", "inner": self._table.dialect,
            "header": self.header, "width": self.width,
            "report": self._report.head.as_dict(), "implied": self._report.implied,
        }  # fmt: skip

    def blocks(self) -> Iterator[Block]:
        lines = LineReader(self._report, self._table.header)
        for block in self._table.blocks():
            builder = UsageBuilder()
            builder.blank(block.blank)
            for refused in block.refused:
                builder.refuse(refused)
            lines.read(builder, block)
            yield builder.block()

    def _unknown(self) -> list[str]:
        names = [n for n in self._table.header if not (_is_known(n) or month_of(n))]
        if not names:
            return []
        return [_("Columns not taken in: %(names)s.", names=", ".join(names))]


class LineReader:
    """Spreads the lines of a table over its months."""

    def __init__(self, report: Report, header: Sequence[str]) -> None:
        self._first = {**report.implied, **report.head.as_dict()}
        names = [name.strip().lower() for name in header]
        self._shared = [(n, name) for n, name in enumerate(names) if name in SHARED]
        self._months = [(n, month) for n, name in enumerate(names) if (month := month_of(name))]
        self._total = names.index(_TOTAL) if _TOTAL in names else None
        self._metric = names.index("metric_type")

    def read(self, builder: UsageBuilder, block: Block) -> None:
        columns = [column.to_pylist() for column in block.table.columns]
        for place, cells in enumerate(zip(*columns, strict=True)):
            line = int(block.lines[place])
            fault = self._fault(cells)
            if fault:
                raw = block.raw([place])[0]
                builder.refuse(Refused(line, TOTAL, raw, raw.decode("utf-8", "replace"), fault))
                continue
            own = {name: cells[n] for n, name in self._shared if cells[n]}
            builder.shared({**self._first, **own}, _("line %(line)s", line=line))
            for n, month in self._months:
                if cells[n]:
                    builder.row(line, cells[self._metric], month, _plain(cells[n]))

    def _fault(self, cells: Sequence[str | None]) -> dict[str, Any] | None:
        counts = [_plain(cells[n] or "0") for n, _month in self._months]
        odd = next((count for count in counts if not _WHOLE.fullmatch(count)), None)
        told = _plain(cells[self._total] or "") if self._total is not None else ""
        found = str(sum(map(int, counts))) if odd is None else odd
        if odd is not None or (self._months and told and told != found):
            return {"expected": told or "?", "found": found}
        return None


def month_of(name: str) -> str:
    """`2022-01` for `Jan-2022`, `January 2022`, `2022-01` or the date a spreadsheet made of it."""
    text = name.strip()
    iso = _ISO.fullmatch(text)
    if iso:
        return f"{iso[1]}-{iso[2]}"
    named = _NAMED.fullmatch(text)
    number = _MONTHS.get(named[1].lower()) if named else None
    if not named or not number:
        return ""
    return f"{named[2] if len(named[2]) == 4 else '20' + named[2]}-{number:02d}"


def _is_names(row: Sequence[str]) -> bool:
    names = {cell.strip().lower() for cell in row}
    return {"platform", "metric_type"} <= names


def _is_known(name: str) -> bool:
    plain = name.strip().lower()
    return plain in COLUMNS or plain == _TOTAL or plain.startswith("parent_") or not plain


def _as_json(rows: Sequence[Sequence[str]]) -> dict[str, Any]:
    """The lines above the columns in the shape of a JSON header."""
    found: dict[str, Any] = {}
    for row in rows:
        cells = [cell.strip() for cell in row if cell.strip()]
        if cells:
            found[cells[0].lstrip("\ufeff")] = "; ".join(cells[1:])
    filters = _pairs(found.get("Report_Filters", "")) | _pairs(found.get("Reporting_Period", ""))
    metrics = found.get("Metric_Types", "")
    if metrics:
        filters["Metric_Type"] = "|".join(part.strip() for part in metrics.split(";"))
    return {**found, "Report_Filters": filters}


def _pairs(text: str) -> dict[str, str]:
    parts = [part.split("=", 1) for part in text.split(";") if "=" in part]
    return {name.strip(): value.strip() for name, value in parts}


def _plain(cell: str) -> str:
    """A number without the commas and spaces a spreadsheet puts between thousands."""
    text = cell.strip().replace("\u00a0", "").replace(" ", "")
    return text.replace(",", "") if re.fullmatch(r"\d{1,3}(,\d{3})+", text) else text
