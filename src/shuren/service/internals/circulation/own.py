"""Our own circulation: moves in the database over the copies and loans of the newest snapshot."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction

from shuren.data import queries as data
from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.ids import new_id
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.ils_errors import CannotCirculate, NoSuchCopy
from shuren.service.ils_shapes import (
    AVAILABLE,
    EXPIRED,
    IN_PROCESS,
    IN_TRANSIT,
    MISSING,
    ON_HOLD_SHELF,
    ON_LOAN,
    ON_ORDER,
    READY,
    REFERENCE_ONLY,
    HoldLine,
    LiveCopy,
    Moved,
    ReaderStanding,
)
from shuren.service.internals.circulation import listing, moves, news, queue, readers
from shuren.service.internals.circulation.listing import Listed
from shuren.service.internals.circulation.readers import Served
from shuren.service.internals.circulation.rows import CopyHold, CopyMove
from shuren.service.lending import Lending, lending
from shuren.trust.actions import record_use


@dataclass(frozen=True)
class Found:
    """A copy under the scanner: as listed, its newest move, and as it is now."""

    listed: Listed
    newest: CopyMove | None
    copy: LiveCopy
    title: str

    @property
    def loan(self) -> str:
        """Id of the loan it is out on, or ""."""
        if self.newest is not None and self.newest.kind in moves.LENT:
            return self.newest.loan
        return self.listed.loan if self.copy.status == ON_LOAN else ""


class Own:
    """See port.Adapter."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def copies(self, listed: Sequence[Listed]) -> list[LiveCopy]:
        titles = {one.copy.title_id for one in listed}
        rules = lending(self.site)
        newest, waiting = moves.newest_of_titles(titles), queue.waiting(titles)
        return [
            replace(
                moves.current(one, newest.get(one.copy.item_id), rules),
                queue=waiting[one.copy.title_id],
            )
            for one in listed
        ]

    def standing(self, served: Served) -> ReaderStanding:
        return readers.standing(self.site, served, lending(self.site))

    def move(self, what: str, item: str, actor: Actor, served: Served | None, campus: str) -> Moved:
        rules = lending(self.site)
        if what == moves.CHECK_IN:
            return self._check_in(self._found(item, actor, rules), actor, campus, rules)
        if served is None:
            raise CannotCirculate(
                _("Whose loan is it?"), fix=_("Scan the reader's card, then the copy.")
            )
        if what == moves.CHECK_OUT:
            return self._check_out(self._found(item, actor, rules), served, campus, rules)
        return self._renew(item, served, rules)

    def hold(
        self, what: str, id: str, served: Served, campus: str = "", case: str = ""
    ) -> list[HoldLine]:
        if what == "list":
            return [queue.line(one) for one in queue.of_reader(served.pseudonym)]
        with transaction.atomic():
            if what == "cancel":
                found = queue.cancel(self.site, served.pseudonym, id, served.actor)
            else:
                found = self._place(id, served, campus, case)
            served.note()
        return [queue.line(found)]

    def check(self) -> list[str]:
        rules = lending(self.site)
        kinds = ", ".join(rules.kinds)
        said = [
            _("Our own circulation lends; no other system is asked."),
            _("definitions/circulation/lending.yaml has rules for: %(kinds)s.", kinds=kinds),
        ]
        snapshot = data.current_snapshot(self.site)
        table = snapshot.tables.get(listing.TABLE) if snapshot else None
        if table is None:
            return [*said, _("No copies are known yet: load items and run `shuren build`.")]
        return [*said, _("The newest snapshot has %(count)s copies.", count=f"{table.rows:,}")]

    def _place(self, title: str, served: Served, campus: str, case: str) -> CopyHold:
        rules = lending(self.site)
        stands = readers.standing(self.site, served, rules)
        held_back = [one for one in stands.blocks if one.code != "loan_limit"]
        if held_back:
            raise CannotCirculate(held_back[0].why)
        if not listing.of_titles(self.site, [title], served.actor):
            raise NoSuchCopy("")
        return queue.place(title, served.pseudonym, campus, case, stands.hold_limit or 0)

    def mark(self, what: str, item: str, actor: Actor) -> Moved:
        """A copy that is not where it should be, or was found again.

        what    moves.LOST or moves.FOUND
        raises  NoSuchCopy, CannotCirculate
        """
        found = self._found(item, actor, lending(self.site))
        status = found.copy.status
        if what == moves.FOUND and status != MISSING:
            raise CannotCirculate(_("This copy is not marked as missing."))
        if what == moves.LOST and status in (ON_LOAN, MISSING):
            raise CannotCirculate(
                _("This copy is on loan.") if status == ON_LOAN else _("It is missing already.")
            )
        with transaction.atomic():
            moves.add(found.newest, found.listed, what, campus=found.copy.campus, by=actor.id)
            _note_copy(actor)
        return Moved(what, found.copy.item_id, found.copy.title_id, found.title)

    def _found(self, item: str, actor: Actor, rules: Lending) -> Found:
        listed = listing.at_desk(self.site, item, actor)
        newest = moves.newest_of_items([listed.copy.item_id]).get(listed.copy.item_id)
        if not moves.decides(newest, listed, rules) and newest is not None:
            # The snapshot knows a later loan; the move only counts for the place of the next one.
            newest = CopyMove(place=newest.place, kind="", item=newest.item)
            copy = replace(listed.copy, is_live=True, known_at=now())
        else:
            copy = moves.current(listed, newest, rules)
        titles = listing.described(self.site, [copy.title_id], actor)
        return Found(listed, newest, copy, titles.get(copy.title_id, {}).get("title", ""))

    def _check_out(self, found: Found, served: Served, campus: str, rules: Lending) -> Moved:
        _must_be_lendable(found, served)
        stands = readers.standing(self.site, served, rules)
        if stands.blocks:
            raise CannotCirculate(stands.blocks[0].why, fix=_("Nothing was lent."))
        allowed = rules.of(stands.kind, stands.study)
        copy, due = found.copy, rules.due(now(), allowed.days)
        with transaction.atomic():
            moves.add(
                found.newest, found.listed, moves.CHECK_OUT,
                loan=new_id("own-"), pseudonym=served.pseudonym, due_at=due,
                campus=campus or copy.campus, by=served.actor.id,
            )  # fmt: skip
            queue.collected(self.site, served.pseudonym, copy.title_id)
            served.note()
        return Moved(
            moves.CHECK_OUT, copy.item_id, copy.title_id, found.title, due, allowed.renewals
        )

    def _renew(self, item: str, served: Served, rules: Lending) -> Moved:
        barcode = listing.barcode_of(item)
        loan = self._own_loan(barcode, served, rules)
        listed = listing.of_items(self.site, [barcode], served.actor)[barcode]
        newest = moves.newest_of_items([barcode]).get(barcode)
        card = readers.card_of(self.site, served)
        allowed = rules.of(card.get("kind") or "", card.get("study") or "")
        if loan.renewals >= allowed.renewals:
            raise CannotCirculate(
                _("It was renewed %(count)s times; that is all there are.", count=loan.renewals),
                fix=_("Bring it back by the day it is due."),
            )
        if queue.waiting([listed.copy.title_id])[listed.copy.title_id]:
            raise CannotCirculate(
                _("Somebody is waiting for this title, so it cannot be renewed."),
                fix=_("Bring it back by the day it is due."),
            )
        if loan.due_at and rules.day(loan.due_at) < rules.day(now()):
            raise CannotCirculate(_("It is overdue."), fix=_("Bring it to the desk."))
        due = rules.due(loan.due_at or now(), allowed.renewal_days)
        with transaction.atomic():
            moves.add(
                newest, listed, moves.RENEW,
                loan=loan.loan, pseudonym=served.pseudonym, due_at=due,
                renewals=loan.renewals + 1, campus=listed.copy.campus,
                by=served.actor.id if served.purpose == readers.DESK else "",
            )  # fmt: skip
            served.note()
        left = allowed.renewals - loan.renewals - 1
        title = listing.described(self.site, [listed.copy.title_id], served.actor)
        named = title.get(listed.copy.title_id, {}).get("title", "")
        return Moved(moves.RENEW, barcode, listed.copy.title_id, named, due, left)

    def _own_loan(self, barcode: str, served: Served, rules: Lending) -> readers.Loan:
        """The reader's loan of this copy.

        At the desk a loan that tells a sensitive topic names no copy; the copy that lies there
        names its loan.
        """
        loans = readers.loans_of(self.site, served, rules)
        named = [one for one in loans if one.item == barcode]
        if not named and served.purpose == readers.DESK:
            lent = listing.at_desk(self.site, barcode, served.actor).loan
            named = [one for one in loans if lent and one.loan == lent]
        if not named:
            raise CannotCirculate(_("This reader does not have this copy on loan."))
        return named[0]

    def _check_in(self, found: Found, actor: Actor, campus: str, rules: Lending) -> Moved:
        copy, here = found.copy, campus or found.copy.campus
        remarks = list(_remarks(found, rules))
        with transaction.atomic():
            last = found.newest
            if copy.status == ON_LOAN:
                last = moves.add(
                    last, found.listed, moves.CHECK_IN, loan=found.loan, campus=here, by=actor.id
                )
            goes_to, destination = self._put_away(found, last, actor, here, rules)
            _note_copy(actor)
        return Moved(
            moves.CHECK_IN, copy.item_id, copy.title_id, found.title,
            goes_to=goes_to, destination=destination, remarks=tuple(remarks),
        )  # fmt: skip

    def _put_away(
        self, found: Found, last: CopyMove | None, actor: Actor, here: str, rules: Lending
    ) -> tuple[str, str]:
        """(shelf, hold_shelf or transit; whose hold shelf or where to) of a copy in hand."""
        copy = found.copy
        hold = None if found.listed.is_withdrawn else _hold_of(found) or queue.first(copy.title_id)
        said: dict[str, Any] = {"by": actor.id}
        if hold is not None:
            if hold.state == READY and hold.item == copy.item_id:
                return "hold_shelf", hold.campus
            until = queue.give(self.site, hold, copy.item_id, here, rules)
            kind = moves.SET_ASIDE if until else moves.SEND
            moves.add(last, found.listed, kind, hold=hold.pk, campus=hold.campus or here, **said)
            return ("hold_shelf" if until else "transit"), hold.campus or here
        if copy.campus and here != copy.campus:
            moves.add(last, found.listed, moves.SEND, campus=copy.campus, **said)
            return "transit", copy.campus
        if copy.status not in (AVAILABLE, REFERENCE_ONLY, ON_LOAN):
            moves.add(last, found.listed, moves.CHECK_IN, campus=here, **said)
        return "shelf", copy.campus


