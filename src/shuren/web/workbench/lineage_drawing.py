"""The lineage picture: boxes, columns and curves with their places, for an SVG in the page."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from shuren.web.workbench.lineage_layout import WIDTH, laid_out

HEAD, ROW, TEXT = 30, 22, 178  # heights of a box's head and of a column; width for a name
EM = 13  # of the letters in a box


@dataclass(frozen=True)
class Drawn:
    """A box or a column: place and size, its name as far as it fits, and the whole of it."""

    number: int
    x: int
    y: int
    width: int
    height: int
    label: str
    name: str
    url: str
    kind: str
    focus: bool = False
    room: int = 0
    lines: Sequence["Drawn"] = ()

    @property
    def text_x(self) -> int:
        return self.x + 11

    @property
    def text_y(self) -> int:
        return self.y + (HEAD if self.kind else ROW - 4) // 2 + 5


@dataclass(frozen=True)
class Curve:
    """kind: v by value, r by rows; before and after are numbers of boxes or columns."""

    kind: str
    before: str
    after: int
    path: str


@dataclass(frozen=True)
class Picture:
    width: int
    height: int
    boxes: Sequence[Drawn] = ()
    curves: Sequence[Curve] = field(default=())


def drawing(layers: Iterable[Any]) -> Picture:
    """Boxes of layers, laid out. Inputs as components/lineage.html describes them."""
    boxes = [(layer, box) for layer in layers for box in _get(layer, "boxes")]
    owner = {
        _get(node, "number"): _get(box, "number")
        for _layer, box in boxes
        for node in (box, *_get(box, "columns"))
    }
    heights, before = {}, {}
    for _layer, box in boxes:
        number, lines = _get(box, "number"), _get(box, "columns")
        rows = _get(box, "room", 0) or len(lines)
        heights[number] = float(HEAD + ROW * rows + (4 if rows else 0))
        marks = [mark for node in (box, *lines) for mark in _get(node, "before").split()]
        sources = {owner[int(mark[1:])] for mark in marks if int(mark[1:]) in owner}
        before[number] = sources - {number}
    places, width, height = laid_out(heights, before)
    drawn = [_box(box, _get(layer, "kind"), places, heights) for layer, box in boxes]
    known = {one.number: one for box in drawn for one in (box, *box.lines)}
    curves = [
        Curve(mark[0], mark[1:], _get(node, "number"), _curve(known, int(mark[1:]), node))
        for _layer, box in boxes
        for node in (box, *_get(box, "columns"))
        for mark in _get(node, "before").split()
        if int(mark[1:]) in known
    ]
    curves.sort(key=lambda curve: curve.kind != "r")  # values are drawn over rows
    return Picture(round(width), round(height), drawn, curves)


def _box(
    box: Any, kind: str, places: dict[int, tuple[float, float]], heights: dict[int, float]
) -> Drawn:
    number = _get(box, "number")
    x, y = (round(place) for place in places[number])
    lines = [
        Drawn(
            _get(line, "number"), x + 6, y + HEAD + ROW * at, WIDTH - 12, ROW - 4,
            fitted(_get(line, "label")), _get(line, "label"), _get(line, "url"), "",
            _get(line, "focus"),
        )
        for at, line in enumerate(_get(box, "columns"))
    ]  # fmt: skip
    label = _get(box, "label")
    return Drawn(
        number, x, y, WIDTH, round(heights[number]), fitted(label), label, _get(box, "url"), kind,
        _get(box, "focus"), _get(box, "room", 0), lines,
    )  # fmt: skip


def _curve(known: dict[int, Drawn], source: int, node: Any) -> str:
    one, other = known[source], known[_get(node, "number")]
    x1, y1 = one.x + one.width, one.y + min(one.height, HEAD) // 2
    x2, y2 = other.x, other.y + min(other.height, HEAD) // 2
    bend = max(24, min(110, abs(x2 - x1) // 2))
    return f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"


def fitted(text: str, width: int = TEXT) -> str:
    """As much of a name as has room, … where it is cut; a Han sign is as wide as two letters."""
    left = float(width)
    for place, sign in enumerate(text):
        left -= EM * (1.0 if unicodedata.east_asian_width(sign) in "WFA" else 0.58)
        if left < 0:
            return f"{text[: max(1, place - 1)].rstrip()}…"
    return text


def _get(thing: Any, name: str, otherwise: Any = None) -> Any:
    """Of a dataclass of the page or of a dictionary of the style guide."""
    if isinstance(thing, dict):
        return thing.get(name, otherwise)
    return getattr(thing, name, otherwise)
