"""The page of who is on duty: the round, when the library is open, where to find what, and a note
of what somebody said by phone. No reader is on it."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from shuren.kernel.clock import now
from shuren.kernel.errors import ShurenError, UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.management import phone_notes
from shuren.service import duty
from shuren.service.shift_shapes import Check, Duty
from shuren.web import moments, shift_words
from shuren.web.access import requires
from shuren.web.errors import status_of
from shuren.web.portal import opening
from shuren.web.portal.held import READ
from shuren.web.portal.own_page import own_page


@requires(READ)
def index(request: HttpRequest) -> HttpResponse:
    """POST do=done or again with zone; do=note with text and key."""

    def show(actor: Actor, problem: ShurenError | None) -> HttpResponse:
        context = _context(request, duty.on_duty(settings.SITE, actor), problem)
        status = status_of(problem) if problem else 200
        return render(request, "portal/my_duty.html", context, status=status)

    return own_page(request, lambda actor: _do(request, actor), show)


def _do(request: HttpRequest, actor: Actor) -> str:
    """Where to go on."""
    said, site = request.POST, settings.SITE
    do = said.get("do", "")
    if do in ("done", "again"):
        duty.look_at(site, said.get("zone", ""), do == "done", actor=actor)
    elif do == "note":
        phone_notes.note(
            site, said.get("text", "").replace("\x00", ""), actor=actor,
            letter=said.get("key", "")[:30],
        )  # fmt: skip
    else:
        raise UsageError(_("There is nothing called '%(name)s' to do.", name=do[:40]))
    return reverse("my-duty") + ("?done=note" if do == "note" else "#round")


def _context(
    request: HttpRequest, found: Duty | None, problem: ShurenError | None
) -> dict[str, Any]:
    shift = found.turn.shift if found else None
    checks = [_check(one) for one in found.checklist] if found else []
    return {
        "on": {
            "title": pick(shift.title),
            "place": pick(shift.place),
            "when": shift_words.when(shift),
        }
        if shift
        else None,
        "checks": checks,
        "left": sum(not one["at"] for one in checks),
        "openings": opening.opening_by_campus() if found else [],
        "ways": _ways() if found else [],
        "text": request.POST.get("text", "").replace("\x00", "") if problem else "",
        "key": request.POST.get("key") or f"d{now().timestamp():.6f}",
        "problem": problem,
        "done": _("Thank you, it is passed on.") if request.GET.get("done") == "note" else "",
        "trail": [
            {"label": _("My library"), "url": reverse("my")},
            {"label": _("My shifts"), "url": reverse("my-shifts")},
            {"label": _("On duty"), "url": ""},
        ],
    }


def _check(one: Check) -> dict[str, Any]:
    at = moments.exact(one.at) if one.at else ""
    return {"id": one.zone.id, "title": pick(one.zone.title), "at": at}


def _ways() -> list[dict[str, str]]:
    """Where whoever asks is sent; all of it is public."""
    return [
        {"label": _("Service directory"), "url": reverse("services")},
        {"label": _("Subject librarians of the colleges"), "url": reverse("stations")},
        {"label": _("Free seats and rooms"), "url": reverse("spaces")},
        {"label": _("Find a book and its shelf"), "url": reverse("find")},
        {"label": _("Events"), "url": reverse("events")},
    ]
