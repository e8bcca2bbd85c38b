"""The desk's list over all queues, and one case as staff work on it."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse

from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.service import (
    cases,
    commissions,
    desk_views,
    events,
    file_links,
    gifts,
    handing,
    projects,
    suppliers,
)
from shuren.service.case_shapes import CaseLine, CaseView, Queue
from shuren.service.definitions import flows, services
from shuren.service.errors import NoSuchCase, NotOffered, WrongField
from shuren.trust.queries import may
from shuren.web import case_words, file_link_words
from shuren.web.access import requires
from shuren.web.errors import status_of
from shuren.web.portal import cases as portal
from shuren.web.workbench import cases_together
from shuren.web.workbench import suppliers as supplier_page
from shuren.web.workbench.paging import paging, whole_number
from shuren.web.workbench.shell import Crumb, Tab, crumbs, current_site, page

PLACE, READ = "cases", "cases.read"
NARROWING, ALSO = ("desk", "service", "state", "branch", "person"), ("q", "sort")


@requires(READ)
def index(request: HttpRequest) -> HttpResponse:
    """The list. POST do=take (the default) takes on what is ticked, save_view and forget_view
    keep and remove a view; anything else is the page of several cases together."""
    problem: ShurenError | None = None
    if request.method == "POST":
        try:
            answer = _posted(request)
        except (WrongField, NotOffered) as error:
            problem = error
        else:
            return answer or HttpResponseRedirect(request.get_full_path())
    asked = _asked(request)
    show = request.GET.get("show", "")
    return _list(request, asked, show, problem)


def _posted(request: HttpRequest) -> HttpResponse | None:
    """Do what the form of the list says; a page where there is more to say than the list."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    do = request.POST.get("do", "take")
    if do == "save_view":
        asked = _asked(request) | {"show": request.GET.get("show", "")}
        desk_views.save(request.POST.get("name", ""), asked, actor=actor)
        return None
    if do == "forget_view":
        desk_views.forget(whole_number(request.POST.get("view", "")) or 0, actor=actor)
        return None
    ids = request.POST.getlist("case")
    if not ids:
        raise WrongField("case", _("Tick at least one case."))
    if do == "take" and not request.POST.get("together"):
        found = handing.chosen(current_site(), ids, actor)
        outcome = cases_together.work(request, do, found)
        return cases_together.show(request, found, outcome) if outcome.failed else None
    return cases_together.together(request)


def _asked(request: HttpRequest) -> dict[str, str]:
    """What the address narrows, searches and sorts by, but for the tab and the page."""
    said = {name: request.GET.get(name, "").replace("\x00", "") for name in (*NARROWING, *ALSO)}
    return said | {"q": said["q"].strip()[:80]}


def _list(
    request: HttpRequest, asked: dict[str, str], show: str, problem: ShurenError | None
) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    site = current_site()
    number = whole_number(request.GET.get("page", "")) or 1
    found = cases.queue(
        site, actor, **{name: asked[name] for name in NARROWING}, page=number,
        words=asked["q"], sort=asked["sort"],
        overdue=show == "overdue", mine=show == "mine", unassigned=show == "free",
        is_open=show != "over",
    )  # fmt: skip
    pager = paging(request, found.total, cases.PAGE) if found.pages > 1 else None
    context = {
        "tabs": _tabs(request, show),
        "words": asked["q"],
        "filters": [*_filters(actor, found, asked), _sorts(asked["sort"])],
        "views": _views(actor, asked, show),
        "problem": problem,
        "may_work": _may_work(actor),
        "narrowed": any(asked.values()),
        "keep": show,
        "rows": [_row(one) for one in found.lines],
        "total": found.total,
        "is_more": found.total >= cases.MOST,
        "pager": pager,
        "show": show,
    }
    status = status_of(problem) if problem else 200
    return page(request, "cases.html", context, place=PLACE, status=status)


