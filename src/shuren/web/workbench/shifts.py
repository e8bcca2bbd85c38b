"""Shifts for the coordinator: a week with its gaps, one more, one off, who was there."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from shuren.kernel.clock import now
from shuren.kernel.errors import ShurenError, UsageError
from shuren.kernel.i18n import current_language, pick
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.service import shift_desk, shift_hours, shifts
from shuren.service.definitions import services
from shuren.service.errors import WrongField
from shuren.service.shift_shapes import CALLED_OFF, DONE, MISSED, TAKEN, WORKING, DeskShift, Seat
from shuren.trust.queries import may
from shuren.web import moments, shift_words
from shuren.web.access import requires
from shuren.web.errors import status_of
from shuren.web.workbench.events import moment_of
from shuren.web.workbench.paging import whole_number
from shuren.web.workbench.shell import Crumb, crumbs, current_site, page

PLACE, READ, WORK = "events", "cases.read", "cases.work"
_TYPED = ("service", "title_zh", "title_en", "place_zh", "place_en", "starts_at", "ends_at",
          "people")  # fmt: skip


@requires(READ, post=WORK)
def index(request: HttpRequest) -> HttpResponse:
    """?from= a day; POST do=open, add, need (shift, people), off (shift), here or missed (shift,
    number)."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    problem: ShurenError | None = None
    first = _first(request.GET.get("from", ""))
    if request.method == "POST":
        try:
            _do(request, actor)
            return HttpResponseRedirect(f"{reverse('workbench:shifts')}?from={first}")
        except ShurenError as error:
            problem = error
    site = current_site()
    rows = shift_desk.week(site, first, actor=actor)
    days: dict[date, list[dict[str, Any]]] = {}
    for row in rows:
        days.setdefault(row.shift.day, []).append(_row(row))
    typed = {name: request.POST.get(name, "").replace("\x00", "") for name in _TYPED}
    is_adding = request.POST.get("do") == "add" and problem is not None
    context = {
        "days": [{"day": moments.day(day), "rows": found} for day, found in days.items()],
        "gaps": sum(row.shift.free for row in rows if row.shift.ends_at > now()),
        "week": f"{moments.day(first)} – {moments.day(first + timedelta(days=6))}",
        "previous": f"?from={first - timedelta(days=7)}",
        "next": f"?from={first + timedelta(days=7)}",
        "fields": _fields(typed, problem if is_adding else None),
        "is_open": is_adding,
        "may_work": may(actor, WORK),
        "problem": problem,
        "trail": crumbs(PLACE, Crumb(_("Shifts of volunteers"))),
    }
    status = status_of(problem) if problem else 200
    return page(request, "shifts.html", context, place=PLACE, status=status)


def _do(request: HttpRequest, actor: Actor) -> None:
    site, said = current_site(), request.POST
    do, shift = said.get("do", ""), said.get("shift", "")
    if do == "open":
        shift_desk.open_ahead(site, actor=actor)
    elif do == "add":
        shift_desk.add(
            site,
            said.get("service", ""),
            title={"zh": said.get("title_zh", "")[:120], "en": said.get("title_en", "")[:120]},
            place={"zh": said.get("place_zh", "")[:120], "en": said.get("place_en", "")[:120]},
            starts_at=moment_of("starts_at", said.get("starts_at", "").replace("T", " ")),
            ends_at=moment_of("ends_at", said.get("ends_at", "").replace("T", " ")),
            people=whole_number(said.get("people", "")) or 0,
            actor=actor,
        )
    elif do == "need":
        people = whole_number(said.get("people", "")) or 0
        shift_desk.need(site, shift, people, actor=actor)
    elif do == "off":
        shift_desk.call_off(site, shift, actor=actor)
    elif do in ("here", "missed"):
        shift_desk.mark(site, shift, said.get("number", ""), do == "here", actor=actor)
    else:
        raise UsageError(_("There is nothing called '%(name)s' to do.", name=do[:40]))


def _row(row: DeskShift) -> dict[str, Any]:
    one, moment = row.shift, now()
    if one.state == CALLED_OFF:
        gap = {"label": _("Called off"), "tone": ""}
    elif one.free:
        gap = {"label": _("%(count)s missing", count=one.free), "tone": "bad"}
    else:
        gap = {"label": _("Nobody is missing"), "tone": "good"}
    is_on = one.state != CALLED_OFF
    return {
        "id": one.id,
        "title": pick(one.title),
        "place": pick(one.place),
        "when": shift_words.when(one),
        "taken": one.taken,
        "people": one.people,
        "gap": gap,
        "code": row.code if is_on else "",
        "checked": row.checked,
        "zones": row.zones,
        "seats": [_seat(seat) for seat in row.seats],
        "can_change": is_on and moment < one.ends_at,
        "can_mark": is_on and moment >= one.starts_at - timedelta(minutes=15),
    }


def _seat(seat: Seat) -> dict[str, Any]:
    tone = {DONE: "good", WORKING: "good", MISSED: "bad"}.get(seat.state, "")
    is_taken = seat.state == TAKEN
    return {
        "number": seat.number,
        "state": {
            "label": _("Has it") if is_taken else shifts.state_words(seat.state),
            "tone": tone,
        },
        "worked": shift_hours.length(seat.worked, current_language()[:2])
        if seat.state == DONE
        else "",
        "is_offered": bool(seat.offered),
        "can_mark": seat.state in (TAKEN, MISSED),
    }


def _first(asked: str) -> date:
    """The day asked for, else the Monday of this week."""
    try:
        found = date.fromisoformat(asked)
    except ValueError:
        found = moments.today()
        return found - timedelta(days=found.weekday())
    is_sound = date(2000, 1, 1) <= found <= date(2100, 1, 1)
    return found if is_sound else moments.today()


def _fields(typed: dict[str, str], problem: ShurenError | None) -> list[dict[str, Any]]:
    wrong = problem if isinstance(problem, WrongField) else None
    named, site = {"title": "title_zh"}, current_site()
    known = services(site)
    offered = [{"value": id, "label": pick(known[id].title)} for id in shifts.needed_services(site)]
    plan = [
        ("service", _("For members of"), "select"),
        ("title_zh", _("Title in Chinese"), "text"),
        ("title_en", _("Title in English"), "text"),
        ("place_zh", _("Where, in Chinese"), "text"),
        ("place_en", _("Where, in English"), "text"),
        ("starts_at", _("From"), "datetime-local"),
        ("ends_at", _("To"), "datetime-local"),
        ("people", _("How many people"), "number"),
    ]
    return [
        {
            "name": name, "label": label, "type": kind, "value": typed[name], "options": offered,
            "error": wrong.message if wrong and named.get(wrong.name, wrong.name) == name else "",
        }
        for name, label, kind in plan
    ]  # fmt: skip
