"""Shares of a whole, so that a small one neither vanishes nor rounds to nothing; small lines."""

from collections.abc import Sequence


def share_text(part: int, whole: int) -> str:
    """Per cent with one decimal; 0% and 100% only if it is exactly none or all."""
    if not whole:
        return "–"
    if part in (0, whole):
        return "100%" if part else "0%"
    return f"{min(99.9, max(0.1, 100 * part / whole)):.1f}%"


def split(good: int, held: int) -> list[dict[str, str]]:
    """Two lengths for components/split_bar.html; one that is there is at least 1.5% wide."""
    whole = good + held
    if not whole:
        return []
    width = 100 * good / whole
    if good and held:
        width = min(98.5, max(1.5, width))
    parts = [("good", 0.0, width), ("held", width, 100 - width)]
    return [
        {"kind": kind, "start": f"{start:.2f}", "width": f"{size:.2f}"}
        for kind, start, size in parts
        if size
    ]


_LEAST_RANGE = 5


def spark_points(values: Sequence[float]) -> str:
    """`x,y x,y …` in a box of 100 by 24, the greatest on top, and a
    range of five points at least, so that little ups and downs look little. Values are 0..100."""
    if len(values) < 2:
        return ""
    high = max(values)
    low = min(*values, high - _LEAST_RANGE)
    step = 100 / (len(values) - 1)
    heights = [22 - 20 * (v - low) / (high - low) for v in values]
    return " ".join(f"{place * step:.1f},{height:.1f}" for place, height in enumerate(heights))
