"""A loan of our own circulation that goes from one reader to another without the desk."""

from django.db import transaction

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.ids import new_id
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.ils_errors import CannotCirculate
from shuren.service.internals.circulation import listing, moves, queue, readers
from shuren.service.lending import lending


def hand_over(site: Site, title: str, giver: str, *, actor: Actor) -> None:
    """End the giver's loan of a title and begin the actor's, of the same copy at the same moment.

    giver   the pseudonym of the reader who has it; actor: the one who takes it
    raises  CannotCirculate where the giver has it no more, somebody waits for it, or the actor may
            not borrow; nothing has moved then
    """
    served, rules = readers.oneself(actor), lending(site)
    newest = moves.newest_of_titles([title])
    lent = [one for one in newest.values() if one.kind in moves.LENT and one.pseudonym == giver]
    if not lent:
        raise CannotCirculate(_("The reader you asked does not have this book any more."))
    if queue.waiting([title])[title]:
        raise CannotCirculate(
            _("Somebody is waiting for this title: it goes to the desk."),
            fix=_("Place a hold to wait for it, too."),
        )
    stands = readers.standing(site, served, rules)
    if stands.blocks:
        raise CannotCirculate(stands.blocks[0].why, fix=_("Nothing was lent."))
    move = lent[0]
    listed = listing.of_items(site, [move.item], actor)[move.item]
    due = rules.due(now(), rules.of(stands.kind).days)
    campus = listed.copy.campus
    with transaction.atomic():
        back = moves.add(move, listed, moves.CHECK_IN, loan=move.loan, campus=campus)
        moves.add(
            back, listed, moves.CHECK_OUT,
            loan=new_id("own-"), pseudonym=actor.reader_key, due_at=due, campus=campus,
        )  # fmt: skip
        served.note()
