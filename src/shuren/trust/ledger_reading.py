"""Looking through the ledger, for who may read all of it."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from shuren.kernel.shapes import Actor
from shuren.trust import ledger
from shuren.trust.internals.ledger_rows import LedgerEntry
from shuren.trust.queries import require


def entries(
    *,
    actor: Actor,
    kind: str = "",
    by: str = "",
    table: str = "",
    day: date | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[ledger.Entry]:
    """The newest entries, also those that wait to be sealed; needs ledger.read.

    by      who acted, as the ledger names them
    day     in the library's time zone
    before  only numbers below this one: how a long list goes on
    """
    require(actor, "ledger.read")
    asked = {"kind": kind, "actor": by, "table": table}
    found = LedgerEntry.objects.filter(**{name: value for name, value in asked.items() if value})
    if day is not None:
        start = datetime.combine(day, time(), timezone.get_default_timezone())
        found = found.filter(at__gte=start, at__lt=start + timedelta(days=1))
    if before is not None:
        found = found.filter(pk__lt=before)
    return [ledger.shown(row) for row in found.order_by("-id")[:limit]]
