"""Uses that touch no table are written down too."""

from django.http import HttpRequest

from shuren.trust.actions import record_use
from shuren.trust.definitions import EXCHANGE


def note_use(request: HttpRequest, what: str, rows: int) -> None:
    """A line in the ledger: which program read what of the catalogue, the receipts, the lineage.

    what  `api.loads` …; stands where tables stand
    """
    record_use(request.actor, EXCHANGE, what, [], rows, "api")  # type: ignore[attr-defined]
