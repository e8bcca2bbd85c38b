"""Cases, loans and holds on their way into the lake, and what bookings, events and gifts come to,
from the rows that say they are to be told.

A row owes the lake its newest state from the transaction that changes it: the debt is in the row
itself, so neither is there without the other. `tell` hands the state in and then strikes the debt,
for the version it handed in only. A kill in between hands the same in once more, which changes
nothing: of several rows of one key the newest counts.
"""

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F

from shuren.data import actions as data_actions
from shuren.data.definitions import connectors
from shuren.data.erasing import nobody_commits
from shuren.data.rising import CONNECTOR, hand_in
from shuren.kernel.settings import read_settings
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.case_shapes import NOBODY
from shuren.service.flow_shapes import Declared
from shuren.service.internals import licensed_rising, shift_rising, use_rising, versions
from shuren.service.internals.acting import WHEREABOUTS
from shuren.service.internals.case_rows import Case, CaseStep
from shuren.service.internals.circulation import moves
from shuren.service.internals.circulation.rows import CopyHold, CopyMove
from shuren.service.internals.gifts import stocking
from shuren.service.internals.promises import Clockwork

AT_ONCE = 2000
# What a reader gives back to be done again, and what sends a request on to another source.
RETURNED, SENT_ON = ("return", "ask_revision", "reopen"), ("next_supplier",)
Row = dict[str, Any]


@dataclass(frozen=True)
class Debt:
    """One kind of row that rises.

    waits   whether any is to be told
    tell    tell some of them, `AT_ONCE` at most; how many
    """

    waits: Callable[[], bool]
    tell: Callable[[Site], int]


def tell(site: Site) -> int:
    """Hand in whatever the lake has not been told; how many rows of ours."""
    told = 0
    for debt in DEBTS:
        while some := _told_of(site, debt):
            told += some
    return told


def take_in(site: Site, actor: Actor) -> int:
    """Tell the lake and load what it was told, unless the site has switched that source off; how
    many rows of ours."""
    told = tell(site)
    if connectors(site)[CONNECTOR].enabled:
        data_actions.collect(site, CONNECTOR, actor=actor)
    return told


def _told_of(site: Site, debt: Debt) -> int:
    # An erasure takes a reader's rows in this lock and then looks through the spool: it finds what
    # was handed in before, and nothing is after.
    with nobody_commits(site):
        return debt.tell(site)


def waits() -> bool:
    return any(debt.waits() for debt in DEBTS)


def _cases(site: Site) -> int:
    rows = list(Case.objects.filter(version__gt=F("risen")).order_by("pk")[:AT_ONCE])
    steps: dict[str, list[CaseStep]] = {row.id: [] for row in rows}
    for step in CaseStep.objects.filter(case__in=list(steps)).order_by("case", "number"):
        steps[step.case_id].append(step)
    zone = _zone(site)
    hand_in(site, "reader_cases", [_case(site, row, steps[row.id], zone) for row in rows])
    open_rows = [row for row in rows if row.flow != WHEREABOUTS]
    fresh = [s for row in open_rows for s in steps[row.id] if s.number > row.risen]
    hand_in(site, "case_steps", [_step(step, zone) for step in fresh])
    with transaction.atomic():
        for version in {row.version for row in rows}:
            some = [row.pk for row in rows if row.version == version]
            Case.objects.filter(pk__in=some, version=version).update(risen=version)
    return len(rows)


def _case(site: Site, row: Case, steps: Sequence[CaseStep], zone: ZoneInfo) -> Row:
    declared = versions.of(site, row.service, row.declared)
    promise = declared.service.promise
    is_over, rating = not row.is_open, row.fields.get("rating")
    events = [step.event for step in steps]
    is_rated = isinstance(rating, int | float) and not isinstance(rating, bool)
    told = {
        "case_id": row.id,
        "reader_id": None if row.pseudonym == NOBODY else row.pseudonym,
        "service": row.service,
        "flow": row.flow,
        "state": row.state,
        "ending": declared.flow.states[row.state].end or None,
        "channel": row.channel or None,
        "campus": row.branch or None,
        "needed_at": wall(row.needed_at, zone),
        "opened_at": wall(row.opened_at, zone),
        "answer_due_at": wall(row.respond_due_at, zone),
        "answered_at": wall(row.responded_at, zone),
        "matched_at": wall(row.matched_at, zone),
        "delivered_at": wall(row.delivered_at, zone),
        "feedback_at": wall(row.feedback_at, zone),
        "closed_at": wall(row.closed_at, zone),
        "in_time": row.left >= 0 if is_over and promise.finish and row.left is not None else None,
        "hours": hours(site, declared, steps) if is_over else None,
        "rating": round(rating) if is_rated and 1 <= rating <= 5 else None,
        "tries": 1 + sum(event in SENT_ON for event in events),
        "returns": sum(event in RETURNED for event in events),
        "version": row.version,
    }
    return _without_whereabouts(told) if row.flow == WHEREABOUTS else told


