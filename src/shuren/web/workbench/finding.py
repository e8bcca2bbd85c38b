"""The sentence over a figure: what the numbers say, and no more than they say."""

from shuren.insight.shapes import FigureResult
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick


def finding(result: FigureResult) -> str:
    """Names the highest row, or says that several share that place, or that there is nothing."""
    at = len(result.definition.by)
    values = [row[at] or 0 for row in result.table.rows]
    unit = pick(result.definition.unit)
    if not values:
        return _("No figures for this choice.")
    if len(values) == 1:
        return _(
            "%(label)s: %(count)s %(unit)s",
            label=result.labels[0],
            count=f"{values[0]:,}",
            unit=unit,
        )
    highest = max(values)
    leaders = [label for label, v in zip(result.labels, values, strict=True) if v == highest]
    if len(leaders) > 1:
        return _(
            "%(number)s share the first place, with %(count)s %(unit)s each",
            number=len(leaders),
            count=f"{highest:,}",
            unit=unit,
        )
    if result.definition.chart == "line":
        return _(
            "Most in %(label)s: %(count)s %(unit)s",
            label=leaders[0],
            count=f"{highest:,}",
            unit=unit,
        )
    return _(
        "%(label)s comes first: %(count)s %(unit)s",
        label=leaders[0],
        count=f"{highest:,}",
        unit=unit,
    )
