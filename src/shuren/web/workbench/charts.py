"""A computed figure as components/chart.html takes it."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from shuren.data.queries import headings
from shuren.data.shapes import SnapshotInfo
from shuren.insight.queries import label_of, last_full_month
from shuren.insight.shapes import FigureResult
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.web.moments import month as month_name
from shuren.web.workbench.finding import finding, rounded

_CODED = ("data_type",)  # columns whose codes have a vocabulary of their name


def chart(result: FigureResult, snapshot: SnapshotInfo | None) -> dict[str, Any]:
    """Inputs of the chart component; its links carry the filters that were applied."""
    figure = result.definition
    query = urlencode({name: value for name, value in result.filters.items() if value})
    return {
        "id": figure.id,
        "kind": figure.chart,
        "title": pick(figure.title),
        "finding": finding(result),
        "axis": column_titles(result, snapshot)[0],
        "unit": pick(figure.unit),
        "table": _matrix(result) if figure.across else _table(result, snapshot),
        "marks": result.marks,
        "date": result.data_date,
        "unfinished": _unfinished(result),
        "suppressed": result.table.suppressed,
        "definition_url": f"{reverse('workbench:figure', args=[figure.id])}?{query}",
        "lineage_url": f"{reverse('workbench:lineage')}?node=figure:{figure.id}",
        "csv_url": f"{reverse('workbench:figure-csv', args=[figure.id])}?{query}",
    }


def _unfinished(result: FigureResult) -> str:
    """The last row's label when it is a month that the data do not reach the end of, or ""."""
    if result.definition.label != "month" or not result.labels:
        return ""
    last = result.labels[-1]
    return last if last > last_full_month(result.data_date) else ""


def column_titles(result: FigureResult, snapshot: SnapshotInfo | None) -> list[str]:
    """The label column, the measures with their units, then what tells the label apart further:
    on a phone the numbers must not be the part that is scrolled away."""
    figure = result.definition
    table = snapshot.tables.get(figure.table) if snapshot else None

    def title(name: str) -> str:
        column = table.column(name) if table else None
        return pick(column.title) if column else name

    return [
        title(figure.label),
        *(measure_title(result, name) for name in figure.measures),
        *([_("A year before")] if result.before else []),
        *(title(name) for name in further(result)),
    ]


def measure_title(result: FigureResult, name: str) -> str:
    """What is counted, with its unit, unless that is the same word: `Borrowers (readers)`."""
    figure = result.definition
    title, unit = pick(figure.measure_titles[name]), pick(figure.measure_units[name])
    if not unit or unit.casefold() == title.casefold():
        return title
    return _("%(title)s (%(unit)s)", title=title, unit=unit)


def further(result: FigureResult) -> list[str]:
    """Columns of `by` that people read beside the label; ids say nothing to them."""
    figure = result.definition
    return [n for n in figure.by if n not in (figure.label, "month") and not n.endswith("_id")]


def rows(result: FigureResult) -> list[tuple[str, list[Any]]]:
    """(label, measures then further values) of each row, as the page and the CSV show them."""
    columns = result.table.columns
    measured = [columns.index(name) for name in result.definition.measures]
    beside = [columns.index(name) for name in further(result)]
    before = [[value] for value in result.before] or [[] for _row in result.table.rows]
    return [
        (label, [*(rounded(row[at], result) for at in measured),
                 *(rounded(value, result) for value in then),
                 *(_word(columns[at], row[at]) for at in beside)])
        for label, row, then in zip(result.labels, result.table.rows, before, strict=True)
    ]  # fmt: skip


def _word(column: str, value: Any) -> Any:
    """A year or a floor tells rows apart; it is no amount. Codes are said in words."""
    if column in _CODED:
        return pick(headings(None, column).get(value, str(value)))
    return value if value is None or isinstance(value, bool) else str(value)


def _matrix(result: FigureResult) -> dict[str, Any]:
    """Rows of the label, one column for each value of `across`: the table of a heat map."""
    figure = result.definition
    at, measure = figure.by.index(figure.across), len(figure.by)
    heads = sorted({row[at] for row in result.table.rows if row[at] is not None})
    lines: dict[str, dict[Any, Any]] = {}
    for label, row in zip(result.labels, result.table.rows, strict=True):
        lines.setdefault(label, {})[row[at]] = rounded(row[measure], result)
    columns = [{"label": "", "number": False}]
    columns += [{"label": label_of(figure.across, head, {}), "number": True} for head in heads]
    return {
        "caption": pick(figure.title),
        "columns": columns,
        "rows": [
            {
                "label": label,
                "short": "",
                "cells": [_cell(cells.get(h), figure.decimals) for h in heads],
            }
            for label, cells in lines.items()
        ],
        "empty": _("No figures for this choice. Widen the period or clear a filter."),
    }


def number(result: FigureResult) -> dict[str, str]:
    """Inputs of components/figure.html for a figure that is one number."""
    figure = result.definition
    row = rows(result)[0][1] if result.table.rows else [None]
    value = _cell(row[0], figure.decimals)["text"] if row[0] is not None else "–"
    query = urlencode({name: value for name, value in result.filters.items() if value})
    month = result.filters.get("to", "") if figure.one_month else ""
    return {
        "label": pick(figure.title),
        "value": value,
        "unit": pick(figure.unit) if row[0] is not None else "",
        "href": f"{reverse('workbench:figure', args=[figure.id])}?{query}",
        "note": _note(result, month_name(month) if month else ""),
    }


def _note(result: FigureResult, month: str) -> str:
    """What it speaks of, and how it stands to the same time a year before."""
    now = result.table.rows[0][0] if result.table.rows else None
    then = result.before[0] if result.before else None
    if now is None or not then:
        return month
    if figure_is_share(result):
        points = now - then
        words = {"month": month, "points": f"{points:+.1f}".replace("-", "−")}
        return _("%(month)s · %(points)s points to a year before", **words)
    change = 100 * (now - then) / then
    words = {"month": month, "share": f"{abs(change):.0f}"}
    if round(change) == 0:
        return _("%(month)s · as a year before", **words)
    if change > 0:
        return _("%(month)s · %(share)s%% more than a year before", **words)
    return _("%(month)s · %(share)s%% less than a year before", **words)


def figure_is_share(result: FigureResult) -> bool:
    """In per cent: its change is in percentage points."""
    return result.definition.unit.get("zh") == "%"


def _table(result: FigureResult, snapshot: SnapshotInfo | None) -> dict[str, Any]:
    titles = column_titles(result, snapshot)
    numbers = range(1, len(result.definition.measures) + 1 + bool(result.before))
    return {
        "caption": pick(result.definition.title),
        "columns": [
            {
                "label": title,
                "number": at in numbers,
                "before": bool(result.before) and at == len(result.definition.measures) + 1,
            }
            for at, title in enumerate(titles)
        ],
        "rows": [
            {
                "label": label,
                "short": "",
                "cells": [_cell(v, result.definition.decimals) for v in values],
            }
            for label, values in rows(result)
        ],
        "empty": _("No figures for this choice. Widen the period or clear a filter."),
    }


def amount(value: float, places: int = 0) -> str:
    """With thousands apart; a broken number with so many decimals, so that columns stand."""
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.{places}f}"


def _cell(value: Any, places: int = 0) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"text": _("yes") if value else _("no"), "value": None}
    if isinstance(value, int | float):
        return {"text": amount(value, places), "value": value}
    if value is None:
        return {"text": "–", "value": None, "number": True}
    return {"text": str(value), "value": None}
