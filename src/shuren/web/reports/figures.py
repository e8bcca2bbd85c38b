"""Figures of a report as blocks and cells: the numbers of the page, nothing more."""

from collections.abc import Iterable
from typing import Any

from shuren.data.shapes import SnapshotInfo
from shuren.insight.queries import label_of, last_full_month
from shuren.insight.shapes import FigureResult
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.web.reports.paper import Block, Cell, Grid, Picture
from shuren.web.workbench.charts import column_titles, rows
from shuren.web.workbench.finding import finding, rounded

SHADES = 6


def cell(value: Any, places: int = 0) -> Cell:
    """A value as the page shows it: thousands apart, words as they are."""
    if isinstance(value, bool):
        return Cell(_("yes") if value else _("no"))
    if isinstance(value, int | float):
        return Cell(f"{value:,.{places}f}", value, places)
    return Cell("" if value is None else str(value))


def places_of(values: Iterable[Any], places: int) -> int:
    """The decimals of a whole column: none where all are whole numbers."""
    broken = (isinstance(value, float) and not value.is_integer() for value in values)
    return places if any(broken) else 0


def has_values(result: FigureResult) -> bool:
    place = len(result.definition.by)
    return any(row[place] is not None for row in result.table.rows)


def block(result: FigureResult, snapshot: SnapshotInfo | None) -> Block:
    declared = result.definition
    return Block(
        id=declared.id,
        finding=finding(result),
        title=f"{pick(declared.title)} · {pick(declared.description)}",
        grid=_heat(result) if declared.across else _grid(result, snapshot),
        picture=_picture(result) if declared.chart in ("line", "bar") else None,
        remarks=tuple(_remarks(result)),
    )


def hidden(result: FigureResult) -> str:
    """How many groups are hidden, as a sentence; "" for none."""
    if not result.table.suppressed:
        return ""
    return _(
        "Groups hidden because fewer than five persons stand behind them: %(count)s.",
        count=f"{result.table.suppressed:,}",
    )


def _grid(result: FigureResult, snapshot: SnapshotInfo | None) -> Grid:
    titles = column_titles(result, snapshot)
    numbers = range(1, len(result.definition.measures) + 1 + bool(result.before))
    lines = rows(result)
    decimals = result.definition.decimals
    places = [places_of(column, decimals) for column in zip(*(v for _l, v in lines), strict=True)]
    return Grid(
        tuple((title, at in numbers) for at, title in enumerate(titles)),
        tuple((Cell(label), *map(cell, values, places)) for label, values in lines),
    )


def _heat(result: FigureResult) -> Grid:
    """Rows of the label, a column for each value across, shaded by how much."""
    declared = result.definition
    at, measure = declared.by.index(declared.across), len(declared.by)
    heads = sorted({row[at] for row in result.table.rows if row[at] is not None})
    values = [row[measure] for row in result.table.rows if row[measure] is not None]
    most = max(values, default=0)
    places = places_of((rounded(value, result) for value in values), declared.decimals)
    lines: dict[str, dict[Any, Any]] = {}
    for label, row in zip(result.labels, result.table.rows, strict=True):
        lines.setdefault(label, {})[row[at]] = row[measure]

    def shaded(value: Any) -> Cell:
        if value is None:
            return Cell("")
        shade = min(SHADES, 1 + int(SHADES * value / most)) if most else 1
        plain = cell(rounded(value, result), places)
        return Cell(plain.text, plain.value, plain.places, shade=shade)

    return Grid(
        (("", False), *((label_of(declared.across, head, {}), True) for head in heads)),
        tuple(
            (Cell(label), *(shaded(found.get(head)) for head in heads))
            for label, found in lines.items()
        ),
    )


def _picture(result: FigureResult) -> Picture | None:
    declared = result.definition
    place = len(declared.by)
    values = tuple(rounded(row[place], result) for row in result.table.rows)
    if not any(value is not None for value in values):
        return None
    raw = [str(row[declared.by.index(declared.label)]) for row in result.table.rows]
    spans = (
        (mark.title, [n for n, v in enumerate(raw) if mark.first[: len(v)] <= v <= mark.last])
        for mark in result.marks
    )
    return Picture(
        kind=declared.chart,
        labels=result.labels,
        values=values,
        unit=pick(declared.unit),
        places=places_of(values, declared.decimals),
        alt=finding(result),
        before=result.before if declared.chart == "line" else (),
        marks=tuple((title, at[0], at[-1]) for title, at in spans if at),
        growing=bool(_growing(result)),
        legend=(pick(declared.title), _("A year before")),
    )


def _growing(result: FigureResult) -> str:
    """The last month's label if its data do not reach its end, or ""."""
    if result.definition.label != "month" or not result.labels:
        return ""
    return result.labels[-1] if result.labels[-1] > last_full_month(result.data_date) else ""


def _remarks(result: FigureResult) -> list[str]:
    found = [
        _("%(title)s: %(first)s to %(last)s.", title=m.title, first=m.first, last=m.last)
        for m in result.marks
    ]
    if "period" not in result.definition.filters:
        found.append(_("As the data stood on %(day)s; it knows no month.", day=result.data_date))
    if _growing(result):
        found.append(_("%(month)s is not complete.", month=_growing(result)))
    return [*found, *filter(None, [hidden(result)])]
