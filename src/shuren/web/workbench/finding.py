"""The sentence over a figure: what the numbers say, and no more than they say."""

from shuren.insight.shapes import FigureResult
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.web.moments import month as month_name


def finding(result: FigureResult) -> str:
    """Names the highest row, or says that several share that place, or that there is nothing."""
    figure = result.definition
    values = [row[len(figure.by)] or 0 for row in result.table.rows]
    if not values:
        return _("No figures for this choice.")
    highest = max(values)
    words = {"count": f"{highest:,}", "unit": pick(figure.unit)}
    leaders = [label for label, v in zip(result.labels, values, strict=True) if v == highest]
    if len(leaders) > 1:
        words["number"] = str(len(leaders))
        return _("%(number)s share the first place, with %(count)s %(unit)s each", **words)
    words["label"] = month_name(leaders[0]) if figure.label == "month" else leaders[0]
    if len(values) == 1:
        return _("%(label)s: %(count)s %(unit)s", **words)
    if figure.one_month:
        words["month"] = month_name(result.filters["to"])
        return _("Most borrowed in %(month)s: %(label)s, %(count)s %(unit)s", **words)
    if figure.chart == "line":
        return _("Most in %(label)s: %(count)s %(unit)s", **words)
    return _("%(label)s comes first: %(count)s %(unit)s", **words)
