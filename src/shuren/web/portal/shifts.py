"""A reader's own shifts: to come and at work, open ones to take, others' to take over, hours."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shuren.kernel.errors import ShurenError, UsageError
from shuren.kernel.i18n import current_language, pick
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.service import shift_hours, shifts
from shuren.service.definitions import services
from shuren.service.errors import WrongField
from shuren.service.shift_shapes import AWAY, DONE, MISSED, PAUSED, SWAP, WORKING, ShiftView, Turn
from shuren.web import moments, shift_words
from shuren.web.access import requires
from shuren.web.errors import status_of
from shuren.web.portal.held import READ
from shuren.web.portal.own_page import own_page
from shuren.web.workbench.paging import whole_number

NEXT = 6  # shifts to take that are shown at once; the later ones unfold
_SIMPLE = {
    "give_back": shifts.give_back,
    "pause": shifts.pause,
    "resume": shifts.resume,
    "leave": shifts.leave,
}
_OFFERS = {"offer": AWAY, "swap": SWAP, "keep": ""}


@requires(READ)
def index(request: HttpRequest) -> HttpResponse:
    """POST do, with shift, turn, code, own or since and until."""

    def show(actor: Actor, problem: ShurenError | None) -> HttpResponse:
        status = status_of(problem) if problem else 200
        context = _context(request, actor, problem)
        return render(request, "portal/my_shifts.html", context, status=status)

    return own_page(request, lambda actor: _do(request, actor), show)


def _do(request: HttpRequest, actor: Actor) -> str:
    """Where to go on."""
    site, said = settings.SITE, request.POST
    do = said.get("do", "")
    turn = whole_number(said.get("turn", "")) or 0
    if do == "take":
        shifts.take(site, said.get("shift", ""), actor=actor)
    elif do == "take_over":
        own = whole_number(said.get("own", "")) or 0
        shifts.take_over(site, turn, actor=actor, own=own)
    elif do == "check_in":
        shifts.check_in(site, turn, said.get("code", ""), actor=actor)
    elif do in _OFFERS:
        shifts.offer(site, turn, _OFFERS[do], actor=actor)
    elif do == "certificate":
        since, until = _day("since", said), _day("until", said)
        shift_hours.certify(site, since, until, actor=actor)
    elif do in _SIMPLE:
        _SIMPLE[do](site, turn, actor=actor)
    else:
        raise UsageError(_("There is nothing called '%(name)s' to do.", name=do[:40]))
    return reverse("my-documents") if do == "certificate" else f"{reverse('my-shifts')}?done={do}"


def _context(request: HttpRequest, actor: Actor, problem: ShurenError | None) -> dict[str, Any]:
    site = settings.SITE
    ahead, over = shifts.mine(site, actor)
    is_member = bool(shifts.memberships(actor))
    wrong = problem if isinstance(problem, WrongField) else None
    since, until = _span(request)
    counted = shift_hours.worked(site, actor, since, until) if over else None
    known = services(site)
    to_take = [_shift(one) for one in shifts.open_shifts(site, actor)]
    return {
        "rows": [_turn(one) for one in ahead],
        "over": [_turn(one) for one in over],
        "open": to_take[:NEXT],
        "later": to_take[NEXT:],
        "offers": [
            _shift(one.shift) | {"turn": one.id, "swap": one.swap}
            for one in shifts.offers(site, actor)
        ],
        "own": [
            {
                "value": str(one.id),
                "label": f"{shift_words.when(one.shift)} · {pick(one.shift.title)}",
            }
            for one in ahead
            if "offer" in one.can or "keep" in one.can
        ],
        "is_member": is_member,
        "apply": [
            {"title": pick(known[id].title), "url": reverse("service", args=[id])}
            for id in shifts.needed_services(site, to_apply=True)
        ],
        "since": since.isoformat(),
        "until": until.isoformat(),
        "hours": shift_hours.length(counted.total, current_language()[:2]) if counted else "",
        "can_certify": bool(counted and counted.parts),
        "code_error": wrong.message if wrong and wrong.name == "code" else "",
        "code_turn": request.POST.get("turn", "") if wrong and wrong.name == "code" else "",
        "problem": None if wrong and wrong.name == "code" else problem,
        "done": _done().get(request.GET.get("done", ""), ""),
        "trail": [
            {"label": _("My library"), "url": reverse("my")},
            {"label": _("My shifts"), "url": ""},
        ],
    }


def _turn(one: Turn) -> dict[str, Any]:
    tone = {DONE: "good", WORKING: "good", MISSED: "bad", PAUSED: "warn"}.get(one.state, "")
    offered = {AWAY: _("Offered to the others"), SWAP: _("Offered for a swap")}
    return _shift(one.shift) | {
        "turn": one.id,
        "number": one.number,
        "state": {"label": shifts.state_words(one.state), "tone": tone},
        "offered": {"label": offered[one.offered], "tone": "warn"} if one.offered else None,
        "worked": shift_hours.length(one.worked, current_language()[:2])
        if one.state == DONE
        else "",
        "can": one.can,
    }


def _shift(one: ShiftView) -> dict[str, Any]:
    start = timezone.localtime(one.starts_at)
    return {
        "id": one.id,
        "title": pick(one.title),
        "place": pick(one.place),
        "when": shift_words.when(one),
        "day": str(start.day),
        "month": moments.month(f"{start:%Y-%m}"),
        "free": one.free,
        "people": one.people,
    }


def _span(request: HttpRequest) -> tuple[date, date]:
    """The days asked for, else the half year before today."""
    today = moments.today()
    try:
        since = date.fromisoformat(request.GET.get("since", ""))
        until = date.fromisoformat(request.GET.get("until", ""))
    except ValueError:
        return today - timedelta(days=182), today
    is_sound = timedelta() <= until - since <= timedelta(days=1_000)
    return (since, until) if is_sound else (today - timedelta(days=182), today)


def _day(name: str, said: Any) -> date:
    try:
        return date.fromisoformat(said.get(name, ""))
    except ValueError:
        raise WrongField(name, _("Write the day as 2026-12-31.")) from None


def _done() -> dict[str, str]:
    return {
        "take": _("The shift is yours."),
        "take_over": _("The shift is yours."),
        "give_back": _("You gave the shift back."),
        "offer": _("The others see it now. It is yours until somebody takes it."),
        "swap": _("The others see it now. It is yours until somebody swaps."),
        "keep": _("You keep the shift."),
        "check_in": _("You are checked in. Thank you for coming."),
        "pause": _("You are out; this time does not count."),
        "resume": _("Welcome back."),
        "leave": _("Your hours are counted. Thank you."),
    }
