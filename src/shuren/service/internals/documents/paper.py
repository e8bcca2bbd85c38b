"""A document as PDF: A4, both scripts, tables over pages, the code and its QR sign at the end."""

import io
from typing import Any

from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    Flowable,
    KeepTogether,
    LongTable,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from shuren.kernel.typesetting import LATIN_BOLD, LATIN_FACE, markup, register, runs, width
from shuren.service.document_shapes import Sheet, SheetPart

_MARGIN = 20 * mm
_ROOM = A4[0] - 2 * _MARGIN
_INK, _SOFT = colors.HexColor("#211d18"), colors.HexColor("#5a5248")
_LINE, _SEAL = colors.HexColor("#e3dac8"), colors.HexColor("#a93226")
_WORDS = {
    "zh": {
        "code": "验证码",
        "how": "凭验证码可在下列地址核对本文件，也可离线核对文件内的签名：",
        "page": "第 %(number)s 页，共 %(count)s 页",
    },
    "en": {
        "code": "Code",
        "how": "Verify this document by its code at the address below, or offline by the signature"
        " inside the file:",
        "page": "Page %(number)s of %(count)s",
    },
}


def pdf(sheet: Sheet, *, language: str, library: str, code: str, address: str) -> bytes:
    """The file; made of the same words, the same bytes. address: where the code is verified."""
    register()
    held, styles = io.BytesIO(), _styles(language, sheet.is_certificate)
    made = SimpleDocTemplate(
        held, pagesize=A4, leftMargin=_MARGIN, rightMargin=_MARGIN, topMargin=_MARGIN,
        bottomMargin=22 * mm, title=f"{sheet.title} · {library}", author=library,
        creator="Shuren", invariant=1, lang="zh-CN" if language == "zh" else "en",
    )  # fmt: skip
    story: list[Flowable] = [
        Paragraph(markup(library), styles["library"]),
        Paragraph(_bold(sheet.title, language), styles["title"]),
        Spacer(1, 4 * mm),
    ]
    if sheet.facts:
        story += [_facts(sheet, styles), Spacer(1, 5 * mm)]
    for part in sheet.parts:
        story += _part(part, styles, language)
    story += [Spacer(1, 6 * mm), _end(sheet, styles, _WORDS[language], code, address)]
    made.build(story, canvasmaker=_numbered(f"{code}  ·  {_WORDS[language]['page']}"))
    return held.getvalue()


def _styles(language: str, is_certificate: bool) -> dict[str, ParagraphStyle]:
    wrap = "CJK" if language == "zh" else None
    middle = 1 if is_certificate else 0

    def style(name: str, size: float, **more: Any) -> ParagraphStyle:
        basic = {"fontName": LATIN_FACE, "fontSize": size, "leading": size * 1.55, "wordWrap": wrap}
        return ParagraphStyle(name, **{**basic, "textColor": _INK, **more})

    text = style("text", 12 if is_certificate else 10, spaceAfter=4)
    return {
        "library": style("library", 11, textColor=_SOFT, alignment=middle),
        "title": style("title", 24 if is_certificate else 20, leading=34, alignment=middle),
        "h": style("h", 12.5, spaceBefore=10, spaceAfter=3),
        "text": text,
        "cell": style("cell", 8.5, leading=12, wordWrap="CJK"),
        "head": style("head", 8.5, leading=12, textColor=_SOFT),
        "small": style("small", 8.5, textColor=_SOFT),
        "code": style("code", 13, textColor=_SEAL),
    }


def _bold(text: str, language: str) -> str:
    """Bold in English; the Chinese typeface has no bold for digits to stand beside."""
    return markup(text, LATIN_FACE if language == "zh" else LATIN_BOLD)


def _facts(sheet: Sheet, styles: dict[str, ParagraphStyle]) -> Table:
    names = max(width(name, 8.5) for name, _value in sheet.facts) + 14
    rows = [
        [Paragraph(markup(name), styles["head"]), Paragraph(_lines(value), styles["cell"])]
        for name, value in sheet.facts
    ]
    table = Table(rows, colWidths=[min(names, _ROOM / 3), _ROOM - min(names, _ROOM / 3)])
    table.setStyle(
        TableStyle(
            [
                ("LINEBELOW", (0, 0), (-1, -1), 0.3, _LINE),
                ("LINEABOVE", (0, 0), (-1, 0), 0.8, _SOFT),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("TOPPADDING", (0, 0), (-1, -1), 2.5),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
            ]
        )
    )
    return table


