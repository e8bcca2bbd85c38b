"""Where a call number stands: definitions/floors/*.yaml, one file a building.

A floor has areas; an area where books stand names its location as the holdings write it, and its
shelves by the call number each begins with. The shelf of a book is the last that begins before it.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from shuren.discovery.definitions import shelving
from shuren.discovery.internals import callnumbers
from shuren.discovery.internals.callnumbers import CallNumber
from shuren.kernel.definitions import DefinitionFile, Key, check_keys, find_definitions
from shuren.kernel.errors import DefinitionError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site

PLAN_KEYS = {
    "id": Key(str, "标识，与文件名相同", "Id, the name of the file", required=True),
    "title": Key(dict, "楼的双语名称", "The building, in both languages", required=True),
    "campus": Key(str, "校区，与馆藏一致", "Campus, as the holdings write it", required=True),
    "floors": Key(list, "各层", "The floors", required=True),
}
FLOOR_KEYS = {
    "id": Key(str, "楼层标识", "Id of the floor", required=True),
    "title": Key(dict, "双语名称", "Title in both languages", required=True),
    "size": Key(list, "[宽, 高]，米", "[width, height] in metres", required=True),
    "entrance": Key(list, "入口 [左, 上]", "The entrance, [left, top]", required=True),
    "aisle": Key(
        (int, float), "主通道的位置（上）", "Where the main aisle runs, from the top", True
    ),
    "areas": Key(list, "各区", "The areas", required=True),
}
AREA_KEYS = {
    "title": Key(dict, "双语名称", "Title in both languages", required=True),
    "at": Key(list, "[左, 上, 宽, 高]", "[left, top, width, height]", required=True),
    "location": Key(str, "馆藏地，与馆藏一致", "Location, as the holdings write it"),
    "shelves": Key(dict, "书架", "The shelves"),
}
SHELVES_KEYS = {
    "prefix": Key(str, "架号前的字母", "Letters before the number of a shelf", required=True),
    "at": Key(list, "第一架 [左, 上]", "The first shelf, [left, top]", required=True),
    "each": Key(list, "每架 [宽, 高]", "Each shelf, [width, height]", required=True),
    "step": Key((int, float), "相邻两架左边的距离", "From one shelf to the next", required=True),
    "from": Key(list, "每架从哪个索书号起，从入口一侧数起",
                "The call number each begins with, from the side of the entrance", required=True),
}  # fmt: skip


@dataclass(frozen=True)
class Box:
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Shelf:
    """number: 1 is nearest to the entrance. until: where the next begins, "" for the last."""

    id: str
    number: int
    begins: str
    until: str
    box: Box


@dataclass(frozen=True)
class Area:
    title: Mapping[str, str]
    location: str
    box: Box
    shelves: tuple[Shelf, ...]
    keys: tuple[CallNumber, ...]


@dataclass(frozen=True)
class Floor:
    """aisle: where the main aisle runs, in metres from the top."""

    id: str
    title: Mapping[str, str]
    width: float
    height: float
    entrance: tuple[float, float]
    aisle: float
    areas: tuple[Area, ...]


@dataclass(frozen=True)
class Plan:
    id: str
    title: Mapping[str, str]
    campus: str
    floors: tuple[Floor, ...]


@dataclass(frozen=True)
class Spot:
    """Where a book stands."""

    plan: Plan
    floor: Floor
    area: Area
    shelf: Shelf


def find_spot(site: Site | None, campus: str, location: str, call_number: str) -> Spot | None:
    """The shelf of a call number; None where no plan shows the place or the number is none.

    campus, location  as the holdings write them
    raises  DefinitionError
    """
    key = callnumbers.parse(call_number, shelving(site))
    if key is None:
        return None
    for plan in floor_plans(site):
        if plan.campus != campus:
            continue
        for floor in plan.floors:
            for area in floor.areas:
                if area.shelves and area.location == location:
                    place = bisect_right(area.keys, key)
                    # What sorts before the first shelf stands at its beginning.
                    return Spot(plan, floor, area, area.shelves[max(0, place - 1)])
    return None


@cache
def floor_plans(site: Site | None) -> tuple[Plan, ...]:
    """raises  DefinitionError naming the file and the place in it"""
    return tuple(_plan(file, site) for file in find_definitions("floors", site).values())


def _plan(file: DefinitionFile, site: Site | None) -> Plan:
    content = file.read_yaml()
    check_keys(file.path, content, PLAN_KEYS)
    floors = tuple(
        _floor(file, site, floor, f"floors[{number}]")
        for number, floor in enumerate(content["floors"], 1)
    )
    return Plan(file.id, content["title"], content["campus"], floors)


def _floor(file: DefinitionFile, site: Site | None, content: Any, where: str) -> Floor:
    check_keys(file.path, content, FLOOR_KEYS, where)
    width, height = _numbers(file, f"{where}.size", content["size"], 2)
    left, top = _numbers(file, f"{where}.entrance", content["entrance"], 2)
    areas = tuple(
        _area(file, site, area, f"{where}.areas[{number}]", Box(0, 0, width, height))
        for number, area in enumerate(content["areas"], 1)
    )
    floor = Floor(
        content["id"], content["title"], width, height, (left, top), float(content["aisle"]), areas
    )
    for area in areas:
        for shelf in area.shelves:
            if shelf.box.top < floor.aisle < shelf.box.top + shelf.box.height:
                raise DefinitionError(
                    _("%(path)s: the shelf %(shelf)s stands in the aisle of %(where)s.",
                      path=file.path, shelf=shelf.id, where=where),
                    fix=_("Move the shelf or the aisle."),
                )  # fmt: skip
    return floor


def _area(file: DefinitionFile, site: Site | None, content: Any, where: str, floor: Box) -> Area:
    check_keys(file.path, content, AREA_KEYS, where)
    box = Box(*_numbers(file, f"{where}.at", content["at"], 4))
    _inside(file, where, box, floor)
    if not content.get("shelves"):
        return Area(content["title"], content.get("location") or "", box, (), ())
    where = f"{where}.shelves"
    row = content["shelves"]
    check_keys(file.path, row, SHELVES_KEYS, where)
    left, top = _numbers(file, f"{where}.at", row["at"], 2)
    width, height = _numbers(file, f"{where}.each", row["each"], 2)
    begins = [str(one) for one in row["from"]]
    keys = [_key(file, site, f"{where}.from", one) for one in begins]
    for place in range(1, len(keys)):
        if not keys[place - 1] < keys[place]:
            raise DefinitionError(
                _("%(path)s: in %(where)s, %(second)s does not stand behind %(first)s.",
                  path=file.path, where=where, first=begins[place - 1], second=begins[place]),
                fix=_("Write the beginnings in shelf order, each once."),
            )  # fmt: skip
    shelves = tuple(
        Shelf(
            f"{row['prefix']}{place + 1:02}", place + 1, begins[place],
            begins[place + 1] if place + 1 < len(begins) else "",
            Box(left + place * float(row["step"]), top, width, height),
        )
        for place in range(len(begins))
    )  # fmt: skip
    for shelf in shelves:
        _inside(file, f"{where} {shelf.id}", shelf.box, box)
    return Area(content["title"], content.get("location") or "", box, shelves, tuple(keys))


def _key(file: DefinitionFile, site: Site | None, where: str, text: str) -> CallNumber:
    key = callnumbers.parse(text, shelving(site))
    if key is None:
        raise DefinitionError(
            _("%(path)s: in %(where)s, %(text)s is no call number.", path=file.path, where=where,
              text=text)
        )  # fmt: skip
    return key


def _numbers(file: DefinitionFile, where: str, values: Sequence[Any], count: int) -> list[float]:
    if len(values) != count or not all(type(one) in (int, float) for one in values):
        raise DefinitionError(
            _("%(path)s: '%(key)s' must be %(count)s numbers.", path=file.path, key=where,
              count=count)
        )  # fmt: skip
    return [float(one) for one in values]


def _inside(file: DefinitionFile, where: str, inner: Box, outer: Box) -> None:
    fits = (
        inner.left >= outer.left
        and inner.top >= outer.top
        and inner.left + inner.width <= outer.left + outer.width
        and inner.top + inner.height <= outer.top + outer.height
    )
    if not fits:
        raise DefinitionError(
            _("%(path)s: %(where)s reaches outside of what it is in.", path=file.path, where=where)
        )
