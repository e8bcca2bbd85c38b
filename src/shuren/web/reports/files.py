"""A monthly report as files: by language and format, all of one snapshot."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.utils import translation

from shuren.data import queries as data
from shuren.insight import queries
from shuren.kernel.i18n import CHINESE, ENGLISH, current_language, use_language
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.trust import egress
from shuren.web.reports.content import paper
from shuren.web.reports.paper import Paper

LANGUAGES = {"zh": CHINESE, "en": ENGLISH}
TYPES = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class ReportFile:
    """name: monthly-2026-10-zh.pdf"""

    name: str
    content: bytes


def file_name(month: str, language: str, format: str) -> str:
    return f"monthly-{month}-{language}.{format}"


def files(
    site: Site, month: str, languages: Sequence[str], formats: Sequence[str], *, actor: Actor
) -> Iterator[ReportFile]:
    """Every file asked for, one after the other, all of the snapshot that was live at the first.

    raises  what insight.queries.monthly_report raises
    """
    with data.same_snapshot(site) as snapshot:
        for language in languages:
            with in_language(language):
                made = paper(site, queries.monthly_report(site, month, actor=actor), snapshot)
                egress.check("report", actor=actor, content=render(made, "html"))
            for format in formats:
                yield ReportFile(file_name(month, language, format), render(made, format))


def render(made: Paper, format: str) -> bytes:
    """The libraries of a format are loaded only when it is asked for."""
    if format == "html":
        from shuren.web.reports.page import html

        return html(made)
    if format == "pdf":
        from shuren.web.reports.pdf import pdf

        return pdf(made)
    from shuren.web.reports.workbook import xlsx

    return xlsx(made)


@contextmanager
def in_language(language: str) -> Iterator[None]:
    """Both the words of the platform and Django's speak this language inside."""
    before = current_language()
    use_language(LANGUAGES[language])
    try:
        with translation.override(LANGUAGES[language]):
            yield
    finally:
        use_language(before)
