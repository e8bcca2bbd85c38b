"""What people see of quarantine: counts, and rows with their reasons, persons masked."""

from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import Any

from shuren.data.definitions import contract as find_contract
from shuren.data.internals.content.kinds import is_document
from shuren.data.internals.door import check_covered
from shuren.data.internals.marc.showing import readable
from shuren.data.internals.masking import shown
from shuren.data.internals.merged import quarantine_of, source_of, whole_part
from shuren.data.internals.quarantine import Kept, Quarantine
from shuren.data.internals.receipts import all_receipts, find_receipt, quarantine_file
from shuren.data.internals.replaying import open_rows
from shuren.data.rules import reason
from shuren.data.shapes import Contract, QuarantineCount, Receipt, RefusedRow
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.trust import queries as trust
from shuren.trust.actions import record_use

# Kinds of files that have records, and no lines.
RECORDS = ("marc", "content")


def counts(site: Site) -> list[QuarantineCount]:
    """Loads with open rows, newest first."""
    receipts = all_receipts(site)
    lines = (
        (receipt, open_rows(site, receipts, receipt)) for receipt in receipts if receipt.refused
    )
    return [
        QuarantineCount(
            receipt.id,
            receipt.contract,
            receipt.source_name,
            len(rows),
            _open_rules(site, receipt, rows),
        )
        for receipt, rows in lines
        if rows
    ]


def _open_rules(site: Site, receipt: Receipt, rows: set[int]) -> dict[str, int]:
    """From the receipt, unless a replay took some: only the rows themselves know their rule."""
    if len(rows) == receipt.refused:
        return receipt.rules
    path = quarantine_file(site, receipt.contract, receipt.id)
    kept = Quarantine(site, path, receipt.id).rows(rows.__contains__)
    return dict(sorted(Counter(row.rule for row in kept).items()))


def page(
    site: Site,
    load_id: str,
    actor: Actor,
    offset: int,
    limit: int,
    rule: str | None,
    rows: Sequence[int] | None,
    with_raw: bool,
) -> list[RefusedRow]:
    actor = trust.require(actor, "quarantine.mend" if with_raw else "quarantine.read")
    receipt = find_receipt(site, load_id)
    contract = find_contract(site, receipt.contract)
    if with_raw:
        check_original(contract, actor)
    still_open = open_rows(site, all_receipts(site, receipt.contract), receipt)
    if rows is not None:
        still_open &= set(rows)
    quarantine, part = quarantine_of(site, load_id), whole_part(site, load_id)
    if rule is None:
        # The numbers of the page are known before any chunk is opened.
        wanted = set(islice(sorted(still_open), offset, offset + limit))
        kept = list(quarantine.rows(wanted.__contains__))
    else:
        fitting = quarantine.rows(still_open.__contains__, rule)
        kept = list(islice(fitting, offset, offset + limit))
    if with_raw and kept:
        record_use(actor, "data_quality", f"quarantine.{contract.id}", ["raw"], len(kept), load_id)
    return [_row(receipt, contract, row, with_raw, source_of(site, part, row.row)) for row in kept]


def check_original(contract: Contract, actor: Actor) -> None:
    """Raise NotAllowed or NotOpen unless the actor may see refused rows as they came."""
    purpose = trust.require_purpose(actor, "data_quality")
    table = f"quarantine.{contract.id}"
    check_covered(purpose, table, ("raw",), persons=contract.is_about_persons)


def _row(receipt: Receipt, contract: Contract, row: Kept, with_raw: bool, file: str) -> RefusedRow:
    encoding = row.encoding or receipt.encoding
    text = text_shown(row.raw, encoding, receipt.dialect)
    return RefusedRow(
        load=receipt.id,
        row=row.row,
        file=file,
        line=row.line,
        rule=row.rule,
        field=row.field,
        reason=reason(contract, row.rule, row.field, said(row.detail, receipt.dialect)),
        raw=row.raw if with_raw else None,
        shown=shown(text, receipt.dialect),
        also=row.also,
        unit="record" if receipt.dialect.get("kind") in RECORDS else "line",
    )


def text_shown(raw: bytes, encoding: str, dialect: dict[str, Any]) -> str:
    """A refused record as text to read: what is no text by itself is written as one."""
    if dialect.get("kind") == "marc":
        return readable(raw, encoding or str(dialect.get("declared") or ""))
    if dialect.get("kind") == "content" and is_document(raw):
        return _("(a page or document of %(size)s bytes)", size=f"{len(raw):,}")
    return raw.decode(encoding or "utf-8", "replace")


def said(detail: dict[str, Any], dialect: dict[str, Any]) -> dict[str, Any]:
    """The values of a sentence, which speaks of records where the file has no lines."""
    if dialect.get("kind") in RECORDS and detail.get("kind") in ("same", "key"):
        return {**detail, "kind": f"{detail['kind']}_record"}
    return detail
