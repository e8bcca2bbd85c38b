"""Events as staff plan and hold them: the list, the plan, the door, the recap."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.service import cases, event_after, events
from shuren.service.definitions import services
from shuren.service.errors import WrongField
from shuren.service.event_shapes import WAITING, EventView
from shuren.trust.queries import may
from shuren.web import case_words
from shuren.web.access import requires
from shuren.web.errors import status_of
from shuren.web.portal import events as portal
from shuren.web.workbench.paging import whole_number
from shuren.web.workbench.shell import Crumb, crumbs, current_site, page

PLACE, READ, WORK = "events", "cases.read", "cases.work"
_TYPED = ("service", "case", "title_zh", "title_en", "summary_zh", "summary_en", "place",
          "sessions", "enrol_until", "places", "certificate", "reading")  # fmt: skip


@requires(READ, post=WORK)
def index(request: HttpRequest) -> HttpResponse:
    """All events, and the form that plans one."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    problem: ShurenError | None = None
    if request.method == "POST":
        try:
            made = _plan(request, actor)
            return HttpResponseRedirect(reverse("workbench:event", args=[made.id]))
        except ShurenError as error:
            problem = error
    asked = request.POST if request.method == "POST" else request.GET
    typed = {name: asked.get(name, "").replace("\x00", "") for name in _TYPED}
    context = {
        "rows": [_row(one) for one in events.planned(actor)],
        "fields": _fields(typed, problem),
        "problem": problem,
        "may_plan": may(actor, WORK),
        "is_open": problem is not None or bool(typed["case"]),
    }
    status = status_of(problem) if problem else 200
    return page(request, "events.html", context, place=PLACE, status=status)


@requires(READ, post=WORK)
def one(request: HttpRequest, event_id: str) -> HttpResponse:
    """One event: its case, the door. POST do=mark (meeting, numbers) or recap (zh, en)."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    problem: ShurenError | None = None
    if request.method == "POST":
        try:
            _do(request, event_id, actor)
            return HttpResponseRedirect(reverse("workbench:event", args=[event_id]))
        except events.NoSuchEvent:
            raise
        except ShurenError as error:
            problem = error
    found = events.event(event_id, actor=actor)
    case = cases.case(current_site(), found.case, actor)
    code, seats = events.seats(event_id, actor=actor) if may(actor, WORK) else ("", [])
    context = {
        "event": found,
        "title": pick(found.title),
        "when": portal.when(found),
        "badge": portal.badge(found),
        "state": case_words.state_badge(case),
        "code": code,
        "seats": [
            {
                "number": seat.number,
                "is_waiting": seat.state == WAITING,
                "attended": ", ".join(str(at) for at in seat.attended),
            }
            for seat in seats
        ],
        "meetings": [
            {"value": str(one_.number), "label": f"{one_.number} · "
             f"{timezone.localtime(one_.starts_at):%Y-%m-%d %H:%M}"}
            for one_ in found.sessions
        ],
        "opinions": event_after.opinions(event_id, actor=actor) if may(actor, WORK) else [],
        "problem": problem,
        "typed": request.POST.get("numbers", "") if problem else "",
        "trail": crumbs(PLACE, Crumb(pick(found.title))),
    }  # fmt: skip
    status = status_of(problem) if problem else 200
    return page(request, "event.html", context, place=PLACE, status=status)


def _do(request: HttpRequest, event_id: str, actor: Actor) -> None:
    said = request.POST
    if said.get("do") == "mark":
        numbers = said.get("numbers", "").replace(",", " ").split()
        numbers += said.getlist("seat")
        events.mark(event_id, numbers, whole_number(said.get("meeting", "")) or 0, actor=actor)
    elif said.get("do") == "recap":
        recap = {"zh": said.get("zh", ""), "en": said.get("en", "")}
        event_after.write_recap(event_id, recap, actor=actor)


def _plan(request: HttpRequest, actor: Actor) -> EventView:
    """raises  WrongField naming the field"""
    said = request.POST
    until = said.get("enrol_until", "").strip()
    return events.plan(
        current_site(),
        said.get("service", ""),
        title={"zh": said.get("title_zh", ""), "en": said.get("title_en", "")},
        summary={"zh": said.get("summary_zh", ""), "en": said.get("summary_en", "")},
        place=said.get("place", ""),
        sessions=[_meeting(line) for line in said.get("sessions", "").splitlines() if line.strip()],
        enrol_until=moment_of("enrol_until", until) if until else None,
        places=_number(said.get("places", ""), "places"),
        certificate=_number(said.get("certificate", ""), "certificate"),
        reading=[line.strip() for line in said.get("reading", "").splitlines() if line.strip()],
        actor=actor,
        case_id=said.get("case", ""),
    )


def _meeting(line: str) -> tuple[datetime, datetime]:
    """`2026-12-10 19:00-20:30`"""
    day, _space, hours = line.strip().partition(" ")
    begin, _dash, end = hours.replace("–", "-").replace("—", "-").partition("-")
    return (
        moment_of("sessions", f"{day} {begin.strip()}"),
        moment_of("sessions", f"{day} {end.strip()}"),
    )


def moment_of(name: str, text: str) -> datetime:
    """`2026-12-10 19:00` by the library's clock; raises WrongField naming the field."""
    try:
        return timezone.make_aware(datetime.strptime(text, "%Y-%m-%d %H:%M"))
    except ValueError:
        raise WrongField(
            name,
            _("This is no day with an hour: %(text)s", text=text[:40]),
            fix=_("Write 2026-12-10 19:00, meetings as 2026-12-10 19:00-20:30, one a line."),
        ) from None


def _number(text: str, name: str) -> int:
    found = whole_number(text.strip() or "0")
    if found is None:
        raise WrongField(name, _("Write a whole number."))
    return found


def _row(event: EventView) -> dict[str, Any]:
    return portal.as_row(event) | {"url": reverse("workbench:event", args=[event.id])}


def _fields(typed: dict[str, str], problem: ShurenError | None) -> list[dict[str, Any]]:
    wrong = problem if isinstance(problem, WrongField) else None
    named = {"title": "title_zh"}
    offered = [
        {"value": id, "label": pick(one_.title)}
        for id, one_ in services(current_site()).items()
        if one_.flow in events.FLOWS
    ]
    plan = [
        ("service", _("Service"), "select", "", True),
        ("title_zh", _("Title in Chinese"), "text", "", True),
        ("title_en", _("Title in English"), "text", "", True),
        ("summary_zh", _("What it is about, in Chinese"), "area", "", False),
        ("summary_en", _("What it is about, in English"), "area", "", False),
        ("sessions", _("Meetings"), "area", _("One a line: 2026-12-10 19:00-20:30"), True),
        ("place", _("Where"), "text", "", False),
        ("enrol_until", _("Enrol until"), "text",
         _("2026-12-09 18:00; empty: until it begins"), False),
        ("places", _("Places"), "number", _("0 or empty: as many as come"), False),
        ("certificate", _("Certificate from per cent of the meetings"), "number",
         _("0 or empty: no certificate"), False),
        ("reading", _("Reading list"), "area", _("One title a line"), False),
        ("case", _("Case it was proposed by"), "text",
         _("Empty: an event of the library's own"), False),
    ]  # fmt: skip
    return [
        {
            "name": name, "label": label, "type": kind, "hint": hint, "required": required,
            "value": typed[name], "options": offered,
            "error": wrong.message if wrong and named.get(wrong.name, wrong.name) == name else "",
        }
        for name, label, kind, hint, required in plan
    ]  # fmt: skip
