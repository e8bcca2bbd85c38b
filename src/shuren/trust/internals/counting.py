"""How often each table was used: what is sealed is counted already, what waits is added."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Sum

from shuren.trust.internals.aliases import ALIAS
from shuren.trust.internals.ledger_rows import LedgerCount, UseRecord


@dataclass(frozen=True)
class TableUse:
    """How often one consumer used one table for one purpose; actor is the role for readers."""

    table: str
    actor: str
    purpose: str
    uses: int
    rows: int
    last_at: datetime


def table_uses(*, by_role: bool = False, **narrowed: str) -> list[TableUse]:
    """One line a consumer and purpose. narrowed: table or role."""
    sealed = LedgerCount.objects.filter(**narrowed).values_list(
        "table", "actor", "role", "purpose", "uses", "rows", "last_at"
    )
    waiting = (
        UseRecord.objects.filter(place=None, **narrowed)
        .values_list("table", "actor", "role", "purpose")
        .annotate(Count("id"), Sum("rows"), Max("at"))
        .order_by()
    )
    found: dict[tuple[str, str, str], TableUse] = {}
    for table, actor, role, purpose, uses, rows, last in [*sealed, *waiting]:
        who = role if by_role or not actor or ALIAS.fullmatch(actor) else actor
        old = found.get((table, who, purpose))
        found[table, who, purpose] = TableUse(
            table,
            who,
            purpose,
            uses + (old.uses if old else 0),
            rows + (old.rows if old else 0),
            max(last, old.last_at) if old else last,
        )
    return list(found.values())
