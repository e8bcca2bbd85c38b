"""A reader's own bookings: check in, step out, come back, extend, leave, cancel; lines they stand
in; and what was not kept to, with a way to object."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from shuren.kernel.errors import ShurenError, UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.service import bookings
from shuren.service.booking_shapes import BookingLine, BreachLine, Credit, WishLine
from shuren.web import moments, place_words
from shuren.web.access import requires
from shuren.web.errors import status_of
from shuren.web.portal.held import READ
from shuren.web.portal.own_page import own_page

SIMPLE = {
    "step_out": bookings.step_out,
    "come_back": bookings.come_back,
    "leave": bookings.leave,
    "cancel": bookings.cancel,
}


@requires(READ)
def index(request: HttpRequest) -> HttpResponse:
    """?code= is what a QR code at the place filled in; ?done= what was just done."""
    return _page(request)


def _page(request: HttpRequest, problem: ShurenError | None = None) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.reader_key:
        return render(request, "portal/my_nobody.html")
    site = settings.SITE
    ours, over = bookings.mine(site, actor)
    context = {
        "rows": [_row(one) for one in ours],
        "over": [place_words.line(one) for one in over],
        "wishes": [_wish(one) for one in bookings.waiting(site, actor)],
        "credits": [_credit(one) for one in bookings.credit(site, actor) if one.of],
        "code": request.GET.get("code", "")[:12],
        "done": _done().get(request.GET.get("done", ""), ""),
        "problem": problem,
    }
    status = status_of(problem) if problem else 200
    return render(request, "portal/my_bookings.html", context, status=status)


@requires(READ)
@require_POST
def act(request: HttpRequest, case_id: str) -> HttpResponseBase:
    """POST do, and code or ends_at with it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    what, site = request.POST.get("do", ""), settings.SITE
    try:
        if what == "check_in":
            bookings.check_in(site, case_id, request.POST.get("code", ""), actor=actor)
        elif what == "extend":
            until = place_words.moment(request.POST.get("ends_at", ""))
            bookings.extend(site, case_id, until, actor=actor)
        elif what in SIMPLE:
            SIMPLE[what](site, case_id, actor=actor)
        else:
            raise UsageError(_("There is nothing called '%(name)s' to do.", name=what[:40]))
    except ShurenError as error:
        return _page(request, problem=error)
    return HttpResponseRedirect(f"{reverse('my-bookings')}?done={what}")


@requires(READ)
@require_POST
def wish(request: HttpRequest, number: int) -> HttpResponseBase:
    """POST do: accept, or stop."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    done = "stopped"
    try:
        if request.POST.get("do") == "accept":
            bookings.accept(settings.SITE, number, actor=actor)
            done = "booked"
        else:
            bookings.stop_waiting(settings.SITE, number, actor=actor)
    except ShurenError as error:
        return _page(request, problem=error)
    return HttpResponseRedirect(f"{reverse('my-bookings')}?done={done}")


@requires(READ)
def credit(request: HttpRequest) -> HttpResponse:
    """What was not kept to, and until when nothing can be booked; POST breach, why: objects."""

    def do(actor: Actor) -> str:
        number = request.POST.get("breach", "")
        opened = bookings.object_to(
            settings.SITE, int(number) if number.isdecimal() else 0,
            request.POST.get("why", ""), actor=actor,
        )  # fmt: skip
        return reverse("my-case", args=[opened.id])

    return own_page(request, do, lambda actor, problem: _credits(request, actor, problem))


def _credits(request: HttpRequest, actor: Actor, problem: ShurenError | None) -> HttpResponse:
    context = {
        "credits": [_credit(one) for one in bookings.credit(settings.SITE, actor) if one.of],
        "breaches": [breach(one) for one in bookings.breaches(settings.SITE, actor)],
        "problem": problem,
        "trail": [
            {"label": _("My bookings"), "url": reverse("my-bookings")},
            {"label": _("What was not kept"), "url": ""},
        ],
    }
    status = status_of(problem) if problem else 200
    return render(request, "portal/my_credit.html", context, status=status)


def breach(one: BreachLine) -> dict[str, Any]:
    kinds = {
        "no_show": _("Nobody checked in in time"),
        "away": _("Away for longer than the place is kept"),
    }
    return {
        "id": one.id,
        "title": pick(dict(one.place_title)) if one.place_title else pick(dict(one.service_title)),
        "what": kinds.get(one.kind, one.kind),
        "at": moments.exact(one.at),
        "until": moments.exact(one.blocked_until) if one.blocked_until else "",
        "objection": one.objection,
        "is_taken_back": one.is_taken_back,
        "counts": one.counts,
    }


def _row(one: BookingLine) -> dict[str, Any]:
    return place_words.line(one) | {
        "opens": f"{timezone.localtime(one.opens_at):%H:%M}",
        "grace": f"{timezone.localtime(one.grace_until):%H:%M}",
        "away_until": f"{timezone.localtime(one.away_until):%H:%M}" if one.away_until else "",
        "ends": [
            {"value": end.isoformat(), "label": f"{timezone.localtime(end):%H:%M}"}
            for end in one.extend_to
        ],
    }


def _wish(one: WishLine) -> dict[str, Any]:
    until = timezone.localtime(one.offered_until) if one.offered_until else None
    return {
        "id": one.id,
        "zone": pick(dict(one.zone_title)),
        "when": place_words.when(one.starts_at, one.ends_at),
        "ahead": one.ahead,
        "offered": pick(dict(one.offered)) if one.offered else "",
        "until": f"{until:%H:%M}" if until else "",
    }


def _credit(one: Credit) -> dict[str, Any]:
    return {
        "service": pick(dict(one.service_title)),
        "count": one.count,
        "of": one.of,
        "within": one.within_days,
        "block_days": one.block_days,
        "until": moments.exact(one.blocked_until) if one.blocked_until else "",
    }


def _done() -> dict[str, str]:
    return {
        "booked": _("It is yours. Check in there by the code on the screen."),
        "waiting": _("You are in line. When a place comes free it is kept for you for a while."),
        "check_in": _("You are checked in."),
        "step_out": _("The place is kept for you until the time shown."),
        "come_back": _("Welcome back."),
        "extend": _("You have it for longer."),
        "leave": _("You have left; the place is free for others. Thank you."),
        "cancel": _("The booking is cancelled."),
        "stopped": _("You have left the line."),
    }
