"""Do the files of every load, and the live snapshot, still say what they should?"""

from collections.abc import Iterator
from contextlib import suppress

import pyarrow as pa
import pyarrow.parquet as pq

from shuren.data.errors import QuarantineBroken, ReceiptBroken
from shuren.data.internals import merged_ids, retention_log, snapshots
from shuren.data.internals.quarantine import Quarantine
from shuren.data.internals.receipts import (
    ids_file,
    merged_file,
    merged_receipts,
    quarantine_file,
    raw_file,
    read_receipt,
)
from shuren.data.internals.sources import table_file
from shuren.data.shapes import Problem, Receipt
from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site


def problems(site: Site) -> Iterator[Problem]:
    """One for each receipt that cannot be read, each load whose accepted or refused rows are not
    all there, and each table of the live snapshot that is not."""
    receipts, broken = _receipts(site)
    yield from broken
    yield from _snapshot(site)
    for receipt in receipts:
        missing = _missing(site, receipt)
        if not missing and receipt.merges:
            missing = _missing_receipts(site, receipt)
        if missing:
            yield Problem(
                _("Load %(load)s (%(file)s): %(what)s.", load=receipt.id, file=receipt.source_name,
                  what=missing),
                _("Bring the file back from a backup; its receipt says what belongs there."),
            )  # fmt: skip


def _missing(site: Site, receipt: Receipt) -> str:
    went = [e for e in retention_log.entries(site, receipt.contract) if e.load == receipt.id]
    expected = went[-1].left if went else receipt.accepted
    if expected:
        path = raw_file(site, receipt.contract, receipt.id)
        try:
            rows = pq.read_metadata(path).num_rows
        except (OSError, pa.ArrowException):
            return _("%(path)s is missing or damaged", path=path)
        # A retention that was killed wrote down what it was about to take; the next takes it.
        if rows != expected and not (went and rows == expected + went[-1].gone):
            return _(
                "%(path)s holds %(found)s rows instead of %(expected)s",
                path=path,
                found=rows,
                expected=expected,
            )
    if receipt.refused and not any(entry.refused for entry in went):
        path = quarantine_file(site, receipt.contract, receipt.id)
        try:
            found = Quarantine(site, path, receipt.id).check()
        except (OSError, QuarantineBroken):
            return _("%(path)s is missing or damaged", path=path)
        if found != receipt.refused:
            return _("%(path)s is missing or damaged", path=path)
    return ""


def _missing_receipts(site: Site, receipt: Receipt) -> str:
    path = merged_file(site, receipt.id)
    try:
        found = [one.id for one in merged_receipts(site, receipt)]
        path = ids_file(site, receipt.id) if found else path
        ordered = sorted(found)
        if found == list(receipt.merges) and ordered == merged_ids.among(receipt.merges, ordered):
            return ""
    except ReceiptBroken:
        pass
    return _("%(path)s is missing or damaged", path=path)


def _receipts(site: Site) -> tuple[list[Receipt], list[Problem]]:
    good, bad = [], []
    for path in sorted(site.receipts.glob("*.json"), reverse=True):
        try:
            good.append(read_receipt(path))
        except ReceiptBroken as error:
            bad.append(Problem(error.message, error.fix))
    merged: set[str] = set()
    ordered = sorted(receipt.id for receipt in good)
    for receipt in good:
        with suppress(ReceiptBroken):  # said of the load it belongs to
            merged.update(merged_ids.among(receipt.merges, ordered))
    return [receipt for receipt in good if receipt.id not in merged], bad


def _snapshot(site: Site) -> Iterator[Problem]:
    if not site.current_pointer.is_file():
        return
    live = snapshots.current(site)
    if live is None:
        yield Problem(
            _("The published snapshot is missing or damaged: pages show nothing."),
            _("Run `shuren build`."),
        )
        return
    for name, table in live.tables.items():
        if table.live:
            continue
        path = site.snapshots / live.id / table_file(name)
        try:
            pq.read_metadata(path)
        except (OSError, pa.ArrowException):
            yield Problem(
                _("Of the published snapshot %(path)s is missing or damaged.", path=path),
                _("Run `shuren build`."),
            )
