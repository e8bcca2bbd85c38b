"""Figures: what the dashboards show, each with its definition, filters and data date."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from shuren.data import queries as data
from shuren.data.lineage import Graph
from shuren.insight import definitions
from shuren.insight.errors import BadFilter, NoSuchFigure
from shuren.insight.internals.lineage import whole_graph
from shuren.insight.shapes import Choice, Figure, FigureResult
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.kernel.suggestions import did_you_mean
from shuren.trust import queries as trust

PURPOSE, PUBLIC = "library_statistics", "public_statistics"
LOANS = "mart.loan_fact"
COLUMNS = ("campus", "college", "clc_main", "reader_kind")
_VOCABULARIES = {"clc_main": "clc", "reader_kind": "reader_kind"}
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def figures(site: Site) -> list[Figure]:
    """All declared figures by id."""
    return list(definitions.figures(site).values())


def figure(
    site: Site, id: str, *, actor: Actor, filters: Mapping[str, str] | None = None
) -> FigureResult:
    """One figure, computed from the live snapshot with small groups hidden.

    filters  from and to (months, YYYY-MM, both included), campus, college, clc_main,
             reader_kind; empty values do not count. A figure of one month takes `to`, else
             `from`, else the last full month of the data
    raises   NoSuchFigure, BadFilter, and what data.queries.summarise raises
    """
    known = definitions.figures(site)
    if id not in known:
        raise NoSuchFigure(
            _("There is no figure called '%(id)s'.", id=id), fix=did_you_mean(id, known)
        )
    declared = known[id]
    with data.same_snapshot(site) as snapshot:
        applied = _applied(declared, filters or {}, snapshot.data_date if snapshot else "")
        where = _conditions(applied)
        table = data.summarise(
            site,
            declared.table,
            by=declared.by,
            measures=declared.measures,
            purpose=_purpose(declared, actor, filters),
            actor=actor,
            where=where,
            order_by=declared.order,
            limit=declared.limit,
            always=["month"] if declared.one_month else [],
        )
    place = declared.by.index(declared.label)
    headings = data.headings(site, declared.vocabulary) if declared.vocabulary else {}
    return FigureResult(
        definition=declared,
        table=table,
        labels=tuple(_label(declared.label, row[place], headings) for row in table.rows),
        filters=applied,
        sql=_in_words_of_sql(declared, where),
        data_date=table.data_date,
    )


def _purpose(declared: Figure, actor: Actor, filters: Mapping[str, str] | None) -> str:
    """A public figure, unfiltered, is for those too who may not use statistics otherwise."""
    open_to_all = declared.public and not filters
    return PUBLIC if open_to_all and not trust.purpose_allowed(actor, PURPOSE) else PURPOSE


def filter_choices(site: Site, actor: Actor) -> dict[str, list[Choice]]:
    """What each filter may be set to, by the live snapshot; groups too small do not appear."""
    choices: dict[str, list[Choice]] = {}
    with data.same_snapshot(site):
        months = [Choice(month, month) for month in _values(site, "month", actor)]
        choices["from"] = choices["to"] = months[::-1]
        for column in COLUMNS:
            vocabulary = _VOCABULARIES.get(column)
            headings = data.headings(site, vocabulary) if vocabulary else {}
            values = [value for value in _values(site, column, actor) if value]
            choices[column] = [Choice(value, _label(column, value, headings)) for value in values]
    return choices


def _values(site: Site, column: str, actor: Actor) -> list[str]:
    table = data.summarise(
        site,
        LOANS,
        by=[column],
        measures={"loans": "count"},
        purpose=PURPOSE,
        actor=actor,
        order_by=[column],
    )
    return [row[0] for row in table.rows if row[0] is not None]


def _applied(declared: Figure, asked: Mapping[str, str], data_date: str) -> dict[str, str]:
    """The filters that count, in a fixed order, months checked and defaults filled in."""
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
        month = applied.get("to") or applied.get("from") or last_full_month(data_date)
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


def _without_period(filters: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in filters.items() if name not in ("from", "to")}


def _conditions(applied: dict[str, str]) -> list[tuple[str, str, Any]]:
    where: list[tuple[str, str, Any]] = []
    if "from" in applied:
        where.append(("month", ">=", applied["from"]))
    if "to" in applied:
        where.append(("month", "<", _month_after(applied["to"])))
    return where + [(name, "=", value) for name, value in _without_period(applied).items()]


def _month_after(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year + 1:04}-01" if number == 12 else f"{year:04}-{number + 1:02}"


def _label(column: str, value: Any, headings: Mapping[str, dict[str, str]]) -> str:
    if value is None or value == "":
        return _("Unclassified") if column == "clc_main" else _("Not stated")
    if value in headings:
        heading = pick(headings[value])
        return f"{value} {heading}" if column == "clc_main" else heading
    return str(value)


def _in_words_of_sql(declared: Figure, where: list[tuple[str, str, Any]]) -> str:
    """The query as a person would write it on the same snapshot."""
    wording = {"count": "count(*)", "distinct": "count(DISTINCT %s)", "sum": "sum(%s)"}
    measures = []
    for name, what in declared.measures.items():
        kind, _sep, column = what.partition(":")
        measures.append(f"{wording[kind].replace('%s', column)} AS {name}")
    lines = [
        f"SELECT {', '.join([*declared.by, *measures])}",
        f"FROM {declared.table}",
    ]
    if where:
        tests = [
            f"{name} {sign} '{str(v).replace(chr(39), chr(39) * 2)}'" for name, sign, v in where
        ]
        lines.append(f"WHERE {' AND '.join(tests)}")
    lines.append(f"GROUP BY {', '.join(declared.by)}")
    lines.append("HAVING count(DISTINCT reader_key) >= 5")
    if declared.order:
        order = [f"{o[1:]} DESC" if o.startswith("-") else o for o in declared.order]
        lines.append(f"ORDER BY {', '.join(order)}")
    return "\n".join([*lines, *([f"LIMIT {declared.limit}"] if declared.limit else [])])


def lineage(site: Site, *, actor: Actor) -> Graph:
    """The data room's graph with every figure and indicator in it: what each counts, groups by
    and is narrowed by.

    raises  trust's NotAllowed without contracts.read; what data.queries.lineage raises
    """
    trust.require(actor, "contracts.read")
    return whole_graph(
        data.lineage(site),
        definitions.figures(site),
        definitions.indicators(site),
        lambda sql: data.select_origins(site, sql),
    )
