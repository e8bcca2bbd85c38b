"""Events for everybody: a month or a list, one event with its enrolment, and the reader's own."""

import calendar as months
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from shuren.kernel.clock import now
from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import listed, pick
from shuren.kernel.shapes import Actor
from shuren.service import event_after, events
from shuren.service.definitions import services
from shuren.service.errors import WrongField
from shuren.service.event_shapes import (
    CALLED_OFF,
    CANCELLED,
    ENROLLED,
    ENROLLING,
    WAITING,
    EventView,
    OwnPlace,
)
from shuren.service.ics import CalendarEvent
from shuren.service.ics import calendar as calendar_file
from shuren.trust.queries import may
from shuren.web import moments
from shuren.web.access import signed_in_to_send
from shuren.web.errors import status_of
from shuren.web.portal.datasets import as_script
from shuren.web.portal.documents import as_file
from shuren.web.portal.held import READ
from shuren.web.workbench.paging import whole_number

_STATUS = "https://schema.org/"


def index(request: HttpRequest) -> HttpResponse:
    """A month as a calendar, with the list of its events; `?month=2026-12`."""
    first = _month(request.GET.get("month", ""))
    after = (first + timedelta(days=32)).replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)
    found = events.calendar(since=_start(first), until=_start(after))
    actor: Actor = request.actor  # type: ignore[attr-defined]
    mine = events.own_events(actor) if actor.reader_key and may(actor, READ) else []
    context = {
        "month": moments.month(f"{first:%Y-%m}"),
        "weeks": _weeks(first, found),
        "weekdays": [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")],
        "rows": [as_row(one) for one in found],
        "mine": [
            as_row(one, place) for one, place in mine if one.ends_at > now() - timedelta(days=60)
        ],
        "previous": f"?month={before:%Y-%m}",
        "next": f"?month={after:%Y-%m}",
    }
    return render(request, "portal/events.html", context)


@signed_in_to_send
def one(request: HttpRequest, event_id: str) -> HttpResponse:
    """One event; POST do=enrol, cancel, check_in (code), rate (rating, words) or certificate."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    problem: ShurenError | None = None
    if request.method == "POST":
        try:
            _do(request, event_id, actor)
            to = "my-documents" if request.POST.get("do") == "certificate" else ""
            return HttpResponseRedirect(reverse(to) if to else reverse("event", args=[event_id]))
        except events.NoSuchEvent:
            raise
        except ShurenError as error:
            problem = error
    found = events.event(event_id, actor=actor)
    place = events.own_place(event_id, actor=actor)
    context = _whole(found, place, actor) | {
        "problem": problem,
        "code_error": problem.message
        if isinstance(problem, WrongField) and problem.name == "code"
        else "",
        "json_ld": _json_ld(found, request.build_absolute_uri(reverse("event", args=[found.id]))),
        "trail": [
            {"label": _("Events"), "url": reverse("events")},
            {"label": pick(found.title), "url": ""},
        ],
    }
    status = status_of(problem) if problem else 200
    return render(request, "portal/event.html", context, status=status)


def _do(request: HttpRequest, event_id: str, actor: Actor) -> None:
    site, said = settings.SITE, request.POST
    do = said.get("do", "")
    if do == "enrol":
        events.enrol(site, event_id, actor=actor)
    elif do == "cancel":
        events.cancel(site, event_id, actor=actor)
    elif do == "check_in":
        events.check_in(event_id, said.get("code", ""), actor=actor)
    elif do == "rate":
        rating = whole_number(said.get("rating", "")) or 0
        event_after.rate(event_id, rating, said.get("words", ""), actor=actor)
    elif do == "certificate":
        event_after.certify(site, event_id, actor=actor)


def ics(request: HttpRequest, event_id: str) -> HttpResponse:
    """The event for a calendar, each meeting an entry."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = events.event(event_id, actor=actor)
    url = request.build_absolute_uri(reverse("event", args=[found.id]))
    many = len(found.sessions) > 1
    entries = [
        CalendarEvent(
            uid=f"{found.id}-{meeting.number}",
            title=f"{pick(found.title)} {meeting.number}" if many else pick(found.title),
            starts=meeting.starts_at,
            ends=meeting.ends_at,
            changed=found.changed_at,
            place=found.place,
            text=pick(found.summary) if any(found.summary.values()) else "",
            url=url,
            sequence=found.sequence,
            is_cancelled=found.state == CALLED_OFF,
        )
        for meeting in found.sessions
    ]
    content = calendar_file(entries, zone=ZoneInfo(settings.SITE_SETTINGS.time_zone))
    return as_file(f"{found.id}.ics", content.encode(), "text/calendar; charset=utf-8")


def as_row(event: EventView, place: OwnPlace | None = None) -> dict[str, Any]:
    """The inputs of components/event_row.html."""
    start = timezone.localtime(event.starts_at)
    known = services(settings.SITE).get(event.service)
    return {
        "title": pick(event.title),
        "service": pick(known.title) if known else "",
        "url": reverse("event", args=[event.id]),
        "day": str(start.day),
        "month": moments.month(f"{start:%Y-%m}"),
        "when": when(event),
        "place": event.place,
        "state": own_badge(place) if place else badge(event),
    }


def badge(event: EventView) -> dict[str, str]:
    """Whether one can still come, in words."""
    if event.state == CALLED_OFF:
        return {"label": _("Called off"), "tone": "bad"}
    if event.ends_at <= now():
        return {"label": _("Over"), "tone": ""}
    if event.state not in ENROLLING or event.enrol_until <= now():
        return {"label": _("Enrolment closed"), "tone": ""}
    if event.free is None:
        return {"label": _("Open to all who come"), "tone": "good"}
    if event.free > 0:
        return {"label": _("%(count)s places free", count=event.free), "tone": "good"}
    return {"label": _("Full; %(count)s waiting", count=event.waiting), "tone": "warn"}


def own_badge(place: OwnPlace) -> dict[str, str]:
    if place.attended:
        return {"label": _("You were there"), "tone": "good"}
    if place.state == ENROLLED:
        return {"label": _("You have a place"), "tone": "good"}
    if place.state == WAITING:
        return {"label": _("Waiting: number %(line)s", line=place.line), "tone": "warn"}
    return {"label": _("You gave your place back"), "tone": ""}


def when(event: EventView) -> str:
    start, end = timezone.localtime(event.starts_at), timezone.localtime(event.ends_at)
    if start.date() == end.date():
        return f"{moments.exact(event.starts_at)}–{end:%H:%M}"
    return f"{moments.day(start.date())} – {moments.day(end.date())}"


def _whole(event: EventView, place: OwnPlace | None, actor: Actor) -> dict[str, Any]:
    has_place = place is not None and place.state in (ENROLLED, WAITING)
    is_open = event.state in ENROLLING and event.enrol_until > now()
    known = services(settings.SITE).get(event.service)
    is_there = place is not None and bool(place.attended)
    early = event.starts_at - events.EARLY
    share = 100 * len(place.attended) / len(event.sessions) if place else 0
    return {
        "event": event,
        "title": pick(event.title),
        "service": pick(known.title) if known else "",
        "when": when(event),
        "until": moments.exact(event.enrol_until),
        "badge": badge(event),
        "own": own_badge(place) if place and place.state != CANCELLED else None,
        "place": place,
        "meetings": [
            {
                "number": one.number,
                "when": f"{moments.exact(one.starts_at)}–{timezone.localtime(one.ends_at):%H:%M}",
                "was": place is not None and one.number in place.attended,
            }
            for one in event.sessions
        ]
        if len(event.sessions) > 1
        else [],
        "can_enrol": is_open and not has_place,
        "is_full": event.free == 0,
        "can_cancel": has_place and event.starts_at > now(),
        "can_check_in": place is not None
        and place.state == ENROLLED
        and early <= now() <= event.ends_at,
        "can_rate": is_there,
        "can_certify": is_there
        and bool(event.certificate)
        and event.ends_at <= now()
        and share >= event.certificate,
        "recap": pick(event.recap) if event.recap.get("zh") or event.recap.get("en") else "",
        "summary": pick(event.summary) if any(event.summary.values()) else "",
        "reading": listed(event.reading),
        "ratings": [{"value": str(n), "label": str(n)} for n in range(5, 0, -1)],
    }


def _json_ld(event: EventView, address: str) -> SafeString:
    """schema.org/Event, safe in a script element."""
    status = "EventCancelled" if event.state == CALLED_OFF else "EventScheduled"
    content: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": pick(event.title),
        "description": pick(event.summary) if any(event.summary.values()) else "",
        "startDate": event.starts_at.isoformat(),
        "endDate": event.ends_at.isoformat(),
        "eventStatus": f"{_STATUS}{status}",
        "eventAttendanceMode": f"{_STATUS}OfflineEventAttendanceMode",
        "location": {"@type": "Place", "name": event.place or settings.SITE_SETTINGS.name_zh},
        "organizer": {"@type": "Library", "name": settings.SITE_SETTINGS.name_zh},
        "url": address,
        "isAccessibleForFree": True,
    }
    if event.places:
        content["maximumAttendeeCapacity"] = event.places
        content["remainingAttendeeCapacity"] = event.free
    return as_script(content)


def _weeks(first: date, found: list[EventView]) -> list[list[dict[str, Any]]]:
    """Monday to Sunday; days of other months are empty."""
    by_day: dict[date, list[dict[str, str]]] = {}
    for event in found:
        for meeting in event.sessions:
            start = timezone.localtime(meeting.starts_at)
            entry = {
                "title": pick(event.title),
                "url": reverse("event", args=[event.id]),
                "time": f"{start:%H:%M}",
            }
            by_day.setdefault(start.date(), []).append(entry)
    today = moments.today()
    return [
        [
            {
                "number": day.day if day.month == first.month else "",
                "is_today": day == today,
                "entries": by_day.get(day, []) if day.month == first.month else [],
            }
            for day in week
        ]
        for week in months.Calendar().monthdatescalendar(first.year, first.month)
    ]


def _month(asked: str) -> date:
    try:
        first = date.fromisoformat(f"{asked}-01")
    except ValueError:
        return moments.today().replace(day=1)
    return first if 2000 <= first.year <= 2100 else moments.today().replace(day=1)


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
