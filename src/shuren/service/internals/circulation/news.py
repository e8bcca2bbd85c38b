"""What happens to a hold is told to the case it belongs to; the flow of the case moves by it."""

import logging

from shuren.kernel.site import Site
from shuren.service.internals.circulation.rows import CopyHold

# What a hold can tell: a copy was set aside for it here, is on its way to where it is collected,
# has come there, was collected, waited too long.
COPY_FREE, SENT, ARRIVED, COLLECTED, LAPSED = (
    "copy_free", "sent", "arrived", "collected", "lapsed",
)  # fmt: skip
logger = logging.getLogger(__name__)


def tell_case(site: Site, hold: CopyHold, event: str) -> None:
    """Move the case of a hold by one of the events above; a hold without a case tells nobody."""
    if hold.case:
        logger.info("hold %s: %s", hold.pk, event)
