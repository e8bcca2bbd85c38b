"""The map of a floor with one shelf marked, drawn as SVG, and the same in a sentence."""

import re
from typing import Any

from shuren.discovery.floors import Area, Spot
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick

UNITS = 10  # of the drawing in a metre
LETTER = 26  # height of a label's line in units, as having.css sets it; a Chinese character's width
NARROW = 0.58  # width of a Latin letter beside that


def floor_map(spot: Spot, id: str) -> dict[str, Any]:
    """The inputs of components/floor_map.html; `id` tells it from other maps of the page."""
    floor, box = spot.floor, spot.shelf.box
    middle = box.left + box.width / 2
    above = box.top < floor.aisle
    edge = box.top + box.height if above else box.top
    left, top = floor.entrance
    way = ((left, top), (left, floor.aisle), (middle, floor.aisle), (middle, edge))
    return {
        "id": id,
        "title": _("Map: %(building)s, %(floor)s", building=pick(dict(spot.plan.title)),
                   floor=pick(dict(floor.title))),
        "sentence": sentence(spot),
        "width": _units(floor.width),
        "height": _units(floor.height),
        "areas": [_area(one, one is spot.area, floor.aisle) for one in floor.areas],
        "shelves": [
            {**_box(shelf.box), "here": shelf is spot.shelf}
            for area in floor.areas
            for shelf in area.shelves
        ],
        "entrance": {"x": _units(left), "y": _units(top), "label_x": 10,
                     "label_y": _units(top) + 40},
        "way": " ".join(f"{_units(x)},{_units(y)}" for x, y in way),
        "mark": {"x": _units(middle) + 12, "y": _units(edge) + (26 if above else -10),
                 "label": spot.shelf.id},
    }  # fmt: skip


def sentence(spot: Spot) -> str:
    """Where it stands, for who sees no map."""
    said = {
        "building": pick(dict(spot.plan.title)),
        "floor": pick(dict(spot.floor.title)),
        "area": pick(dict(spot.area.title)),
        "shelf": spot.shelf.id,
        "number": spot.shelf.number,
        "count": len(spot.area.shelves),
        "begins": spot.shelf.begins,
        "until": spot.shelf.until,
    }
    if not spot.shelf.until:
        return _(
            "%(building)s, %(floor)s, %(area)s: shelf %(shelf)s, number %(number)s of %(count)s"
            " from the entrance, with call numbers from %(begins)s on.",
            **said,
        )
    return _(
        "%(building)s, %(floor)s, %(area)s: shelf %(shelf)s, number %(number)s of %(count)s from"
        " the entrance, with call numbers from %(begins)s to before %(until)s.",
        **said,
    )


def _area(area: Area, here: bool, aisle: float) -> dict[str, Any]:
    """The name stands on the side away from the aisle, where the way does not cross it."""
    box = _box(area.box)
    label_y = box["height"] // 2 + 8
    if area.shelves:
        label_y = 30 if area.box.top < aisle else box["height"] - 14
    lines = label_lines(pick(dict(area.title)), box["width"] - LETTER // 2)
    first = box["y"] + label_y - LETTER * (len(lines) - 1) // 2
    return {
        **box,
        "lines": [{"text": text, "y": first + LETTER * nth} for nth, text in enumerate(lines)],
        "label_x": box["x"] + box["width"] // 2,
        "here": here,
    }  # fmt: skip


def label_lines(label: str, width: float) -> list[str]:
    """The label in lines of at most `width` units, broken at spaces, or anywhere in Chinese; a
    single long Latin word keeps its line."""
    lines = [""]
    for piece in re.findall(r"[\u2e80-\uffef]|[^\s\u2e80-\uffef]+|\s+", label):
        if lines[-1].strip() and _wide(lines[-1] + piece.rstrip()) > width:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return [line.strip() for line in lines if line.strip()]


def _wide(text: str) -> float:
    return sum(LETTER if ord(letter) >= 0x2E80 else LETTER * NARROW for letter in text)


def _box(box: Any) -> dict[str, int]:
    return {"x": _units(box.left), "y": _units(box.top), "width": _units(box.width),
            "height": _units(box.height)}  # fmt: skip


def _units(metres: float) -> int:
    return round(metres * UNITS)
