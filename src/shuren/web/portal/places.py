"""Booking a seat or a room: the plan of a zone, the rooms of a day, and two taps.

The first tap is an address (`?seat=`), the second sends a form; both work without script. Whose a
place is, is never on these pages.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from shuren.kernel.clock import now
from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.service import bookings, places
from shuren.service.booking_shapes import FREE, MINE, ROOMS, SEATS, PlaceState, Rules, Zone
from shuren.trust.queries import may
from shuren.web import moments, place_words
from shuren.web.access import requires
from shuren.web.errors import status_of
from shuren.web.portal.held import READ
from shuren.web.portal.opening import building_title
from shuren.web.workbench.paging import whole_number

QUARTER = timedelta(minutes=15)
USUAL = timedelta(hours=4)
WEEKDAYS = 7


@dataclass(frozen=True)
class Span:
    """What was asked for, mended so that it can be booked. opens: None when closed that day."""

    day: date
    opens: tuple[datetime, datetime] | None
    starts_at: datetime
    ends_at: datetime

    def query(self, **more: Any) -> str:
        local = timezone.localtime
        known = {"day": self.day.isoformat(), "from": f"{local(self.starts_at):%H:%M}",
                 "to": f"{local(self.ends_at):%H:%M}"}  # fmt: skip
        return urlencode(known | {name: value for name, value in more.items() if value})


def zone(request: HttpRequest, zone_id: str) -> HttpResponse:
    """The seats of one zone over a span of a day; ?day, from, to, seat."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = places.zone(settings.SITE, zone_id, actor)
    rules = _rules(SEATS, found.kind)
    if rules is None:
        return HttpResponseRedirect(reverse("space-rooms"))
    service, said = rules
    span = _span(request, found, said)
    states = places.states(places.seats_of(found), span.starts_at, span.ends_at, actor)
    free = [one for one in states if one.state == FREE] if span.opens else []
    asked = request.GET.get("seat", "")
    chosen = next((one for one in free if one.place.id == asked), None)
    context = _common(request, found, said, span) | {
        "zone": found,
        "title": pick(dict(found.title)),
        "trail": _trail(pick(dict(found.title))),
        "service": service,
        "bays": place_words.bays(states, span.query, asked) if span.opens else [],
        "counts": place_words.counts(states),
        "free": [(one.place.id, one.place.label) for one in free],
        "chosen": chosen.place.id if chosen else (free[0].place.id if free else ""),
        "is_chosen": chosen is not None,
        "is_gone": bool(asked) and chosen is None and bool(span.opens),
        "mine": next((one.place.label for one in states if one.state == MINE), ""),
    }
    return render(request, "portal/space_zone.html", context)


def rooms(request: HttpRequest) -> HttpResponse:
    """Every room over a day; ?day, from, to, people, room."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    site = settings.SITE
    known = places.zones(site, actor)
    people = whole_number(request.GET.get("people", "")) or 0
    houses: dict[str, list[dict[str, Any]]] = {}
    chosen, last = None, None
    for id, rules in places.bookable(site).items():
        if rules.book != ROOMS:
            continue
        found = places.rooms_of(site, known, rules.kinds)
        for one in found:
            span = _span(request, one.zone, rules)
            last = last or (one.zone, rules, span)
            state = places.states([one], span.starts_at, span.ends_at, actor, span.opens)[0]
            row = _room(state, id, rules, span, people)
            if request.GET.get("room") == one.id and row["is_free"]:
                chosen, last = row, (one.zone, rules, span)
            if not people or one.people[0] <= people <= one.people[1]:
                houses.setdefault(building_title(one.zone.building), []).append(row)
    context: dict[str, Any] = {"trail": _trail(_("Rooms"))}
    context |= {"houses": houses, "people": people or "", "chosen": chosen, "any": bool(last)}
    if last:
        context |= _common(request, *last)
    return render(request, "portal/space_rooms.html", context)


@requires(READ)
@require_POST
def book(request: HttpRequest) -> HttpResponse:
    """POST place, starts_at, ends_at (ISO), people, key, back."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    posted = request.POST
    try:
        bookings.book(
            settings.SITE,
            posted.get("place", ""),
            place_words.moment(posted.get("starts_at", "")),
            place_words.moment(posted.get("ends_at", "")),
            actor=actor,
            people=whole_number(posted.get("people", "")),
            key=f"{posted.get('key', '')[:30]} {posted.get('place', '')}"[:80],
        )
    except ShurenError as error:
        return _refused(request, error)
    return HttpResponseRedirect(reverse("my-bookings") + "?done=booked")


@requires(READ)
@require_POST
def wait(request: HttpRequest) -> HttpResponse:
    """POST zone, starts_at, ends_at, people, back."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    posted = request.POST
    try:
        bookings.wait(
            settings.SITE,
            posted.get("zone", ""),
            place_words.moment(posted.get("starts_at", "")),
            place_words.moment(posted.get("ends_at", "")),
            actor=actor,
            people=whole_number(posted.get("people", "")) or 1,
        )
    except ShurenError as error:
        return _refused(request, error)
    return HttpResponseRedirect(reverse("my-bookings") + "?done=waiting")


def seat_now(request: HttpRequest) -> HttpResponse:
    """?power=1&quiet=1&campus=: to a zone with a free seat now, the one with most first."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    best: tuple[int, str] | None = None
    wants_power, wants_quiet = bool(request.GET.get("power")), bool(request.GET.get("quiet"))
    campus = request.GET.get("campus", "")
    for one in places.zones(settings.SITE, actor).values():
        rules = _rules(SEATS, one.kind)
        fits = not (wants_power and not one.has_power) and not (wants_quiet and one.quiet_level < 3)
        if rules is None or not fits or campus not in ("", one.campus):
            continue
        span = _span(request, one, rules[1])
        if span.opens is None or span.day != moments.today():
            continue
        free = len(places.free_in(places.seats_of(one), span.starts_at, span.ends_at))
        if free and (best is None or free > best[0]):
            best = free, one.id
    if best is None:
        return HttpResponseRedirect(reverse("spaces") + "?none=1")
    return HttpResponseRedirect(reverse("space-zone", args=[best[1]]))


def bookable_zones(zones: list[dict[str, Any]]) -> None:
    """Write into the zones of the page of spaces where each is booked."""
    for one in zones:
        one["book"] = ""
        if _rules(SEATS, one["kind"]) is not None:
            one["book"] = reverse("space-zone", args=[one["zone_id"]])
        elif one["kind"] == "discussion":
            one["book"] = reverse("space-rooms")


def _rules(book: str, kind: str) -> tuple[str, Rules] | None:
    for id, rules in places.bookable(settings.SITE).items():
        if rules.book == book and kind in rules.kinds:
            return id, rules
    return None


def _trail(here: str) -> list[dict[str, str]]:
    return [{"label": _("Spaces"), "url": reverse("spaces")}, {"label": here, "url": ""}]


def _common(request: HttpRequest, zone: Zone, rules: Rules, span: Span) -> dict[str, Any]:
    """What both pages show: days, times, what will be booked, and whether it can be."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    today = moments.today()
    days = [today + timedelta(days=n) for n in range(rules.ahead_days + 1)]
    times = place_words.times(span.opens)
    error = request.GET.get("said", "")
    return {
        "days": [
            {"value": one.isoformat(), "label": place_words.day_name(one),
             "current": one == span.day}
            for one in days
        ],
        "is_open": span.opens is not None,
        "hours": place_words.span_words(span.opens) if span.opens else "",
        "times": times,
        "begins": f"{timezone.localtime(span.starts_at):%H:%M}",
        "ends": place_words.clock(span.ends_at, span.day),
        "starts_at": span.starts_at.isoformat(),
        "ends_at": span.ends_at.isoformat(),
        "day": span.day.isoformat(),
        "day_words": place_words.day_name(span.day),
        "rules": rules,
        "grace": rules.grace_minutes,
        "may_book": may(actor, READ) and bool(actor.reader_key),
        "is_known": request.user.is_authenticated,
        "building": building_title(zone.building),
        "here": request.get_full_path(),
        "key": f"{span.day}{now().timestamp():.0f}",
        "said": error[:300],
    }  # fmt: skip


def _span(request: HttpRequest, zone: Zone, rules: Rules) -> Span:
    """What the address asks for, and where it asks nothing that can be, what one most likely wants:
    from now, or from opening, four hours."""
    today, present = moments.today(), now()
    day = place_words.day(request.GET.get("day", "")) or today
    if not 0 <= (day - today).days <= rules.ahead_days:
        day = today
    opens = places.hours(settings.SITE, zone, day)
    least = timedelta(minutes=rules.min_minutes)
    if not request.GET.get("day") and (opens is None or opens[1] - present < least):
        tomorrow = today + timedelta(days=1)  # nothing is left of today
        if rules.ahead_days and places.hours(settings.SITE, zone, tomorrow):
            day, opens = tomorrow, places.hours(settings.SITE, zone, tomorrow)
    if opens is None:
        noon = timezone.make_aware(datetime.combine(day, datetime.min.time()))
        return Span(day, None, noon, noon + USUAL)
    first = max(opens[0], place_words.quarter(present))
    if first + least > opens[1]:
        return Span(day, None, opens[0], opens[1])
    starts_at = place_words.on(day, request.GET.get("from", "")) or first
    starts_at = starts_at if first <= starts_at <= opens[1] - least else first
    ends_at = place_words.on(day, request.GET.get("to", "")) or starts_at + USUAL
    longest = timedelta(minutes=rules.max_minutes)
    if ends_at < starts_at + least:
        ends_at = starts_at + USUAL
    return Span(day, opens, starts_at, min(ends_at, opens[1], starts_at + longest))


def _room(state: PlaceState, service: str, rules: Rules, span: Span, people: int) -> dict[str, Any]:
    one = state.place
    is_free = state.state == FREE and span.opens is not None
    return {
        "id": one.id,
        "title": pick(dict(one.title)),
        "people": one.people,
        "equipment": pick(dict(one.equipment)) if one.equipment else "",
        "state": state.state,
        "state_words": place_words.STATE_WORDS[state.state]()
        if span.opens
        else _("Not open that day"),
        "is_free": is_free,
        "strip": place_words.strip(state, span.opens, span.starts_at, span.ends_at),
        "free_words": place_words.free_words(state, span.opens),
        "href": f"?{span.query(room=one.id, people=people)}#chosen",
        "zone": one.zone.id,
        "starts_at": span.starts_at.isoformat(),
        "ends_at": span.ends_at.isoformat(),
    }


def _refused(request: HttpRequest, error: ShurenError) -> HttpResponse:
    """Why not, and back to where they were."""
    back = request.POST.get("back", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = reverse("spaces")
    context = {"problem": error, "back": back}
    return render(request, "portal/space_refused.html", context, status=status_of(error))
