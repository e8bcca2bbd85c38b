"""What the database holds for one purpose goes when that purpose may hold it no longer.

The lake has its own clock (data's retention), which counts in `keep_days` as well. Here are the
tables that hold something for a purpose that says how many days: each with how it forgets what is
older than a moment. A purpose with `keep_days` 0 keeps nothing of its own here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from shuren.kernel.clock import now
from shuren.kernel.shapes import Actor
from shuren.service.internals import booking_stores, case_stores, interests
from shuren.service.internals.acting import PURPOSE as CASES
from shuren.service.internals.documents import store as documents
from shuren.service.internals.events import store as events
from shuren.service.internals.messaging import store as messaging
from shuren.service.internals.reviews import store as reviews
from shuren.service.internals.shifts import store as shifts
from shuren.service.internals.terms import days_of
from shuren.service.joining import terms_above
from shuren.trust import erasing as trust
from shuren.trust import ledger


@dataclass(frozen=True)
class Kept:
    """forget  takes away what was written down before a moment; how many"""

    purpose: str
    store: str
    forget: Callable[[datetime], int]


KEPT = (
    Kept(interests.PURPOSE, "interests", interests.forget_before),
    Kept(CASES, "cases", case_stores.forget_closed),
    Kept(booking_stores.PURPOSE, booking_stores.STORE, booking_stores.forget_past),
    Kept(CASES, "documents", documents.forget_issued),
    Kept(CASES, "enrolments", events.forget_before),
    Kept(CASES, reviews.STORE, reviews.forget_before),
    Kept(CASES, "shifts", shifts.forget_before),
    Kept(messaging.PURPOSE, messaging.STORE, messaging.forget_before),
    Kept("account_access", "sign_in_counts", trust.forget_sign_in_counts),
)


def clear(actor: Actor) -> dict[str, int]:
    """{store: how many went}; each store in one transaction with its entry of the ledger."""
    found = {}
    for one in (*KEPT, *terms_above()):
        days = days_of(one.purpose)
        if not days:
            continue
        with transaction.atomic():
            gone = one.forget(now() - timedelta(days=days))
            if gone:
                body = {
                    "event": "term",
                    "store": one.store,
                    "purpose": one.purpose,
                    "days": days,
                    "rows": gone,
                }
                ledger.append("erasure", body, actor=actor)
                found[one.store] = gone
    return found
