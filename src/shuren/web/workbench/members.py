"""Members and applications as the desk sees them, the check of one, and the roster."""

from typing import Any
from urllib.parse import urlencode

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from shuren.data.source import FileProblem
from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.service import cases, members
from shuren.service.errors import WrongField
from shuren.service.member_shapes import VIEWS, Compared, MemberLine, RosterSum
from shuren.trust.queries import may
from shuren.web import case_words, member_words, moments, uploads
from shuren.web.access import requires
from shuren.web.errors import status_of
from shuren.web.workbench.paging import paging, whole_number
from shuren.web.workbench.shell import Crumb, Tab, crumbs, current_site, page

PLACE, READ, SERVE, WORK = "cases", "cases.read", "desk.serve", "cases.work"
CHECKED = ("applied", "checking")


@requires(READ)
def index(request: HttpRequest) -> HttpResponse:
    """?view= of member_shapes.VIEWS."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    view = request.GET.get("view", "")
    view = view if view in VIEWS else VIEWS[0]
    number = whole_number(request.GET.get("page", "")) or 1
    found = members.members(current_site(), view=view, page=number, actor=actor)
    context = {
        "tabs": _tabs(found.counts, view),
        "table": _table(found.lines, view),
        "pager": paging(request, found.total, members.PAGE)
        if found.total > members.PAGE else None,
        "may_load": may(actor, SERVE),
        "trail": crumbs(PLACE, Crumb(_("Members"))),
    }  # fmt: skip
    return page(request, "members.html", context, place=PLACE)


@requires(SERVE, post=SERVE)
def one(request: HttpRequest, case_id: str) -> HttpResponse:
    """One membership: how it stands, its evidence, and the check while it waits for one. What is
    typed is compared and shown by no page again."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    site, problem = current_site(), None
    answer: Compared | None = None
    if request.method == "POST":
        said = request.POST
        try:
            if said.get("do") == "approve":
                cases.act(site, case_id, "approve", actor=actor, key=said.get("key", "")[:40])
                return HttpResponseRedirect(reverse("workbench:member", args=[case_id]))
            answer = members.check(
                site, case_id, number=said.get("number", ""), name=said.get("name", ""),
                document=said.get("document", ""), actor=actor,
            )  # fmt: skip
        except WrongField as error:
            problem = error
    case = cases.case(site, case_id, actor)
    proofs = [member_words.proof(one_) for one_ in members.evidence(case_id, actor=actor)]
    is_waiting = case.state in CHECKED and may(actor, WORK)
    context = {
        "case": case,
        "state": case_words.state_badge(case),
        "said": _said(case),
        "fields": _fields(problem) if is_waiting else [],
        "answer": member_words.answer(answer) if answer else None,
        "agreed": member_words.agreed(answer.agreed) if answer else [],
        "proofs": proofs,
        "may_approve": is_waiting and any(move.event == "approve" for move in case.moves),
        "is_waiting": is_waiting,
        "key": f"approve-{case.version}",
        "case_url": reverse("workbench:case", args=[case.id]),
        "trail": crumbs(
            PLACE, Crumb(_("Members"), reverse("workbench:members")), Crumb(_("Membership"))
        ),
    }
    status = status_of(problem) if problem else 200
    return page(request, "member.html", context, place=PLACE, status=status)


