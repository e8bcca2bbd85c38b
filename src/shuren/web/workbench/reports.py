"""Monthly reports: which months there are, one of them as a page, and its files."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from shuren.data import queries as data
from shuren.insight import queries
from shuren.insight.shapes import ReportSection
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.web.access import requires
from shuren.web.moments import month as month_name
from shuren.web.reports.content import paper
from shuren.web.reports.figures import has_values
from shuren.web.reports.files import LANGUAGES, TYPES, files
from shuren.web.reports.paper import Grid, Part
from shuren.web.workbench.charts import chart, number
from shuren.web.workbench.shell import Crumb, crumbs, current_site, page

PLACE = "reports"
_NAMES = {"html": "HTML", "pdf": "PDF", "xlsx": "Excel"}


@requires("dashboards.read")
def index(request: HttpRequest) -> HttpResponse:
    """Every month with data, newest first, with its files in both languages."""
    months = queries.report_months(current_site(), actor=_actor(request))
    snapshot = data.current_snapshot(current_site())
    full = queries.last_full_month(snapshot.data_date if snapshot else "")
    rows = [
        {
            "title": month_name(month),
            "url": reverse("workbench:report", args=[month]),
            "growing": month > full,
            "files": _links(month),
        }
        for month in months
    ]
    context = {"months": rows, "languages": _language_names()}
    return page(request, "reports.html", context, place=PLACE)


@requires("dashboards.read")
def one(request: HttpRequest, month: str) -> HttpResponse:
    """One month, in the language of the page; raises 404 for a month without data."""
    site = current_site()
    with data.same_snapshot(site) as snapshot:
        _known(request, month)
        made = queries.monthly_report(site, month, actor=_actor(request))
        words = paper(site, made, snapshot)
    parts = {part.id: part for part in words.parts}
    context = {
        "report": words,
        "summary": _words(parts.get("summary")),
        "sections": [_section(section, snapshot) for section in made.sections],
        "further": [_words(parts[id_]) for id_ in ("indicators", "notes") if id_ in parts],
        "files": _links(made.month),
        "languages": _language_names(),
        "trail": crumbs(PLACE, Crumb(words.month)),
    }
    return page(request, "report.html", context, place=PLACE)


@requires("dashboards.read")
def download(request: HttpRequest, month: str, language: str, format: str) -> HttpResponse:
    """monthly-2026-10-zh.pdf and its like."""
    if language not in LANGUAGES or format not in TYPES:
        raise Http404
    _known(request, month)
    made = list(files(current_site(), month, [language], [format], actor=_actor(request)))
    response = HttpResponse(made[0].content, content_type=TYPES[format])
    response["Content-Disposition"] = f'attachment; filename="{made[0].name}"'
    return response


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def _known(request: HttpRequest, month: str) -> None:
    if month not in queries.report_months(current_site(), actor=_actor(request)):
        raise Http404


def _language_names() -> dict[str, str]:
    return {"zh": _("Chinese"), "en": _("English")}


def _links(month: str) -> list[dict[str, Any]]:
    """For each language its files: {language, files [{label, url}]}."""
    return [
        {
            "language": name,
            "files": [
                {
                    "label": label,
                    "url": reverse("workbench:report-file", args=[month, language, format]),
                }
                for format, label in _NAMES.items()
            ],
        }
        for language, name in _language_names().items()
    ]


def _section(section: ReportSection, snapshot: Any) -> dict[str, Any]:
    return {
        "id": section.dashboard.id,
        "title": pick(section.dashboard.title),
        "question": pick(section.dashboard.question),
        "numbers": [number(one_) for one_ in section.numbers if has_values(one_)],
        "charts": [chart(one_, snapshot) for one_ in section.figures if has_values(one_)],
    }


def _words(part: Part | None) -> dict[str, Any] | None:
    """A chapter of words and one table, as components/table.html takes it."""
    if part is None:
        return None
    return {
        "id": part.id,
        "title": part.title,
        "lead": part.lead,
        "table": _table(part.grid, part.title) if part.grid else None,
        "remarks": part.remarks,
    }


def _table(grid: Grid, caption: str) -> dict[str, Any]:
    return {
        "caption": caption,
        "columns": [{"label": title, "number": is_number} for title, is_number in grid.heads],
        "rows": [
            [
                {"text": cell.text, "number": is_number}
                for cell, (_title, is_number) in zip(row, grid.heads, strict=True)
            ]
            for row in grid.rows
        ],
        "empty": "",
    }
