"""Between cases and our circulation: the hold behind a case, who has a title on loan."""

from collections.abc import Sequence

from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import ils
from shuren.service.case_shapes import CaseView
from shuren.service.internals.circulation import moves

HOLD_FLOW = "hold"


def begin(site: Site, opened: CaseView, actor: Actor, pickup: str) -> None:
    """Let the circulation system know of a hold that a case was opened for, once.

    raises  CannotCirculate, IlsDown, IlsRefused
    """
    if opened.flow != HOLD_FLOW:
        return
    if any(one.case == opened.id for one in ils.holds(site, actor=actor)):
        return
    ils.place_hold(site, opened.subject["id"], actor=actor, pickup=pickup, case=opened.id)


def lenders(titles: Sequence[str], but: str) -> dict[str, str]:
    """{title_id: the pseudonym of a reader to whom our own circulation lent a copy}; never to be
    shown to anybody. but: a reader who is none of them."""
    found: dict[str, str] = {}
    for move in moves.newest_of_titles(titles).values():
        if move.kind in moves.LENT and move.pseudonym and move.pseudonym != but:
            found.setdefault(move.title, move.pseudonym)
    return found
