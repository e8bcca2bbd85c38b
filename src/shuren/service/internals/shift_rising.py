"""What shifts come to, on its way into the lake: hours by month and service, never who worked.

A month owes its sum anew whenever a turn of it is over; of several sums of one key the newest
counts. Sums of fewer than five people stay in the database.
"""

from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, Sum

from shuren.data.rising import hand_in
from shuren.kernel.site import Site
from shuren.service.internals.shift_rows import ShiftTurn
from shuren.service.internals.use_rising import AT_ONCE, LEAST
from shuren.service.shift_shapes import DONE, MISSED


def wait() -> bool:
    return _over().exists()


def tell(site: Site) -> int:
    """Sum up the months of the turns that are over; how many turns that were."""
    fresh = list(_over().select_related("shift").order_by("pk")[:AT_ONCE])
    months = {(row.shift.service, row.shift.day.replace(day=1)) for row in fresh}
    sums = [_month(service, month) for service, month in sorted(months)]
    hand_in(site, "shift_hours", [one for one in sums if one["persons"] >= LEAST])
    for row in fresh:
        # One that was counted anew meanwhile still waits.
        ShiftTurn.objects.filter(pk=row.pk, state=row.state, at=row.at).update(is_risen=True)
    return len(fresh)


def _over() -> Any:
    return ShiftTurn.objects.filter(is_risen=False, state__in=(DONE, MISSED))


def _month(service: str, month: date) -> dict[str, Any]:
    """By the day a shift begins."""
    after = (month + timedelta(days=32)).replace(day=1)
    found = ShiftTurn.objects.filter(
        shift__service=service, shift__day__gte=month, shift__day__lt=after,
        state__in=(DONE, MISSED),
    ).aggregate(
        persons=Count("pseudonym", distinct=True), turns=Count("pk", filter=Q(state=DONE)),
        missed=Count("pk", filter=Q(state=MISSED)), seconds=Sum("seconds", filter=Q(state=DONE)),
    )  # fmt: skip
    return {
        "month_from": f"{month:%Y-%m-%d}",
        "service": service,
        "persons": found["persons"],
        "turns": found["turns"],
        "missed": found["missed"],
        "hours": round((found["seconds"] or 0) / 3600, 2),
    }
