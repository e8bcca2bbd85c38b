"""The circulation port: where a copy is at this moment, lending it, holds, how a reader stands.

Behind it is what `shuren.toml` names under `[ils]`: our own circulation, or the library's own
system over SIP2 or Koha's REST interface. Where that system does not answer, `copies` says what
the snapshot knows (`is_live` False) and `link` since when; verbs raise IlsDown and did nothing.
"""

from collections.abc import Sequence

from shuren.data.queries import current_snapshot
from shuren.kernel.errors import ShurenError, UsageError
from shuren.kernel.settings import read_settings
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.desk import SERVE, pseudonym_of_card
from shuren.service.errors import NoSuchReader
from shuren.service.ils_errors import IlsDown
from shuren.service.ils_shapes import HoldLine, LinkState, LiveCopy, Moved, ReaderStanding
from shuren.service.internals.circulation import adapters, listing, moves, queue, readers
from shuren.service.internals.circulation import link as links
from shuren.service.internals.circulation.own import Own
from shuren.service.internals.circulation.port import Adapter
from shuren.service.internals.circulation.readers import Served
from shuren.trust.errors import NotAllowed
from shuren.trust.queries import require

OWN = "own"
# Errors that stand in the way of every copy, not of one.
NO_COPY_MOVES = (IlsDown, NoSuchReader, NotAllowed, UsageError)
status_words = listing.status_words


def copies(site: Site, title_ids: Sequence[str], *, actor: Actor) -> dict[str, list[LiveCopy]]:
    """{title_id: its copies, by campus, branch and call number}; every id asked for is there.

    Never raises because the other system is down.
    raises  trust's NotAllowed
    """
    listed = listing.of_titles(site, title_ids, actor)
    try:
        found = _adapter(site).copies(listed) if listed else []
    except ShurenError:  # down, or not set up as it should be: `shuren ils check` says which
        found = [one.copy for one in listed]
    by_title: dict[str, list[LiveCopy]] = {id: [] for id in title_ids}
    for copy in found:
        by_title[copy.title_id].append(copy)
    return by_title


def stamp(site: Site) -> str:
    """Another one whenever anything may have moved; "" where only the other system knows."""
    if read_settings(site).ils.adapter != OWN:
        return ""
    snapshot = current_snapshot(site)
    return f"{snapshot.id if snapshot else ''}.{moves.newest()}.{queue.stamp()}"


def reader_standing(site: Site, *, actor: Actor, card: str = "") -> ReaderStanding:
    """Whether a reader may borrow, and why not: the actor, or at the desk whoever has the card.

    raises  trust's NotAllowed, NoSuchReader, UsageError for what can be no card, IlsDown
    """
    return _adapter(site).standing(_served(site, actor, card))


def check_out(site: Site, item: str, *, card: str, actor: Actor, campus: str = "") -> Moved:
    """Lend the copy with this barcode to the reader with this card; needs desk.serve.

    campus  where the desk is; "" when the copy's own
    raises  NoSuchCopy, NoSuchReader, CannotCirculate, CopyJustMoved, IlsDown, IlsRefused
    """
    actor = require(actor, SERVE)
    served = _served(site, actor, card)
    return _adapter(site).move(moves.CHECK_OUT, item, actor, served, campus)


def check_in(site: Site, item: str, *, actor: Actor, campus: str = "") -> Moved:
    """Take a copy back, from whoever had it; it goes to the first who waits for it. Needs
    desk.serve; raises as `check_out`."""
    actor = require(actor, SERVE)
    return _adapter(site).move(moves.CHECK_IN, item, actor, None, campus)


def renew(site: Site, item: str, *, actor: Actor, card: str = "") -> Moved:
    """Prolong a loan: the actor's own, or at the desk of the reader with the card.

    raises  as `check_out`
    """
    return _adapter(site).move(moves.RENEW, item, actor, _served(site, actor, card), "")


def place_hold(
    site: Site, title_id: str, *, actor: Actor, pickup: str, card: str = "", case: str = ""
) -> HoldLine:
    """Let a reader wait for a copy of a title, to be collected at a campus.

    case    id of the case that is told when a copy is free, has come and was collected
    raises  CannotCirculate, NoSuchCopy for a title without copies, IlsDown, IlsRefused
    """
    served = _served(site, actor, card)
    [line] = _adapter(site).hold("place", title_id, served, pickup, case)
    return line


def cancel_hold(site: Site, hold_id: str, *, actor: Actor, card: str = "") -> None:
    """raises  CannotCirculate where the reader has no such hold, IlsDown, IlsRefused"""
    _adapter(site).hold("cancel", hold_id, _served(site, actor, card))


def holds(site: Site, *, actor: Actor) -> list[HoldLine]:
    """The actor's holds that are not over, oldest first; raises IlsDown."""
    return _adapter(site).hold("list", "", readers.oneself(actor))


def mark_missing(site: Site, item: str, *, actor: Actor) -> Moved:
    """A copy is not where it should be; our own circulation only. Needs desk.serve."""
    return Own(site).mark(moves.LOST, item, require(actor, SERVE))


def mark_found(site: Site, item: str, *, actor: Actor) -> Moved:
    """A missing copy is found; our own circulation only. Needs desk.serve."""
    return Own(site).mark(moves.FOUND, item, require(actor, SERVE))


def to_clear(site: Site, *, actor: Actor) -> list[dict[str, str]]:
    """Copies still on a hold shelf for nobody: [{item_id, campus, title}]. Needs desk.serve."""
    actor = require(actor, SERVE)
    found = queue.left_behind()
    named = listing.described(site, [one.title for one in found], actor)
    return [
        {
            "item_id": one.item,
            "campus": one.campus,
            "title": named.get(one.title, {}).get("title", ""),
        }
        for one in found
    ]


def link(site: Site) -> LinkState:
    """How the link to the circulation system was when it was last used by this process."""
    return links.state(site, read_settings(site).ils.adapter)


def check_link(site: Site, *, actor: Actor) -> list[str]:
    """Whether the circulation system answers and what it can do, in sentences. Needs site.operate.

    raises  IlsDown, IlsRefused, UsageError where a secret is not set
    """
    require(actor, "site.operate")
    return adapters.to_try(site, read_settings(site).ils).check()


def is_own(site: Site) -> bool:
    """Whether our own circulation lends, and not another system."""
    return read_settings(site).ils.adapter == OWN


def _served(site: Site, actor: Actor, card: str) -> Served:
    """The reader whose card lies on the desk, or the actor."""
    if not card:
        return readers.oneself(actor)
    serving = require(actor, SERVE)
    try:
        pseudonym = pseudonym_of_card(site, card)
    except NoSuchReader:
        if is_own(site):
            raise
        pseudonym = ""  # the other system may know a card that no load has told us of
    return Served(pseudonym, serving, readers.DESK, card.strip())


def _adapter(site: Site) -> Adapter:
    return adapters.adapter(site, read_settings(site).ils)
