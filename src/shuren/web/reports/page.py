"""A report as one HTML file that needs nothing else: no script, no request, no other file."""

import unicodedata
from html import escape
from pathlib import Path

from shuren.web.reports.drawing import Shape, draw
from shuren.web.reports.paper import Block, Cell, Grid, Paper, Part, Picture

_STYLE = Path(__file__).parent / "page.css"
_WIDTH, _LETTERS = 600, 13.0


def html(paper: Paper) -> bytes:
    language = "zh-Hans" if paper.language == "zh" else "en"
    facts = "".join(f"<dt>{safe(name)}</dt><dd>{safe(value)}</dd>" for name, value in paper.facts)
    links = "".join(f'<li><a href="#{safe(p.id)}">{safe(p.title)}</a></li>' for p in paper.parts)
    notice = f'<p class="notice">{safe(paper.notice)}</p>' if paper.notice else ""
    body = "".join(_part(part) for part in paper.parts)
    text = (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{safe(paper.title)} · {safe(paper.library)}</title>"
        f"<style>\n{_STYLE.read_text('utf-8')}</style></head>\n<body><main>"
        f'<header><p class="library">{safe(paper.library)}</p><h1>{safe(paper.title)}</h1>'
        f"{notice}<dl>{facts}</dl></header>"
        f'<nav aria-label="{safe(paper.contents)}"><h2>{safe(paper.contents)}</h2>'
        f"<ol>{links}</ol></nav>"
        f"{body}</main></body></html>\n"
    )
    return text.encode()


def svg(picture: Picture) -> str:
    """The chart as an image in the page; its words are said by `alt`."""
    chart = draw(picture, _WIDTH, _LETTERS, _measure)
    shapes = "".join(_shape(shape) for shape in chart.shapes)
    return (
        f'<svg viewBox="0 0 {chart.width:g} {chart.height:.1f}" role="img" '
        f'aria-label="{safe(picture.alt)}" xmlns="http://www.w3.org/2000/svg">{shapes}</svg>'
    )


def safe(text: str) -> str:
    return escape(text, quote=True)


def letters(text: str) -> int:
    """How many Latin letters wide the text stands; a Chinese sign counts two."""
    return len(text) + sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)


def _part(part: Part) -> str:
    lead = "".join(f"<p>{safe(line)}</p>" for line in part.lead)
    grid = _grid(part.grid, part.title) if part.grid else ""
    blocks = "".join(_block(block) for block in part.blocks)
    return (
        f'<section id="{safe(part.id)}"><h2>{safe(part.title)}</h2>{lead}{grid}{blocks}'
        f"{_remarks(part.remarks)}</section>\n"
    )


def _block(block: Block) -> str:
    picture = f'<div class="wide" tabindex="0">{svg(block.picture)}</div>' if block.picture else ""
    return (
        f'<figure id="{safe(block.id)}"><figcaption><h3>{safe(block.finding)}</h3>'
        f"<p>{safe(block.title)}</p></figcaption>{picture}{_grid(block.grid, block.finding)}"
        f"{_remarks(block.remarks)}</figure>\n"
    )


def _remarks(remarks: tuple[str, ...]) -> str:
    lines = "".join(f"<li>{safe(remark)}</li>" for remark in remarks)
    return f'<ul class="remarks">{lines}</ul>' if lines else ""


def _grid(grid: Grid, caption: str) -> str:
    heads = "".join(
        f'<th scope="col"{_number(number)}>{safe(title)}</th>' if title else "<td></td>"
        for title, number in grid.heads
    )
    numbers = [number for _title, number in grid.heads[1:]]
    rows = "".join(
        f'<tr><th scope="row">{safe(row[0].text)}</th>{"".join(map(_cell, row[1:], numbers))}</tr>'
        for row in grid.rows
    )
    heat = ' class="heat"' if any(cell.shade for row in grid.rows for cell in row) else ""
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{safe(caption)}">'
        f"<table{heat}>"
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _cell(cell: Cell, number: bool) -> str:
    classes = ["n"] if number else []
    classes += [f"s{cell.shade}"] if cell.shade else []
    named = f' class="{" ".join(classes)}"' if classes else ""
    return f"<td{named}>{safe(cell.text)}</td>"


def _number(number: bool) -> str:
    return ' class="n"' if number else ""


def _measure(text: str, size: float) -> float:
    """Nearly: which typeface the reader has is not known."""
    wide = letters(text) - len(text)
    return size * (wide + 0.58 * (len(text) - wide))


def _shape(shape: Shape) -> str:
    (x, y), (x2, y2) = shape.points[0], shape.points[-1]
    if shape.kind == "text":
        strong = " b" if shape.strong else ""
        return (
            f'<text class="{shape.tone}{strong}" x="{x:.1f}" y="{y:.1f}" '
            f'font-size="{shape.size:g}" text-anchor="{shape.anchor}">{safe(shape.text)}</text>'
        )
    if shape.kind == "dot":
        return f'<circle class="{shape.tone}" cx="{x:.1f}" cy="{y:.1f}" r="{shape.size:.1f}"/>'
    if shape.kind == "box":
        return (
            f'<rect class="{shape.tone}" x="{x:.1f}" y="{y:.1f}" '
            f'width="{x2 - x:.1f}" height="{y2 - y:.1f}"/>'
        )
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in shape.points)
    dashes = {"dotted": ' stroke-dasharray="1.5 3"', "dashed": ' stroke-dasharray="6 4"'}
    return (
        f'<polyline class="{shape.tone} l" points="{points}" stroke-width="{shape.size:g}"'
        f"{dashes.get(shape.dashes, '')}/>"
    )
