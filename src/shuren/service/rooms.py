"""Rooms that can be booked: definitions/rooms/*.yaml, one file a building.

Seats come from the table of zones; a room is more than a number in it, so it is declared. It lies
in a zone of that table; where the table has no such zone in that building, there is no such room.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from shuren.kernel.definitions import DefinitionFile, Key, check_keys, find_definitions
from shuren.kernel.errors import DefinitionError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site

# fmt: off
HOUSE_KEYS = {
    "id": Key(str, "与文件名相同", "The file's name", required=True),
    "title": Key(dict, "楼的双语名称", "The building, in both languages", required=True),
    "building": Key(str, "馆舍，与座位区一致", "Building, as the zones name it", required=True),
    "rooms": Key(list, "各房间", "The rooms", required=True),
}
ROOM_KEYS = {
    "id": Key(str, "房间号，全馆唯一", "Its number, one of its kind in the library", required=True),
    "title": Key(dict, "双语名称", "Title in both languages", required=True),
    "zone": Key(str, "所在座位区的编号", "Id of the zone it lies in", required=True),
    "kind": Key(str, "房间类型，服务以此选房间，如 group", "Its kind, by which services choose: group", required=True),  # noqa: E501
    "people": Key(list, "[最少, 最多] 人", "[fewest, most] people", required=True),
    "equipment": Key(dict, "设备 {zh, en}", "Equipment {zh, en}"),
}
# fmt: on


@dataclass(frozen=True)
class Room:
    """people  the fewest and the most who may be in it"""

    id: str
    title: dict[str, str]
    zone: str
    building: str
    kind: str
    people: tuple[int, int]
    equipment: dict[str, str]


@cache
def rooms(site: Site | None) -> dict[str, Room]:
    """All declared rooms by id; raises DefinitionError naming the file and the place in it."""
    found: dict[str, Room] = {}
    for file in find_definitions("rooms", site).values():
        content = file.read_yaml()
        check_keys(file.path, content, HOUSE_KEYS)
        for at, said in enumerate(content["rooms"], 1):
            room = _room(file, content["building"], said, f"rooms.{at}")
            if room.id in found:
                raise DefinitionError(
                    _("%(path)s: there are two rooms called '%(room)s'.", path=file.path,
                      room=room.id),
                    fix=_("Give each room a number of its own in the whole library."),
                )  # fmt: skip
            found[room.id] = room
    return found


def _room(file: DefinitionFile, building: str, said: Any, where: str) -> Room:
    check_keys(file.path, said, ROOM_KEYS, where)
    people = said["people"]
    if (
        len(people) != 2
        or not all(type(one) is int for one in people)
        or not 1 <= people[0] <= people[1]
    ):
        raise DefinitionError(
            _("%(path)s: '%(key)s' has a value of the wrong kind.", path=file.path,
              key=f"{where}.people"),
            fix=_("Write the fewest and the most, such as [2, 6]."),
        )  # fmt: skip
    return Room(
        said["id"], said["title"], said["zone"], building, said["kind"], (people[0], people[1]),
        said.get("equipment") or {},
    )  # fmt: skip
