"""The catalogue of services for who works by it: levels and evidence, owners, targets and numbers;
one service's file, edited, looked at as a reader, and approved."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from shuren.kernel.errors import DefinitionError, ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.service import catalogue, editing
from shuren.service.definitions import flows, indicators, names, service, services
from shuren.service.flow_shapes import LEVELS, Service
from shuren.service.survey import survey
from shuren.trust.queries import may
from shuren.web import service_words
from shuren.web.access import requires
from shuren.web.errors import status_of
from shuren.web.places import address
from shuren.web.portal.services import page_context
from shuren.web.workbench import service_flows
from shuren.web.workbench.shell import Crumb, Tab, crumbs, current_site, page

PLACE, OPEN = "service-list", "workbench.open"


@requires(OPEN)
def index(request: HttpRequest) -> HttpResponse:
    """?level= narrows to those of one level."""
    site = current_site()
    level = request.GET.get("level", "")
    known = [
        one for one in services(site).values() if catalogue.OF_THE_LIBRARY not in one.audiences
    ]
    shown = [one for one in known if level in ("", _level(one))]
    found, counts, waits = survey(site), catalogue.numbers(), editing.waiting()
    titles = names(site)
    context = {
        "tabs": _tabs(known, level),
        "groups": [
            {
                "id": id,
                "title": pick(title),
                "rows": [
                    _row(one, counts.get(one.id), waits.get(one.id, 0))
                    for one in shown
                    if one.category == id
                ],
            }
            for id, title in titles.categories.items()
        ],
        "scenes": [(pick(titles.scenes[scene]), len(ids)) for scene, ids in found.matrix.items()],
        "conflicts": found.conflicts,
        "deep": found.deep,
        "idle": [pick(titles.posts[post]) for post in found.idle],
        "total": len(known),
    }
    return page(request, "services.html", context, place=PLACE)


@requires(OPEN, post=editing.EDIT)
def one(request: HttpRequest, service_id: str) -> HttpResponse:
    """One service. POST do=propose (text), approve or drop (draft)."""
    if request.method == "POST":
        try:
            _do(request, service_id)
            return HttpResponseRedirect(reverse("workbench:service", args=[service_id]))
        except ShurenError as error:
            return _show(request, service_id, error)
    return _show(request, service_id)


def _show(
    request: HttpRequest, service_id: str, problem: ShurenError | None = None
) -> HttpResponse:
    """The page of a service; what was typed stays beside what is wrong with it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    site = current_site()
    text = (problem and request.POST.get("text")) or editing.text_of(site, service_id)
    declared = service(site, service_id)
    context = {
        "trail": crumbs(PLACE, Crumb(pick(declared.title))),
        "service": declared,
        "row": _row(declared, catalogue.numbers().get(service_id), 0),
        "text": text,
        "may_edit": may(actor, editing.EDIT),
        "problem": problem,
        "indicators": [_indicator(name, target) for name, target in declared.indicators.items()],
        "drafts": [_draft(one, actor) for one in editing.drafts(service_id)],
        "draft_words": service_words.source(declared),
        "runs": service_flows.of_service(service_id),
    }
    return page(request, "service.html", context, place=PLACE, status=_status(problem))


@requires(OPEN, post=editing.EDIT)
def preview(request: HttpRequest, service_id: str) -> HttpResponse:
    """The page as a reader would see it: as it is, or, POST, as a text that was typed says."""
    site = current_site()
    shown = service(site, service_id)
    if request.method == "POST":
        try:
            shown, _widens = editing.look(site, service_id, request.POST.get("text", ""))
        except ShurenError as error:
            return _show(request, service_id, error)
    context = page_context(catalogue.page_of(site, shown, None))
    return render(request, "portal/service.html", context | {"is_preview": True})


def _do(request: HttpRequest, service_id: str) -> None:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    site, do = current_site(), request.POST.get("do", "")
    if do == "approve":
        editing.approve(site, request.POST.get("draft", ""), actor=actor)
    elif do == "drop":
        editing.drop(site, request.POST.get("draft", ""), actor=actor)
    else:
        editing.propose(site, service_id, request.POST.get("text", ""), actor=actor)


def _status(problem: ShurenError | None) -> int:
    """A file that cannot be read is a fault of ours; a text that somebody typed is theirs."""
    if problem is None:
        return 200
    return 422 if isinstance(problem, DefinitionError) else status_of(problem)


def _row(one: Service, counts: catalogue.Numbers | None, waits: int) -> dict[str, Any]:
    titles = names(current_site())
    maturity = one.maturity
    kept = counts.kept_to if counts else None
    return {
        "id": one.id,
        "title": pick(one.title),
        "owner": pick(titles.posts[one.owner]),
        "flow": pick(flows(current_site())[one.flow].title),
        "promise": service_words.finished(one.promise),
        "level": pick(titles.levels[_level(one)]) if maturity else "",
        "evidence": pick(maturity.evidence) if maturity else "",
        "evidence_url": address(one, maturity.place) if maturity else "",
        "open": counts.open if counts else 0,
        "overdue": counts.overdue if counts else 0,
        "opened": counts.opened if counts else 0,
        "done": counts.done if counts else 0,
        "kept": "" if kept is None else f"{kept:.0f}%",
        "waits": waits,
        "is_draft": one.source == "draft",
    }


def _level(one: Service) -> str:
    return one.maturity.level if one.maturity else ""


def _tabs(known: list[Service], level: str) -> list[Tab]:
    titles = names(current_site()).levels
    tabs = [Tab(_("All"), "?", len(known), not level)]
    for id in LEVELS:
        count = sum(_level(one) == id for one in known)
        tabs.append(Tab(pick(titles[id]), f"?level={id}", count, level == id))
    return tabs


def _indicator(name: str, target: Any) -> dict[str, str]:
    meant = indicators(current_site())[name]
    said = str(target).replace(">=", "≥").replace("<=", "≤")
    said = _("followed") if target == "track" else said
    return {"title": pick(meant.title), "meaning": pick(meant.definition), "target": said}


def _draft(one: editing.Draft, actor: Actor) -> dict[str, Any]:
    states = {
        editing.WAITING: (_("Waits for a second person"), "warn"),
        editing.PUBLISHED: (_("Published"), "good"),
        editing.DROPPED: (_("Taken back"), ""),
    }
    label, tone = states[one.state]
    return {
        "draft": one,
        "label": label,
        "tone": tone,
        "waits": one.state == editing.WAITING,
        "may_approve": may(actor, editing.EDIT) and one.said_by != actor.id,
    }
