"""How good the data are, and the work queue of those who mend them."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from shuren.data import actions, definitions, queries
from shuren.data.errors import TaskProblem
from shuren.data.quality import DIMENSIONS, TITLES, ContractQuality, Measure, TaskLine
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.trust.queries import may
from shuren.web.access import requires
from shuren.web.workbench.receipts import contract_titles
from shuren.web.workbench.shell import Crumb, Tab, crumbs, current_site, page

LAST_LOADS = 30
FLAGS = 100


@dataclass(frozen=True)
class Line:
    """A contract as the list shows it; `shares` has one entry a dimension, None if it has none."""

    contract: str
    score: float
    shares: tuple[float | None, ...]
    history: tuple[float, ...]
    loads: int
    tasks: int


@requires("tasks.read")
def index(request: HttpRequest) -> HttpResponse:
    """Every contract with its score, worst first."""
    site, actor = current_site(), _actor(request)
    tasks = queries.tasks(actor=actor)
    found = queries.quality(site)
    lines = [_line(one, sum(t.contract == one.contract for t in tasks)) for one in found]
    context = {
        "lines": lines,
        "titles": contract_titles(definitions.contracts(site)),
        "dimensions": [pick(TITLES[dimension]) for dimension in DIMENSIONS],
        "tasks": len(tasks),
        "worst": lines[0] if lines else None,
    }
    return page(request, "quality.html", context, place="quality")


@requires("tasks.read")
def contract(request: HttpRequest, contract_id: str) -> HttpResponse:
    """One contract: its measures load by load, and the accepted rows that are not quite good."""
    site, actor = current_site(), _actor(request)
    found = next((q for q in queries.quality(site) if q.contract == contract_id), None)
    if found is None:
        raise Http404
    known = definitions.contracts(site)
    flagged = (
        queries.flagged_rows(site, found.newest.load, actor=actor)
        if may(actor, "quarantine.read")
        else []
    )
    fields = {f.name: pick(f.title) for f in known[contract_id].fields}
    context = {
        "line": _line(found, 0),
        "title": pick(known[contract_id].title),
        "dimensions": _dimensions(found.newest),
        "measures": [_row(measure) for measure in found.history[-LAST_LOADS:][::-1]],
        "names": {one.id: one.source_name for one in queries.receipts(site, contract_id)},
        "heads": [pick(TITLES[dimension]) for dimension in DIMENSIONS],
        "flags": [(flag.line, _kind(flag.kind), fields[flag.field]) for flag in flagged[:FLAGS]],
        "flagged": len(flagged),
        "load": found.newest.load,
        "tasks": [t for t in queries.tasks(actor=actor) if t.contract == contract_id],
        "trail": crumbs("quality", Crumb(pick(known[contract_id].title))),
    }
    return page(request, "quality_contract.html", context, place="quality")


@requires("tasks.read")
def tasks(request: HttpRequest) -> HttpResponse:
    """Open tasks by domain, closed ones, and who has mended what."""
    site, actor = current_site(), _actor(request)
    known = definitions.domains(site)
    chosen, closed = request.GET.get("domain", ""), request.GET.get("state") == "closed"
    every = queries.tasks(actor=actor, is_open=None)
    shown = [t for t in every if (t.closed_at is not None) == closed and chosen in ("", t.domain)]
    opened = [t for t in every if t.closed_at is None]
    here = reverse("workbench:tasks")
    tabs = [Tab(_("All open"), here, len(opened), not chosen and not closed)]
    tabs += [
        Tab(pick(d.title), f"{here}?domain={d.id}", count, chosen == d.id and not closed)
        for d in known.values()
        if (count := sum(t.domain == d.id for t in opened))
    ]
    done = len(every) - len(opened)
    tabs.append(Tab(_("Closed"), f"{here}?state=closed", done, closed))
    context = {
        "tabs": tabs,
        "tasks": [_task(task, known) for task in shown],
        "titles": contract_titles(definitions.contracts(site)),
        "closed": closed,
        "skills": [
            (skill, [(_domain(id, known), n) for id, n in skill.domains.items()],
             [(pick(TITLES[d]), n) for d, n in skill.dimensions.items()])
            for skill in queries.skills(actor=actor)
        ],
    }  # fmt: skip
    return page(request, "tasks.html", context, place="tasks")


@requires("tasks.read", post="tasks.work")
def task(request: HttpRequest, task_id: int) -> HttpResponse:
    """One task: what fell, where to look, take it, close it with what was done.

    POST  do=take, or do=close with fix
    """
    site, actor = current_site(), _actor(request)
    problem = None
    fix = request.POST.get("fix", "")
    try:
        found = queries.task(task_id, actor=actor)
    except TaskProblem:
        raise Http404 from None
    if request.method == "POST":
        try:
            if request.POST.get("do") == "take":
                actions.take_task(task_id, actor=actor)
            else:
                actions.close_task(task_id, fix=fix, actor=actor)
            return HttpResponseRedirect(reverse("workbench:task", args=[task_id]))
        except TaskProblem as error:
            problem = error
    contracts = definitions.contracts(site)
    waiting = {one.load_id: one.open_rows for one in queries.quarantine_counts(site)}
    context = {
        "task": _task(found, definitions.domains(site)),
        "title": contract_titles(contracts).get(found.contract, found.contract),
        "waiting": waiting.get(found.load, 0),
        "may_work": may(actor, "tasks.work") and found.closed_at is None,
        "mine": found.taken_by == actor.id,
        "problem": problem,
        "fix": fix,
        "trail": crumbs("tasks", Crumb(_("Task %(id)s", id=task_id))),
    }
    return page(request, "task.html", context, place="tasks")


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined]


def _line(one: ContractQuality, tasks: int) -> Line:
    history = tuple(measure.score for measure in one.history[-LAST_LOADS:])
    shares = tuple(one.newest.share(dimension) for dimension in DIMENSIONS)
    return Line(one.contract, one.newest.score, shares, history, len(one.history), tasks)


def _dimensions(measure: Measure) -> list[tuple[str, float | None, int, int]]:
    """(title, share, faults, records)"""
    return [
        (pick(TITLES[d]), measure.share(d), measure.faults.get(d, 0), measure.records)
        for d in DIMENSIONS
    ]


def _row(measure: Measure) -> dict[str, Any]:
    return {
        "load": measure.load,
        "at": measure.at,
        "records": measure.records,
        "score": measure.score,
        "shares": [measure.share(dimension) for dimension in DIMENSIONS],
    }


def _task(task: TaskLine, known: dict[str, Any]) -> dict[str, Any]:
    return {
        "line": task,
        "dimension": pick(TITLES[task.dimension]),
        "domain": _domain(task.domain, known),
    }


def _domain(id: str, known: dict[str, Any]) -> str:
    return pick(known[id].title) if id in known else _("Nobody answers for it")


def _kind(kind: str) -> str:
    names = {
        "gap": _("empty, though it is usually filled"),
        "late": _("came long after its day"),
        "ahead": _("lies after the load"),
    }
    return names[kind]
