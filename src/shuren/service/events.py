"""Events and courses: planned, enrolled in, attended, certified, rated, looked back on.

An event runs by a case of the flow `event` or `course`, which a reader proposed or staff opened;
its places are given out one at a time, so that none is given twice. Nobody at the door sees a name:
a reader shows the number of their enrolment, or types the code that is shown there.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from shuren.kernel.clock import now
from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.ids import new_id
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.case_shapes import LIBRARIAN, NOBODY
from shuren.service.definitions import services
from shuren.service.errors import NotNow, UnknownName, WrongField
from shuren.service.event_shapes import (
    CANCELLED,
    ENROLLED,
    ENROLLING,
    OVER,
    SHOWN,
    WAITING,
    EventView,
    OwnPlace,
    Seat,
)
from shuren.service.internals import acting, limits, versions
from shuren.service.internals.case_rows import Case
from shuren.service.internals.event_rows import Enrolment, Event
from shuren.service.internals.events import queueing, viewing
from shuren.service.internals.running import Running
from shuren.trust.actions import record_use
from shuren.trust.queries import require, require_purpose

FLOWS = ("event", "course")
OWN, TABLE = "own_records", "service.enrolment"
EARLY = timedelta(hours=1)  # the code counts so long before a meeting begins
MOST_WRONG, LEAST_RATINGS, LONGEST = 10, 5, 2_000


class NoSuchEvent(ShurenError):
    """There is no such event, or it is not to be seen yet."""

    exit_code = 2

    def __init__(self) -> None:
        super().__init__(queueing.no_such_event(), fix=_("Look at the calendar of events."))


def plan(
    site: Site,
    service: str,
    *,
    title: Mapping[str, str],
    summary: Mapping[str, str] | None = None,
    place: str = "",
    sessions: Sequence[tuple[datetime, datetime]],
    enrol_until: datetime | None = None,
    places: int = 0,
    certificate: int = 0,
    reading: Iterable[str] = (),
    actor: Actor,
    case_id: str = "",
) -> EventView:
    """Plan an event of a service, on a case that a reader proposed or on one of its own.

    sessions     its meetings, in order; enrol_until: the start of the first where not given
    certificate  per cent of the meetings for a certificate, 0 for none
    raises       UnknownName, WrongField; trust's NotAllowed without cases.work
    """
    require_purpose(require(actor, acting.WORK), acting.PURPOSE)
    known = services(site)
    if service not in known or known[service].flow not in FLOWS:
        raise UnknownName(_("“%(name)s” is no service with events.", name=service[:60]))
    until = enrol_until or (sessions[0][0] if sessions else now())
    _check(title, sessions, until, places, certificate)
    moment = now()
    with transaction.atomic():
        row = _case(site, service, case_id, until, actor)
        event = Event.objects.create(
            id=new_id("E"), case_id=row.pk, service=service, state=row.state, title=dict(title),
            summary=dict(summary or {"zh": "", "en": ""}), place=place[:120],
            sessions=[[start.isoformat(), end.isoformat()] for start, end in sessions],
            starts_at=sessions[0][0], ends_at=sessions[-1][1], enrol_until=until,
            places=places, certificate=certificate, reading=[str(one)[:300] for one in reading],
            code=f"{secrets.randbelow(1_000_000):06}", changed_at=moment,
        )  # fmt: skip
    return viewing.event(event)


def calendar(
    *, since: datetime, until: datetime, service: str = "", limit: int = 500
) -> list[EventView]:
    """Events to be seen that touch a stretch of time, the soonest first."""
    found = Event.objects.filter(state__in=SHOWN, starts_at__lt=until, ends_at__gte=since)
    if service:
        found = found.filter(service=service)
    return [viewing.event(row) for row in found.order_by("starts_at", "id")[:limit]]


def event(event_id: str, *, actor: Actor | None = None) -> EventView:
    """One event; also one that is not shown yet, or called off, to staff and to who is in it."""
    row = Event.objects.filter(pk=event_id[:32]).first()
    if row is None or not (row.state in SHOWN or _may_see(row, actor)):
        raise NoSuchEvent
    return viewing.event(row)


def planned(actor: Actor, limit: int = 200) -> list[EventView]:
    """All events for staff, the newest planned first; raises trust's NotAllowed."""
    require_purpose(require(actor, acting.READ), acting.PURPOSE)
    return [viewing.event(row) for row in Event.objects.order_by("-starts_at", "-id")[:limit]]


