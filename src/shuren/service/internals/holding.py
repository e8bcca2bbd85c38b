"""Between cases and our circulation: the hold behind a case, who has a title on loan, and what is
already suggested."""

from collections.abc import Sequence

from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import ils
from shuren.service.case_shapes import CaseView
from shuren.service.internals.case_rows import Case
from shuren.service.internals.circulation import moves

HOLD_FLOW, PURCHASE_FLOW = "hold", "purchase"
# States of the flow `purchase` in which the library has ordered the book or has it.
ORDERED = ("ordered", "received", "ready")


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


def ordered_about(subjects: Sequence[str]) -> set[str]:
    """Those of some subject ids that the library has bought because somebody suggested them, and
    that are not on the shelf yet. Who suggested them is not looked at."""
    found = Case.objects.filter(
        flow=PURCHASE_FLOW, state__in=ORDERED, is_open=True, subject_id__in=list(subjects)
    )
    return set(found.values_list("subject_id", flat=True))


def open_about(service: str, subjects: Sequence[str], but: str) -> set[str]:
    """Those of some subject ids that another reader's open case of a service is about."""
    found = Case.objects.filter(service=service, is_open=True, subject_id__in=list(subjects))
    return set(found.exclude(pseudonym=but or "-").values_list("subject_id", flat=True))
