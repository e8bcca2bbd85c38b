"""Finds the way a column writes its days and moments."""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import cache

ISO = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S")
FORMATS = (
    *ISO,
    "%Y/%m/%d",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y.%m.%d",
    "%Y.%m.%d %H:%M:%S",
    "%Y.%m.%d %H:%M",
    "%Y%m%d",
    "%Y%m%d%H%M%S",
    "%Y%m%d %H:%M:%S",
    "%Y年%m月%d日",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H:%M",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%d.%m.%Y",
    "%d.%m.%Y %H:%M",
    "%d-%m-%Y",
    "%d-%b-%Y",
    "%d %b %Y",
)
_PARTS = {
    "%Y": r"\d{4}",
    "%m": r"\d{1,2}",
    "%d": r"\d{1,2}",
    "%H": r"\d{1,2}",
    "%M": r"\d{2}",
    "%S": r"\d{2}",
    "%b": r"[A-Za-z]{3}",
}
_YEARS = (1900, 2100)
_ENOUGH = 0.9
_SOME = 60
_MAYBE = re.compile(r"\d[\w\s./:年月日-]{5,}")


def best_formats(values: Sequence[str], known: Sequence[str] = ()) -> tuple[tuple[str, ...], float]:
    """At most two formats, and the share of the values that one of them reads.

    known  formats to try before the usual ones
    """
    left = [value for value in values if _MAYBE.match(value)]
    if not left or len(left) < 0.05 * len(values):
        return (), 0.0
    strange, found = len(values) - len(left), []
    for _turn in range(2):
        if not left:
            break
        some = left[:: max(1, len(left) // _SOME)]
        counts = {form: sum(moment(v, form) is not None for v in some) for form in _all(known)}
        form = max(counts, key=lambda one: counts[one])
        if counts[form] < 0.05 * len(some):
            break
        found.append(form)
        left = [value for value in left if moment(value, form) is None]
        if len(left) <= (1 - _ENOUGH) * len(values) * 0.2:
            break
    return tuple(found), 1 - (len(left) + strange) / len(values)


def moment(text: str, form: str) -> datetime | None:
    if not _pattern(form).fullmatch(text):
        return None
    try:
        found = datetime.strptime(text, form)
    except ValueError:
        return None
    return found if _YEARS[0] <= found.year <= _YEARS[1] else None


def moments(values: Sequence[str], forms: Sequence[str]) -> list[datetime | None]:
    """Each value by the first format that reads it."""
    return [next((m for f in forms if (m := moment(value, f))), None) for value in values]


def _all(known: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*FORMATS, *known]))


@cache
def _pattern(form: str) -> re.Pattern[str]:
    pieces = re.split(r"(%[A-Za-z])", form)
    compact = "%Y%m%d" in form
    parts = {**_PARTS, "%m": r"\d{2}", "%d": r"\d{2}"} if compact else _PARTS
    if form.endswith("%H%M%S"):
        parts = {**parts, "%H": r"\d{2}"}
    return re.compile("".join(parts.get(piece, re.escape(piece)) for piece in pieces))