def enrol(site: Site, event_id: str, *, actor: Actor) -> OwnPlace:
    """Take a place, or stand in the waiting list; asking twice changes nothing.

    raises  NoSuchEvent, NotNow outside the time of enrolment, NotOffered to whom it is not for
    """
    require_purpose(actor, OWN)
    with transaction.atomic():
        row = queueing.held(event_id)
        if row is None or row.state not in SHOWN:
            raise NoSuchEvent
        known = services(site).get(row.service)
        if known is not None:
            limits.admit(site, known, actor)
        if row.state not in ENROLLING or now() >= row.enrol_until:
            raise NotNow(_("Enrolment is closed."), fix=_("Look for the next event."))
        return viewing.place(queueing.take(row, actor.reader_key))


def cancel(site: Site, event_id: str, *, actor: Actor) -> OwnPlace | None:
    """Give one's place back; the next who waits moves up. None for who has none."""
    require_purpose(actor, OWN)
    with transaction.atomic():
        row = queueing.held(event_id)
        mine = viewing.mine(event_id, actor)
        if row is None or mine is None or mine.state == CANCELLED:
            return viewing.place(mine) if mine else None
        if now() >= row.starts_at:
            raise NotNow(_("The event has begun; a place can no longer be given back."))
        queueing.give_back(site, row, mine)
        return viewing.place(mine)


def own_place(event_id: str, *, actor: Actor) -> OwnPlace | None:
    mine = viewing.mine(event_id, actor) if actor.reader_key else None
    return viewing.place(mine) if mine else None


def own_events(actor: Actor) -> list[tuple[EventView, OwnPlace]]:
    """What the reader is in or waits for, the soonest first; a line in the ledger."""
    require_purpose(actor, OWN)
    rows = Enrolment.objects.filter(pseudonym=actor.reader_key).exclude(state=CANCELLED)
    found = [(viewing.event(row.event), viewing.place(row)) for row in rows.select_related("event")]
    record_use(actor, OWN, TABLE, ("event", "state"), len(found))
    return sorted(found, key=lambda one: one[0].starts_at)


def appointments(actor: Actor) -> list[tuple[EventView, OwnPlace]]:
    """The events that are not over in which the reader has a place, or gave it back."""
    require_purpose(actor, OWN)
    rows = Enrolment.objects.filter(pseudonym=actor.reader_key, event__ends_at__gt=now())
    found = rows.exclude(state=WAITING).select_related("event").order_by("event__starts_at", "pk")
    record_use(actor, OWN, TABLE, ("event", "state"), len(found))
    return [(viewing.event(row.event), viewing.place(row)) for row in found]


def check_in(event_id: str, code: str, *, actor: Actor) -> OwnPlace:
    """Say by the code shown at the place that one is there.

    raises  NotNow while no meeting is on, without a place, or after ten wrong codes; WrongField
    """
    require_purpose(actor, OWN)
    with transaction.atomic():
        row = queueing.held(event_id)
        mine = viewing.mine(event_id, actor)
        if row is None or mine is None or mine.state != ENROLLED:
            raise NotNow(_("You have no place in this event."))
        at = _meeting_now(row)
        if not at:
            raise NotNow(
                _("No meeting is on now."), fix=_("The code counts from an hour before it begins.")
            )
        if mine.wrong >= MOST_WRONG:
            raise NotNow(_("Too many wrong codes."), fix=_("Show your number at the door."))
        is_right = secrets.compare_digest(code.strip().encode(), row.code.encode())
        if is_right:
            _attend(mine, at)
        else:
            Enrolment.objects.filter(pk=mine.pk).update(wrong=mine.wrong + 1)
    if not is_right:
        raise WrongField("code", _("This is not the code of this event."))
    return viewing.place(mine)


def seats(event_id: str, *, actor: Actor) -> tuple[str, list[Seat]]:
    """(the code to be shown, everybody who is in or waits, by number) for staff."""
    require_work(actor)
    row = Event.objects.filter(pk=event_id[:32]).first()
    if row is None:
        raise NoSuchEvent
    rows = Enrolment.objects.filter(event=row).exclude(state=CANCELLED).order_by("state", "id")
    return row.code, [Seat(one.number, one.state, tuple(one.attended)) for one in rows]


def mark(event_id: str, numbers: Iterable[str], meeting: int, *, actor: Actor) -> int:
    """Write down who was at a meeting, by the numbers shown; how many.

    raises  NoSuchEvent, WrongField naming a number that is not of this event, with nothing written
    """
    require_work(actor)
    wanted = {one.strip().upper() for one in numbers if one.strip()}
    with transaction.atomic():
        row = queueing.held(event_id)
        if row is None or not 1 <= meeting <= len(row.sessions):
            raise NoSuchEvent
        found = list(Enrolment.objects.filter(event=row, number__in=wanted, state=ENROLLED))
        missing = sorted(wanted - {one.number for one in found})
        if missing:
            raise WrongField(
                "numbers", _("Nobody here has this number: %(numbers)s.",
                             numbers=", ".join(missing)[:200])
            )  # fmt: skip
        for one in found:
            _attend(one, meeting)
        if row.state in OVER:  # the lake is told of who was written down late
            Event.objects.filter(pk=row.pk).update(risen=-1)
    return len(found)


def _case(site: Site, service: str, case_id: str, until: datetime, actor: Actor) -> Case:
    """The case an event runs by: the one that was proposed, or a new one of the library's own."""
    fields = {"enrol_until": until.isoformat()}
    if case_id:
        row = Case.objects.select_for_update().filter(pk=case_id[:32], service=service).first()
        if row is None or not row.is_open or Event.objects.filter(case_id=row.pk).exists():
            raise NotNow(_("This case cannot carry an event: it is over, or has one."))
        Case.objects.filter(pk=row.pk).update(fields=row.fields | fields)
        return row
    declared, moment = versions.current(site, service), now()
    row = Case(
        id=new_id("C"), trace=new_id("T"), service=service, flow=declared.flow.id,
        declared=declared.print, state=declared.flow.start, pseudonym=NOBODY, channel="desk",
        subject={"kind": "none", "id": "", "title": ""}, fields=fields, opened_at=moment,
        changed_at=moment, rank_at=moment, needed_at=moment,
    )  # fmt: skip
    versions.keep(declared)
    running = Running(site, row, declared, moment)
    running.begin(actor, LIBRARIAN)
    running.insert()
    return row


def _check(
    title: Mapping[str, str],
    sessions: Sequence[tuple[datetime, datetime]],
    until: datetime,
    places: int,
    certificate: int,
) -> None:
    if not (str(title.get("zh", "")).strip() and str(title.get("en", "")).strip()):
        raise WrongField("title", _("Write the title in both languages."))
    if not sessions:
        raise WrongField("sessions", _("Say when it begins and ends."))
    last = None
    for start, end in sessions:
        if end <= start or (last is not None and start < last):
            raise WrongField("sessions", _("A meeting ends after it begins, and before the next."))
        last = end
    if until > sessions[0][0]:
        raise WrongField("enrol_until", _("Enrolment ends before the event begins."))
    if not 0 <= places <= 100_000:
        raise WrongField("places", _("Write how many places there are, 0 for any number."))
    if not 0 <= certificate <= 100:
        raise WrongField("certificate", _("Write per cent of the meetings, 0 for no certificate."))


def require_work(actor: Actor) -> None:
    """raises  trust's NotAllowed"""
    require_purpose(require(actor, acting.WORK), acting.PURPOSE)


def _may_see(row: Event, actor: Actor | None) -> bool:
    if actor is None:
        return False
    return acting.handles(actor, acting.READ) or viewing.mine(row.pk, actor) is not None


def _meeting_now(row: Event) -> int:
    for one in viewing.sessions(row):
        if one.starts_at - EARLY <= now() <= one.ends_at:
            return one.number
    return 0


def _attend(row: Enrolment, meeting: int) -> None:
    row.attended = sorted({*row.attended, meeting})
    row.save(update_fields=["attended"])
