"""What the demo library's reference desk keeps in a workbook: questions, rules and guides.

The entries stand in knowledge.tsv, opening hours come from the calendar, so that they say what the
calendar says on the day the workbook is written.
"""

from collections.abc import Iterator
from pathlib import Path

from shuren.campus.university import CALENDAR, read_table
from shuren.campus.xlsx import write_workbook
from shuren.kernel.calendar import Hours, LibraryCalendar, Place
from shuren.kernel.files import write_atomically

FILE, CONTRACT, MAPPING, SHEET = "knowledge.xlsx", "knowledge_entries", "demo-knowledge", "知识库"
HEADINGS = (
    "条目编号", "类型", "标题", "英文标题", "内容", "英文内容", "出处", "出处网址", "生效日期",
    "失效日期", "复查日期", "责任部门", "状态",
)  # fmt: skip
_KINDS = {"faq": "问答", "rule": "规章", "guide": "指南"}
_STATES = {"approved": "已核准", "draft": "草稿"}
_OFFICE = "综合办公室"


def write_knowledge(folder: Path, calendar: LibraryCalendar) -> dict[str, object]:
    """Write the workbook; returns how many entries of each state are in it."""
    rows = [*_written(), *_hours(calendar)]
    write_atomically(folder / FILE, write_workbook(SHEET, [HEADINGS, *rows]))
    states = [row[-1] for row in rows]
    return {"knowledge": {id: states.count(word) for id, word in _STATES.items()}}


def _written() -> Iterator[tuple[str, ...]]:
    for row in read_table("knowledge.tsv"):
        said = {"kind": _KINDS[row["kind"]], "status": _STATES[row["status"]]}
        yield tuple((row | said).values())


def _hours(calendar: LibraryCalendar) -> Iterator[tuple[str, ...]]:
    """One entry for each building."""
    source = f"{calendar.title['zh']}（{CALENDAR}）"
    ends = max(term.last for term in calendar.terms)
    for number, place in enumerate(calendar.places.values(), start=1):
        zh = "；".join(_said(calendar, place, "zh")) + "。"
        en = "; ".join(_said(calendar, place, "en")) + "."
        yield (
            f"H{number:03}", _KINDS["faq"],
            f"{place.title['zh']}几点开门？", f"When is {place.title['en']} open?",
            zh, en, source, "", "", f"{ends}", f"{ends}", _OFFICE, _STATES["approved"],
        )  # fmt: skip


def _said(calendar: LibraryCalendar, place: Place, language: str) -> Iterator[str]:
    """`平时 07:00-23:00`, then each kind of week that has hours of its own."""
    usual = {"zh": "平时", "en": "Usually"}
    for kind, hours in place.hours.items():
        title = usual if kind == "default" else calendar.week_kind_title(kind)
        yield f"{title[language]} {_span(hours, language)}"


def _span(hours: Hours, language: str) -> str:
    if hours.is_open:
        return f"{hours.opens}–{hours.closes}"
    return {"zh": "闭馆", "en": "closed"}[language]
