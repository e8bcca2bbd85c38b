"""Writes refused rows out as they came, for whoever mends them at the source."""

import csv
import io
from pathlib import Path

from shuren.data.definitions import contract as find_contract
from shuren.data.errors import ExportTarget
from shuren.data.internals.merged import quarantine_of
from shuren.data.internals.reading.records import render_record
from shuren.data.internals.receipts import all_receipts, find_receipt
from shuren.data.internals.refused import check_original, said
from shuren.data.internals.replaying import open_rows
from shuren.data.rules import reason
from shuren.kernel.files import write_atomically
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.trust import egress
from shuren.trust import queries as trust
from shuren.trust.actions import record_use
from shuren.trust.definitions import SENSITIVE


def export(site: Site, load_id: str, target: Path, *, actor: Actor, code: str = "") -> int:
    """Write the open refused rows as they came to a new file, and why beside it
    (`<name>.reasons.csv`); returns how many. Written to the ledger: the rows name readers.

    code    of the second person who approved it (trust.egress.ask, point "quarantine", the load)
    raises  trust's NotAllowed, ApprovalNeeded; ExportTarget if either file exists or the folder
            does not
    """
    actor = trust.require(actor, "quarantine.export")
    receipt = find_receipt(site, load_id)
    contract = find_contract(site, receipt.contract)
    check_original(contract, actor)
    reasons = target.with_name(f"{target.name}.reasons.csv")
    _must_be_new(target, reasons)
    still_open = open_rows(site, all_receipts(site, receipt.contract), receipt)
    kept = quarantine_of(site, receipt.id)
    rows = list(kept.rows(still_open.__contains__))
    egress.check(
        "quarantine",
        actor=actor,
        table=f"quarantine.{contract.id}",
        columns={"raw": SENSITIVE},
        purpose="data_quality",
        what=load_id,
        code=code,
    )
    record_use(actor, "data_quality", f"quarantine.{contract.id}", ["raw"], len(rows), load_id)
    encoding = receipt.encoding or "utf-8"
    line_end = "\n".encode(encoding)
    lines = [_header(receipt.dialect, encoding)] if receipt.dialect.get("header") else []
    for row in rows:
        own = row.encoding or encoding
        same = own == encoding
        lines.append(row.raw if same else row.raw.decode(own).encode(encoding, "replace"))
    write_atomically(target, b"".join(line + line_end for line in lines))
    report = io.StringIO()
    writer = csv.writer(report)
    writer.writerow(["row", "line", "rule", "field", "reason"])
    for row in rows:
        texts = reason(contract, row.rule, row.field, said(row.detail, receipt.dialect))
        writer.writerow([row.row, row.line, row.rule, row.field, pick(texts)])
    write_atomically(reasons, report.getvalue().encode("utf-8-sig"))
    return len(rows)


def _header(dialect: dict[str, object], encoding: str) -> bytes:
    names = [str(name) for name in dialect["header"]]  # type: ignore[attr-defined]
    return render_record(
        list(names), str(dialect.get("delimiter") or ","), str(dialect.get("quote") or '"')
    ).encode(encoding)


def _must_be_new(*targets: Path) -> None:
    for target in targets:
        if target.exists():
            raise ExportTarget(
                _("%(file)s exists already.", file=target), fix=_("Choose another name.")
            )
        if not target.absolute().parent.is_dir():
            raise ExportTarget(_("There is no folder %(folder)s.", folder=target.parent))