@requires(READ)
def one(request: HttpRequest, case_id: str) -> HttpResponse:
    """One case. POST do=act (event, version, note, fields), take, give_back, note, end_link,
    not_here or who."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    site = current_site()
    problem: ShurenError | None = None
    person: dict[str, str] | None = None
    if request.method == "POST":
        try:
            if request.POST.get("do") == "who":
                person = cases.who(site, case_id, actor)
            else:
                _do(request, case_id)
                return HttpResponseRedirect(reverse("workbench:case", args=[case_id]))
        except NoSuchCase:
            raise
        except ShurenError as error:
            problem = error
    found = cases.case(site, case_id, actor)
    file = file_links.of_case(site, case_id, actor)
    tries = suppliers.tries(site, case_id, actor=actor)
    context = portal.whole(found, for_reader=False) | {
        "delivered": file_link_words.delivered(file, found, is_desk=True),
        "tries": supplier_page.of_case(tries),
        "is_asking": any(one.outcome == "asked" for one in tries),
        "moves": case_words.moves(found, request.POST if problem else None, problem),
        "problem": problem,
        "mine": found.assignee == actor.id,
        "desk": pick(dict(found.desk_title)),
        "pass_on": _pass_on(request, actor, found, problem) if _may_work(actor) else None,
        "can_carry_event": found.flow in events.FLOWS and not found.is_over,
        "has_gift": found.flow == gifts.FLOW,
        "has_project": projects.has_project(found.id),
        "has_report": found.flow == commissions.FLOW,
        "person": _person(person),
        "may_ask_who": may(actor, cases.asks_who(found.service)),
        "trail": crumbs(PLACE, Crumb(case_words.title_of(found))),
    }
    status = status_of(problem) if problem else 200
    return page(request, "case.html", context, place=PLACE, status=status)


@requires(READ)
def file(request: HttpRequest, case_id: str, field: str) -> StreamingHttpResponse:
    """A file of a case; who took it is in the ledger."""
    return portal.hand_out(request, case_id, field)


def _do(request: HttpRequest, case_id: str) -> CaseView:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    site, do = current_site(), request.POST.get("do", "act")
    version = whole_number(request.POST.get("version", ""))
    note = request.POST.get("note", "")
    if do == "take":
        return cases.take(site, case_id, actor=actor, expected_version=version)
    if do == "give_back":
        return cases.give_back(site, case_id, actor=actor, note=note, expected_version=version)
    if do == "not_here":
        suppliers.not_here(site, case_id, actor=actor)
        return cases.case(site, case_id, actor)
    if do == "end_link":
        file_links.end(site, case_id, actor=actor, note=note)
        return cases.case(site, case_id, actor)
    if do == "assign":
        return handing.assign(
            site, case_id, request.POST.get("person", ""), actor=actor, note=note,
            expected_version=version,
        )  # fmt: skip
    if do == "hand_over":
        return handing.hand_over(
            site, case_id, request.POST.get("desk", ""), actor=actor, note=note,
            expected_version=version,
        )  # fmt: skip
    if do == "note":
        return cases.add_note(site, case_id, note, actor=actor)
    return portal.act(request, case_id)


def _row(case: CaseLine) -> dict[str, Any]:
    return {
        "id": case.id,
        "title": case_words.title_of(case),
        "service": pick(case.service_title),
        "url": reverse("workbench:case", args=[case.id]),
        "state": case_words.state_badge(case),
        "clock": case_words.clock_badge(case, for_reader=False),
        "branch": case.branch,
        "desk": pick(dict(case.desk_title)),
        "assignee": case.assignee,
        "at": case.opened_at,
    }


def _tabs(request: HttpRequest, show: str) -> list[Tab]:
    names = {
        "": _("All open"),
        "overdue": _("Overdue"),
        "mine": _("Mine"),
        "free": _("Nobody's yet"),
        "over": _("Over"),
    }
    tabs = []
    for id, label in names.items():
        query = request.GET.copy()
        query.pop("page", None)
        query["show"] = id
        tabs.append(Tab(label, f"?{query.urlencode()}", None, show == id))
    return tabs


def _may_work(actor: Actor) -> bool:
    return may(actor, "cases.work") or may(actor, "cases.manage")


def _pass_on(
    request: HttpRequest, actor: Actor, found: CaseView, problem: ShurenError | None
) -> dict[str, Any] | None:
    """The selects of handing a case on; None of one that is over."""
    if found.is_over:
        return None
    wrong = problem if isinstance(problem, WrongField) else None
    return {
        "person": cases_together.person_select(actor, request.POST.get("person", ""), wrong),
        "desk": cases_together.desk_select(current_site(), request.POST.get("desk", ""), wrong),
        "note": request.POST.get("note", ""),
        "is_open": request.POST.get("do") in ("assign", "hand_over"),
    }


def _views(actor: Actor, asked: dict[str, str], show: str) -> list[dict[str, Any]]:
    """The actor's own views, the one that is shown marked."""
    now = {name: value for name, value in (asked | {"show": show}).items() if value}
    return [
        {
            "id": one.id,
            "name": one.name,
            "url": f"?{urlencode(one.asked)}",
            "current": dict(one.asked) == now,
        }
        for one in desk_views.views(actor)
    ]


def _filters(actor: Actor, found: Queue, asked: dict[str, str]) -> list[dict[str, Any]]:
    """Selects of components/field.html; a value that is chosen stays to be chosen."""
    site = current_site()
    titles = {id: pick(one.title) for id, one in services(site).items()}
    states = {
        id: pick(state.title) for flow in flows(site).values() for id, state in flow.states.items()
    }
    states |= {state: pick(title) for state, title in _states_of(found)}
    desks = {id: pick(title) for id, title in handing.desks(site).items()}
    people = [{"value": one.account, "label": one.name} for one in handing.colleagues(actor)]
    return [
        _select("desk", _("Desk"), asked["desk"], found.desks, desks),
        _select("service", _("Service"), asked["service"], found.services, titles),
        _select("state", _("State"), asked["state"], found.states, states),
        _select("branch", _("Branch"), asked["branch"], found.branches, {}),
        {
            "name": "person", "label": _("In hand"), "type": "select", "value": asked["person"],
            "options": [{"value": "", "label": _("All")}, *people],
        },
    ]  # fmt: skip


def _states_of(found: Queue) -> list[tuple[str, dict[str, str]]]:
    return [(one.state, one.state_title) for one in found.lines]


def _select(
    name: str, label: str, value: str, counts: Any, titles: dict[str, str]
) -> dict[str, Any]:
    known = dict(counts) | ({value: 0} if value and value not in counts else {})
    options = [{"value": "", "label": _("All")}]
    options += [
        {"value": id, "label": f"{titles.get(id, id)} ({count:,})"}
        for id, count in sorted(known.items(), key=lambda one: -one[1])
    ]
    return {"name": name, "label": label, "type": "select", "value": value, "options": options}


def _sorts(sort: str) -> dict[str, Any]:
    titles = {
        "due": _("Soonest due first"),
        "newest": _("Newest first"),
        "oldest": _("Oldest first"),
    }
    options = [{"value": id, "label": titles[id]} for id in cases.SORTS]
    return {"name": "sort", "label": _("Order"), "type": "select", "value": sort or cases.SORTS[0],
            "options": options}  # fmt: skip


def _person(person: dict[str, str] | None) -> list[tuple[str, str]] | None:
    if person is None:
        return None
    names = {
        "reader_id": _("Reader id"),
        "name": _("Name"),
        "phone": _("Phone"),
        "email": _("E-mail"),
    }
    return [(names.get(name, name), value) for name, value in person.items() if value]
