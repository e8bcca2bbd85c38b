"""A report as PDF: A4, contents, outline, page numbers, tables that go on over pages."""

import io
from typing import Any

from reportlab.graphics.shapes import Circle, Drawing, PolyLine, Rect, String
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    KeepTogether,
    LongTable,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    TableStyle,
)
from reportlab.platypus.tableofcontents import TableOfContents

from shuren.kernel.typesetting import CHINESE_FACE, LATIN_BOLD, LATIN_FACE, markup, register, runs
from shuren.kernel.typesetting import width as text_width
from shuren.web.reports.drawing import Shape, draw
from shuren.web.reports.paper import Block, Grid, Paper, Part, Picture

_MARGIN = 18 * mm
_ROOM = A4[0] - 2 * _MARGIN
_LETTERS = 8.0
_TONES = {
    name: colors.HexColor(value)
    for name, value in {
        "ink": "#211d18", "soft": "#5a5248", "grid": "#e3dac8", "wash": "#efe6d3",
        "rest": "#1f6f9f", "mark": "#a93226",
    }.items()
}  # fmt: skip
_SHADES = ("#ffffff", "#e6eee4", "#bfd6c4", "#8fb8a1", "#5e957d", "#36705c", "#17473a")


def pdf(paper: Paper) -> bytes:
    """Made of the same words in the same order: the same bytes."""
    register()
    styles = _styles(paper.language)
    held = io.BytesIO()
    made = _Document(held, paper, styles)
    made.multiBuild(_story(paper, styles), canvasmaker=_numbered(paper.page))
    return held.getvalue()


class _Document(BaseDocTemplate):
    """Notes every chapter for the outline and the list of contents."""

    def __init__(self, held: io.BytesIO, paper: Paper, styles: dict[str, ParagraphStyle]) -> None:
        super().__init__(
            held, pagesize=A4, leftMargin=_MARGIN, rightMargin=_MARGIN, topMargin=_MARGIN,
            bottomMargin=20 * mm, title=f"{paper.title} · {paper.library}", author=paper.library,
            subject=paper.month, creator="Shuren", invariant=1,
            lang="zh-CN" if paper.language == "zh" else "en",
        )  # fmt: skip
        frame = Frame(_MARGIN, 20 * mm, _ROOM, A4[1] - _MARGIN - 20 * mm, 0, 0, 0, 0, id="text")
        self.addPageTemplates(PageTemplate("page", [frame]))
        self._head = f"{paper.title} · {paper.library}"

    def afterFlowable(self, flowable: Flowable) -> None:
        level = getattr(flowable, "outline_level", None)
        if level is None:
            return
        title, key = flowable.outline_title, f"part-{flowable.outline_id}"
        self.canv.bookmarkPage(key)
        self.canv.addOutlineEntry(title, key, level, closed=level > 0)
        if level == 0:
            self.notify("TOCEntry", (0, markup(title), self.page, key))


def _numbered(words: str) -> type[Canvas]:
    """A canvas that writes `Page 3 of 12` once it knows how many there are."""

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
                _write(self, words % {"number": at, "count": len(self._pages)}, A4[0] / 2, 11 * mm)
                super().showPage()
            super().save()

    return Numbered


def _write(canvas: Canvas, text: str, middle: float, base: float) -> None:
    at = middle - text_width(text, _LETTERS) / 2
    canvas.setFillColor(_TONES["soft"])
    for face, part in runs(text):
        canvas.setFont(face, _LETTERS)
        canvas.drawString(at, base, part)
        at += canvas.stringWidth(part, face, _LETTERS)


def _styles(language: str) -> dict[str, ParagraphStyle]:
    wrap = "CJK" if language == "zh" else None

    def style(name: str, size: float, **more: Any) -> ParagraphStyle:
        basic = {"fontName": LATIN_FACE, "fontSize": size, "leading": size * 1.5, "wordWrap": wrap}
        return ParagraphStyle(name, **{**basic, "textColor": _TONES["ink"], **more})

    soft = {"textColor": _TONES["soft"]}
    return {
        "title": style("title", 22, leading=30, spaceAfter=6, spaceBefore=4),
        "library": style("library", 11, **soft),
        "h1": style("h1", 16, leading=22, spaceAfter=5),
        "h2": style("h2", 11.5, leading=16, spaceBefore=10),
        "text": style("text", 9.5, spaceAfter=3),
        "small": style("small", 8, **soft),
        "notice": style("notice", 10, textColor=_TONES["mark"]),
        "cell": style("cell", 8, leading=11),
        "head": style("head", 8, leading=11, **soft),
        "contents": style("contents", 10, leading=17),
    }


