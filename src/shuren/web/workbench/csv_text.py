"""A figure as CSV that a spreadsheet opens rightly by a double click."""

import csv
import io
from typing import Any

from shuren.data.shapes import SnapshotInfo
from shuren.insight.shapes import FigureResult
from shuren.web.workbench.charts import column_titles, rows

BYTE_ORDER_MARK = "\ufeff"  # else Excel takes UTF-8 for the system's code page


def figure_csv(result: FigureResult, snapshot: SnapshotInfo | None) -> str:
    """One header row, then exactly the rows of the page's table."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(column_titles(result, snapshot))
    for label, values in rows(result):
        writer.writerow([harmless(label), *(harmless(value) for value in values)])
    return BYTE_ORDER_MARK + out.getvalue()


def harmless(value: Any) -> Any:
    """A title that begins like a formula must not become one in a spreadsheet."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return value
