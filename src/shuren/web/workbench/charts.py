"""A computed figure as components/chart.html takes it."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from shuren.data.shapes import SnapshotInfo
from shuren.insight.queries import last_full_month
from shuren.insight.shapes import FigureResult
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.web.workbench.finding import finding


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
        "table": _table(result, snapshot),
        "date": result.data_date,
        "unfinished": _unfinished(result),
        "suppressed": result.table.suppressed,
        "definition_url": f"{reverse('workbench:figure', args=[figure.id])}?{query}",
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
    wanted = [columns.index(name) for name in (*result.definition.measures, *further(result))]
    return [
        (label, [row[at] for at in wanted])
        for label, row in zip(result.labels, result.table.rows, strict=True)
    ]


def _table(result: FigureResult, snapshot: SnapshotInfo | None) -> dict[str, Any]:
    titles = column_titles(result, snapshot)
    numbers = range(1, len(result.definition.measures) + 1)
    return {
        "caption": pick(result.definition.title),
        "columns": [{"label": title, "number": at in numbers} for at, title in enumerate(titles)],
        "rows": [
            {"label": label, "short": "", "cells": [_cell(value) for value in values]}
            for label, values in rows(result)
        ],
        "empty": _("No figures for this choice. Widen the period or clear a filter."),
    }


def _cell(value: Any) -> dict[str, Any]:
    if isinstance(value, int | float):
        return {"text": f"{value:,}", "value": value}
    return {"text": "" if value is None else str(value), "value": None}
