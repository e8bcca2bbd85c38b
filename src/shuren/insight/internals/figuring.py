"""Computes a figure: its period and conditions, the year before beside it, the calendar on it."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from shuren.data import queries as data
from shuren.data.shapes import SnapshotInfo, Table
from shuren.insight.errors import BadFilter
from shuren.insight.internals.figure_files import FILTERS
from shuren.insight.shapes import Figure, FigureResult, Mark
from shuren.kernel.calendar import load_calendar
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.kernel.suggestions import did_you_mean

COLUMNS = tuple(name for name in FILTERS if name != "period")
MARKED_WEEKS = ("finals", "midterm", "pre_kaoyan")
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")

Condition = tuple[str, str, Any]


def compute(
    site: Site, declared: Figure, purpose: str, actor: Actor, asked: Mapping[str, str]
) -> FigureResult:
    """The figure from the live snapshot; see queries.figure."""
    with data.same_snapshot(site) as snapshot:
        last = _last_month(site, declared, purpose, actor, snapshot)
        applied = applied_filters(declared, asked, last)
        where = _conditions(declared, applied, snapshot)
        table = _ask(site, declared, where, purpose, actor)
        before = _before(site, declared, applied, table, purpose, actor)
        is_about = snapshot.tables.get(declared.table) if snapshot else None
    headings = _headings(site, declared)
    place = declared.by.index(declared.label) if declared.by else 0
    labels = tuple(label_of(declared.label, row[place], headings) for row in table.rows)
    return FigureResult(
        definition=declared,
        table=table,
        labels=labels if declared.by else tuple(pick(declared.title) for _row in table.rows),
        filters=applied,
        sql=in_words_of_sql(declared, where, is_about.person if is_about else ""),
        data_date=table.data_date,
        before=before,
        marks=_marks(site, declared, table) if declared.annotate else (),
    )


def narrowing(
    site: Site,
    declared: Figure,
    purpose: str,
    actor: Actor,
    asked: Mapping[str, str],
    snapshot: SnapshotInfo | None,
) -> Sequence[Condition]:
    """The conditions under which the figure counts rows."""
    last = _last_month(site, declared, purpose, actor, snapshot)
    return _conditions(declared, applied_filters(declared, asked, last), snapshot)


def _headings(site: Site, declared: Figure) -> dict[str, dict[str, str]]:
    """What to show for the codes of the label: its vocabulary, or the calendar's kinds of week."""
    if declared.vocabulary:
        return data.headings(site, declared.vocabulary)
    if declared.label != "week_kind":
        return {}
    calendar = load_calendar(site)
    return {kind: calendar.week_kind_title(kind) for kind in calendar.week_kinds}


def applied_filters(declared: Figure, asked: Mapping[str, str], last: str) -> dict[str, str]:
    """The filters that count, in a fixed order, months checked and defaults filled in.

    last  the month of a figure that speaks of one, when nothing says which
    """
    names = [name for name in COLUMNS if name in declared.filters]
    if "period" in declared.filters:
        names = ["from", "to", *names]
    for name in asked:
        if name not in ("from", "to", *COLUMNS):
            raise BadFilter(
                _("There is no filter called '%(name)s'.", name=name), fix=did_you_mean(name, names)
            )
    applied = {name: asked[name] for name in names if asked.get(name)}
    for name in ("from", "to"):
        if name in applied and not _MONTH.fullmatch(applied[name]):
            raise BadFilter(
                _("'%(value)s' is not a month.", value=applied[name]), fix=_("Write it as 2026-03.")
            )
    if declared.one_month:
        month = applied.get("to") or applied.get("from") or last
        applied = {"from": month, "to": month, **_without_period(applied)} if month else applied
    if applied.get("from", "") > applied.get("to", "9"):
        raise BadFilter(_("The period ends before it begins."), fix=_("Exchange the two months."))
    return applied


def last_full_month(data_date: str) -> str:
    """The month of the data date if that is its last day, else the month before; '' for ''."""
    if not data_date:
        return ""
    day = date.fromisoformat(data_date)
    if (day + timedelta(days=1)).month == day.month:
        day = day.replace(day=1) - timedelta(days=1)
    return f"{day:%Y-%m}"


def label_of(column: str, value: Any, headings: Mapping[str, dict[str, str]]) -> str:
    """A value of a grouping column as people read it."""
    if value is None or value == "":
        return _("Unclassified") if column == "clc_main" else _("Not stated")
    if value in headings:
        heading = pick(headings[value])
        return f"{value} {heading}" if column == "clc_main" else heading
    if column == "weekday":
        return _weekdays().get(int(value), str(value))
    return f"{int(value):02}:00" if column == "hour" else str(value)


def in_words_of_sql(declared: Figure, where: Sequence[Condition], person: str) -> str:
    """The query as a person would write it on the same snapshot."""
    measures = [f"{_measure_sql(what)} AS {name}" for name, what in declared.measures.items()]
    lines = [f"SELECT {', '.join([*declared.by, *measures])}", f"FROM {declared.table}"]
    if where:
        lines.append(f"WHERE {' AND '.join(_condition_sql(*condition) for condition in where)}")
    if declared.by:
        lines.append(f"GROUP BY {', '.join(declared.by)}")
    if person:
        lines.append(f"HAVING count(DISTINCT {person}) >= 5")
    if declared.order:
        order = [f"{o[1:]} DESC" if o.startswith("-") else o for o in declared.order]
        lines.append(f"ORDER BY {', '.join(order)}")
    return "\n".join([*lines, *([f"LIMIT {declared.limit}"] if declared.limit else [])])


