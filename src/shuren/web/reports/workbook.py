"""A report as a spreadsheet: a sheet for each chapter, numbers as numbers."""

import io
import re
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from shuren.web.reports.page import letters
from shuren.web.reports.paper import Cell, Grid, Paper, Part

_HEAD = PatternFill("solid", fgColor="F2ECDF")
_SHADES = ("FFFFFF", "E6EEE4", "BFD6C4", "8FB8A1", "5E957D", "36705C", "17473A")
_SOFT = Font(color="5A5248")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_WIDEST = 60


def xlsx(paper: Paper) -> bytes:
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    taken: set[str] = set()
    for at, part in enumerate(paper.parts):
        sheet = sheet if at == 0 else book.create_sheet()
        sheet.title = _name(part.title, taken)
        _fill(sheet, part, paper if at == 0 else None)
    book.properties.title = _clean(f"{paper.title} · {paper.library}")
    book.properties.creator = _clean(paper.library)
    book.properties.language = "zh-CN" if paper.language == "zh" else "en"
    day = datetime.fromisoformat(dict(enumerate(v for _n, v in paper.facts))[2])
    book.properties.created = book.properties.modified = day
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _clean(text: str) -> str:
    """Without the control signs that a spreadsheet cannot hold."""
    return str(ILLEGAL_CHARACTERS_RE.sub("", text))


def _name(title: str, taken: set[str]) -> str:
    """A sheet's name: no sign a spreadsheet refuses, 31 letters, none twice."""
    plain = re.sub(r"[\[\]:*?/\\]", " ", _clean(title)).strip("' ")[:31] or "–"
    name, number = plain, 2
    while name.casefold() in taken:
        name, number = f"{plain[:27]} {number}", number + 1
    taken.add(name.casefold())
    return name


def _fill(sheet: Worksheet, part: Part, head_of: Paper | None) -> None:
    """Title and words, the chapter's own table, then every figure below the other."""
    title = head_of.title if head_of else part.title
    row = _line(sheet, 1, title, Font(bold=True, size=16))
    for name, value in head_of.facts if head_of else ():
        row = _line(sheet, row, name, _SOFT, value)
    words = [head_of.notice] if head_of and head_of.notice else []
    for text in (*words, *part.lead):
        row = _line(sheet, row, text, _SOFT)
    sheet.freeze_panes = "B2"
    if part.grid:
        row += 1
        if not part.blocks:
            sheet.freeze_panes = f"B{row + 1}"
        row = _grid(sheet, row, part.grid)
    for block in part.blocks:
        row = _line(sheet, row + 1, block.finding, Font(bold=True, size=12))
        row = _line(sheet, row, block.title, _SOFT)
        row = _grid(sheet, row, block.grid)
        for remark in block.remarks:
            row = _line(sheet, row, remark, _SOFT)
    for remark in part.remarks:
        row = _line(sheet, row, remark, _SOFT)
    _widen(sheet, part, [name for name, _value in head_of.facts] if head_of else [])


def _line(sheet: Worksheet, row: int, text: str, font: Font, beside: str = "") -> int:
    _put(sheet, row, 1, text).font = font
    if beside:
        _put(sheet, row, 2, beside)
    return row + 1


def _grid(sheet: Worksheet, row: int, grid: Grid) -> int:
    for at, (title, number) in enumerate(grid.heads, 1):
        cell = _put(sheet, row, at, title)
        cell.font, cell.fill = Font(bold=True), _HEAD
        cell.alignment = Alignment(
            horizontal="right" if number else "left", vertical="top", wrap_text=True
        )
    for line in grid.rows:
        row += 1
        for at, one in enumerate(line, 1):
            _show(sheet, row, at, one)
    return row + 1


def _show(sheet: Worksheet, row: int, column: int, one: Cell) -> None:
    if one.value is None:
        cell = _put(sheet, row, column, one.text)
        cell.alignment = Alignment(vertical="top")
    else:
        cell = sheet.cell(row, column, one.value)
        places = f".{'0' * one.places}" if one.places else ""
        cell.number_format = "+0%;-0%;0%" if one.percent else f"#,##0{places}"
        if one.star:
            cell.number_format += '"*"'
    if one.shade:
        cell.fill = PatternFill("solid", fgColor=_SHADES[one.shade])
        if one.shade >= 5:
            cell.font = Font(color="FFFFFF")


def _put(sheet: Worksheet, row: int, column: int, text: str) -> Any:
    """Words stay words: what begins like a formula is marked as text and never runs."""
    cell = sheet.cell(row, column)
    cell.value = _clean(text)
    if text[:1] in _FORMULA:
        cell.data_type = "s"
        cell.quotePrefix = True
    return cell


def _widen(sheet: Worksheet, part: Part, names: list[str]) -> None:
    """Each column as wide as the tables in it need; long words wrap in the head."""
    grids = [*([part.grid] if part.grid else []), *(block.grid for block in part.blocks)]
    widest: dict[int, float] = {1: max((letters(name) for name in names), default=10)}
    for grid in grids:
        for at, (title, _number) in enumerate(grid.heads, 1):
            texts = [row[at - 1].text for row in grid.rows]
            longest = max([letters(text) for text in texts] + [min(letters(title), 18)])
            widest[at] = max(widest.get(at, 0), longest)
    for at, width in widest.items():
        sheet.column_dimensions[get_column_letter(at)].width = min(_WIDEST, width + 3)