def _without_whereabouts(told: Row) -> Row:
    """A booking as statistics need it: how it ended and on which day, not where and at what time.

    Its steps (checked in, stepped out) do not rise at all: the lake would know for years when a
    reader was in which building, which is kept here for weeks.
    """
    days = {
        name: f"{told[name][:10]} 00:00:00"
        for name in ("needed_at", "opened_at", "closed_at")
        if told[name] is not None
    }
    nowhere = (
        "campus", "answer_due_at", "answered_at", "matched_at", "delivered_at", "feedback_at",
    )  # fmt: skip
    return told | dict.fromkeys(nowhere) | days


def hours(site: Site, declared: Declared, steps: Sequence[CaseStep]) -> float:
    """Hours on the service's clock that the library took: what a reader was waited for, and what
    came after the end, is left out."""
    clock, spent = Clockwork(site, declared), 0.0
    for step, after in itertools.pairwise(steps):
        state = declared.flow.states.get(step.to_state)
        if state is not None and not state.end and state.waits == "library":
            spent += clock.between(step.at, after.at)
    return round(spent / 3600, 4)


def _step(step: CaseStep, zone: ZoneInfo) -> Row:
    return {
        "case_id": step.case_id,
        "number": step.number,
        "stepped_at": wall(step.at, zone),
        "event": step.event,
        "from_state": step.from_state or None,
        "to_state": step.to_state,
        "actor": step.by,
    }


def _loans(site: Site) -> int:
    fresh = list(CopyMove.objects.filter(is_risen=False).order_by("pk")[:AT_ONCE])
    loans = {move.loan for move in fresh if move.loan}
    by_loan: dict[str, list[CopyMove]] = {loan: [] for loan in loans}
    for move in CopyMove.objects.filter(loan__in=loans).order_by("pk"):
        by_loan[move.loan].append(move)
    zone = _zone(site)
    hand_in(site, "own_loans", [_loan(loan, found, zone) for loan, found in by_loan.items()])
    CopyMove.objects.filter(pk__in=[move.pk for move in fresh]).update(is_risen=True)
    return len(fresh)


def _loan(loan: str, found: Sequence[CopyMove], zone: ZoneInfo) -> Row:
    """A loan from all its moves. Of one that another system made only what became of it here."""
    lent = [move for move in found if move.kind in moves.LENT]
    began = next((move for move in found if move.kind == moves.CHECK_OUT), None)
    back = next((move for move in found if move.kind == moves.CHECK_IN), None)
    first = began or found[0]
    return {
        "loan_id": loan,
        "reader_id": next((m.pseudonym for m in reversed(lent) if m.pseudonym), None)
        if began
        else None,
        "item_id": first.item,
        "title_id": first.title or None,
        "loaned_at": wall(began.at, zone) if began else None,
        "due_at": wall(lent[-1].due_at, zone) if lent else None,
        "returned_at": wall(back.at, zone) if back else None,
        "renewals": lent[-1].renewals if lent else 0,
        "campus": first.campus or None,
        "changed_at": wall(found[-1].at, zone),
    }


def _holds(site: Site) -> int:
    rows = list(CopyHold.objects.filter(version__gt=F("risen")).order_by("pk")[:AT_ONCE])
    aside = CopyMove.objects.filter(kind=moves.SET_ASIDE, hold__in=[row.pk for row in rows])
    ready: dict[int, datetime] = {}
    for move in aside.order_by("-pk"):
        if move.hold is not None:
            ready[move.hold] = move.at  # the first of several counts
    zone = _zone(site)
    hand_in(site, "own_holds", [_hold(row, ready.get(row.pk), zone) for row in rows])
    with transaction.atomic():
        for row in rows:
            CopyHold.objects.filter(pk=row.pk, version=row.version).update(risen=row.version)
    return len(rows)


def _hold(row: CopyHold, ready: datetime | None, zone: ZoneInfo) -> Row:
    return {
        "hold_id": f"H{row.pk}",
        "title_id": row.title,
        "item_id": row.item or None,
        "campus": row.campus or None,
        "placed_at": wall(row.placed_at, zone),
        "ready_at": wall(ready, zone),
        "state": row.state,
    }


def wall(moment: datetime | None, zone: ZoneInfo) -> str | None:
    """As the lake writes it: the library's clock, whole seconds, no zone."""
    if moment is None:
        return None
    return moment.astimezone(zone).replace(tzinfo=None, microsecond=0).isoformat(" ")


def _zone(site: Site) -> ZoneInfo:
    return ZoneInfo(read_settings(site).time_zone)


DEBTS: Iterable[Debt] = (
    Debt(lambda: Case.objects.filter(version__gt=F("risen")).exists(), _cases),
    Debt(lambda: CopyMove.objects.filter(is_risen=False).exists(), _loans),
    Debt(lambda: CopyHold.objects.filter(version__gt=F("risen")).exists(), _holds),
    Debt(use_rising.places_wait, use_rising.tell_places),
    Debt(use_rising.events_wait, use_rising.tell_events),
    Debt(use_rising.gifts_wait, use_rising.tell_gifts),
    Debt(stocking.wait, stocking.tell),
    Debt(licensed_rising.wait, licensed_rising.tell),
    Debt(shift_rising.wait, shift_rising.tell),
)
