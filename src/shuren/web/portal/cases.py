"""A reader's own cases: what waits for them, what is under way, what is over; each one's trace."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header

from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.management import published
from shuren.service import case_files, cases, documents, file_links, gifts, projects
from shuren.service.case_shapes import CaseLine, CaseView
from shuren.service.errors import NoSuchCase
from shuren.service.supervised import OPINION
from shuren.web import case_words, file_link_words
from shuren.web.access import requires
from shuren.web.errors import status_of
from shuren.web.portal.documents import as_row as as_document
from shuren.web.portal.held import READ
from shuren.web.workbench.paging import whole_number


@requires(READ)
def index(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.reader_key:
        return render(request, "portal/my_nobody.html")
    found = cases.my_cases(settings.SITE, actor)
    opened = [one for one in found if not one.is_over]
    is_past = request.GET.get("show") == "over"
    shown = [one for one in found if one.is_over] if is_past else opened
    waiting = [one for one in opened if one.waits_for == "reader"]
    context = {
        "tabs": [
            {"label": _("Open"), "url": "?", "count": len(opened), "current": not is_past},
            {"label": _("Over"), "url": "?show=over", "count": len(found) - len(opened),
             "current": is_past},
        ],
        "waiting": [] if is_past else [as_row(one) for one in waiting],
        "rows": [as_row(one) for one in shown if is_past or one not in waiting],
        "is_past": is_past,
    }  # fmt: skip
    return render(request, "portal/my_cases.html", context)


@requires(READ)
def one(request: HttpRequest, case_id: str) -> HttpResponse:
    """One case with its trace; POST event, version, note and the event's fields."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.reader_key:
        return render(request, "portal/my_nobody.html")
    problem: ShurenError | None = None
    if request.method == "POST":
        try:
            moved = act(request, case_id)
            return HttpResponseRedirect(reverse("my-case", args=[moved.id]))
        except NoSuchCase:
            raise
        except ShurenError as error:
            problem = error
    found = cases.case(settings.SITE, case_id, actor)
    if found.service == OPINION and problem is None and published.has_page(found.id, actor):
        return HttpResponseRedirect(reverse("my-opinion", args=[found.id]))
    posted = request.POST if problem else None
    context = (
        whole(found, for_reader=True)
        | _delivered(found, actor)
        | {
            "moves": case_words.moves(found, posted, problem),
            "problem": problem,
            "has_project": projects.has_project(found.id),
            "is_gift": found.flow == gifts.FLOW,
            "named": gifts.name_of(case_id, actor=actor) if found.flow == gifts.FLOW else "",
            "documents": [
                as_document(one) for one in documents.of_case(settings.SITE, case_id, actor)
            ],
            "trail": [
                {"label": _("My cases"), "url": reverse("my-cases")},
                {"label": case_words.title_of(found), "url": ""},
            ],
        }
    )
    status = status_of(problem) if problem else 200
    return render(request, "portal/my_case.html", context, status=status)


def _delivered(case: CaseView, actor: Actor) -> dict[str, Any]:
    """What was delivered by link; it is no file that is fetched from the case itself then."""
    file = file_links.of_case(settings.SITE, case.id, actor)
    if file is None:
        return {}
    files = [one for one in case_words.kept_files(case) if one[1] != file.field]
    return {"delivered": file_link_words.delivered(file, case), "files": files}


def act(request: HttpRequest, case_id: str) -> CaseView:
    """Do what the form says to a case; raises as cases.act."""
    event = request.POST.get("event", "")
    return cases.act(
        settings.SITE,
        case_id,
        event,
        actor=request.actor,  # type: ignore[attr-defined]
        note=request.POST.get("note", ""),
        fields=case_words.given(request.POST, f"{case_words.PREFIX}{event}-")
        | case_words.files(request.FILES, f"{case_words.PREFIX}{event}-"),
        expected_version=whole_number(request.POST.get("version", "")),
    )


@requires(READ)
def file(request: HttpRequest, case_id: str, field: str) -> StreamingHttpResponse:
    return hand_out(request, case_id, field)


def hand_out(request: HttpRequest, case_id: str, field: str) -> StreamingHttpResponse:
    """A file of a case to be kept, never opened in the page; raises as case_files.read."""
    kept = case_files.read(settings.SITE, case_id, field, actor=request.actor)  # type: ignore[attr-defined]
    answer = StreamingHttpResponse(kept.content, content_type=kept.media_type)
    answer["Content-Disposition"] = content_disposition_header(True, kept.name) or "attachment"
    answer["Content-Length"] = str(kept.size)
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["Cache-Control"] = "no-store"
    return answer


def as_row(case: CaseLine) -> dict[str, Any]:
    """The inputs of components/case_row.html."""
    return {
        "title": case_words.title_of(case),
        "service": pick(case.service_title),
        "href": reverse("my-case", args=[case.id]),
        "state": case_words.state_badge(case),
        "clock": case_words.clock_badge(case, for_reader=True),
        "at": case.opened_at,
    }


def whole(case: CaseView, *, for_reader: bool) -> dict[str, Any]:
    """What both pages of one case show."""
    return {
        "case": case,
        "title": case_words.title_of(case),
        "service": pick(case.service_title),
        "state": case_words.state_badge(case),
        "clock": case_words.clock_badge(case, for_reader=for_reader),
        "stamps": case_words.stamps(case),
        "trace": case_words.trace(case, for_reader=for_reader),
        "details": case_words.details(case),
        "files": case_words.kept_files(case),
        "delivered": None,
    }
