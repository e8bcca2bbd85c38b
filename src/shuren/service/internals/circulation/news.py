"""Holds and the cases they belong to: what happens to a hold moves its case, and a case that is
over ends its hold."""

import logging

from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import cases
from shuren.service.case_shapes import BY_ITSELF
from shuren.service.errors import CaseChanged, NoSuchCase, NotNow
from shuren.service.internals.case_rows import Case
from shuren.service.internals.circulation.rows import CopyHold

# Events of definitions/flows/hold.yaml that lead to where the hold is now; those the case has
# behind it already are passed over.
SENT = ("copy_free",)
READY = ("copy_free", "arrive")
COLLECTED = ("copy_free", "arrive", "collect")
logger = logging.getLogger(__name__)


def tell_case(
    site: Site, hold: CopyHold, events: tuple[str, ...], actor: Actor = BY_ITSELF
) -> None:
    """Bring the case of a hold to where the hold is; a hold without a case tells nobody.

    A case that can do none of it stays as it is: the copy is no less where it is.
    """
    if not hold.case:
        return
    for event in events:
        try:
            cases.act(site, hold.case, event, actor=actor)
        except (NotNow, CaseChanged, NoSuchCase) as error:
            logger.info("hold %s: its case takes no %s: %s", hold.pk, event, type(error).__name__)


def is_over(hold: CopyHold) -> bool:
    """Whether the hold belongs to a case that is closed, cancelled by its reader for one."""
    return bool(hold.case) and Case.objects.filter(pk=hold.case, is_open=False).exists()
