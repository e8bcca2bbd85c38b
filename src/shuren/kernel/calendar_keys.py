"""What a calendar file may say (definitions/calendars/*.yaml)."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from shuren.kernel.definitions import Key, check_keys

# fmt: off
_TITLE = Key(dict, "标题 {zh, en}", "Title {zh, en}", required=True)
_DAYS = Key(list, "[首日, 末日]，含两端", "[first day, last day], both included", required=True)

KEYS = {
    "title": _TITLE,
    "extends": Key(str, "以另一份校历为底；本文件的键替换它的", "A calendar to start from; keys here replace its keys"),  # noqa: E501
    "terms": Key(list, "学期，见下表", "Terms, see below", default="[]"),
    "holidays": Key(list, "法定假日，见下表；没有列出的年份视为未公布", "Public holidays, see below; a year without any is not announced yet", default="[]"),  # noqa: E501
    "events": Key(list, "考试等日子，见下表", "Exams and other days, see below", default="[]"),
    "more_events": Key(list, "加在 events 之后，供 extends 使用", "Added to events; for use with extends", default="[]"),  # noqa: E501
    "week_kinds": Key(dict, "周的类型 → 条目，见下表", "Kind of week → entry, see below", default="{}"),  # noqa: E501
    "weekday_demand": Key(list, "周一至周日的用量，平常日为 1", "Use from Monday to Sunday, an ordinary day being 1", default="[1, 1, 1, 1, 1, 1, 1]"),  # noqa: E501
    "working_hours": Key(list, "办公时间，服务时限按它计算", "Office hours, by which promises of services are counted", default='["08:00-12:00", "14:00-18:00"]'),  # noqa: E501
    "places": Key(dict, "馆舍标识 → 条目，见下表", "Building id → entry, see below", required=True),
}
TERM_KEYS = {
    "id": Key(str, "标识，如 2026-spring", "Its id, such as 2026-spring", required=True),
    "title": _TITLE,
    "first_day": Key(date, "第 1 教学周的星期一", "The Monday of teaching week 1", required=True),
    "weeks": Key(int, "共几周，含考试周", "Number of weeks, exam weeks too", required=True),
    "exam_weeks": Key(list, "哪几周是期末考试周", "Which weeks are final exams", default="[]"),
    "week_kinds": Key(dict, "周的类型 → 第几周；其余为教学周", "Kind of week → week numbers; the others are teaching", default="{}"),  # noqa: E501
    "breaks": Key(list, "其后的假期：{title, days}", "Breaks that follow: {title, days}", default="[]"),  # noqa: E501
}
HOLIDAY_KEYS = {
    "year": Key(int, "公布年份，供人查阅", "Year of the announcement, for people"),
    "name": Key(dict, "名称 {zh, en}", "Name {zh, en}", required=True),
    "days": _DAYS,
    "worked": Key(list, "因此调休上班的日子", "Weekend days worked for it", default="[]"),
}
EVENT_KEYS = {
    "id": Key(str, "标识", "Its id", required=True),
    "title": _TITLE,
    "days": _DAYS,
    "week_kind": Key(str, "使所在的周成为哪一类", "The kind it gives to its week"),
    "weeks_before": Key(int, "之前几周也属这一类", "Weeks before it of the same kind", default="0"),
    "confirmed": Key(bool, "false 表示按惯例推定、尚未公布", "false: the usual date, not announced", default="true"),  # noqa: E501
}
WEEK_KIND_KEYS = {
    "title": _TITLE,
    "demand": Key(dict, "各项用量，平常教学日为 1", "Use by measure, an ordinary day being 1", default="{}"),  # noqa: E501
}
PLACE_KEYS = {
    "title": _TITLE,
    "campus": Key(str, "校区", "Campus"),
    "hours": Key(dict, "周的类型 → '07:00-22:30' 或 closed；default 用于其余", "Kind of week → '07:00-22:30' or closed; default serves the others", required=True),  # noqa: E501
    "closed_days": Key(list, "闭馆的时段：[[首日, 末日], …]", "Spans it is closed: [[first, last], …]", default="[]"),  # noqa: E501
}
# fmt: on


def check_calendar(path: Path, content: dict[str, Any]) -> None:
    """Raise DefinitionError at the first key that is misspelt, missing or of the wrong kind.

    A calendar that extends another may leave out what the other one says.
    """
    keys = KEYS
    if "extends" in content:
        keys = {name: replace(key, required=False) for name, key in KEYS.items()}
    check_keys(path, content, keys)
    parts = {"terms": TERM_KEYS, "holidays": HOLIDAY_KEYS, "events": EVENT_KEYS}
    for part, inner in [*parts.items(), ("more_events", EVENT_KEYS)]:
        for number, entry in enumerate(content.get(part) or [], start=1):
            check_keys(path, entry, inner, f"{part}.{number}")
    for part, inner in {"week_kinds": WEEK_KIND_KEYS, "places": PLACE_KEYS}.items():
        for name, entry in (content.get(part) or {}).items():
            check_keys(path, entry, inner, f"{part}.{name}")
