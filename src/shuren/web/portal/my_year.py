"""My year: what a reader borrowed in a year, in words and by month; a part of my library."""

from typing import Any

from shuren.kernel.i18n import gettext as _
from shuren.service.own_year import OwnYear, own_year, years
from shuren.service.shapes import OwnLoans
from shuren.web import moments


def as_year(loans: OwnLoans, asked: str) -> dict[str, Any] | None:
    """The inputs of portal/my_year.html; None where the reader never borrowed, or does not wish a
    history. A year that is none of theirs is the newest."""
    known = years(loans) if loans.is_whole else []
    if not known:
        return None
    year = int(asked) if asked in map(str, known) else known[0]
    found = own_year(loans, year)
    return {
        "year": year,
        "years": [{"year": one, "current": one == year} for one in known],
        "loans": found.loans,
        "returns": found.returns,
        "titles": found.titles,
        "lines": _lines(found),
        "table": _months(found),
    }


def _lines(found: OwnYear) -> list[str]:
    lines = []
    if found.first and found.first.title:
        lines.append(
            _("First: %(title)s, on %(day)s", title=found.first.title,
              day=moments.day(found.first.loaned_at.date()))
        )  # fmt: skip
    if found.last and found.last.title and found.loans > 1:
        lines.append(
            _("Last: %(title)s, on %(day)s", title=found.last.title,
              day=moments.day(found.last.loaned_at.date()))
        )  # fmt: skip
    if found.most:
        title, count = found.most
        lines.append(_("Most often: %(title)s, %(count)s times", title=title, count=count))
    if found.busiest:
        month, count = found.busiest
        name = moments.month(f"{found.year}-{month:02}")
        lines.append(_("Busiest month: %(month)s, %(count)s loans", month=name, count=count))
    return lines


def _months(found: OwnYear) -> dict[str, Any]:
    """The inputs of components/table.html."""
    return {
        "caption": _("By month"),
        "columns": [
            {"label": _("Month"), "number": False},
            {"label": _("Borrowed"), "number": True},
            {"label": _("Returned"), "number": True},
        ],
        "rows": [
            [
                {"text": moments.month(f"{found.year}-{month:02}")},
                {"text": str(loans), "number": True},
                {"text": str(returns), "number": True},
            ]
            for month, loans, returns in found.months
            if loans or returns
        ],
        "empty": "",
    }
