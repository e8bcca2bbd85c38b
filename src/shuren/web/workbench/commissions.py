"""The report of a commission as staff write it: its parts, a table from a file, a preview."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from shuren.data.source import FileProblem
from shuren.data.tables import rows_of_file
from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import listed, pick
from shuren.kernel.shapes import Actor
from shuren.service import cases, commissions, documents
from shuren.service.document_shapes import LANGUAGES, PAPERS, TEXT, DraftView, TemplatePart
from shuren.service.errors import NoSuchCase, WrongField
from shuren.web import case_words, uploads
from shuren.web.access import requires
from shuren.web.errors import status_of
from shuren.web.portal.documents import as_file, as_row
from shuren.web.workbench.paging import whole_number
from shuren.web.workbench.shell import Crumb, crumbs, current_site, page

PLACE, READ, WORK = "cases", "cases.read", "cases.work"
SPARE = 3  # empty rows behind a table's last


@requires(READ, post=WORK)
def report(request: HttpRequest, case_id: str) -> HttpResponse:
    """POST keeps the draft; with a file `load` for the table of a part."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    site = current_site()
    found = commissions.draft(site, case_id, actor)
    problem: ShurenError | None = None
    typed: dict[str, Any] | None = None
    if request.method == "POST":
        typed = _typed(request, found)
        try:
            typed = _with_file(request, found, typed)
            version = whole_number(request.POST.get("version", ""))
            commissions.save_draft(site, case_id, typed, actor=actor, expected_version=version)
            return HttpResponseRedirect(
                f"{reverse('workbench:case-report', args=[case_id])}?kept=1"
            )
        except NoSuchCase:
            raise
        except ShurenError as error:
            problem = error
    case = cases.case(site, case_id, actor)
    content = typed if typed is not None else found.content
    context = {
        "case": case,
        "title": pick(found.template.title),
        "about": case_words.title_of(case),
        "asked": case_words.details(case),
        "is_open": case.state == commissions.WORKING,
        "state": case_words.state_badge(case),
        "parts": [_part(part, content, problem) for part in found.template.parts],
        "version": found.version,
        "authors": ", ".join(found.authors),
        "missing": listed([pick(one) for one in found.missing]),
        "problem": problem,
        "kept": request.GET.get("kept") == "1" and problem is None,
        "documents": [
            as_row(one, "workbench:case-document")
            for one in documents.of_case(site, case_id, actor)
        ],
        "trail": crumbs(
            PLACE,
            Crumb(case_words.title_of(case), reverse("workbench:case", args=[case_id])),
            Crumb(_("Report")),
        ),
    }
    status = status_of(problem) if problem else 200
    return page(request, "case_report.html", context, place=PLACE, status=status)


@requires(READ)
def preview(request: HttpRequest, case_id: str, language: str) -> HttpResponse:
    if language not in LANGUAGES:
        raise Http404
    actor: Actor = request.actor  # type: ignore[attr-defined]
    content = commissions.preview(current_site(), case_id, language, actor)
    return as_file(f"draft-{case_id}-{language}.pdf", content, "application/pdf")


@requires(READ)
def document(request: HttpRequest, code: str, language: str) -> HttpResponse:
    """A signed document of a case that the actor may see."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    name, content = documents.file_of(current_site(), code, language, actor)
    return as_file(name, content, "application/pdf")


def _typed(request: HttpRequest, found: DraftView) -> dict[str, Any]:
    """{part: text, or rows}; cells are named <part>-<row>-<column>."""
    said: dict[str, Any] = {}
    for part in found.template.parts:
        if part.type == TEXT:
            said[part.id] = request.POST.get(part.id, "")
            continue
        count = min(whole_number(request.POST.get(f"{part.id}-rows", "")) or 0,
                    commissions.MOST_ROWS)  # fmt: skip
        said[part.id] = [
            {name: request.POST.get(f"{part.id}-{at}-{name}", "") for name in part.columns}
            for at in range(count)
        ]
    return said


def _with_file(request: HttpRequest, found: DraftView, typed: dict[str, Any]) -> dict[str, Any]:
    """What a file adds to the tables; raises FileProblem, BadUpload, WrongField."""
    for part in found.template.parts:
        sent = request.FILES.get(f"{part.id}-file")
        if part.type == TEXT or sent is None:
            continue
        site = current_site()
        token = uploads.keep(request, site, sent.name or "", sent.chunks())
        try:
            read = rows_of_file(
                site, uploads.kept(request, site, token), most=commissions.MOST_ROWS + 1
            )
        except FileProblem as error:
            raise WrongField(part.id, error.message, fix=error.fix) from error
        finally:
            uploads.drop(request, site)
        if read.refused:
            line, text = read.refused[0]
            raise WrongField(
                part.id,
                _("Line %(line)s of the file is no row of the table: %(text)s", line=line,
                  text=text[:80]),
                fix=_("Mend it and send the file again; nothing of it was taken."),
            )  # fmt: skip
        typed = typed | {part.id: typed[part.id] + commissions.rows_of(part, read.heads, read.rows)}
    return typed


def _part(part: TemplatePart, content: Any, problem: ShurenError | None) -> dict[str, Any]:
    value = content.get(part.id) or ("" if part.type == TEXT else [])
    error = ""
    if isinstance(problem, WrongField) and problem.name == part.id:
        error = problem.message
    shown = {
        "id": part.id,
        "title": pick(part.title),
        "help": pick(dict(part.help)),
        "required": part.required,
        "is_text": part.type == TEXT,
        "error": error,
        "value": value if part.type == TEXT else "",
    }
    if part.type == TEXT:
        return shown
    rows = [*value, *({} for _at in range(SPARE))]
    columns = [(name, pick(title)) for name, title in part.columns.items()]
    return shown | {
        "columns": [title for _name, title in columns],
        "is_papers": part.type == PAPERS,
        "row_count": len(rows),
        "rows": [
            {
                "number": at + 1,
                "cells": [
                    {"name": f"{part.id}-{at}-{name}", "label": title, "value": row.get(name, "")}
                    for name, title in columns
                ],
                "indexes": row.get("indexes", ()),
            }
            for at, row in enumerate(rows)
        ],
    }
