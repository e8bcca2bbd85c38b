"""The desk of seats and rooms: a day's bookings by place, checking in for who stands there, places
out of use, the code to be shown, objections. Whose a booking is, is not on these pages."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import segno
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_POST

from shuren.kernel.errors import ShurenError, UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.service import place_desk, places
from shuren.service.booking_shapes import BookingLine
from shuren.web import moments, place_words
from shuren.web.access import requires
from shuren.web.errors import status_of
from shuren.web.portal.bookings import breach
from shuren.web.workbench.paging import whole_number
from shuren.web.workbench.shell import current_site, page

PLACE = "bookings"
SERVE = place_desk.SERVE
_CAN = {"booked": ("check_in", "cancel"), "in_use": ("step_out", "leave"),
        "away": ("come_back",)}  # fmt: skip
SHOWN = 200


@requires(SERVE)
def index(request: HttpRequest) -> HttpResponse:
    """?day, zone; without a zone only how many bookings each has."""
    return _page(request)


def _page(request: HttpRequest, problem: ShurenError | None = None) -> HttpResponse:
    actor, site = _actor(request), current_site()
    today = moments.today()
    day = place_words.day(request.GET.get("day", "")) or today
    known = places.zones(site, actor)
    zone = request.GET.get("zone", "")
    zone = zone if zone in known else ""
    lines = place_desk.day(site, day, actor=actor, zone=zone) if zone else []
    counts = place_desk.counts(site, day, actor=actor)
    context: dict[str, Any] = {
        "heading": _("Seats and rooms"),
        "tabs": [
            {"label": place_words.day_name(one), "url": f"?day={one}&zone={zone}", "count": None,
             "current": one == day}
            for one in (today, today + timedelta(days=1), today + timedelta(days=2))
        ],
        "day": day.isoformat(),
        "zones": [
            {"id": id, "title": pick(dict(one.title)), "building": one.building,
             "count": counts.get(id, 0), "href": f"?day={day}&zone={id}"}
            for id, one in known.items() if counts.get(id) or id == zone
        ],
        "zone": pick(dict(known[zone].title)) if zone else "",
        "zone_id": zone,
        "rows": [_row(one) for one in lines[:SHOWN]],
        "is_more": len(lines) > SHOWN,
        "blocks": [
            {"id": one.id, "title": pick(dict(one.place_title)), "reason": one.reason,
             "when": f"{moments.exact(one.starts_at)} – {moments.exact(one.ends_at)}"}
            for one in place_desk.blocks(site, actor=actor)
        ],
        "objections": [breach(one) for one in place_desk.objections(site, actor=actor)],
        "codes": [
            {"label": pick(title), "href": reverse("workbench:booking-code", args=[id])}
            for id, (title, _every) in place_desk.scopes(site, actor).items()
        ],
        "problem": problem,
        "typed": request.POST if problem else {},
    }  # fmt: skip
    status = status_of(problem) if problem else 200
    return page(request, "bookings.html", context, place=PLACE, status=status)


@requires(SERVE)
@require_POST
def act(request: HttpRequest) -> HttpResponseBase:
    """POST do: an event with case; block with place, starts_at, ends_at, reason; unblock with
    block; take_back with breach."""
    actor, site, posted = _actor(request), current_site(), request.POST
    what = posted.get("do", "")
    try:
        if what == "block":
            place_desk.block(
                site,
                posted.get("place", "").strip(),
                place_words.moment(posted.get("starts_at", "")),
                place_words.moment(posted.get("ends_at", "")),
                posted.get("reason", ""),
                actor=actor,
            )
        elif what == "unblock":
            place_desk.unblock(site, whole_number(posted.get("block", "")) or 0, actor=actor)
        elif what == "take_back":
            place_desk.take_back(site, whole_number(posted.get("breach", "")) or 0, actor=actor)
        elif what in place_desk.EVENTS:
            place_desk.act(site, posted.get("case", ""), what, actor=actor)
        else:
            raise UsageError(_("There is nothing called '%(name)s' to do.", name=what[:40]))
    except ShurenError as error:
        return _page(request, problem=error)
    said = urlencode({"day": posted.get("day", "")[:10], "zone": posted.get("zone", "")[:60]})
    return HttpResponseRedirect(f"{reverse('workbench:bookings')}?{said}")


@requires(SERVE)
def code(request: HttpRequest, scope: str) -> HttpResponse:
    """The screen at a place: its check-in code, drawn too, renewed by itself."""
    found = place_desk.code(current_site(), scope, actor=_actor(request))
    address = request.build_absolute_uri(reverse("my-bookings")) + f"?code={found.text}"
    context = {
        "title": pick(found.title),
        "code": found.text,
        "qr": _drawn(address),
        "again": min(found.changes_in + 1, 3600),
        "changes_in": found.changes_in,
    }
    return render(request, "workbench/booking_code.html", context)


def _row(one: BookingLine) -> dict[str, Any]:
    words = {
        "check_in": _("Check in here"), "cancel": _("Cancel"), "step_out": _("Step out"),
        "leave": _("Leave"), "come_back": _("Came back"),
    }  # fmt: skip
    return place_words.line(one) | {
        "moves": [(event, words[event]) for event in _CAN.get(one.state, ())]
    }


def _drawn(text: str) -> SafeString:
    """A QR code as SVG, black on white in every theme: cameras want it so."""
    svg = segno.make(text, error="m").svg_inline(
        scale=4, border=4, omitsize=True, svgclass="qr", lineclass=None, dark="#000", light="#fff",
        title=_("QR code of the check-in page"),
    )  # fmt: skip
    return mark_safe(svg)  # drawn by us from an address of ours


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor
