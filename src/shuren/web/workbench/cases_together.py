"""Several cases at once: what can be done with them, done with each, and what came of it.

One page, answered to a form of the list and to its own. Every case names the version that was seen,
so what somebody else changed in the meantime is left alone and said; the rest is done.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import cases, handing
from shuren.service.case_shapes import CaseView, Move
from shuren.service.errors import NoSuchCase, NotNow, UnknownName, WrongField
from shuren.service.handing import Chosen
from shuren.web import case_words
from shuren.web.errors import status_of
from shuren.web.workbench.paging import whole_number
from shuren.web.workbench.shell import Crumb, crumbs, current_site, page

PLACE, EVENT, CHOOSE = "cases", "event", "choose"
Verb = Callable[[Chosen], CaseView]


@dataclass
class Outcome:
    """done  titles of cases it was done to; failed: (title, why); problem: of the form itself"""

    done: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    problem: ShurenError | None = None


def together(request: HttpRequest) -> HttpResponse:
    """The page; `do` says what is done first, `choose` nothing."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    site = current_site()
    ids = request.POST.getlist("case")
    outcome = Outcome()
    do = request.POST.get("do", CHOOSE)
    if do != CHOOSE:
        outcome = work(request, do, handing.chosen(site, ids, actor))
    return show(request, handing.chosen(site, ids, actor), outcome)


def work(request: HttpRequest, do: str, found: Sequence[Chosen]) -> Outcome:
    """Do what the form says to each; what the form itself lacks stops it before the first."""
    outcome = Outcome()
    try:
        verb, meant = _verb(request, do, found)
    except (WrongField, UnknownName, NotNow) as error:
        outcome.problem = error
        return outcome
    for one in meant:
        title = case_words.title_of(one.line)
        try:
            verb(one)
            outcome.done.append(title)
        except NoSuchCase:
            raise
        except ShurenError as error:
            outcome.failed.append((title, f"{error.message} {error.fix}".strip()))
    return outcome


def _verb(request: HttpRequest, do: str, found: Sequence[Chosen]) -> tuple[Verb, Sequence[Chosen]]:
    """What is to be done, and to which of the cases."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    site, posted = current_site(), request.POST
    note = posted.get("note", "")
    person, desk = posted.get("person", ""), posted.get("desk", "")
    if do.startswith(f"{EVENT} "):
        return _event(request, do.split(" ", 2)[1:], found)
    if do == "note" and not note.strip():
        raise WrongField("note", _("Write a note."))
    if do == "assign" and not person:
        raise WrongField("person", _("Choose a colleague."))
    if do == "hand_over" and not desk:
        raise WrongField("desk", _("Choose a desk."))
    verbs: dict[str, Verb] = {
        "take": lambda one: cases.take(
            site, one.line.id, actor=actor, expected_version=_seen(request, one)
        ),
        "give_back": lambda one: cases.give_back(
            site, one.line.id, actor=actor, note=note, expected_version=_seen(request, one)
        ),
        "assign": lambda one: handing.assign(
            site, one.line.id, person, actor=actor, note=note,
            expected_version=_seen(request, one),
        ),
        "hand_over": lambda one: handing.hand_over(
            site, one.line.id, desk, actor=actor, note=note,
            expected_version=_seen(request, one),
        ),
        "note": lambda one: cases.add_note(
            site, one.line.id, note, actor=actor, key=f"together:{_seen(request, one)}"
        ),
    }  # fmt: skip
    if do not in verbs:
        raise UnknownName(_("Nothing is called '%(name)s' here.", name=do[:40]))
    return verbs[do], found


def _event(
    request: HttpRequest, said: list[str], found: Sequence[Chosen]
) -> tuple[Verb, Sequence[Chosen]]:
    """An event of one service's flow, to those of its cases that offer it now."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    service, event = (*said, "", "")[:2]
    note = request.POST.get("note", "")
    meant = [
        one
        for one in found
        if one.line.service == service and any(way.event == event for way in one.moves)
    ]
    moves = [way for one in meant for way in one.moves if way.event == event]
    if not moves:
        raise NotNow(_("None of these cases can do that now; here they are as they are."))
    if any(way.needs_note for way in moves) and not note.strip():
        raise WrongField(
            "note", _("“%(event)s” needs a note that says why.", event=pick(moves[0].title))
        )
    return (
        lambda one: cases.act(
            current_site(), one.line.id, event, actor=actor, note=note,
            expected_version=_seen(request, one),
        )
    ), meant  # fmt: skip


def _seen(request: HttpRequest, one: Chosen) -> int | None:
    return whole_number(request.POST.get(f"version-{one.line.id}", ""))


def show(request: HttpRequest, found: Sequence[Chosen], outcome: Outcome) -> HttpResponse:
    """The page with what came of it, and what can be done with the cases that are still open."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    site, problem = current_site(), outcome.problem
    wrong = problem if isinstance(problem, WrongField) else None
    context = {
        "rows": [_row(one) for one in found],
        "done": outcome.done,
        "failed": outcome.failed,
        "problem": problem,
        "note": request.POST.get("note", "") if problem or outcome.failed else "",
        "note_error": wrong.message if wrong and wrong.name == "note" else "",
        "person": person_select(actor, request.POST.get("person", ""), wrong),
        "desk": desk_select(site, request.POST.get("desk", ""), wrong),
        "events": _events(found),
        "trail": crumbs(PLACE, Crumb(_("Together"))),
        "back": reverse("workbench:cases"),
    }
    status = status_of(problem) if problem else 200
    return page(request, "cases_together.html", context, place=PLACE, status=status)


def person_select(actor: Actor, value: str, wrong: WrongField | None = None) -> dict[str, Any]:
    """The colleagues a case can be given to, as components/field.html takes them."""
    known = [{"value": one.account, "label": one.name} for one in handing.colleagues(actor)]
    return _select("person", _("To a colleague"), value, known, wrong)


def desk_select(site: Site, value: str, wrong: WrongField | None = None) -> dict[str, Any]:
    """The desks a case can be handed to."""
    known = [{"value": id, "label": pick(title)} for id, title in handing.desks(site).items()]
    return _select("desk", _("To another desk"), value, known, wrong)


def _select(
    name: str, label: str, value: str, known: list[dict[str, str]], wrong: WrongField | None
) -> dict[str, Any]:
    error = wrong.message if wrong and wrong.name == name else ""
    options = [{"value": "", "label": "–"}, *known]
    return {"name": name, "label": label, "value": value, "options": options, "error": error}


def _row(one: Chosen) -> dict[str, Any]:
    line = one.line
    return {
        "id": line.id,
        "version": line.version,
        "title": case_words.title_of(line),
        "service": pick(line.service_title),
        "url": reverse("workbench:case", args=[line.id]),
        "state": case_words.state_badge(line),
        "clock": case_words.clock_badge(line, for_reader=False),
        "desk": pick(dict(line.desk_title)),
        "assignee": line.assignee,
    }


def _events(found: Sequence[Chosen]) -> list[dict[str, Any]]:
    """What can be done with some or all of them without filling anything in, service by service."""
    ways: dict[tuple[str, str], list[tuple[Chosen, Move]]] = {}
    for one in found:
        for way in one.moves:
            if not way.fields:
                ways.setdefault((one.line.service, way.event), []).append((one, way))
    services = {one.line.service for one in found}
    events = []
    for (service, event), meant in ways.items():
        one, way = meant[0]
        title = pick(way.title)
        if len(services) > 1:
            title = _("%(service)s: %(event)s",
                      service=pick(one.line.service_title), event=title)  # fmt: skip
        events.append(
            {
                "value": f"{EVENT} {service} {event}",
                "label": _("%(event)s (%(number)s)", event=title, number=len(meant)),
                "is_away": way.is_away,
                "needs_note": any(move.needs_note for _case, move in meant),
            }
        )
    return events
