"""The sentence over a figure: what the numbers say, and no more than they say."""

from typing import Any

from shuren.insight.queries import LOANS, label_of, last_full_month
from shuren.insight.shapes import FigureResult
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.web.moments import month as month_name
from shuren.web.moments import year as year_name

PERIODS = {"month": month_name, "year": year_name}


def finding(result: FigureResult) -> str:
    """Of months or years the last whole one and how it changed; else names the highest row, or
    says that several share that place, or that there is nothing."""
    figure = result.definition
    if figure.label in PERIODS and not figure.one_month and figure.by == (figure.label,):
        newest = _newest(result)
        if newest:
            return newest
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


def _newest(result: FigureResult) -> str:
    """The last month or year that the data reach the end of, beside the same time a year before
    where that is known; "" where there is none."""
    column = result.definition.label
    full = last_full_month(result.data_date)
    if column == "year":
        full = full[:4] if full.endswith("-12") else str(int(full[:4]) - 1) if full else ""
    known = {str(row[0]): row[1] for row in result.table.rows if row[1] is not None}
    at = max((one for one in known if one <= full), default="")
    if not at:
        return ""
    before = f"{int(at[:4]) - 1}{at[4:]}"
    now, then = known[at], known.get(before)
    if then is None and result.before:
        then = result.before[[str(row[0]) for row in result.table.rows].index(at)]
    name = PERIODS[column]
    words = {
        "count": _text(now, result), "unit": pick(result.definition.unit), "label": name(at),
        "before": name(before),
    }  # fmt: skip
    if not then or result.definition.unit.get("zh") == "%":
        return _("%(count)s %(unit)s in %(label)s", **words)
    change = 100 * (now - then) / then
    words["share"] = f"{abs(change):.0f}"
    if round(change) == 0:
        return _("%(count)s %(unit)s in %(label)s, about as in %(before)s", **words)
    if change > 0:
        return _("%(count)s %(unit)s in %(label)s, %(share)s%% more than in %(before)s", **words)
    return _("%(count)s %(unit)s in %(label)s, %(share)s%% less than in %(before)s", **words)


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
