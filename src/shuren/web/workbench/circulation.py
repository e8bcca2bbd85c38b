"""Lending, taking back and renewing at the desk, made for a scanner: each field is one scan, a new
line is the next copy. The number on the card is never shown again."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from shuren.kernel.errors import ShurenError, UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.service import ils
from shuren.service.desk import SERVE
from shuren.service.ils_shapes import Moved
from shuren.web import moments
from shuren.web.access import requires
from shuren.web.portal.opening import calendar
from shuren.web.workbench.shell import current_site, page

PLACE = "circulation"
LEND, TAKE_BACK, RENEW = "lend", "return", "renew"
MOST = 60  # copies of one sending


@dataclass(frozen=True)
class Line:
    """What became of one copy; tone good, warn or bad."""

    title: str
    text: str
    fix: str
    tone: str


@sensitive_post_parameters("card")
@requires(SERVE)
def circulation(request: HttpRequest) -> HttpResponse:
    """The form of one of three things to do, and above it what became of the last one."""
    asked = request.POST.get("do") or request.GET.get("do", "")
    what = asked if asked in (TAKE_BACK, RENEW) else LEND
    campuses = _campuses()
    campus = request.POST.get("campus") or getattr(request.user, "campus", "")
    campus = campus if campus in campuses else ""
    lines: list[Line] = []
    problem: ShurenError | None = None
    if request.method == "POST":
        try:
            lines = _do(request, what, campus)
        except ShurenError as error:
            problem = error
    context: dict[str, Any] = {
        "heading": _("Circulation"),
        "what": what,
        "by_copy": what == TAKE_BACK,
        "tabs": _tabs(what),
        "campuses": [{"value": "", "label": _("The copy's own")}]
        + [{"value": name, "label": name} for name in campuses],
        "campus": campus,
        "lines": lines,
        "problem": problem,
        "link": ils.link(current_site()),
        "clear": ils.to_clear(current_site(), actor=_actor(request)),
    }
    return page(request, "circulation.html", context, place=PLACE, status=400 if problem else 200)


def _do(request: HttpRequest, what: str, campus: str) -> list[Line]:
    """Each copy by itself: what stands in the way of one stops no other."""
    items = list(dict.fromkeys(request.POST.get("items", "").split()))
    card, actor, site = request.POST.get("card", ""), _actor(request), current_site()
    if not items:
        raise UsageError(_("No barcode was scanned."))
    if len(items) > MOST:
        raise UsageError(_("At most %(most)s copies at once.", most=MOST))
    if what != TAKE_BACK and not card.strip():
        raise UsageError(_("Scan the reader's card first."))
    done = []
    for item in items:
        try:
            if what == TAKE_BACK:
                moved = ils.check_in(site, item, actor=actor, campus=campus)
            elif what == RENEW:
                moved = ils.renew(site, item, actor=actor, card=card)
            else:
                moved = ils.check_out(site, item, card=card, actor=actor, campus=campus)
        except ils.NO_COPY_MOVES as error:
            raise error
        except ShurenError as error:
            done.append(Line(item, error.message, error.fix, "bad"))
            continue
        done.append(_line(moved))
    return done


def _line(moved: Moved) -> Line:
    title = f"{moved.title} · {moved.item_id}" if moved.title else moved.item_id
    remarks = " ".join(moved.remarks)
    if moved.due_at is not None:
        day = moments.day(timezone.localtime(moved.due_at).date())
        text = (
            _("Renewed, due %(day)s.", day=day)
            if moved.what == "renew"
            else _("Lent, due %(day)s.", day=day)
        )
        return Line(title, text, remarks, "good")
    if moved.goes_to == "hold_shelf":
        text = _(
            "Somebody waits for it: to the hold shelf of %(campus)s.", campus=moved.destination
        )
        return Line(title, text, remarks, "warn")
    if moved.goes_to == "transit":
        return Line(title, _("Send it to %(campus)s.", campus=moved.destination), remarks, "warn")
    return Line(title, _("Back: to the shelf."), remarks, "good")


def _campuses() -> list[str]:
    return list(dict.fromkeys(place.campus for place in calendar().places.values() if place.campus))


def _tabs(what: str) -> list[dict[str, Any]]:
    words = {LEND: _("Check out"), TAKE_BACK: _("Check in"), RENEW: _("Renew")}
    return [
        {"label": label, "url": f"?do={one}", "count": None, "current": one == what}
        for one, label in words.items()
    ]


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor
