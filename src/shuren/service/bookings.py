"""Seats and rooms: a reader books one, checks in by the code shown there, steps out, comes back,
extends, leaves; waits in line where all are taken; and sees what was not kept to.

A booking is a case of a service on the flow `booking`, with its trace, timers and erasure; the
place is taken by rows that the database allows once (internals/booking_rows.py). Every verb is one
transaction. Whose a booking is, is told to nobody but its reader.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from shuren.kernel.clock import now
from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import cases, places
from shuren.service.booking_shapes import BookingLine, BreachLine, Credit, Place, WishLine
from shuren.service.case_shapes import AskedField, CaseView
from shuren.service.definitions import service as declared_service
from shuren.service.definitions import services
from shuren.service.errors import NotOffered, PlaceTaken, UnknownName, WrongField
from shuren.service.internals import (
    limits,
    place_credit,
    place_lines,
    place_wishes,
    placing,
)
from shuren.service.internals.booking_rows import Booking, Breach, PlaceWish
from shuren.service.internals.case_rows import Case
from shuren.service.internals.filling import LONGEST
from shuren.service.internals.in_turn import in_turn
from shuren.trust.actions import record_use
from shuren.trust.queries import require_purpose

OWN, TABLE = "own_records", "service.booking"
COLUMNS = ("service", "place", "starts_at", "ends_at", "state", "people")
MOST_WISHES = 3
# Where a reader objects: the service of plain enquiries.
OBJECTIONS = ("reference_desk",)


def book(
    site: Site,
    place: str,
    starts_at: datetime,
    ends_at: datetime,
    *,
    actor: Actor,
    people: int | None = None,
    channel: str = "web",
    key: str = "",
) -> CaseView:
    """Book a seat or room for the reader who asks, from a quarter of an hour to another.

    starts_at  in the quarter that runs: from now on
    people     how many come, for a room
    key        booking again with the same key gives the booking that is there
    raises     PlaceTaken where another was quicker or the reader is elsewhere then, NotOffered,
               WrongField (too far ahead, closed, too long), UnknownName, Busy
    """
    wanted, service = _bookable(site, place)
    fields = {"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()}
    if wanted.people[1] > 1:
        fields["people"] = str(people or "")
    # Who comes too late is told so without waiting in line, and in the line without a write.
    is_new = not (key and Case.objects.filter(pseudonym=actor.reader_key, open_key=key).exists())
    if is_new:
        _require_free(wanted, starts_at, ends_at)
    with in_turn(site):
        if is_new:
            _require_free(wanted, starts_at, ends_at)
        return cases.open_case(
            site,
            service,
            actor=actor,
            subject={
                "kind": "place",
                "id": wanted.id,
                "title": pick(dict(wanted.title), "zh"),
                "title_en": pick(dict(wanted.title), "en"),
            },
            fields=fields,
            branch=wanted.zone.building,
            channel=channel,
            key=key,
        )


def check_in(site: Site, case: str, code: str, *, actor: Actor) -> CaseView:
    """Check in by the code shown at the place; raises WrongCode, NotNow, NoSuchCase."""
    with in_turn(site):
        return cases.act(site, case, "check_in", actor=actor, fields={"code": code})


def step_out(site: Site, case: str, *, actor: Actor) -> CaseView:
    """Leave the place for a while; it is kept as long as the service says, longer at meals."""
    with in_turn(site):
        return cases.act(site, case, "step_out", actor=actor)


def come_back(site: Site, case: str, *, actor: Actor) -> CaseView:
    with in_turn(site):
        return cases.act(site, case, "come_back", actor=actor)


def extend(site: Site, case: str, ends_at: datetime, *, actor: Actor) -> CaseView:
    """Stay longer, where nobody else has the place; raises PlaceTaken, WrongField, NotNow."""
    with in_turn(site):
        return cases.act(site, case, "extend", actor=actor, fields={"ends_at": ends_at.isoformat()})


def leave(site: Site, case: str, *, actor: Actor) -> CaseView:
    """End a booking that is in use, or whose reader is out for a while."""
    with in_turn(site), transaction.atomic():
        if cases.case(site, case, actor).state == "away":
            cases.act(site, case, "come_back", actor=actor)
        return cases.act(site, case, "leave", actor=actor)


def cancel(site: Site, case: str, *, actor: Actor) -> CaseView:
    with in_turn(site):
        return cases.act(site, case, "cancel", actor=actor)


def wait(
    site: Site,
    zone: str,
    starts_at: datetime,
    ends_at: datetime,
    *,
    actor: Actor,
    people: int = 1,
) -> WishLine:
    """Join the line for a place of a zone; asking again for the same is one wish.

    raises  UnknownName, WrongField, NotOffered where a place is free, or the reader may not book
    """
    require_purpose(actor, OWN)
    moment = now()
    found = place_wishes.candidates(site, zone, people)
    if not found:
        raise UnknownName(
            _("There is no such seat or room."), fix=_("Choose one on the page of spaces.")
        )
    _wanted, service = _bookable(site, found[0].id)
    known = declared_service(site, service)
    limits.admit(site, known, actor)
    place_credit.require_clear(known, actor.reader_key, moment)
    placing.require_times(site, found[0], service, starts_at, ends_at, moment)
    if places.free_in(found, max(starts_at, moment), ends_at):
        raise NotOffered(_("A place is free at that time."), fix=_("Book it; no need to wait."))
    own = PlaceWish.objects.filter(pseudonym=actor.reader_key)
    if own.count() >= MOST_WISHES:
        raise NotOffered(
            _("You wait for %(count)s places already.", count=MOST_WISHES),
            fix=_("Leave one of the lines first."),
        )
    with in_turn(site):
        try:
            with transaction.atomic():
                row = PlaceWish.objects.create(
                    pseudonym=actor.reader_key, service=service, zone=zone, people=people,
                    starts_at=starts_at, ends_at=ends_at, joined_at=moment,
                )  # fmt: skip
        except IntegrityError:
            row = own.get(zone=zone, starts_at=starts_at)
    return place_lines.wish(site, row)


def accept(site: Site, wish: int, *, actor: Actor) -> CaseView:
    """Book the place that was kept for who waits; raises UnknownName, PlaceTaken if it took too
    long, and what `book` does."""
    with in_turn(site), transaction.atomic():
        row = _wish(wish, actor)
        moment = now()
        if not row.place or row.offered_until is None or row.offered_until <= moment:
            raise PlaceTaken(
                _("The place was kept for a while, and that time is over."),
                fix=_("Look whether another is free, or wait again."),
            )
        starts_at = max(row.starts_at, moment.replace(second=0, microsecond=0))
        place, people = row.place, row.people
        ends_at = row.ends_at
        place_wishes.release(row)
        return book(
            site, place, placing.quarter(starts_at), ends_at, actor=actor, people=people,
            key=f"wish {wish}",
        )  # fmt: skip


def stop_waiting(site: Site, wish: int, *, actor: Actor) -> None:
    """Leave the line; a place that was kept is offered to the next. Raises UnknownName."""
    with in_turn(site), transaction.atomic():
        row = _wish(wish, actor)
        place, zone = row.place, row.zone
        place_wishes.release(row)
        if place:
            place_wishes.offer(site, place, zone, now())


def mine(
    site: Site, actor: Actor, *, past: int = 20
) -> tuple[list[BookingLine], list[BookingLine]]:
    """(open, over): the reader's own bookings, the next first; the newest of those over.

    raises  trust's NotAllowed for who is no reader
    """
    require_purpose(actor, OWN)
    rows = Booking.objects.filter(case__pseudonym=actor.reader_key).select_related("case")
    ours = list(rows.filter(case__is_open=True).order_by("starts_at", "pk"))
    over = list(rows.filter(case__is_open=False).order_by("-starts_at", "pk")[:past])
    record_use(actor, OWN, TABLE, COLUMNS, len(ours) + len(over))
    moment = now()
    return (
        [place_lines.booking(site, row, moment, for_reader=True) for row in ours],
        [place_lines.booking(site, row, moment, for_reader=True) for row in over],
    )


def waiting(site: Site, actor: Actor) -> list[WishLine]:
    """The lines the reader stands in, the soonest first."""
    require_purpose(actor, OWN)
    rows = PlaceWish.objects.filter(pseudonym=actor.reader_key, ends_at__gt=now())
    return [place_lines.wish(site, row) for row in rows.order_by("starts_at", "id")]


def credit(site: Site, actor: Actor) -> list[Credit]:
    """How the reader stands with each service of places that serves them."""
    require_purpose(actor, OWN)
    moment, found = now(), []
    for id, rules in places.bookable(site).items():
        known = services(site)[id]
        if actor.role not in known.roles:
            continue
        until = place_credit.blocked_until(actor.reader_key, id, moment)
        count = place_credit.counting(actor.reader_key, id, rules, moment).count()
        found.append(
            Credit(
                id, known.title, count, rules.breach_count, rules.breach_within_days,
                rules.block_days, until,
            )
        )  # fmt: skip
    return found


def breaches(site: Site, actor: Actor) -> list[BreachLine]:
    """What the reader did not keep to, the newest first."""
    require_purpose(actor, OWN)
    rows = Breach.objects.filter(pseudonym=actor.reader_key).order_by("-at", "-id")
    return place_lines.breaches(site, list(rows[:100]), now())


def object_to(site: Site, breach: int, why: str, *, actor: Actor) -> CaseView:
    """Object to a breach: a librarian looks at it as a case; once for each.

    raises  UnknownName, UsageError where the library takes no enquiries, WrongField without a why
    """
    if not why.strip():
        raise WrongField("why", _("Say what happened."))
    with in_turn(site), transaction.atomic():
        row = Breach.objects.filter(pk=breach, pseudonym=actor.reader_key).first()
        if row is None:
            raise UnknownName(_("There is no such entry."))
        service = next((one for one in OBJECTIONS if one in services(site)), None)
        if service is None:
            raise UsageError(
                _("The library takes no enquiries here."), fix=_("Object at the desk.")
            )
        line = place_lines.breaches(site, [row], now())[0]
        text = _(
            "Objection: %(place)s, %(when)s. %(why)s",
            place=pick(dict(line.place_title or line.service_title)),
            when=f"{timezone.localtime(row.at):%Y-%m-%d %H:%M}", why=why.strip(),
        )  # fmt: skip
        opened = cases.open_case(
            site, service, actor=actor, fields=_said(services(site)[service].form, text),
            key=f"breach {row.pk}",
        )  # fmt: skip
        row.objection = opened.id
        row.save(update_fields=["objection"])
        return opened


def work(site: Site) -> int:
    """What is due by itself beside the cases' own timers: offers that ran out, and places that are
    free though somebody waits. How many offers were made."""
    with in_turn(site):
        return place_wishes.work(site)


def work_is_due() -> bool:
    return place_wishes.is_due()


def _said(form: Sequence[AskedField], text: str) -> dict[str, str]:
    """A form of enquiries with what must be filled in: what is said, and of choices the last."""
    values = {}
    for one in form:
        if one.required and one.type in LONGEST:
            values[one.name] = text[: LONGEST[one.type]]
        elif one.required and one.choices:
            values[one.name] = list(one.choices)[-1]
    return values


def _require_free(place: Place, starts_at: datetime, ends_at: datetime) -> None:
    if not places.free_in([place], starts_at, ends_at):
        raise placing.taken(place.id, starts_at, ends_at)


def _bookable(site: Site, place: str) -> tuple[Place, str]:
    wanted = places.place(site, place)
    found = places.service_of(site, wanted)
    if found is None:
        raise NotOffered(
            _("“%(place)s” cannot be booked.", place=pick(dict(wanted.title))),
            fix=_("Choose another on the page of spaces."),
        )
    return wanted, found[0]


def _wish(wish: int, actor: Actor) -> PlaceWish:
    require_purpose(actor, OWN)
    row = PlaceWish.objects.filter(pk=wish, pseudonym=actor.reader_key).first()
    if row is None:
        raise UnknownName(_("You do not wait for this any more."))
    return row
