"""Reads of the service room: own loans, everything held about a reader, and what is new in the
subjects they chose."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shuren.data import queries as data
from shuren.data.shapes import Table
from shuren.discovery.queries import newest_titles
from shuren.kernel.clock import now
from shuren.kernel.settings import read_settings
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.internals import interests as interest_rows
from shuren.service.internals import stores
from shuren.service.internals.circulation import history
from shuren.service.internals.circulation.readers import oneself
from shuren.service.shapes import (
    Certificate,
    HeldStore,
    NewTitles,
    OwnLoan,
    OwnLoans,
    Subject,
)
from shuren.trust import consent
from shuren.trust.actions import record_use
from shuren.trust.erasing import ErasureLine, erasures
from shuren.trust.queries import require_purpose

PURPOSE = "own_records"
HISTORY = "reading_history"
INTERESTS = "declared_interests"
TRACKING = "behaviour_tracking"
_REPEATED = 8  # so often the same words may come before others
DISPUTE_DAYS = history.DISPUTE_DAYS
_COLUMNS = (
    "loan_id", "title_id", "title", "author", "call_number", "campus", "loaned_at", "due_at",
    "returned_at", "renewals",
)  # fmt: skip


def own_loans(site: Site, actor: Actor) -> OwnLoans:
    """The actor's loans, still out and past.

    Past are all there ever were if the reader consents to `reading_history`; else those that came
    back within DISPUTE_DAYS, or, where the source does not follow returns, were lent within them.
    A loan without a due date counts as past: its source does not follow returns.
    raises  trust's NotAllowed for who has no reader_key, NoSnapshot
    """
    still_out = _loans(site, actor, PURPOSE, [("is_out", "=", True)])
    listed = [OwnLoan(**row) for row in still_out.dicts()]
    now_out, back = history.overlay(site, oneself(actor), listed)
    out = sorted(now_out, key=_due)
    is_whole = consent.given(HISTORY, actor.reader_key)
    if is_whole:
        found = _loans(site, actor, HISTORY, [("is_out", "=", False)]).dicts()
    else:
        since = _local_now(site) - timedelta(days=DISPUTE_DAYS)
        back = [one for one in back if one.returned_at and one.returned_at >= since]
        returned = [("is_out", "=", False), ("returned_at", ">=", since)]
        lent = [("is_out", "=", False), ("loaned_at", ">=", since)]
        rows = {
            row["loan_id"]: row
            for where in (returned, lent)
            for row in _loans(site, actor, PURPOSE, where).dicts()
        }
        found = list(rows.values())
    came_back = {one.loan_id: one for one in back}
    earlier = [OwnLoan(**row) for row in found if row["loan_id"] not in came_back]
    earlier = sorted([*earlier, *back], key=lambda one: one.loan_id)
    earlier.sort(key=lambda one: one.loaned_at, reverse=True)
    return OwnLoans(tuple(out), tuple(earlier), still_out.data_date, is_whole)


def own_searches(site: Site, actor: Actor, limit: int = 8) -> list[str]:
    """What the reader searched for last, by the reader's consent, each words once; newest first.

    Searches since the last build are not there yet.
    raises  trust's ConsentMissing, NoSnapshot, NoSuchTable in a snapshot made before there were any
    """
    table = data.read(
        site, "conformed.reader_search", columns=["words", "searched_at"],
        order_by=["-searched_at", "words"], limit=limit * _REPEATED,
        purpose=TRACKING, actor=actor,
    )  # fmt: skip
    return list(dict.fromkeys(row["words"] for row in table.dicts()))[:limit]


def subjects(site: Site) -> list[Subject]:
    """Every subject a reader may choose, by class number; what tells a sensitive topic is none."""
    return [Subject(code, title) for code, title in interest_rows.choosable(site).items()]


def own_interests(site: Site, actor: Actor) -> list[Subject]:
    """The subjects the reader chose, by class number; a line in the ledger.

    raises  trust's ConsentMissing
    """
    require_purpose(actor, INTERESTS)
    titles = interest_rows.choosable(site)
    found = [
        Subject(one.subject, titles[one.subject], one.chosen_at)
        for one in interest_rows.chosen(actor.reader_key)
        if one.subject in titles
    ]
    record_use(actor, INTERESTS, "service.interest", ["subject", "chosen_at"], len(found))
    return found


def new_in_subjects(site: Site, actor: Actor, limit: int = 4) -> list[NewTitles]:
    """The newest titles of each subject the reader chose, so many of each.

    raises  trust's ConsentMissing, NoSnapshot
    """
    return [
        NewTitles(subject, newest_titles(site, subject.code, actor=actor, limit=limit))
        for subject in own_interests(site, actor)
    ]


def _loans(site: Site, actor: Actor, purpose: str, where: Sequence[tuple[str, str, Any]]) -> Table:
    columns = [*_COLUMNS, "item_id"] if purpose == PURPOSE else _COLUMNS
    return data.read(
        site, "mart.loan_fact", columns=columns, where=where,
        order_by=["-loaned_at", "loan_id"], purpose=purpose, actor=actor,
    )  # fmt: skip


def _local_now(site: Site) -> datetime:
    """The present moment on the library's wall clock, as the lake keeps it."""
    return now().astimezone(ZoneInfo(read_settings(site).time_zone)).replace(tzinfo=None)


def held(site: Site, actor: Actor, *, limit: int | None = None) -> list[HeldStore]:
    """Everything that is held about the actor, store by store, in the actor's language.

    limit   so many facts of each store, else all of them; `count` says how many there are
    raises  trust's NotAllowed for who has no reader_key
    """
    return [told for one in stores.every_store() for told in one.tell(site, actor, limit)]


def certificates(actor: Actor) -> list[Certificate]:
    """Those of the actor's account, newest first."""
    lines = erasures(account=actor.id) if actor.id else []
    return [certificate_of(line) for line in reversed(lines)]


def books_out_not_listed(actor: Actor, loans: OwnLoans) -> int:
    """Books still out that `loans` leaves out since the actor erased, until the next build."""
    kept = [
        one
        for certificate in certificates(actor)
        if certificate.state == "gone"
        for one in certificate.content["statement"]["kept"]
    ]
    stayed = sum(int(one["facts"]) for one in kept if one["store"] == "lake:loans")
    return max(0, stayed - len(loans.out))


def certificate_of(line: ErasureLine) -> Certificate:
    return Certificate(line.id, line.state, line.certificate)


def _due(loan: OwnLoan) -> tuple[Any, ...]:
    return (loan.due_at or datetime.max, loan.loan_id)
