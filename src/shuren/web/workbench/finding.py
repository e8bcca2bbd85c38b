"""The sentence over a figure: what the numbers say, and no more than they say."""

from typing import Any

from shuren.insight.queries import LOANS, label_of
from shuren.insight.shapes import FigureResult
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.web.moments import month as month_name


def finding(result: FigureResult) -> str:
    """Names the highest row, or says that several share that place, or that there is nothing."""
    figure = result.definition
    known = [(row[len(figure.by)], at) for at, row in enumerate(result.table.rows)]
    values = [(value, at) for value, at in known if value is not None]
    if not values:
        return _("No figures for this choice.")
    first = figure.order[0].removeprefix("-") if figure.order else ""
    is_sorted_otherwise = figure.chart == "table" and first in figure.by and first != figure.label
    if is_sorted_otherwise:
        values = values[:1]  # what stands on top of the table
    highest = max(value for value, _at in values)
    leaders = [at for value, at in values if value == highest]
    words = {"count": _text(highest, result), "unit": pick(figure.unit)}
    if len(leaders) > 1:
        words["number"] = str(len(leaders))
        return _("%(number)s share the first place, with %(count)s %(unit)s each", **words)
    label = result.labels[leaders[0]]
    words["label"] = month_name(label) if figure.label == "month" else label
    if is_sorted_otherwise:
        words["at"] = str(result.table.rows[leaders[0]][figure.by.index(first)])
        return _("%(label)s in %(at)s: %(count)s %(unit)s", **words)
    if len(values) == 1:
        return _("%(label)s: %(count)s %(unit)s", **words)
    if figure.across:
        at = result.table.rows[leaders[0]][figure.by.index(figure.across)]
        return _("Most on %(label)s at %(at)s: %(count)s %(unit)s", **words,
                 at=label_of(figure.across, at, {}))  # fmt: skip
    if figure.one_month:
        words["month"] = month_name(result.filters.get("to", ""))
        if figure.vocabulary or figure.table != LOANS:
            return _("First in %(month)s: %(label)s, %(count)s %(unit)s", **words)
        return _("Most borrowed in %(month)s: %(label)s, %(count)s %(unit)s", **words)
    if figure.label == "day":
        return _("Most on %(label)s: %(count)s %(unit)s", **words)
    if figure.chart == "line":
        return _("Most in %(label)s: %(count)s %(unit)s", **words)
    if figure.label.endswith("_year"):
        return _("Most of the year %(label)s: %(count)s %(unit)s", **words)
    return _("%(label)s comes first: %(count)s %(unit)s", **words)


def _text(value: Any, result: FigureResult) -> str:
    """As in the table: with all its decimals."""
    places = result.definition.decimals
    return f"{value:,.{places}f}" if isinstance(value, float) else f"{value:,}"


def rounded(value: Any, result: FigureResult) -> Any:
    """A computed number to the figure's decimals; whole ones without any."""
    if not isinstance(value, float):
        return value
    places = result.definition.decimals
    return round(value, places) if places and not value.is_integer() else round(value)
