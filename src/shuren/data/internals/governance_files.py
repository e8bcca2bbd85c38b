"""The document as Markdown, and as PDF with a Chinese typeface every PDF reader brings along."""

import io
from typing import Any
from xml.sax.saxutils import escape

from shuren.data.governance import TITLE, Document, Grid, RuleChange, Version
from shuren.kernel.typesetting import CHINESE_FACE as FONT
from shuren.kernel.typesetting import register

_KINDS = {
    "added": {"zh": "新增", "en": "added"},
    "removed": {"zh": "删除", "en": "removed"},
    "changed": {"zh": "修改", "en": "changed"},
}


def markdown(document: Document, language: str) -> str:
    """language  "zh" or "en" """
    lines = [f"# {TITLE[language]}", "", status(document, language), ""]
    for section in document.sections:
        lines += [f"{'#' * section.level} {section.title[language]}", ""]
        for paragraph in section.paragraphs:
            lines += [paragraph[language], ""]
        if section.grid:
            lines += [*_rows(section.grid, language), ""]
    lines += [f"## {_history_title(language)}", ""]
    for version in _shown(document):
        lines += [f"### {version.number}", "", *_changes(version, language), ""]
    return "\n".join(lines)


def status(document: Document, language: str) -> str:
    """Which version this is, in one line."""
    version = document.version
    short = version.hash[:12]
    if document.published and version.at:
        day = f"{version.at:%Y-%m-%d}"
        if language == "zh":
            return f"版本 {version.number}（{short}），{day} 由 {version.actor} 发布。"
        return f"Version {version.number} ({short}), published {day} by {version.actor}."
    if language == "zh":
        return f"版本 {version.number} 草案（{short}），尚未发布。"
    return f"Draft of version {version.number} ({short}), not published yet."


def change_line(change: RuleChange, language: str) -> str:
    line = f"{_KINDS[change.kind][language]}: {change.what}"
    return f"{line}: {change.before} → {change.after}" if change.kind == "changed" else line


def _shown(document: Document) -> tuple[Version, ...]:
    return document.history if document.published else (document.version, *document.history)


def _history_title(language: str) -> str:
    return "版本与修改" if language == "zh" else "Versions and changes"


def _changes(version: Version, language: str) -> list[str]:
    if not version.changes:
        return ["- 首个版本。" if language == "zh" else "- The first version."]
    return [f"- {change_line(change, language)}" for change in version.changes]


def _rows(grid: Grid, language: str) -> list[str]:
    def line(cells: Any) -> str:
        plain = (cell[language].replace("|", "\\|").replace("\n", " ") for cell in cells)
        return f"| {' | '.join(plain)} |"

    return [line(grid.head), f"|{' --- |' * len(grid.head)}", *(line(row) for row in grid.rows)]


def pdf(document: Document, language: str) -> bytes:
    """A4, with page numbers."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.lib.units import mm
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer

    register()
    sizes = {1: 20, 2: 14, 3: 11}
    heads = {
        level: ParagraphStyle(
            f"h{level}", fontName=FONT, fontSize=size, leading=size * 1.5, spaceBefore=size * 0.7
        )
        for level, size in sizes.items()
    }
    text = ParagraphStyle("text", fontName=FONT, fontSize=9, leading=14, wordWrap="CJK")
    story: list[Any] = [
        Paragraph(escape(TITLE[language]), heads[1]),
        Paragraph(escape(status(document, language)), text),
    ]
    for section in document.sections:
        story.append(Paragraph(escape(section.title[language]), heads[section.level]))
        story += [Paragraph(escape(one[language]), text) for one in section.paragraphs]
        if section.grid:
            story += [Spacer(1, 2 * mm), _pdf_table(section.grid, language)]
    story.append(Paragraph(escape(_history_title(language)), heads[2]))
    for version in _shown(document):
        story.append(Paragraph(escape(version.number), heads[3]))
        story += [Paragraph(escape(line), text) for line in _changes(version, language)]
    held = io.BytesIO()
    made = SimpleDocTemplate(
        held, pagesize=A4, leftMargin=18 * mm, rightMargin=18 * mm, topMargin=18 * mm,
        bottomMargin=18 * mm, title=TITLE[language], author="Shuren", invariant=1,
    )  # fmt: skip
    made.build(story, onFirstPage=_numbered, onLaterPages=_numbered)
    return held.getvalue()


def _numbered(canvas: Any, document: Any) -> None:
    canvas.setFont(FONT, 8)
    canvas.drawCentredString(document.pagesize[0] / 2, 24, str(canvas.getPageNumber()))


def _pdf_table(grid: Grid, language: str) -> Any:
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.lib.units import mm
    from reportlab.platypus import LongTable, Paragraph, TableStyle

    cell = ParagraphStyle("cell", fontName=FONT, fontSize=7.5, leading=10.5, wordWrap="CJK")
    rows = [
        [Paragraph(escape(one[language]), cell) for one in row] for row in (grid.head, *grid.rows)
    ]
    longest = [
        max(4, min(40, max(_width(row[at][language]) for row in (grid.head, *grid.rows))))
        for at in range(len(grid.head))
    ]
    room = A4[0] - 36 * mm
    table = LongTable(rows, colWidths=[room * n / sum(longest) for n in longest], repeatRows=1)
    rule = colors.HexColor("#b9ad99")
    table.setStyle(
        TableStyle(
            [
                ("LINEBELOW", (0, 0), (-1, -1), 0.3, rule),
                ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#f2ecdf")),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 3),
                ("RIGHTPADDING", (0, 0), (-1, -1), 3),
            ]
        )
    )
    return table


def _width(text: str) -> int:
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in text)
