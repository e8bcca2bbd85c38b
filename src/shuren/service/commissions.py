"""Reports of commissions: novelty searches, citation reports, analyses.

A draft is written while the case is in work; it is complete before it goes to review; who wrote in
it never signs it; signing it makes the document (internals/documents/issuing.py, as an effect of
the flow `commission`). A revision is the next version of the same number.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from django.db import transaction

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.settings import read_settings
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.case_shapes import LIBRARIAN
from shuren.service.definitions import report_template
from shuren.service.document_shapes import PAPERS, TEXT, DraftView, Template, TemplatePart
from shuren.service.errors import CaseChanged, NoSuchCase, NotNow, WrongField
from shuren.service.internals import acting, versions
from shuren.service.internals.case_rows import Case
from shuren.service.internals.document_rows import ReportDraft
from shuren.service.internals.documents import drafts, indexes, sheets
from shuren.trust.actions import seal

FLOW, WORKING = "commission", "working"
LONGEST_TEXT, LONGEST_CELL, MOST_ROWS = 40_000, 1_000, 2_000


def draft(site: Site, case_id: str, actor: Actor) -> DraftView:
    """The draft of a case's report, an empty one where nobody has written yet.

    raises  NoSuchCase, also for the reader: they get the report when it is signed
    """
    row = _row(case_id, actor)
    return _view(site, row)


def save_draft(
    site: Site,
    case_id: str,
    content: Mapping[str, Any],
    *,
    actor: Actor,
    expected_version: int | None = None,
) -> DraftView:
    """Keep what was written; {part: text, or rows as {column: text}}. Papers get their indexes.

    raises  NoSuchCase, NotNow unless the case is in work, CaseChanged if somebody else wrote since,
            WrongField
    """
    with transaction.atomic():
        row = _row(case_id, actor)
        template = report_template(site, row.service)
        if row.state != WORKING or LIBRARIAN not in acting.parts(actor, row):
            raise NotNow(
                _("The report can be written only while the case is in work."),
                fix=_("Assign the case, or send the report back from review, first."),
            )
        kept = ReportDraft.objects.select_for_update().filter(case=row).first()
        if kept and expected_version is not None and kept.version != expected_version:
            raise CaseChanged(
                _("Somebody else changed the draft while you were at it; nothing was kept."),
                fix=_("Look at it again, and write yours into it."),
            )
        said = {part.id: _clean(part, content.get(part.id)) for part in template.parts}
        for part in template.parts:
            if part.type == PAPERS:
                said[part.id], said["indexes_of"] = indexes.with_indexes(
                    site, said[part.id], actor=actor
                )
        authors = list(dict.fromkeys([*(kept.authors if kept else []), actor.id]))
        ReportDraft.objects.update_or_create(
            case=row,
            defaults={
                "sealed": seal(site, orjson.dumps(said), drafts.context(row.pk)),
                "authors": authors,
                "version": kept.version + 1 if kept else 1,
                "changed_at": now(),
            },
        )
        return _view(site, row)


def preview(site: Site, case_id: str, language: str, actor: Actor) -> bytes:
    """The draft as it would be signed, marked as a draft and signed by nobody."""
    from shuren.service.internals.documents import paper

    row = _row(case_id, actor)
    found = _view(site, row)
    settings = read_settings(site)
    library = {"zh": settings.name_zh, "en": settings.name_en}[language]
    said = {"zh": "草稿 · 未签发", "en": "Draft · not signed"}[language]
    declared = versions.of(site, row.service, row.declared)
    sheet = sheets.report(found.template, row, declared.service, found.content, language, said, 0)
    return paper.pdf(sheet, language=language, library=library, code="–", address="–")


def rows_of(part: TemplatePart, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[Any]:
    """Rows of a file for a table: its columns found by their names in either language.

    raises  WrongField if none is found
    """
    places = {}
    for name, title in part.columns.items():
        known = {name.casefold(), *(text.casefold() for text in title.values())}
        at = next((i for i, head in enumerate(heads) if head.strip().casefold() in known), None)
        if at is not None:
            places[name] = at
    if not places:
        wanted = ", ".join(title["zh"] for title in part.columns.values())
        raise WrongField(
            part.id,
            _("The file has none of the columns of this table."),
            fix=_("Name them in its first row: %(columns)s.", columns=wanted),
        )
    return [{name: row[at] if at < len(row) else "" for name, at in places.items()} for row in rows]


def is_commission(site: Site, case_id: str) -> bool:
    return Case.objects.filter(pk=case_id[:32], flow=FLOW).exists()


def _row(case_id: str, actor: Actor) -> Case:
    row = Case.objects.filter(pk=case_id[:32], flow=FLOW).first()
    if row is None or not acting.parts(actor, row) & {acting.ONLOOKER, LIBRARIAN}:
        raise NoSuchCase
    return row


def _view(site: Site, row: Case) -> DraftView:
    template: Template = report_template(site, row.service)
    kept = ReportDraft.objects.filter(case=row).first()
    content = drafts.content(site, kept) if kept else {}
    return DraftView(
        template,
        content,
        kept.version if kept else 0,
        tuple(kept.authors) if kept else (),
        drafts.missing(template, content),
        str(content.get("indexes_of", "")),
    )


def _clean(part: TemplatePart, given: Any) -> Any:
    """raises  WrongField naming the part"""
    if part.type == TEXT:
        text = _text(given or "")
        if len(text) > LONGEST_TEXT:
            raise WrongField(part.id, _("Write at most %(count)s characters.", count=LONGEST_TEXT))
        return text
    rows = [one for one in given or [] if any(str(cell).strip() for cell in one.values())]
    if len(rows) > MOST_ROWS:
        raise WrongField(part.id, _("A table has at most %(count)s rows.", count=MOST_ROWS))
    return [
        {name: _text(row.get(name) or "")[:LONGEST_CELL] for name in part.columns} for row in rows
    ]


def _text(given: Any) -> str:
    return "".join(sign for sign in str(given) if sign.isprintable() or sign in "\n\t").strip()