def _heading(text: str, styles: dict[str, ParagraphStyle]) -> str:
    """Bold in an English report; the Chinese typeface has no bold for digits to stand beside."""
    return markup(text, LATIN_FACE if styles["h1"].wordWrap == "CJK" else LATIN_BOLD)


def _story(paper: Paper, styles: dict[str, ParagraphStyle]) -> list[Flowable]:
    story: list[Flowable] = [
        Paragraph(markup(paper.library), styles["library"]),
        Paragraph(_heading(paper.title, styles), styles["title"]),
    ]
    if paper.notice:
        story.append(Paragraph(markup(paper.notice), styles["notice"]))
    facts = "  ·  ".join(f"{name} {value}" for name, value in paper.facts[2:])
    story.append(Paragraph(markup(facts), styles["small"]))
    story += [Spacer(1, 6 * mm), Paragraph(_heading(paper.contents, styles), styles["h2"])]
    listed = TableOfContents(levelStyles=[styles["contents"]], dotsMinLevel=0)
    story += [listed, Spacer(1, 8 * mm)]
    for at, part in enumerate(paper.parts):
        if at and part.blocks:
            story.append(PageBreak())
        elif at:
            story.append(Spacer(1, 8 * mm))
        story += _part(part, styles)
    return story


def _part(part: Part, styles: dict[str, ParagraphStyle]) -> list[Flowable]:
    head = _outlined(Paragraph(_heading(part.title, styles), styles["h1"]), part, 0)
    lead = [Paragraph(markup(line), styles["text"]) for line in part.lead]
    story: list[Flowable] = [KeepTogether([head, *lead])]
    if part.grid:
        story += [Spacer(1, 2 * mm), _table(part.grid, styles)]
    for block in part.blocks:
        story += _block(block, styles)
    story += [Paragraph(markup(f"· {remark}"), styles["small"]) for remark in part.remarks]
    return story


def _outlined(paragraph: Paragraph, named: Part | Block, level: int) -> Paragraph:
    paragraph.outline_level, paragraph.outline_id = level, named.id
    paragraph.outline_title = named.title if isinstance(named, Part) else named.finding
    return paragraph


def _block(block: Block, styles: dict[str, ParagraphStyle]) -> list[Flowable]:
    """Heading and picture stay together; so does a short table with them."""
    head: list[Flowable] = [
        _outlined(Paragraph(_heading(block.finding, styles), styles["h2"]), block, 1),
        Paragraph(markup(block.title), styles["small"]),
        Spacer(1, 2 * mm),
    ]
    if block.picture:
        head += [_drawing(block.picture), Spacer(1, 2 * mm)]
    table = _table(block.grid, styles)
    head += [Paragraph(markup(remark), styles["small"]) for remark in block.remarks]
    head += [Spacer(1, 1.5 * mm)] if block.remarks else []
    if len(block.grid.rows) <= 12:
        return [KeepTogether([*head, table])]
    return [KeepTogether(head), table]


def _table(grid: Grid, styles: dict[str, ParagraphStyle]) -> LongTable:
    """Numbers to the right, words wrapped; the head again on every page."""
    heat = any(cell.shade for row in grid.rows for cell in row)
    size = _heat_size(grid) if heat else 8.0
    pad = 1.2 if heat else 4.0
    widths = _widths(grid, size, pad)
    if heat:
        rest = (_ROOM - widths[0]) / (len(widths) - 1)
        widths = [widths[0], *(min(rest, 36) for _width in widths[1:])]
    numbers = [at for at, (_title, number) in enumerate(grid.heads) if number]
    rows: list[list[Any]] = [
        [_words(title, styles["head"], size, at in numbers)
         for at, (title, _n) in enumerate(grid.heads)]
    ]  # fmt: skip
    rows += [
        [_words(cell.text, styles["cell"], size, at in numbers, cell.shade)
         for at, cell in enumerate(row)]
        for row in grid.rows
    ]  # fmt: skip
    look: list[tuple[Any, ...]] = [
        ("LINEBELOW", (0, 0), (-1, -1), 0.3, _TONES["grid"]),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, _TONES["soft"]),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), pad),
        ("RIGHTPADDING", (0, 0), (-1, -1), pad),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 1.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
    ]
    for y, row in enumerate(grid.rows, 1):
        look += [
            ("BACKGROUND", (x, y), (x, y), colors.HexColor(_SHADES[cell.shade]))
            for x, cell in enumerate(row)
            if cell.shade
        ]
    table = LongTable(rows, colWidths=widths, repeatRows=1, hAlign="LEFT")
    table.setStyle(TableStyle(look))
    return table


