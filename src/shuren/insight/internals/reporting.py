"""Puts one month together: every dashboard, the indicators of the year, quality and calendar."""

import calendar as months
from collections.abc import Sequence
from datetime import date, timedelta

from shuren.data import queries as data
from shuren.data.shapes import SnapshotInfo
from shuren.insight import definitions
from shuren.insight.internals import figuring
from shuren.insight.shapes import (
    Dashboard,
    Figure,
    FigureResult,
    Mark,
    QualityLine,
    ReportSection,
)
from shuren.kernel.calendar import load_calendar
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.trust import queries as trust
from shuren.trust.errors import NotAllowed

LOOKS_BACK = 12  # months before the one reported, on a figure by month


def known_months(
    site: Site, snapshot: SnapshotInfo | None, purpose: str, actor: Actor
) -> list[str]:
    """Months of which some figure's table speaks, newest first, none after the data date."""
    if snapshot is None or not snapshot.data_date:
        return []
    tables = dict.fromkeys(one.table for one in definitions.figures(site).values())
    found: set[str] = set()
    for name in tables:
        table = snapshot.tables.get(name)
        if table is None or table.column("month") is None or not table.rows:
            continue
        try:
            asked = data.summarise(
                site, name, by=["month"], measures={"rows": "count"}, purpose=purpose, actor=actor
            )
        except NotAllowed:
            continue
        found |= {row[0] for row in asked.rows if row[0]}
    return sorted((month for month in found if month <= snapshot.data_date[:7]), reverse=True)


def filters_of(declared: Figure, month: str) -> dict[str, str]:
    """What narrows a figure to the month: that month, or a year back to it where months run
    along; nothing for a figure that knows no period."""
    if "period" not in declared.filters:
        return {}
    first = months_before(month, LOOKS_BACK) if declared.label == "month" else month
    return {"from": first, "to": month}


def months_before(month: str, count: int) -> str:
    whole = int(month[:4]) * 12 + int(month[5:]) - 1 - count
    return f"{whole // 12:04}-{whole % 12 + 1:02}"


def section(
    site: Site,
    board: Dashboard,
    month: str,
    snapshot: SnapshotInfo,
    purpose: str,
    actor: Actor,
) -> ReportSection:
    """One dashboard, each figure narrowed to the month."""
    known = definitions.figures(site)
    unfed, live, refused = [], [], []

    def computed(ids: Sequence[str]) -> list[FigureResult]:
        results = []
        for declared in (known[id] for id in ids):
            table = snapshot.tables.get(declared.table)
            if table is not None and table.live:
                live.append(declared)
            elif table is None or not table.rows:
                unfed.append(declared)
            else:
                try:
                    asked = filters_of(declared, month)
                    results.append(figuring.compute(site, declared, purpose, actor, asked))
                except NotAllowed:
                    refused.append(declared)
        return results

    numbers, figures = computed(board.numbers), computed(board.figures)
    return ReportSection(
        board, tuple(numbers), tuple(figures), tuple(unfed), tuple(live), tuple(refused)
    )


def quality(site: Site, actor: Actor) -> QualityLine | None:
    """None before anything has been measured."""
    measured = data.quality(site)
    if not measured:
        return None
    lowest = measured[0]
    return QualityLine(
        contracts=len(measured),
        mean=sum(one.newest.score for one in measured) / len(measured),
        lowest=lowest.newest.score,
        lowest_contract=lowest.contract,
        open_tasks=len(data.tasks(actor=actor)) if trust.may(actor, "tasks.read") else None,
    )


def last_day(month: str) -> date:
    year, number = int(month[:4]), int(month[5:])
    return date(year, number, months.monthrange(year, number)[1])


def calendar_of(site: Site, month: str) -> tuple[Mark, ...]:
    """Holidays, breaks, exam weeks and the days of exams, cut to the month, by their first day."""
    calendar, last = load_calendar(site), last_day(month)
    day = last.replace(day=1)
    open_: dict[str, Mark] = {}
    found: list[Mark] = []
    while day <= last:
        holiday, pause = calendar.holiday(day), calendar.break_of(day)
        kind = calendar.week_kind(day)
        titles = [pick(holiday.title)] if holiday else []
        titles += [pick(pause.title)] if pause else []
        if kind in figuring.MARKED_WEEKS:
            titles.append(pick(calendar.week_kind_title(kind)))
        titles += [pick(event.title) for event in calendar.events_on(day) if event.confirmed]
        text, next_open = day.isoformat(), {}
        for title in dict.fromkeys(titles):
            first = open_[title].first if title in open_ else text
            next_open[title] = Mark(title, first, text, (first, text))
        found += [mark for title, mark in open_.items() if title not in next_open]
        open_ = next_open
        day += timedelta(days=1)
    return tuple(sorted([*found, *open_.values()], key=lambda mark: (mark.first, mark.title)))
