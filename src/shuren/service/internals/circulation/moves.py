"""The moves of copies: the newest of each, what it says of the copy, and adding one.

A copy is where its newest move says, unless the snapshot knows of a later loan: one lent on a day
after the move. So a snapshot that has taken our moves in changes nothing, for it says the same and
the move still decides; one that is older than a move cannot undo it; and a loan that another system
made after our last move counts. On the same day the move decides: it was made here, to the second.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.service.ils_errors import CopyJustMoved
from shuren.service.ils_shapes import (
    AVAILABLE,
    IN_TRANSIT,
    MISSING,
    ON_HOLD_SHELF,
    ON_LOAN,
    REFERENCE_ONLY,
    LiveCopy,
    Status,
)
from shuren.service.internals.circulation.listing import Listed
from shuren.service.internals.circulation.rows import CopyMove
from shuren.service.lending import Lending

CHECK_OUT, RENEW, CHECK_IN = "check_out", "renew", "check_in"
SET_ASIDE, SEND, LOST, FOUND = "set_aside", "send", "missing", "found"
LENT = (CHECK_OUT, RENEW)
_SAYS: dict[str, Status] = {
    CHECK_OUT: ON_LOAN,
    RENEW: ON_LOAN,
    CHECK_IN: AVAILABLE,
    FOUND: AVAILABLE,
    SET_ASIDE: ON_HOLD_SHELF,
    SEND: IN_TRANSIT,
    LOST: MISSING,
}


def newest() -> int:
    """The number of the newest move of any copy, 0 before the first."""
    return CopyMove.objects.aggregate(last=Max("pk"))["last"] or 0


def newest_of_items(items: Iterable[str]) -> dict[str, CopyMove]:
    """{item: its newest move} of those that ever moved."""
    return _newest(item__in=list(items))


def newest_of_titles(titles: Iterable[str]) -> dict[str, CopyMove]:
    """{item: its newest move} of all copies of some titles."""
    return _newest(title__in=list(titles))


def _newest(**which: Any) -> dict[str, CopyMove]:
    last = CopyMove.objects.filter(**which).values("item").annotate(last=Max("pk")).values("last")
    return {move.item: move for move in CopyMove.objects.filter(pk__in=last)}


def decides(move: CopyMove | None, listed: Listed, rules: Lending) -> bool:
    """Whether the move says where the copy is, and not the snapshot."""
    if move is None:
        return False
    return listed.lent_on is None or rules.day(move.at) >= listed.lent_on


def current(listed: Listed, move: CopyMove | None, rules: Lending) -> LiveCopy:
    """The copy as it is now."""
    copy = replace(listed.copy, is_live=True, known_at=now())
    if move is None or not decides(move, listed, rules):
        return copy
    status = _SAYS[move.kind]
    if status == AVAILABLE and copy.status == REFERENCE_ONLY:
        status = REFERENCE_ONLY
    return replace(copy, status=status, due_at=move.due_at if status == ON_LOAN else None)


def add(newest: CopyMove | None, listed: Listed, kind: str, **said: Any) -> CopyMove:
    """Write the next move of a copy.

    newest  the move that was read as its last one
    raises  CopyJustMoved when there is a later one by now
    """
    try:
        with transaction.atomic():
            return CopyMove.objects.create(
                item=listed.copy.item_id,
                title=listed.copy.title_id,
                place=newest.place + 1 if newest else 1,
                kind=kind,
                at=_whole_second(now()),
                **said,
            )
    except IntegrityError:
        raise CopyJustMoved(
            _("This copy was moved at another desk just now."), fix=_("Scan it again.")
        ) from None


def _whole_second(moment: datetime) -> datetime:
    """As sources write loans, so that a move told to the lake comes back the same."""
    return moment.replace(microsecond=0)
