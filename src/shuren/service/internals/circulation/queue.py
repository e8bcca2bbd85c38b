"""Readers who wait for a copy, in the order they came; and whom a copy that is back goes to."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, Max

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.ils_errors import CannotCirculate
from shuren.service.ils_shapes import (
    CANCELLED,
    COLLECTED,
    EXPIRED,
    ON_ITS_WAY,
    READY,
    WAITING,
    HoldLine,
)
from shuren.service.internals.circulation import moves, news
from shuren.service.internals.circulation.rows import CopyHold, CopyMove
from shuren.service.lending import Lending

OPEN = (WAITING, ON_ITS_WAY, READY)


def waiting(titles: Iterable[str]) -> Counter[str]:
    """{title_id: readers who wait for a copy}."""
    found = CopyHold.objects.filter(title__in=list(titles), state=WAITING)
    return Counter(found.values_list("title", flat=True))


def stamp() -> str:
    """Another one whenever somebody begins to wait, or waits no more."""
    found = CopyHold.objects.filter(state=WAITING).aggregate(count=Count("pk"), last=Max("pk"))
    return f"{found['count']}.{found['last'] or 0}"


def first(title: str) -> CopyHold | None:
    """Who waits longest for a title; one whose case is over waits no more."""
    for hold in CopyHold.objects.filter(title=title, state=WAITING).order_by("placed_at", "pk"):
        if not news.is_over(hold):
            return hold
        end(hold, CANCELLED)
    return None


def of_reader(pseudonym: str) -> list[CopyHold]:
    """Holds of a reader that are not over, oldest first."""
    found = CopyHold.objects.filter(pseudonym=pseudonym, state__in=OPEN)
    return list(found.order_by("placed_at", "pk"))


def place(title: str, pseudonym: str, campus: str, case: str, limit: int) -> CopyHold:
    """raises  CannotCirculate when the reader waits for it already, or for too much"""
    held = of_reader(pseudonym)
    if any(one.title == title for one in held):
        raise CannotCirculate(_("There is a hold on this title for this reader already."))
    if len(held) >= limit:
        raise CannotCirculate(
            _("This reader has %(count)s holds, and may have %(limit)s.",
              count=len(held), limit=limit),
            fix=_("Collect or cancel one first."),
        )  # fmt: skip
    return CopyHold.objects.create(
        title=title, pseudonym=pseudonym, campus=campus, placed_at=now(), state=WAITING, case=case
    )


def give(site: Site, hold: CopyHold, item: str, here: str, rules: Lending) -> datetime | None:
    """Set a copy aside for a hold: ready where it is collected, else on its way there.

    Returns until when it waits, or None when it has to travel.
    """
    there = not hold.campus or not here or hold.campus == here
    hold.item = item
    hold.state = READY if there else ON_ITS_WAY
    hold.ready_until = rules.shelf_until(now()) if there else None
    hold.save()
    news.tell_case(site, hold, news.READY if there else news.SENT)
    return hold.ready_until


def end(hold: CopyHold, state: str) -> None:
    """Close a hold; nothing of the reader stays in it."""
    hold.state, hold.pseudonym = state, ""
    hold.save()


def collected(site: Site, pseudonym: str, title: str) -> None:
    """The reader has a copy of the title: what they waited for is over."""
    for hold in of_reader(pseudonym):
        if hold.title == title:
            end(hold, COLLECTED)
            news.tell_case(site, hold, news.COLLECTED)


def cancel(site: Site, pseudonym: str, id: str, actor: Actor) -> CopyHold:
    """raises  CannotCirculate where the reader has no such hold"""
    found = [one for one in of_reader(pseudonym) if str(one.pk) == id]
    if not found:
        raise CannotCirculate(_("There is no such hold: it may be over already."))
    end(found[0], CANCELLED)
    news.tell_case(site, found[0], ("cancel",), actor)
    return found[0]


def lapse() -> int:
    """End holds that are over: the case is, or, without one, the copy waited on the hold shelf
    until its time was over; how many."""
    gone = [
        hold
        for hold in CopyHold.objects.filter(state__in=OPEN)
        if news.is_over(hold)
        or (not hold.case and hold.ready_until is not None and hold.ready_until < now())
    ]
    for hold in gone:
        end(hold, EXPIRED if hold.state == READY else CANCELLED)
    return len(gone)


def left_behind() -> list[CopyMove]:
    """The newest moves of copies set aside for holds that are over, oldest first."""
    over = CopyHold.objects.filter(state__in=(CANCELLED, EXPIRED)).exclude(item="")
    items = dict(over.values_list("item", "pk"))
    newest = moves.newest_of_items(items)
    still = CopyHold.objects.filter(state__in=OPEN).values_list("pk", flat=True)
    waits = set(still)
    found = [m for m in newest.values() if m.kind == moves.SET_ASIDE and m.hold not in waits]
    return sorted(found, key=lambda move: move.pk)


def line(hold: CopyHold) -> HoldLine:
    before = CopyHold.objects.filter(title=hold.title, state=WAITING, pk__lt=hold.pk).count()
    return HoldLine(
        id=str(hold.pk),
        title_id=hold.title,
        state=hold.state,
        place=before + 1 if hold.state == WAITING else 0,
        pickup=hold.campus,
        placed_at=hold.placed_at,
        item_id=hold.item,
        ready_until=hold.ready_until,
        case=hold.case,
    )
