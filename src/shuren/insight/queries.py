"""Figures: what the dashboards show, each with its definition, filters and data date."""

from collections.abc import Mapping, Sequence

from shuren.data import queries as data
from shuren.data.lineage import Graph, RowsBehind
from shuren.insight import definitions
from shuren.insight.errors import BadFilter, NoSuchFigure, NoSuchIndicator
from shuren.insight.internals import figuring, reporting
from shuren.insight.internals import indicators as indicator_engine
from shuren.insight.internals.figuring import COLUMNS, label_of, last_full_month
from shuren.insight.internals.lineage import whole_graph
from shuren.insight.shapes import (
    Choice,
    Dashboard,
    Figure,
    FigureResult,
    IndicatorResult,
    MonthlyReport,
)
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.kernel.suggestions import did_you_mean
from shuren.trust import queries as trust

__all__ = [
    "COLUMNS",
    "chosen_month",
    "dashboards",
    "declared_indicators",
    "figure",
    "figures",
    "filter_choices",
    "indicator",
    "indicators",
    "label_of",
    "last_full_month",
    "lineage",
    "monthly_report",
    "report_months",
    "rows_behind",
]

PURPOSE, PUBLIC = "library_statistics", "public_statistics"
LOANS = "mart.loan_fact"
_VOCABULARIES = {"clc_main": "clc", "reader_kind": "reader_kind", "service": "service"}


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
    purpose = _purpose(declared, actor, filters)
    return figuring.compute(site, declared, purpose, actor, filters or {})


def dashboards(site: Site) -> list[Dashboard]:
    """All dashboards in the order of the rail."""
    return list(definitions.dashboards(site).values())


def _purpose(declared: Figure, actor: Actor, filters: Mapping[str, str] | None) -> str:
    """A public figure, unfiltered, is for those too who may not use statistics otherwise."""
    open_to_all = declared.public and not filters
    return PUBLIC if open_to_all and not trust.purpose_allowed(actor, PURPOSE) else PURPOSE


def filter_choices(
    site: Site, actor: Actor, tables: Sequence[str] = (LOANS,)
) -> dict[str, list[Choice]]:
    """What each filter may be set to, by the live snapshot; groups too small do not appear.

    tables  those asked, the first that has the column; a column none of them has is left out
    """
    choices: dict[str, list[Choice]] = {}
    with data.same_snapshot(site) as snapshot:
        there = snapshot.tables if snapshot else {}
        for column in ("month", *COLUMNS):
            table = next((t for t in tables if t in there and there[t].column(column)), None)
            if table is None:
                continue
            vocabulary = _VOCABULARIES.get(column)
            headings = data.headings(site, vocabulary) if vocabulary else {}
            values = [value for value in _values(site, table, column, actor) if value]
            found = [Choice(v, label_of(column, v, headings)) for v in values]
            if column == "month":
                choices["from"] = choices["to"] = found[::-1]
            else:
                choices[column] = found
    return choices


def _values(site: Site, table: str, column: str, actor: Actor) -> list[str]:
    found = data.summarise(
        site,
        table,
        by=[column],
        measures={"rows": "count"},
        purpose=PURPOSE,
        actor=actor,
        order_by=[column],
    )
    return [row[0] for row in found.rows if row[0] is not None]


def rows_behind(
    site: Site, id: str, *, actor: Actor, filters: Mapping[str, str] | None = None
) -> RowsBehind:
    """The loaded rows that a figure counts, narrowed by its filters as far as their table can be.

    raises  trust's NotAllowed unless data may be used for its quality; NoSuchFigure, BadFilter
    """
    known = definitions.figures(site)
    if id not in known:
        raise NoSuchFigure(
            _("There is no figure called '%(id)s'.", id=id), fix=did_you_mean(id, known)
        )
    counting = trust.require(actor, "dashboards.read")  # which month is the last one is counted
    with data.same_snapshot(site) as snapshot:
        where = figuring.narrowing(site, known[id], PURPOSE, counting, filters or {}, snapshot)
        return data.rows_behind(site, known[id].table, actor=actor, where=where)


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
        lambda selects: data.select_origins(site, selects),
    )


def declared_indicators(site: Site) -> list[str]:
    """Ids of all declared indicators, by number."""
    return list(definitions.indicators(site))


def indicators(site: Site, *, actor: Actor) -> list[IndicatorResult]:
    """All indicators by number, each by year only; those without a value say what they lack.

    raises  trust's NotAllowed without dashboards.read and its purpose
    """
    actor = trust.require(actor, "dashboards.read")
    trust.require_purpose(actor, PURPOSE)
    with data.same_snapshot(site):
        return [
            indicator_engine.compute(site, one, actor, {}, ())
            for one in definitions.indicators(site).values()
        ]


def indicator(
    site: Site, id: str, *, actor: Actor, filters: Mapping[str, str] | None = None
) -> IndicatorResult:
    """One indicator by year and by each of its breakdowns, small groups hidden.

    filters  {breakdown: value}; empty values do not count
    raises   NoSuchIndicator, BadFilter, trust's NotAllowed, what data.queries.calculate raises
    """
    actor = trust.require(actor, "dashboards.read")
    trust.require_purpose(actor, PURPOSE)
    known = definitions.indicators(site)
    if id not in known:
        raise NoSuchIndicator(
            _("There is no indicator called '%(id)s'.", id=id), fix=did_you_mean(id, known)
        )
    return indicator_engine.compute(site, known[id], actor, filters or {}, known[id].breakdowns)


def report_months(site: Site, *, actor: Actor) -> list[str]:
    """Months a report can be asked for, newest first; the newest may still be growing.

    raises  trust's NotAllowed without dashboards.read and its purpose
    """
    actor = trust.require(actor, "dashboards.read")
    trust.require_purpose(actor, PURPOSE)
    with data.same_snapshot(site) as snapshot:
        return reporting.known_months(site, snapshot, PURPOSE, actor)


def chosen_month(site: Site, month: str = "", *, actor: Actor) -> str:
    """The month itself if there are data of it; for "" the last full one, else the last there is.

    raises  BadFilter for a month of which nothing is known, trust's NotAllowed
    """
    with data.same_snapshot(site) as snapshot:
        known = report_months(site, actor=actor)
        if snapshot is None or not known:
            raise BadFilter(
                _("There is nothing to report: no month has data yet."),
                fix=_("Load data, then run: shuren build"),
            )
        full = last_full_month(snapshot.data_date)
        chosen = month or next((one for one in known if one <= full), known[0])
        if chosen not in known:
            raise BadFilter(
                _("There are no data for the month '%(month)s'.", month=chosen),
                fix=_("Months with data: %(first)s to %(last)s.", first=known[-1], last=known[0]),
            )
        return chosen


def monthly_report(site: Site, month: str = "", *, actor: Actor) -> MonthlyReport:
    """One month of the library from one snapshot, in the current language.

    month, raises  as chosen_month
    """
    actor = trust.require(actor, "dashboards.read")
    with data.same_snapshot(site) as snapshot:
        chosen = chosen_month(site, month, actor=actor)
        assert snapshot is not None
        return MonthlyReport(
            month=chosen,
            complete=reporting.last_day(chosen).isoformat() <= snapshot.data_date,
            snapshot=snapshot.id,
            data_date=snapshot.data_date,
            sections=tuple(
                reporting.section(site, board, chosen, snapshot, PURPOSE, actor)
                for board in dashboards(site)
            ),
            indicators=tuple(indicators(site, actor=actor)),
            quality=reporting.quality(site, actor),
            calendar=reporting.calendar_of(site, chosen),
        )
