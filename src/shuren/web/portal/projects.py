"""The project that came of a reader's own case: how far it is, and what is theirs to do."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.service import cases, projects
from shuren.service.errors import NoSuchCase
from shuren.web import case_words, project_words
from shuren.web.access import requires
from shuren.web.errors import status_of
from shuren.web.portal.held import READ
from shuren.web.workbench.projects import hand_out


@requires(READ)
def one(request: HttpRequest, case_id: str) -> HttpResponse:
    """POST as on the team's page; the verbs decide what is the reader's to do."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    problem: ShurenError | None = None
    if request.method == "POST":
        try:
            project_words.act(request, settings.SITE, case_id)
            return HttpResponseRedirect(reverse("my-project", args=[case_id]))
        except NoSuchCase:
            raise
        except ShurenError as error:
            problem = error
    found = projects.project(settings.SITE, case_id, actor)
    case = cases.case(settings.SITE, case_id, actor)
    asked = case_words.title_of(case)

    def link(paper: str) -> str:
        return reverse("my-project-paper", args=[case_id, paper])

    context = project_words.whole(found, link, request, problem) | {
        "case": case,
        "title": found.name or asked,
        "service": pick(case.service_title),
        "state": case_words.state_badge(case),
        "trail": [
            {"label": _("My cases"), "url": reverse("my-cases")},
            {"label": asked, "url": reverse("my-case", args=[case_id])},
            {"label": _("Project"), "url": ""},
        ],
    }
    status = status_of(problem) if problem else 200
    return render(request, "portal/my_project.html", context, status=status)


@requires(READ)
def paper(request: HttpRequest, case_id: str, paper_id: str) -> HttpResponse:
    return hand_out(request, case_id, paper_id)
