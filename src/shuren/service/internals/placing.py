"""How a case of the flow `booking` takes its place and gives it back: hooks of its steps.

Each runs in the transaction of the step. Cases of that flow that hold no place (a flow's test, a
locker without a number) pass through untouched.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.site import Site
from shuren.service import places
from shuren.service.booking_shapes import Place, Rules
from shuren.service.errors import NotNow, NotOffered, PlaceTaken, WrongCode, WrongField
from shuren.service.flow_shapes import Declared
from shuren.service.internals import (
    opening,
    place_codes,
    place_credit,
    place_told,
    place_wishes,
    slots,
)
from shuren.service.internals.booking_rows import Booking, PlaceSlot
from shuren.service.internals.case_rows import Case
from shuren.service.internals.hooks import Facts
from shuren.service.internals.place_rules import rules_of

MINUTE = timedelta(minutes=1)


def prepare(site: Site, row: Case, declared: Declared, at: datetime) -> None:
    """Before a case about a place is opened: whether it may be, and its times as they are kept.

    raises  UnknownName, NotOffered, WrongField
    """
    place = places.place(site, row.subject_id)
    found = places.service_of(site, place)
    rules = rules_of(declared.service)
    if rules is None or found is None or found[0] != row.service:
        raise NotOffered(
            _("“%(place)s” cannot be booked.", place=pick(dict(place.title))),
            fix=_("Choose another on the page of spaces."),
        )
    place_credit.require_clear(declared.service, row.pseudonym, at)
    starts_at, ends_at = _times(site, row, at)
    _require_length(rules, starts_at, ends_at)
    _require_people(place, row)
    require_open(site, place, rules, starts_at, ends_at, at)
    row.fields = {
        **row.fields, "starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()
    }  # fmt: skip
    row.branch = row.branch or place.zone.building[:80]


def take(site: Site, row: Case) -> None:
    """The place is the case's from now on; raises PlaceTaken."""
    place = places.place(site, row.subject_id)
    booking = Booking.objects.create(
        case_id=row.pk,
        service=row.service,
        place=place.id,
        zone=place.zone.id,
        building=place.zone.building,
        people=int(row.fields.get("people", 1)),
        starts_at=datetime.fromisoformat(row.fields["starts_at"]),
        ends_at=datetime.fromisoformat(row.fields["ends_at"]),
    )
    wanted = slots.span(booking.starts_at, booking.ends_at)
    if not occupy(place.id, wanted, row.pseudonym, booking=booking):
        raise _taken(place.id, wanted)


def occupy(place: str, wanted: Iterable[int], pseudonym: str, **by: Any) -> bool:
    """Take a place for some quarters, or none of them; by: what takes it."""
    rows = [PlaceSlot(place=place, slot=one, pseudonym=pseudonym, **by) for one in wanted]
    try:
        # In the order of time, so that two who want the same wait for each other and never both.
        with transaction.atomic():
            PlaceSlot.objects.bulk_create(rows)
    except IntegrityError:
        return False
    return True


def extend(facts: Facts) -> None:
    """With `extend`: the new end is later, allowed, and nobody else's.

    raises  WrongField, NotNow, PlaceTaken
    """
    booking = _booking(facts)
    if booking is None:
        return
    rules = _rules(facts)
    ends_at = facts.clockwork.moment_of(facts.row.fields.get("ends_at"))
    if ends_at is None or ends_at <= booking.ends_at:
        raise WrongField("ends_at", _("Choose an end that is later than the one you have."))
    _require_length(rules, booking.starts_at, ends_at)
    place = places.place(facts.site, booking.place)
    if not opening.is_open(facts.site, place.zone, booking.ends_at, ends_at):
        raise NotNow(_closed(facts.site, place, ends_at))
    more = range(slots.after(booking.ends_at), slots.after(ends_at))
    if not occupy(booking.place, more, facts.row.pseudonym, booking=booking):
        raise _taken(booking.place, more)
    facts.row.fields = {**facts.row.fields, "ends_at": ends_at.isoformat()}
    booking.ends_at = ends_at
    booking.save(update_fields=["ends_at"])


def away_time(facts: Facts) -> None:
    """With `step_out`: until when the place is kept, longer while a meal is served."""
    limits = facts.clockwork.declared.service.limits
    rules = rules_of(facts.clockwork.declared.service)
    minutes = float(limits.get("away_minutes", 30))
    if rules is not None:
        clock = facts.at.astimezone(facts.clockwork.zone).time()
        if any(begins <= clock < ends for begins, ends in rules.meals):
            minutes = rules.meal_away_minutes
    until = facts.at + minutes * MINUTE
    facts.row.fields = {**facts.row.fields, "away_until": until.isoformat()}


def check_code(facts: Facts) -> None:
    """With `check_in`: a reader shows by the code that they are there. It is not kept.

    raises  WrongCode
    """
    typed = str(facts.row.fields.get("code", ""))
    facts.row.fields = {k: v for k, v in facts.row.fields.items() if k != "code"}
    booking = _booking(facts)
    if booking is None or facts.actor.reader_key != facts.row.pseudonym:
        return
    rules = _rules(facts)
    local = facts.at.astimezone(facts.clockwork.zone)
    scope = scope_of(rules, booking.place, booking.zone)
    if not place_codes.fits(scope, typed, local, rules.code_seconds):
        raise WrongCode(
            _("This is not the code shown at the place now."),
            fix=_("Look at the screen there and type its six characters, or ask at the desk."),
        )


def is_early(facts: Facts, said: Mapping[str, Any]) -> str:
    """The guard of `check_in`: it begins a little before the booking does."""
    booking = _booking(facts)
    if booking is None:
        return ""
    opens = booking.starts_at - _rules(facts).early_minutes * MINUTE
    if facts.at >= opens:
        return ""
    return _(
        "You can check in from %(when)s.",
        when=f"{opens.astimezone(facts.clockwork.zone):%m-%d %H:%M}",
    )


