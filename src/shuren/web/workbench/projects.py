"""Projects on the workbench: all of them with what is late, and one as its team works on it."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import content_disposition_header

from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.service import cases, projects
from shuren.service.errors import NoSuchCase
from shuren.service.project_shapes import ProjectLine
from shuren.web import case_words, project_words
from shuren.web.access import requires
from shuren.web.errors import status_of
from shuren.web.workbench.shell import Crumb, crumbs, current_site, page

PLACE, READ = "cases", "cases.read"


@requires(READ)
def index(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    rows = [_row(one) for one in projects.projects(current_site(), actor)]
    context = {"rows": rows, "trail": crumbs(PLACE, Crumb(_("Projects")))}
    return page(request, "projects.html", context, place=PLACE)


@requires(READ)
def one(request: HttpRequest, case_id: str) -> HttpResponse:
    """POST do=appoint, release, or one of what MilestoneView.can says; who may is looked at there,
    for a milestone is agreed to also by who may only read cases."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    site = current_site()
    problem: ShurenError | None = None
    if request.method == "POST":
        try:
            project_words.act(request, site, case_id)
            name = request.POST.get("milestone", "")
            place = f"#milestone-{name}" if name.isidentifier() else ""
            return HttpResponseRedirect(request.path + place)
        except NoSuchCase:
            raise
        except ShurenError as error:
            problem = error
    found = projects.project(site, case_id, actor)
    case = cases.case(site, case_id, actor)
    asked = case_words.title_of(case)

    def link(paper: str) -> str:
        return reverse("workbench:case-project-paper", args=[case_id, paper])

    context = project_words.whole(found, link, request, problem) | {
        "case": case,
        "title": found.name or asked,
        "service": pick(case.service_title),
        "state": case_words.state_badge(case),
        "trail": crumbs(
            PLACE,
            Crumb(_("Projects"), reverse("workbench:projects")),
            Crumb(asked, reverse("workbench:case", args=[case_id])),
            Crumb(_("Project")),
        ),
    }
    status = status_of(problem) if problem else 200
    return page(request, "case_project.html", context, place=PLACE, status=status)


@requires(READ)
def paper(request: HttpRequest, case_id: str, paper_id: str) -> HttpResponse:
    return hand_out(request, case_id, paper_id)


def hand_out(request: HttpRequest, case_id: str, paper_id: str) -> HttpResponse:
    """A document to be kept, never opened in the page; raises as projects.paper."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    name, kind, content = projects.paper(current_site(), case_id, paper_id, actor=actor)
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["Cache-Control"] = "no-store"
    return answer


def _row(one: ProjectLine) -> dict[str, Any]:
    return {
        "title": one.name or pick(one.service_title),
        "service": pick(one.service_title),
        "url": reverse("workbench:case-project", args=[one.case]),
        "state": pick(one.state_title),
        "over": one.ended,
        "all": one.total,
        "late": one.late,
        "next": pick(one.next_title) if one.next_title else "",
        "due": one.next_due,
        "assignee": one.assignee,
    }
