"""A service in numbers, from its cases: no reader is in them."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q

from shuren.service.internals.case_rows import Case


@dataclass(frozen=True)
class Numbers:
    """open      cases that run now; overdue: of them past their promise
    opened, done    in the span: cases opened, and that ended well
    kept_to  per cent of those that ended well within their promise, None without one
    """

    open: int = 0
    overdue: int = 0
    opened: int = 0
    done: int = 0
    kept_to: float | None = None


def numbers(since: datetime, at: datetime) -> dict[str, Numbers]:
    """{service: numbers} since a moment."""
    done = Q(is_success=True, closed_at__gte=since)
    in_time = done & Q(due_at__isnull=False, closed_at__lte=F("due_at"))
    rows = (
        Case.objects.filter(Q(is_open=True) | Q(opened_at__gte=since) | Q(closed_at__gte=since))
        .values("service")
        .annotate(
            n_open=Count("pk", filter=Q(is_open=True)),
            n_over=Count("pk", filter=Q(is_open=True, due_at__isnull=False, rank_at__lte=at)),
            n_opened=Count("pk", filter=Q(opened_at__gte=since)),
            n_done=Count("pk", filter=done),
            n_due=Count("pk", filter=done & Q(due_at__isnull=False)),
            n_kept=Count("pk", filter=in_time),
        )
    )
    return {
        row["service"]: Numbers(
            row["n_open"], row["n_over"], row["n_opened"], row["n_done"],
            100 * row["n_kept"] / row["n_due"] if row["n_due"] else None,
        )
        for row in rows
    }  # fmt: skip