def _part(part: SheetPart, styles: dict[str, ParagraphStyle], language: str) -> list[Flowable]:
    head: list[Flowable] = []
    if part.title:
        head.append(Paragraph(_bold(part.title, language), styles["h"]))
    body: list[Flowable] = [
        Paragraph(_lines(text) or "–", styles["text"]) for text in part.paragraphs
    ]
    if part.heads:
        body.append(_table(part, styles))
    return [KeepTogether([*head, *body[:1]]), *body[1:]] if len(part.rows) < 20 else [*head, *body]


def _table(part: SheetPart, styles: dict[str, ParagraphStyle]) -> LongTable:
    """Columns share the page by how long their texts are; the head again on every page."""
    wanted = []
    for at, head in enumerate(part.heads):
        longest = max((min(width(row[at], 8.5), 260) for row in part.rows), default=0)
        wanted.append(max(longest, width(head, 8.5), 16) + 9)
    share = min(1.0, _ROOM / sum(wanted))
    least = [min(one, 36) for one in wanted]
    widths = [max(one * share, low) for one, low in zip(wanted, least, strict=True)]
    widths = [one * _ROOM / max(sum(widths), _ROOM) for one in widths]
    rows = [[Paragraph(markup(head), styles["head"]) for head in part.heads]]
    rows += [[Paragraph(_lines(cell), styles["cell"]) for cell in row] for row in part.rows]
    table = LongTable(rows, colWidths=widths, repeatRows=1, hAlign="LEFT")
    table.setStyle(
        TableStyle(
            [
                ("LINEBELOW", (0, 0), (-1, -1), 0.3, _LINE),
                ("LINEBELOW", (0, 0), (-1, 0), 0.8, _SOFT),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 2),
                ("RIGHTPADDING", (0, 0), (-1, -1), 4),
                ("TOPPADDING", (0, 0), (-1, -1), 1.5),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
            ]
        )
    )
    return table


def _end(
    sheet: Sheet, styles: dict[str, ParagraphStyle], words: dict[str, str], code: str, address: str
) -> KeepTogether:
    spaced = " ".join(code[at : at + 4] for at in range(0, len(code), 4))
    said = [
        Paragraph(f"{markup(words['code'])} {markup(spaced)}", styles["code"]),
        Paragraph(markup(words["how"]), styles["small"]),
        Paragraph(markup(address), styles["small"]),
    ]
    sign = QrCodeWidget(address, barLevel="M", barWidth=26 * mm, barHeight=26 * mm, barBorder=0)
    drawing = Drawing(26 * mm, 26 * mm)
    drawing.add(sign)
    table = Table([[drawing, said]], colWidths=[32 * mm, _ROOM - 32 * mm])
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("LINEABOVE", (0, 0), (-1, 0), 0.8, _SOFT),
                ("TOPPADDING", (0, 0), (-1, -1), 8),
            ]
        )
    )
    statement: list[Flowable] = []
    if sheet.statement:
        statement = [Paragraph(markup(sheet.statement), styles["small"]), Spacer(1, 3 * mm)]
    return KeepTogether([*statement, table])


def _lines(text: str) -> str:
    return "<br/>".join(markup(line) for line in text.strip().splitlines())


def _numbered(words: str) -> type[Canvas]:
    """A canvas that writes the page's number once it knows how many there are."""

    class Numbered(Canvas):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._pages: list[dict[str, Any]] = []

        def showPage(self) -> None:
            self._pages.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for at, state in enumerate(self._pages, 1):
                self.__dict__.update(state)
                self._foot(words % {"number": at, "count": len(self._pages)})
                super().showPage()
            super().save()

        def _foot(self, text: str) -> None:
            at = A4[0] / 2 - width(text, 8) / 2
            self.setFillColor(_SOFT)
            for face, part in runs(text):
                self.setFont(face, 8)
                self.drawString(at, 12 * mm, part)
                at += self.stringWidth(part, face, 8)

    return Numbered