def _words(
    text: str, style: ParagraphStyle, size: float, number: bool, shade: int = 0
) -> Paragraph:
    colour = colors.white if shade >= 5 else style.textColor
    fitted = ParagraphStyle(
        "fitted", style, fontSize=size, leading=size * 1.35, textColor=colour,
        alignment=2 if number else 0,
    )  # fmt: skip
    return Paragraph(markup(text), fitted)


def _widths(grid: Grid, size: float, pad: float) -> list[float]:
    """Columns as wide as their longest text; where that is too much, words give way."""
    found = []
    for at, (title, number) in enumerate(grid.heads):
        texts = [row[at].text for row in grid.rows]
        body = max((text_width(text, size) for text in texts), default=0)
        head = text_width(title, size)
        wanted = max(body, min(head, 70) if number else min(head, 110))
        found.append(min(wanted, 1000) + 2 * pad + 2)
    room = _ROOM - sum(w for w, (_t, number) in zip(found, grid.heads, strict=True) if number)
    words = [w for w, (_t, number) in zip(found, grid.heads, strict=True) if not number]
    if sum(words) <= room:
        return found
    shared = room / sum(words) if words else 1.0
    limits = iter(_shared(words, room) if room > 40 else [w * shared for w in words])
    return [
        w if number else next(limits) for w, (_t, number) in zip(found, grid.heads, strict=True)
    ]


def _heat_size(grid: Grid) -> float:
    """Letters as large as the widest number and the hours allow, 7.5 points at most."""
    texts = [cell.text for row in grid.rows for cell in row[1:]]
    texts += [title for title, _number in grid.heads[1:]]
    widest = max((text_width(text, 1) for text in texts), default=1)
    first = max(text_width(row[0].text, 7.5) for row in grid.rows) + 4.4
    return min(7.5, ((_ROOM - first) / max(1, len(grid.heads) - 1) - 2.6) / widest)


def _shared(words: list[float], room: float) -> list[float]:
    """Narrow columns keep what they need; the wide ones share the rest evenly."""
    given = [0.0] * len(words)
    open_ = sorted(range(len(words)), key=lambda at: words[at])
    while open_:
        each = room / len(open_)
        at = open_.pop(0)
        given[at] = min(words[at], each)
        room -= given[at]
    return given


def _drawing(picture: Picture) -> Drawing:
    chart = draw(picture, _ROOM, _LETTERS, text_width)
    drawing = Drawing(chart.width, chart.height)
    for shape in chart.shapes:
        for part in _drawn(shape, chart.height):
            drawing.add(part)
    return drawing


def _drawn(shape: Shape, height: float) -> list[Any]:
    tone = _TONES[shape.tone]
    (x, y), (x2, y2) = shape.points[0], shape.points[-1]
    if shape.kind == "text":
        return _strings(shape, x, height - y)
    if shape.kind == "dot":
        return [Circle(x, height - y, shape.size, fillColor=tone, strokeColor=None)]
    if shape.kind == "box":
        return [Rect(x, height - y2, x2 - x, y2 - y, fillColor=tone, strokeColor=None)]
    flat = [number for a, b in shape.points for number in (a, height - b)]
    dashes = {"dotted": [1, 2], "dashed": [4, 3]}.get(shape.dashes)
    return [
        PolyLine(flat, strokeColor=tone, strokeWidth=shape.size * 0.75, strokeDashArray=dashes,
                 fillColor=None)
    ]  # fmt: skip


def _strings(shape: Shape, x: float, y: float) -> list[String]:
    latin = LATIN_BOLD if shape.strong else LATIN_FACE
    whole = text_width(shape.text, shape.size, latin)
    at = x - {"start": 0, "middle": whole / 2, "end": whole}[shape.anchor]
    found = []
    for face, part in runs(shape.text, latin):
        assert face in (CHINESE_FACE, latin)
        found.append(String(at, y, part, fontName=face, fontSize=shape.size,
                            fillColor=_TONES[shape.tone]))  # fmt: skip
        at += text_width(part, shape.size, latin)
    return found
