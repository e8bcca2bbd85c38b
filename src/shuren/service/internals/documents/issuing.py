"""What the flow `commission` asks for: guards over a draft, and the document its signing makes."""

from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import listed, pick
from shuren.service import documents
from shuren.service.definitions import report_template
from shuren.service.document_shapes import Sheet
from shuren.service.internals import versions
from shuren.service.internals.document_rows import ReportDraft, SignedDocument
from shuren.service.internals.documents import drafts, sheets
from shuren.service.internals.hooks import Facts


def why_not_ready(facts: Facts) -> str:
    """What the draft of the case's report lacks, as a sentence; "" when it is done."""
    template = report_template(facts.site, facts.row.service)
    kept = ReportDraft.objects.filter(case=facts.row.pk).first()
    said = drafts.content(facts.site, kept) if kept else {}
    missing = drafts.missing(template, said)
    if not missing:
        return ""
    return _(
        "The report is not done; it lacks: %(parts)s.", parts=listed([pick(one) for one in missing])
    )


def why_not_signer(facts: Facts) -> str:
    """Whoever wrote in the draft does not sign it."""
    kept = ReportDraft.objects.filter(case=facts.row.pk).first()
    if kept and facts.actor.id in kept.authors:
        return _("A second person must sign this: you wrote in the report.")
    return ""


def issue_report(facts: Facts) -> None:
    """Sign the report; a revision is the next version of the same number."""
    row, site = facts.row, facts.site
    template = report_template(site, row.service)
    said = drafts.content(site, ReportDraft.objects.get(case=row.pk))
    service = versions.of(site, row.service, row.declared).service
    before = SignedDocument.objects.filter(case_id=row.pk, replaced_by="").first()

    def write(language: str, number: str, version: int) -> Sheet:
        return sheets.report(template, row, service, said, language, number, version)

    documents.issue(
        site, kind=template.id, title=template.title, letters=template.number, write=write,
        reader=row.pseudonym, case=row.pk, actor=facts.actor,
        replaces=before.code if before else "",
    )  # fmt: skip
