"""Do the files of every load still say what its receipt says?"""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from shuren.data.internals.receipts import all_receipts, quarantine_file, raw_file
from shuren.data.shapes import Problem, Receipt
from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site


def problems(site: Site) -> Iterator[Problem]:
    """One for each load whose accepted or refused rows are not all there."""
    for receipt in all_receipts(site):
        missing = _missing(site, receipt)
        if missing:
            yield Problem(
                _("Load %(load)s (%(file)s): %(what)s.", load=receipt.id, file=receipt.source_name,
                  what=missing),
                _("Bring the file back from a backup; its receipt says what belongs there."),
            )  # fmt: skip


def _missing(site: Site, receipt: Receipt) -> str:
    if receipt.accepted:
        path = raw_file(site, receipt.contract, receipt.id)
        try:
            rows = pq.read_metadata(path).num_rows
        except (OSError, pa.ArrowException):
            return _("%(path)s is missing or damaged", path=path)
        if rows != receipt.accepted:
            return _(
                "%(path)s holds %(found)s rows instead of %(expected)s",
                path=path,
                found=rows,
                expected=receipt.accepted,
            )
    if receipt.refused:
        path = quarantine_file(site, receipt.contract, receipt.id)
        if not path.is_file():
            return _("%(path)s is missing or damaged", path=path)
    return ""