def free(facts: Facts) -> None:
    """The place is nobody's from now on; who waits for it is offered it."""
    booking = _booking(facts)
    if booking is None or booking.freed_at is not None:
        return
    PlaceSlot.objects.filter(booking=booking).delete()
    booking.freed_at = facts.at
    booking.save(update_fields=["freed_at"])
    place_wishes.offer(facts.site, booking.place, booking.zone, facts.at)


def breach(facts: Facts) -> None:
    """Somebody did not come, or did not come back."""
    booking = _booking(facts)
    if booking is None:
        return
    kind = place_credit.AWAY if "away_until" in facts.row.fields else place_credit.NO_SHOW
    made = place_credit.write_down(booking, facts.row.pseudonym, kind, _rules(facts), facts.at)
    place_told.not_kept(facts.site, made)


def require_times(
    site: Site, place: Place, service: str, starts_at: datetime, ends_at: datetime, at: datetime
) -> None:
    """The checks of a booking that is only wished for; raises WrongField."""
    rules = places.bookable(site)[service]
    _require_length(rules, max(starts_at, at), ends_at)
    if ends_at <= at:
        raise WrongField("starts_at", _("This time is over."))
    require_open(site, place, rules, max(starts_at, at), ends_at, at)


def quarter(at: datetime) -> datetime:
    """The beginning of the quarter of an hour that a moment lies in."""
    return slots.begins(slots.first(at))


def scope_of(rules: Rules, place: str, zone: str) -> str:
    """What a code stands for: all seats of a zone, or one room."""
    return zone if rules.book == "seats" else place


def require_open(
    site: Site, place: Place, rules: Rules, starts_at: datetime, ends_at: datetime, at: datetime
) -> None:
    """raises  WrongField: too far ahead, or closed"""
    ahead = (opening.local_day(site, starts_at) - opening.local_day(site, at)).days
    if ahead > rules.ahead_days:
        raise WrongField(
            "starts_at",
            _("This can be booked %(days)s days ahead at most.", days=rules.ahead_days),
        )
    if not opening.is_open(site, place.zone, starts_at, ends_at):
        raise WrongField("starts_at", _closed(site, place, starts_at))


def _closed(site: Site, place: Place, at: datetime) -> str:
    span = opening.hours(site, place.zone, opening.local_day(site, at))
    name = pick(dict(place.zone.title))
    if span is None:
        return _("“%(zone)s” is closed that day, or its hours are not announced.", zone=name)
    _known, tz = opening.calendar(site)
    begins, ends = (one.astimezone(tz) for one in span)
    closes = "24:00" if ends.date() > begins.date() else f"{ends:%H:%M}"
    return _(
        "“%(zone)s” is open from %(opens)s to %(closes)s that day.",
        zone=name, opens=f"{begins:%H:%M}", closes=closes,
    )  # fmt: skip


def _times(site: Site, row: Case, at: datetime) -> tuple[datetime, datetime]:
    """Start and end, UTC; a start in the quarter of an hour that runs is now."""
    _known, tz = opening.calendar(site)
    found = []
    for name in ("starts_at", "ends_at"):
        said = row.fields.get(name)
        if not said:
            raise WrongField(name, _("Say from when to when."))
        moment = datetime.fromisoformat(str(said))
        moment = moment if moment.tzinfo else moment.replace(tzinfo=tz)
        if slots.first(moment) != slots.after(moment):
            raise WrongField(name, _("Book from and to a quarter of an hour, such as 14:15."))
        found.append(slots.begins(slots.first(moment)))
    starts_at, ends_at = found
    if slots.first(starts_at) == slots.first(at):
        starts_at = at
    if starts_at < at:
        raise WrongField("starts_at", _("This time is over."))
    return starts_at, ends_at


def _require_length(rules: Rules, starts_at: datetime, ends_at: datetime) -> None:
    minutes = (slots.after(ends_at) - slots.first(starts_at)) * slots.SECONDS // 60
    if not rules.min_minutes <= minutes <= rules.max_minutes:
        raise WrongField(
            "ends_at",
            _("Book from %(least)s minutes to %(most)s at a time.",
              least=rules.min_minutes, most=rules.max_minutes),
        )  # fmt: skip


def _require_people(place: Place, row: Case) -> None:
    least, most = place.people
    people = row.fields.get("people", 1 if most == 1 else None)
    if people is None or not least <= people <= most:
        raise WrongField(
            "people",
            _("“%(place)s” is for %(least)s to %(most)s people; say how many you are.",
              place=pick(dict(place.title)), least=least, most=most),
        )  # fmt: skip


def taken(place: str, starts_at: datetime, ends_at: datetime) -> PlaceTaken:
    return _taken(place, slots.span(starts_at, ends_at))


def _taken(place: str, wanted: range) -> PlaceTaken:
    if PlaceSlot.objects.filter(place=place, slot__gte=wanted.start, slot__lt=wanted.stop).exists():
        return PlaceTaken(
            _("Somebody else was quicker: the place is taken at that time."),
            fix=_("Choose another place, or another time."),
        )
    return PlaceTaken(
        _("You have another place at that time."),
        fix=_("Cancel or end that booking first; nobody can be at two places at once."),
    )


def _booking(facts: Facts) -> Booking | None:
    return Booking.objects.filter(pk=facts.row.pk).first()


def _rules(facts: Facts) -> Rules:
    """Those the case runs by, whatever the files say now."""
    rules = rules_of(facts.clockwork.declared.service)
    if rules is None:  # a booking is only made where there are rules
        raise NotNow(_("The rules of this booking cannot be read any more."))
    return rules
