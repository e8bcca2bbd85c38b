"""The desk's list: narrowed, searched, sorted and cut into pages, however many cases are open."""

from typing import Any

from django.db.models import Q, QuerySet

from shuren.kernel.clock import now
from shuren.service.internals.case_rows import Case

DUE, NEWEST, OLDEST = "due", "newest", "oldest"
SORTS = (DUE, NEWEST, OLDEST)
_ORDERS = {
    DUE: ("rank_at", "id"), NEWEST: ("-opened_at", "id"), OLDEST: ("opened_at", "-id"),
}  # fmt: skip
MOST_WORDS, LONGEST = 5, 80
Cases = QuerySet[Case, Case]


def narrowed(found: Cases, *, words: str, overdue: bool, assignee: str | None) -> Cases:
    """assignee  whose, "" for nobody's, None for anybody's"""
    if overdue:
        found = found.filter(rank_at__lte=now(), due_at__isnull=False)
    if assignee is not None:
        found = found.filter(assignee=assignee)
    said = words.replace("\x00", "")[:LONGEST].split()[:MOST_WORDS]
    if said:
        in_title = Q()
        for word in said:
            in_title &= Q(title__icontains=word)
        found = found.filter(in_title | Q(pk=said[0]))
    return found


def page_of(
    found: Cases, sort: str, page: int, size: int, most: int, known: int | None
) -> tuple[list[Case], int, int, int]:
    """(rows, how many, which page, of how many); counted no further than `most`.

    known  how many there are, where that has been counted
    """
    total = min(found[: most + 1].count() if known is None else known, most)
    pages = max(1, -(-total // size))
    page = min(max(1, page), pages)
    # Keys first: what is skipped is then skipped in the index, without a look at its row.
    ordered = found.order_by(*_ORDERS.get(sort, _ORDERS[DUE]))
    keys = list(ordered.values_list("pk", flat=True)[(page - 1) * size : page * size])
    rows: dict[Any, Case] = Case.objects.in_bulk(keys)
    return [rows[key] for key in keys if key in rows], total, page, pages