@requires(SERVE)
def roster(request: HttpRequest) -> HttpResponse:
    """What there is to compare with; POST with a file loads a list."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    problem: ShurenError | None = None
    loaded: RosterSum | None = None
    if request.method == "POST":
        try:
            loaded = _load(request, actor)
        except ShurenError as error:
            problem = error
    known = members.roster_known(actor=actor)
    context = {
        "known": known,
        "table": _loads(known.loads),
        "loaded": loaded,
        "problem": problem,
        "trail": crumbs(
            PLACE, Crumb(_("Members"), reverse("workbench:members")), Crumb(_("Roster"))
        ),
    }
    status = status_of(problem) if problem else 200
    return page(request, "members_roster.html", context, place=PLACE, status=status)


def _load(request: HttpRequest, actor: Actor) -> RosterSum:
    site, sent = current_site(), request.FILES.get("file")
    if not isinstance(sent, UploadedFile):
        raise WrongField("file", _("No file was chosen."), fix=_("Choose one and send it."))
    token = uploads.keep(request, site, sent.name or "", sent.chunks())
    try:
        return members.load_roster(site, uploads.kept(request, site, token), actor=actor)
    except FileProblem as error:
        raise WrongField("file", error.message, fix=error.fix) from error
    finally:
        uploads.drop(request, site)


def _tabs(counts: dict[str, int], current: str) -> list[Tab]:
    labels = {
        "checking": _("To be checked"), "active": _("Members"), "ending": _("Ending soon"),
        "expired": _("Ended"), "all": _("All"),
    }  # fmt: skip
    return [
        Tab(labels[id], f"?{urlencode({'view': id})}", counts[id], id == current) for id in VIEWS
    ]


def _table(lines: tuple[MemberLine, ...], view: str) -> dict[str, Any]:
    empty = {
        "checking": _("Nobody waits to be checked."),
        "ending": _("No membership ends soon."),
    }
    return {
        "caption": _("Members and applications"),
        "columns": [
            {"label": _("Case"), "number": False},
            {"label": _("State"), "number": False},
            {"label": _("Year of entry"), "number": False},
            {"label": _("Applied"), "number": False},
            {"label": _("Until"), "number": False},
            {"label": _("Articles left"), "number": True},
        ],
        "rows": [_row(one_) for one_ in lines],
        "empty": empty.get(view, _("No membership here.")),
        "stack": True,
    }


def _row(line: MemberLine) -> list[dict[str, Any]]:
    tone = "info" if line.state in CHECKED else ""
    state = pick(line.title)
    if line.state in CHECKED and line.is_checked:
        state = _("Checked, to be approved")
    if line.clock == "over":
        tone = "bad"
    return [
        {"text": line.case, "href": reverse("workbench:member", args=[line.case])},
        {"text": state, "tone": tone},
        {"text": line.cohort},
        {"text": moments.day(timezone.localtime(line.opened_at).date())},
        {"text": moments.day(line.ends) if line.ends else "–"},
        {"text": f"{line.left}/{line.size}" if line.size else "–", "number": True},
    ]


def _said(case: cases.CaseView) -> list[tuple[str, str]]:
    titles = {field.name: field for field in case.form}
    shown = []
    for name in ("cohort", "college", "degree"):
        value = str(case.fields.get(name) or "")
        if value and name in titles:
            choice = titles[name].choices.get(value)
            shown.append((pick(titles[name].title), pick(choice) if choice else value))
    if case.fields.get("valid_until"):
        shown.append((_("Until"), str(case.fields["valid_until"])))
    return shown


def _fields(problem: WrongField | None) -> list[dict[str, Any]]:
    options = [{"value": "", "label": _("None, or not needed")}]
    options += [{"value": id, "label": label} for id, label in member_words.documents().items()]
    asked = [
        ("number", _("Student number"), "text", _("As the document shows it; not kept."), []),
        ("name", _("Name"), "text", _("As the document shows it; not kept."), []),
        ("document", _("Which document was shown"), "select",
         _("Alone it is enough where the roster has nobody."), options),
    ]  # fmt: skip
    return [
        {
            "name": name, "label": label, "type": kind, "hint": hint, "options": choices,
            "value": "", "error": str(problem) if problem and problem.name == name else "",
        }
        for name, label, kind, hint, choices in asked
    ]  # fmt: skip


def _loads(loads: tuple[tuple[Any, str, int, int], ...]) -> dict[str, Any]:
    return {
        "caption": _("Lists that were loaded"),
        "columns": [
            {"label": _("Loaded"), "number": False},
            {"label": _("By"), "number": False},
            {"label": _("Lines"), "number": True},
            {"label": _("Refused"), "number": True},
        ],
        "rows": [
            [
                {"text": f"{timezone.localtime(at):%Y-%m-%d %H:%M}"},
                {"text": account},
                {"text": f"{rows:,}", "number": True},
                {"text": f"{refused:,}", "number": True},
            ]
            for at, account, rows, refused in loads
        ],
        "empty": _("No list has been loaded yet."),
    }
