"""Where everything of a chart stands: shapes on a plane, the same for a page and for a PDF."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from shuren.web.reports.paper import Picture

Measure = Callable[[str, float], float]  # (text, size) -> how wide it stands
_HEIGHT = 0.36  # of a line chart, in widths
_LABELS = 0.34  # of a bar chart, at most for the labels


@dataclass(frozen=True)
class Shape:
    """One thing to draw; x to the right, y downwards.

    kind    "line" (points joined), "area" (points filled), "box" (two corners), "dot" or "text"
    tone    name of a colour: ink, soft, grid, wash, rest, mark
    anchor  of a text: start, middle or end; its point is on the base line
    dashes  of a line: "" or "dotted" or "dashed"
    """

    kind: str
    tone: str
    points: tuple[tuple[float, float], ...]
    size: float = 1.0
    text: str = ""
    anchor: str = "start"
    dashes: str = ""
    strong: bool = False


@dataclass(frozen=True)
class Chart:
    width: float
    height: float
    shapes: tuple[Shape, ...]


def draw(picture: Picture, width: float, size: float, measure: Measure) -> Chart:
    """size: of the letters, in the unit of width."""
    if picture.kind == "bar":
        return _bars(picture, width, size, measure)
    return _line(picture, width, size, measure)


def steps(most: float, count: int = 4) -> list[float]:
    """Round numbers from 0 to at least `most`, in about so many even steps."""
    if most <= 0:
        return [0, 1]
    rough = most / count
    power = 10.0 ** floor(log10(rough))
    step = next(power * n for n in (1, 2, 2.5, 5, 10) if power * n >= rough * 0.999)
    return [round(step * n, 10) for n in range(ceil(most / step - 1e-9) + 1)]


def shown(value: float, places: int = 0) -> str:
    """With thousands apart; a step of an axis as short as it can be."""
    if places:
        return f"{value:,.{places}f}"
    return f"{round(value):,}" if float(value).is_integer() else f"{value:,}"


def shortened(text: str, room: float, size: float, measure: Measure) -> str:
    """The text if it fits, else its beginning and an ellipsis."""
    if measure(text, size) <= room:
        return text
    while text and measure(text + "…", size) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def _line(picture: Picture, width: float, size: float, measure: Measure) -> Chart:
    values = [v for v in (*picture.values, *picture.before) if v is not None]
    ticks = steps(max(values))
    left = max(measure(shown(tick), size) for tick in ticks) + size
    right, top = size * 1.5, size * 2.6
    height = width * _HEIGHT + top
    bottom = height - size * 2
    count = len(picture.labels)

    def x(place: float) -> float:
        return left + (width - left - right) * (place / (count - 1) if count > 1 else 0.5)

    def y(value: float) -> float:
        return bottom - (bottom - top) * value / ticks[-1]

    shapes = [*_marks(picture, x, top, bottom, count), *_legend(picture, size, measure)]
    for tick in ticks:
        shapes.append(Shape("line", "grid", ((left, y(tick)), (width - right, y(tick))), 0.7))
        place = (left - size * 0.6, y(tick) + size * 0.35)
        shapes.append(Shape("text", "soft", (place,), size, shown(tick), "end"))
    shapes += _along(picture.labels, x, height - size * 0.4, size, measure)
    for stretch in _stretches(picture.before):
        points = tuple((x(at), y(value)) for at, value in stretch)
        shapes.append(Shape("line", "soft", points, 1.3, dashes="dotted"))
    return Chart(width, height, (*shapes, *_curve(picture, x, y, size, measure, width)))


def _curve(
    picture: Picture,
    x: Callable[[float], float],
    y: Callable[[float], float],
    size: float,
    measure: Measure,
    width: float,
) -> list[Shape]:
    """The line itself; its last stretch dashed where it still grows; the highest point named."""
    shapes: list[Shape] = []
    last = len(picture.values) - 1
    for stretch in _stretches(picture.values):
        points = [(x(at), y(value)) for at, value in stretch]
        open_end = picture.growing and stretch[-1][0] == last and len(points) > 1
        whole = points[:-1] if open_end else points
        if len(whole) > 1:
            shapes.append(Shape("line", "rest", tuple(whole), 2))
        if open_end:
            shapes.append(Shape("line", "rest", tuple(points[-2:]), 2, dashes="dashed"))
        shapes += [Shape("dot", "rest", (point,), size * 0.2) for point in points]
    known = [(value, at) for at, value in enumerate(picture.values) if value is not None]
    top = max(value for value, _at in known)
    place = next(at for value, at in known if value == top)
    half = measure(shown(top, picture.places), size) / 2
    middle = min(max(x(place), half), width - half)
    shapes.append(Shape("dot", "mark", ((x(place), y(top)),), size * 0.35))
    label = (middle, y(top) - size * 0.6)
    shapes.append(
        Shape("text", "mark", (label,), size, shown(top, picture.places), "middle", strong=True)
    )
    return shapes


def _marks(
    picture: Picture, x: Callable[[float], float], top: float, bottom: float, count: int
) -> list[Shape]:
    half = (x(1) - x(0)) / 2 if count > 1 else 4
    return [
        Shape("box", "wash", ((max(x(first) - half, x(0)), top),
                              (min(x(last) + half, x(count - 1)), bottom)))
        for _title, first, last in picture.marks
    ]  # fmt: skip


def _legend(picture: Picture, size: float, measure: Measure) -> list[Shape]:
    """The unit on the left, and the two lines' names where there are two."""
    base = size * 1.1
    shapes = [Shape("text", "soft", ((0, base),), size, picture.unit)]
    if not any(value is not None for value in picture.before):
        return shapes
    at = measure(picture.unit, size) + size * 2
    for tone, dashes, name in zip(("rest", "soft"), ("", "dotted"), picture.legend, strict=True):
        points = ((at, base - size * 0.35), (at + size * 2, base - size * 0.35))
        shapes.append(Shape("line", tone, points, 2 if tone == "rest" else 1.3, dashes=dashes))
        shapes.append(Shape("text", "soft", ((at + size * 2.5, base),), size, name))
        at += size * 4.5 + measure(name, size)
    return shapes


def _along(
    labels: Sequence[str], x: Callable[[float], float], base: float, size: float, measure: Measure
) -> list[Shape]:
    """Labels below the axis, as many as stand apart, the last one always."""
    widest = max(measure(label, size) for label in labels) + size
    apart = x(1) - x(0) if len(labels) > 1 else widest
    each = max(1, ceil(widest / apart))
    last = len(labels) - 1
    shapes = []
    for place in range(last, -1, -each):
        half = measure(labels[place], size) / 2
        middle = min(x(place), x(last) + size * 1.5 - half) if place == last else x(place)
        middle = max(middle, half)
        shapes.append(Shape("text", "soft", ((middle, base),), size, labels[place], "middle"))
    return shapes


def _stretches(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """Neighbouring values that are known; a gap stays a gap."""
    found: list[list[tuple[int, float]]] = [[]]
    for at, value in enumerate(values):
        if value is None:
            found.append([])
        else:
            found[-1].append((at, value))
    return [stretch for stretch in found if stretch]


def _bars(picture: Picture, width: float, size: float, measure: Measure) -> Chart:
    """One row each; the first of the highest in the colour of the seal."""
    known = [value for value in picture.values if value is not None]
    most = max(known)
    widest = max(measure(label, size) for label in picture.labels)
    left = min(widest, width * _LABELS) + size * 0.7
    room = width - left - max(measure(shown(value, picture.places), size) for value in known) - size
    row, shapes = size * 1.75, []
    head = size * 1.9
    shapes.append(Shape("text", "soft", ((left, size * 1.1),), size, picture.unit))
    for at, (label, value) in enumerate(zip(picture.labels, picture.values, strict=True)):
        top = head + at * row
        base = top + row / 2 + size * 0.35
        name = shortened(label, left - size * 0.7, size, measure)
        shapes.append(Shape("text", "ink", ((left - size * 0.7, base),), size, name, "end"))
        if value is None:
            continue
        end = left + max(room * max(value, 0) / most if most else 0, 1)
        tone = "mark" if value == most else "rest"
        corners = ((left, top + row * 0.16), (end, top + row * 0.84))
        shapes.append(Shape("box", tone, corners))
        shapes.append(
            Shape("text", "soft", ((end + size * 0.4, base),), size, shown(value, picture.places))
        )
    return Chart(width, head + row * len(picture.labels) + size * 0.3, tuple(shapes))