def year_before(month: str) -> str:
    return f"{int(month[:4]) - 1:04}{month[4:]}"


def _ask(
    site: Site, declared: Figure, where: Sequence[Condition], purpose: str, actor: Actor
) -> Table:
    return data.summarise(
        site,
        declared.table,
        by=declared.by,
        measures=declared.measures,
        purpose=purpose,
        actor=actor,
        where=where,
        order_by=declared.order,
        limit=declared.limit,
        always=["month"] if declared.one_month else [],
    )


def _last_month(
    site: Site, declared: Figure, purpose: str, actor: Actor, snapshot: SnapshotInfo | None
) -> str:
    """The last full month the figure's own table speaks of: e-resources report weeks later."""
    full = last_full_month(snapshot.data_date if snapshot else "")
    if not declared.one_month or snapshot is None or declared.table not in snapshot.tables:
        return full
    shown = snapshot.tables[declared.table]
    if shown.person or shown.column("month") is None:
        return full
    months = data.summarise(
        site, declared.table, by=["month"], measures={"rows": "count"}, purpose=purpose,
        actor=actor, where=[(name, "in", list(values)) for name, values in declared.where],
        order_by=["-month"],
    )  # fmt: skip
    known = [row[0] for row in months.rows if row[0]]
    return next((month for month in known if not full or month <= full), known[-1] if known else "")


def _conditions(
    declared: Figure, applied: Mapping[str, str], snapshot: SnapshotInfo | None
) -> list[Condition]:
    where: list[Condition] = [
        (name, "=", values[0]) if len(values) == 1 else (name, "in", list(values))
        for name, values in declared.where
    ]
    if "from" in applied:
        where.append(("month", ">=", applied["from"]))
    if "to" in applied:
        where.append(("month", "<", _month_after(applied["to"])))
    until = snapshot.data_date if snapshot else ""
    if declared.last_days and until and not {"from", "to"} & set(applied):
        first = date.fromisoformat(until) - timedelta(days=declared.last_days - 1)
        where.append(("day", ">=", first.isoformat()))
    return where + [(name, "=", value) for name, value in _without_period(applied).items()]


def _before(
    site: Site,
    declared: Figure,
    applied: Mapping[str, str],
    table: Table,
    purpose: str,
    actor: Actor,
) -> tuple[float | None, ...]:
    """The first measure of each row a year before; () where no year before can be asked for."""
    if not declared.compare:
        return ()
    by_month = declared.label == "month"
    if not by_month and not {"from", "to"} <= set(applied):
        return ()
    shifted = {**applied}
    for name in ("from", "to"):
        if name in applied:
            shifted[name] = year_before(applied[name])
    everything = Figure(**{**vars(declared), "limit": None})
    found = _ask(site, everything, _conditions(declared, shifted, None), purpose, actor)
    width = len(declared.by)
    known = {row[:width]: row[width] for row in found.rows}
    place = declared.by.index("month") if "month" in declared.by else None

    def then(row: tuple[Any, ...]) -> tuple[Any, ...]:
        key = list(row[:width])
        if place is not None and key[place]:
            key[place] = year_before(key[place])
        return tuple(key)

    values = tuple(known.get(then(row)) for row in table.rows)
    return values if any(value is not None for value in values) else ()


def _marks(site: Site, declared: Figure, table: Table) -> tuple[Mark, ...]:
    """Exam weeks and holidays among the days or months the figure shows."""
    values = [str(row[declared.by.index(declared.label)]) for row in table.rows]
    values = sorted(value for value in values if value and value != "None")
    if declared.label not in ("day", "month") or not values:
        return ()
    size = 10 if declared.label == "day" else 7
    first = date.fromisoformat(f"{values[0]}-01"[:10])
    last = date.fromisoformat(f"{values[-1]}-28"[:10])
    calendar = load_calendar(site)
    stretches: list[tuple[str, date, date]] = []
    day = first
    while day <= last:
        holiday, kind = calendar.holiday(day), calendar.week_kind(day)
        title = pick(holiday.title) if holiday else ""
        if not title and kind in MARKED_WEEKS:
            title = pick(calendar.week_kind_title(kind))
        goes_on = bool(stretches) and stretches[-1][0] == title
        if title and goes_on and (day - stretches[-1][2]).days <= 1:
            stretches[-1] = (title, stretches[-1][1], day)
        elif title:
            stretches.append((title, day, day))
        day += timedelta(days=1)
    found = []
    for title, begin, end in stretches:
        covered = [v for v in values if f"{begin}"[:size] <= v <= f"{end}"[:size]]
        if covered:
            labels = (covered[0], covered[-1])
            found.append(Mark(title, begin.isoformat(), end.isoformat(), labels))
    return tuple(found)


def _without_period(filters: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in filters.items() if name not in ("from", "to")}


def _month_after(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year + 1:04}-01" if number == 12 else f"{year:04}-{number + 1:02}"


def _measure_sql(what: str) -> str:
    kind, _sep, column = what.partition(":")
    if kind == "count":
        return "count(*)"
    if kind == "distinct":
        return f"count(DISTINCT {column})"
    if kind in ("share", "ratio"):
        part, whole = column.split("/")
        return f"{'100.0 * ' if kind == 'share' else ''}sum({part}) / sum({whole})"
    return f"{'avg' if kind == 'mean' else kind}({column})"


def _condition_sql(name: str, operator: str, value: Any) -> str:
    if operator == "in":
        return f"{name} IN ({', '.join(_literal(one) for one in value)})"
    return f"{name} {operator} {_literal(value)}"


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"


def _weekdays() -> dict[int, str]:
    names = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
    return dict(enumerate(names, 1))