def _hold_of(found: Found) -> CopyHold | None:
    """The hold the copy was set aside or sent for, while it lasts."""
    move = found.newest
    if move is None or move.hold is None or move.kind not in (moves.SET_ASIDE, moves.SEND):
        return None
    hold = CopyHold.objects.filter(pk=move.hold, state__in=queue.OPEN).first()
    if hold is not None and news.is_over(hold):
        queue.end(hold, EXPIRED)
        return None
    return hold


def _must_be_lendable(found: Found, served: Served) -> None:
    copy, scan = found.copy, _("Check it in first.")
    if found.listed.is_withdrawn:
        raise CannotCirculate(_("This copy was withdrawn and is not lent."))
    if copy.status == REFERENCE_ONLY:
        raise CannotCirculate(_("This copy is for use in the library only."))
    if copy.status == ON_LOAN:
        move = found.newest
        if move is not None and move.pseudonym == served.pseudonym:
            raise CannotCirculate(
                _("This reader has this copy already."), fix=_("Renew it instead.")
            )
        raise CannotCirculate(_("This copy is on loan."), fix=scan)
    if copy.status == MISSING:
        raise CannotCirculate(_("This copy is marked as missing."), fix=scan)
    if copy.status in (ON_ORDER, IN_PROCESS):
        raise CannotCirculate(_("This copy is on order or being made ready."), fix=scan)
    if copy.status == IN_TRANSIT:
        raise CannotCirculate(_("This copy is on its way to another campus."), fix=scan)
    if copy.status == ON_HOLD_SHELF:
        hold = _hold_of(found)
        if hold is None or hold.pseudonym != served.pseudonym:
            raise CannotCirculate(
                _("This copy is set aside for another reader."),
                fix=_("Check it in: if nobody waits for it any more, it can be lent."),
            )


def _remarks(found: Found, rules: Lending) -> list[str]:
    copy, said = found.copy, []
    if copy.status == ON_LOAN and copy.due_at:
        late = (rules.day(now()) - rules.day(copy.due_at)).days
        if late > 0:
            said.append(_("It is %(days)s days late.", days=late))
    if copy.status in (AVAILABLE, REFERENCE_ONLY):
        said.append(_("It was not on loan."))
    if copy.status == MISSING:
        said.append(_("It was marked as missing and is found."))
    if found.listed.is_withdrawn:
        said.append(_("It was withdrawn: hand it to collection development."))
    return said


def _note_copy(actor: Actor) -> None:
    """A move that names no reader, in the ledger."""
    record_use(actor, readers.DESK, readers.TABLE, ("item_id", "kind", "at", "campus"), 1)
