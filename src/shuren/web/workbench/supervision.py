"""The supervision board: every task with an owner and a day, whatever it came from; one task."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from shuren.kernel.clock import now
from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.management import supervision, voice
from shuren.management.errors import NoSuchOpinion
from shuren.management.voice_shapes import KINDS, Planned, TaskLine
from shuren.service.errors import NoSuchCase
from shuren.trust.queries import may
from shuren.web import case_words, moments, voice_words
from shuren.web.access import requires
from shuren.web.errors import status_of
from shuren.web.workbench.paging import whole_number
from shuren.web.workbench.shell import Crumb, crumbs, current_site, page

PLACE = "supervision"
# In which states of a task its steps are offered, in the order of the page.
STEPS: dict[str, tuple[str, ...]] = {
    "handle": ("supervised", "overdue"),
    "accept": ("handled",),
    "send_back": ("handled",),
    "go_on": ("waiting",),
    "wait": ("supervised",),
    "new_due": ("supervised", "overdue"),
    "cancel": ("supervised", "overdue", "waiting"),
}


@requires("supervision.read")
def index(request: HttpRequest) -> HttpResponse:
    """Columns by state, counts by owner."""
    kind, owner = request.GET.get("kind", ""), request.GET.get("owner", "").replace("\x00", "")
    found = voice.board(
        current_site(), actor=_actor(request), kind=kind if kind in KINDS else "", owner=owner[:100]
    )
    context = {
        "columns": [
            {"id": id, "title": _titles()[id], "rows": [task_row(one_) for one_ in rows]}
            for id, rows in found.columns.items()
        ],
        "late": found.late,
        "near": found.near,
        "filters": [
            {"name": "kind", "label": _("Comes from"), "value": kind,
             "options": voice_words.options(KINDS, _("All"))},
            {"name": "owner", "label": _("Owner"), "value": owner,
             "options": voice_words.options({one_: one_ for one_ in found.counted}, _("All"))},
        ],
        "counted": {
            "caption": _("By owner"),
            "columns": [
                {"label": _("Owner"), "number": False},
                {"label": _("Open"), "number": True},
                {"label": _("Late now"), "number": True},
                {"label": _("Ever late"), "number": True},
            ],
            "rows": [
                [{"text": name}, *({"text": f"{n:,}", "number": True} for n in counts)]
                for name, counts in found.counted.items()
            ],
            "empty": _("No tasks yet."),
        },
        "may_add": supervision.may_supervise(_actor(request)),
    }  # fmt: skip
    return page(request, "supervision.html", context, place=PLACE)


@requires("voice.manage")
def new(request: HttpRequest) -> HttpResponse:
    """Put a task of a meeting, or any other, under supervision."""
    problem: ShurenError | None = None
    posted: Any = request.POST if request.method == "POST" else {}
    if request.method == "POST":
        try:
            wanted = Planned(
                posted.get("title", ""), posted.get("owner", ""),
                voice_words.day(posted.get("due", "")), text=posted.get("text", ""),
            )  # fmt: skip
            opinion = posted.get("opinion", "")
            made = supervision.add_task(
                current_site(), wanted, kind="opinion" if opinion else posted.get("kind", "other"),
                origin=posted.get("origin", ""), opinion=opinion, actor=_actor(request),
            )  # fmt: skip
            return HttpResponseRedirect(reverse("workbench:supervised", args=[made]))
        except ShurenError as error:
            problem = error
    due = supervision.due_after(current_site(), now(), 5).isoformat()
    kinds = {id: title for id, title in KINDS.items() if id != "opinion"}
    names = ("title", "owner", "origin", "text")
    context = {
        "values": {name: posted.get(name, "") for name in names},
        "due": posted.get("due", due),
        "kind": posted.get("kind", "meeting"),
        "kinds": voice_words.options(kinds),
        "opinion": posted.get("opinion") or request.GET.get("opinion", ""),
        "problem": problem,
        "trail": crumbs(PLACE, Crumb(_("A new task"))),
    }
    return page(
        request, "supervised_new.html", context, place=PLACE, status=400 if problem else 200
    )


@requires("supervision.read")
def one(request: HttpRequest, task_id: str) -> HttpResponse:
    """One task. POST event, version, note, outcome, evidence, due, files."""
    site, actor = current_site(), _actor(request)
    problem: ShurenError | None = None
    try:
        if request.method == "POST":
            try:
                supervision.act_on(
                    site, task_id, request.POST.get("event", ""), actor=actor,
                    note=request.POST.get("note", ""),
                    fields={n: request.POST.get(n, "") for n in ("outcome", "evidence", "due")},
                    files=voice_words.files_of(request),
                    expected_version=whole_number(request.POST.get("version", "")),
                )  # fmt: skip
                return HttpResponseRedirect(reverse("workbench:supervised", args=[task_id]))
            except (NoSuchOpinion, NoSuchCase):
                raise
            except ShurenError as error:
                problem = error
        found = voice.task(site, task_id, actor=actor)
    except (NoSuchOpinion, NoSuchCase):
        raise Http404 from None
    state = found.case.state if found.case else ""
    steps = {
        event
        for event, states in STEPS.items()
        if state in states and may(actor, supervision.EVENTS[event])
    }
    context = {
        "task": found,
        "row": task_row(found),
        "kind": pick(KINDS[found.kind]),
        "opinion_url": reverse("workbench:opinion", args=[found.opinion])
        if found.opinion and may(actor, "voice.read")
        else "",
        "steps": steps,
        "posted": request.POST if problem else {},
        "problem": problem,
        "next_due": supervision.due_after(site, now(), 5).isoformat(),
        "trail": crumbs(PLACE, Crumb(found.title)),
    }
    status = status_of(problem) if problem else 200
    return page(request, "supervised.html", context, place=PLACE, status=status)


@requires("supervision.read")
def evidence(request: HttpRequest, number: int) -> HttpResponse:
    """A file of evidence, as a download."""
    try:
        found = supervision.evidence_file(current_site(), number, actor=_actor(request))
    except NoSuchOpinion:
        raise Http404 from None
    return voice_words.download(found.name, found.content)


def task_row(task: TaskLine) -> dict[str, Any]:
    """The inputs of components/task_card.html."""
    return {
        "id": task.id,
        "title": task.title,
        "url": reverse("workbench:supervised", args=[task.id]) if task.case else "",
        "owner": task.owner,
        "due": moments.day(task.due_on),
        "kind": pick(KINDS[task.kind]),
        "origin": task.origin,
        "badge": voice_words.task_badge(task),
        "state": case_words.state_badge(task.case) if task.case else None,
        "late": bool(task.late),
        "topic": task.topic,
        "text": task.text,
    }


def _titles() -> dict[str, str]:
    return {
        "supervised": _("Under supervision"),
        "waiting": _("Waiting for an answer"),
        "overdue": _("Overdue"),
        "handled": _("To be checked"),
        "closed": _("Closed in 30 days"),
    }


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor
