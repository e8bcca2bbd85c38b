"""Excel and OpenDocument workbooks: one sheet is one table."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
)

from shuren.data import shapes
from shuren.data.internals.block import Block
from shuren.data.internals.reading.careful import judge_bytes, refusal
from shuren.data.internals.reading.cells import BlockBuilder, csv_line
from shuren.data.internals.reading.dialect import BEGINNING, unique_names
from shuren.data.internals.reading.problems import FileProblem, no_rows
from shuren.data.internals.reading.sources import Source, corrupt_workbook
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Progress

Value = str | float | int | bool | date | datetime | time | timedelta


def cell_text(value: Value | None) -> str | None:
    """A cell as a person reads it: whole numbers without .0, dates in ISO form, empty as null."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        if value.time() == time():
            return value.date().isoformat()
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


class SheetFile:
    """A sheet of a workbook; see block.TableFile. Lines are rows of the sheet, from 1.

    Without a name in the mapping it is the first sheet with two rows that hold anything.
    """

    encoding = ""

    def __init__(
        self, source: Source, mapping: shapes.Mapping, width: int | None, progress: Progress
    ) -> None:
        self._source, self._progress = source, progress
        self._sheet_name, self._rows, self.remarks = _sheet(source, mapping.sheet)
        self.beginning = [[cell_text(v) or "" for v in row] for row in self._rows[:BEGINNING]]
        self._skipped = skip = mapping.skip_lines
        filled = (n for n in range(skip, len(self._rows)) if _used(self._rows[n]))
        first = next(filled, len(self._rows))
        self.header: list[str] = []
        self._blank, self._first = first - skip, first
        usual = max((_used(row) for row in self._rows[first : first + 500]), default=0)
        if mapping.header and first < len(self._rows):
            cells = self._rows[first][: _used(self._rows[first])]
            self.header = unique_names([cell_text(cell) or "" for cell in cells])
            self._first = first + 1
        self.width = width or len(self.header) or mapping.columns_expected or usual
        if not any(_used(row) for row in self._rows[self._first :]):
            raise no_rows(source.path, self.header)

    @property
    def dialect(self) -> dict[str, Any]:
        return {
            "kind": "sheet",
            "header": self.header,
            "width": self.width,
            "sheet": self._sheet_name,
            "skip_lines": self._skipped,
        }

    def blocks(self) -> Iterator[Block]:
        """A row with a value beyond the last column is refused S03, one with a NUL S04."""
        builder = BlockBuilder(self.width)
        builder.blank(self._blank)
        for number in range(self._first, len(self._rows)):
            self._add(builder, number + 1, self._rows[number])
            if builder.full:
                self._progress(number + 1, len(self._rows))
                yield builder.block()
        self._progress(len(self._rows), len(self._rows))
        if not builder.empty:
            yield builder.block()

    def _add(self, builder: BlockBuilder, line: int, row: list[Value]) -> None:
        used = _used(row)
        if not used:
            builder.blank()
            return
        cells = [cell_text(value) for value in row[: max(used, self.width)]]
        cells += [None] * (self.width - len(cells))
        raw = csv_line(cells)
        wrong = judge_bytes(raw)
        if not wrong and used > self.width:
            wrong = "S03", {"expected": self.width, "found": used}
        if wrong:
            builder.refuse(refusal(line, *wrong, raw, lambda r: r.decode("utf-8", "replace")))
        else:
            builder.row(line, cells)


def _used(row: list[Value]) -> int:
    """How many cells up to the last one that holds more than white space."""
    for position in range(len(row), 0, -1):
        value = row[position - 1]
        if not isinstance(value, str) or value.strip():
            return position
    return 0


def _sheet(source: Source, wanted: str) -> tuple[str, list[list[Value]], list[str]]:
    """Name and rows of the sheet, and a remark about the others that hold something."""
    try:
        book = CalamineWorkbook.from_path(str(source.path))
        if wanted and wanted not in book.sheet_names:
            raise FileProblem(
                _("%(path)s has no sheet called %(name)s.", path=source.path, name=wanted),
                fix=_("Its sheets are: %(names)s.", names=", ".join(book.sheet_names)),
            )
        tables = [m.name for m in book.sheets_metadata if m.typ == SheetTypeEnum.WorkSheet]
        filled: list[tuple[str, list[list[Value]]]] = []
        for name in [wanted] if wanted else tables:
            rows = _rows(book.get_sheet_by_name(name))
            used = sum(1 for row in rows if _used(row))
            if used:
                filled.append((name, rows if not filled or _bare(filled[0][1]) else []))
        # A cover sheet holds a line or two; the table is the first sheet that holds more.
        taken = next((pair for pair in filled if not _bare(pair[1])), filled[0] if filled else None)
        if taken:
            return *taken, _others([name for name, _rows in filled if name != taken[0]])
    except PasswordError as error:
        raise FileProblem(
            _("%(path)s is protected by a password.", path=source.path),
            fix=_("Save it without a password, or export it as CSV."),
        ) from error
    except (CalamineError, OSError) as error:
        raise corrupt_workbook(source.path) from error
    raise FileProblem(_("%(path)s is a workbook without any value.", path=source.path))


def _bare(rows: list[list[Value]]) -> bool:
    """Fewer than two rows hold anything: no header with a row below it."""
    return sum(1 for row in rows if _used(row)) < 2


def _others(names: list[str]) -> list[str]:
    if not names:
        return []
    listed = ", ".join(names)
    return [_("Sheets not taken in: %(names)s. A mapping can name one.", names=listed)]


def _rows(sheet: CalamineSheet) -> list[list[Value]]:
    return sheet.to_python(skip_empty_area=False)
