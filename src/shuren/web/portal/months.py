"""A small chart of how many by month, drawn here: it needs no script."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from shuren.kernel.i18n import gettext as _
from shuren.web import moments

SHOWN = 24  # months, the newest
HEIGHT, STEP, BAR = 28, 8, 6  # units of the drawing


def by_month(moments_of: Iterable[date | datetime]) -> dict[str, Any] | None:
    """The inputs of components/months.html; None where there is nothing to compare.

    {label, width, height, bars [{x, y, height, label}], first, last}: every month between the
    first and the last has its place, empty ones as well; of many months the newest SHOWN.
    """
    counts = Counter((moment.year, moment.month) for moment in moments_of)
    if not counts:
        return None
    months = _between(min(counts), max(counts))[-SHOWN:]
    if len(months) < 2:
        return None
    most = max(counts[month] for month in months)
    names = [moments.month(f"{year}-{number:02}") for year, number in months]
    bars = []
    for place, (month, name) in enumerate(zip(months, names, strict=True)):
        height = max(2, round(HEIGHT * counts[month] / most)) if counts[month] else 0
        bars.append(
            {
                "x": place * STEP,
                "y": HEIGHT - height,
                "height": height,
                "label": f"{name}: {counts[month]:,}",
            }
        )
    peak = max(months, key=lambda month: counts[month])
    label = _(
        "By month, %(first)s to %(last)s; most in %(peak)s: %(count)s",
        first=names[0], last=names[-1], peak=names[months.index(peak)], count=f"{most:,}",
    )  # fmt: skip
    return {
        "label": label, "bars": bars, "first": names[0], "last": names[-1],
        "width": len(months) * STEP - (STEP - BAR), "height": HEIGHT, "bar": BAR,
    }  # fmt: skip


def _between(first: tuple[int, int], last: tuple[int, int]) -> list[tuple[int, int]]:
    start, end = first[0] * 12 + first[1] - 1, last[0] * 12 + last[1] - 1
    return [(month // 12, month % 12 + 1) for month in range(start, end + 1)]
