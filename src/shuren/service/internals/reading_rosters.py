"""Reads when whom is needed: definitions/rosters/*.yaml."""

import re
from pathlib import Path
from typing import Any

from shuren.kernel.definitions import Key, check_keys
from shuren.kernel.i18n import gettext as _
from shuren.service.internals.reading_forms import one_of, two_languages, wrong
from shuren.service.shift_shapes import Need, Roster, Zone

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun", "workday", "dayoff")
_READERS = ("student", "faculty")  # who has an account of the university
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
# fmt: off
ROSTER_KEYS = {
    "id": Key(str, "与文件名相同", "The file's name", required=True),
    "title": Key(dict, "名称 {zh, en}", "Name {zh, en}", required=True),
    "place": Key(dict, "在哪里 {zh, en}", "Where {zh, en}", required=True),
    "service": Key(str, "谁来值班：这项服务的在册成员", "Who takes the shifts: members of this service", default="student_librarians"),  # noqa: E501
    "building": Key(str, "校历里的馆舍：闭馆不排班，按开放时间缩短；不写为不受限", "Building of the calendar: no shift while it is closed, shorter where it opens later; left out: not bound to one"),  # noqa: E501
    "roles": Key(list, "今日我值班：哪些角色的读者不必入会即可认领，如 student", "Day duty: readers of these roles take the shifts without being members, such as student"),  # noqa: E501
    "checklist": Key(list, "值班时巡查什么，每项 {id, title}", "What to look at while at work, each {id, title}"),  # noqa: E501
    "needs": Key(list, "每周要几个人，见下表", "How many are needed in a week, see below", required=True),  # noqa: E501
    "ahead_days": Key(int, "提前几天开放认领", "Days ahead that shifts are open", default="14"),
    "back_hours": Key(int, "开始前几小时以内不能退班，只能转让", "Hours before the start after which a shift can only be passed on", default="24"),  # noqa: E501
    "early_minutes": Key(int, "可提前几分钟签到", "Minutes before the start that the code counts", default="15"),  # noqa: E501
    "late_minutes": Key(int, "开始后几分钟未签到记缺勤", "Minutes after the start when nobody there counts as missed", default="15"),  # noqa: E501
    "missed_most": Key(int, "30 天内缺勤几次暂停认领；0 为不限", "Missed so often in 30 days no further shift is taken; 0: never", default="0"),  # noqa: E501
}
ZONE_KEYS = {
    "id": Key(str, "标识", "Id", required=True),
    "title": Key(dict, "看什么 {zh, en}", "What to look at {zh, en}", required=True),
}
NEED_KEYS = {
    "id": Key(str, "标识", "Id", required=True),
    "title": Key(dict, "做什么 {zh, en}", "What is done {zh, en}", required=True),
    "days": Key(list, "mon … sun，或 workday 工作日（含调休上班）、dayoff 休息日（含节假日）", "mon … sun, or workday (make-up days too), dayoff (holidays too)", required=True),  # noqa: E501
    "weeks": Key(list, "哪些周次类型，如 finals；不写为各周", "Kinds of week, such as finals; left out: all"),  # noqa: E501
    "from": Key(str, "几点开始", "From", required=True),
    "to": Key(str, "几点结束；不晚于开始即为次日", "To; not later than the start: on the next day", required=True),  # noqa: E501
    "people": Key(int, "几个人", "How many", required=True),
    "people_in": Key(dict, "某类周另需几人，如 {finals: 3}", "Of a kind of week another number, such as {finals: 3}"),  # noqa: E501
}
# fmt: on


def read_roster(path: Path, said: dict[str, Any]) -> Roster:
    """The roster; raises DefinitionError naming file, key and fix."""
    check_keys(path, said, ROSTER_KEYS)
    for key in ("title", "place"):
        two_languages(path, key, said[key])
    for role in said.get("roles") or ():
        one_of(path, "roles", str(role), _READERS)
    numbers = {}
    for key, name in (
        ("ahead_days", "ahead_days"), ("back_hours", "back_hours"), ("early_minutes", "early"),
        ("late_minutes", "late"), ("missed_most", "missed_most"),
    ):  # fmt: skip
        numbers[name] = int(said.get(key, ROSTER_KEYS[key].default))
        if numbers[name] < 0:
            raise wrong(path, key, _("Write a number that is not below 0."))
    needs = tuple(_need(path, at, one) for at, one in enumerate(said["needs"], 1))
    seen: set[str] = set()
    for one in needs:
        if one.id in seen:
            raise wrong(path, "needs", _("Two needs are called '%(id)s'.", id=one.id))
        seen.add(one.id)
    return Roster(
        said["id"], said["title"], said["place"],
        said.get("service", ROSTER_KEYS["service"].default), said.get("building", ""), needs,
        **numbers, roles=tuple(said.get("roles") or ()), checklist=_checklist(path, said),
    )  # fmt: skip


def _checklist(path: Path, said: dict[str, Any]) -> tuple[Zone, ...]:
    found: dict[str, Zone] = {}
    for at, one in enumerate(said.get("checklist") or (), 1):
        where = f"checklist[{at}]"
        check_keys(path, one, ZONE_KEYS, where)
        two_languages(path, f"{where}.title", one["title"])
        if one["id"] in found:
            raise wrong(path, where, _("Two zones are called '%(id)s'.", id=one["id"]))
        found[one["id"]] = Zone(one["id"], one["title"])
    return tuple(found.values())


def _need(path: Path, at: int, said: Any) -> Need:
    where = f"needs[{at}]"
    check_keys(path, said, NEED_KEYS, where)
    two_languages(path, f"{where}.title", said["title"])
    if not said["days"]:
        raise wrong(path, f"{where}.days", _("Name at least one day."))
    for day in said["days"]:
        one_of(path, f"{where}.days", str(day), DAYS)
    for key in ("from", "to"):
        if not _CLOCK.fullmatch(str(said[key])):
            raise wrong(path, f"{where}.{key}", _('Write the time in quotes, as "08:30".'))
    if said["from"] in ("24:00", said["to"]):
        raise wrong(path, f"{where}.to", _("A shift ends after it begins."))
    by_week = dict(said.get("people_in") or {})
    for key, count in (("people", said["people"]), *by_week.items()):
        if not isinstance(count, int) or not 0 <= count <= 100:
            raise wrong(path, f"{where}.{key}", _("Write how many people, 0 to 100."))
    return Need(
        said["id"], said["title"], tuple(map(str, said["days"])),
        tuple(map(str, said.get("weeks") or ())), said["from"], said["to"], said["people"],
        {str(kind): count for kind, count in by_week.items()},
    )  # fmt: skip
