"""What our own circulation holds about a reader: told, forgotten and erased like all else."""

from shuren.data.errors import MustStay
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.ils_shapes import CANCELLED
from shuren.service.internals.circulation import history, listing, queue
from shuren.service.internals.circulation.rows import CopyHold
from shuren.service.shapes import HeldFact, HeldStore

TABLES = ("service_copymove", "service_copyhold")
BECAUSE = {
    "zh": "书还没有还回，或预约还没有办完。",
    "en": "The book is still out, or the request it waits for is not over.",
}
_HOLD = "hold-"


def tell(site: Site, actor: Actor, limit: int | None) -> list[HeldStore]:
    loans = history.kept(pseudonym=actor.reader_key)
    holds = queue.of_reader(actor.reader_key)
    titles = [one.title for one in loans] + [one.title for one in holds]
    named = listing.described(site, titles, actor)
    facts = [_loan(one, named) for one in loans] + [_hold(one, named) for one in holds]
    return [
        HeldStore(
            "circulation",
            _("Loans and holds made here"),
            _("So that the library knows who has a copy, and whose turn it is."),
            _("In the database, under your pseudonym."),
            _("Until 30 days after the copy is back; longer where you keep a reading history."),
            len(facts),
            tuple(facts[:limit]),
            can_forget=True,
        )
    ]


def forget(site: Site, actor: Actor, store: str, fact: str) -> int:
    """raises  MustStay for a loan that is out, and for a hold whose case is open"""
    if fact.startswith(_HOLD):
        found = [one for one in queue.of_reader(actor.reader_key) if f"{_HOLD}{one.pk}" == fact]
        if any(one.case for one in found):
            raise MustStay(
                _("The request it waits for is not over."),
                fix=_("Cancel it under My cases; then this goes too."),
            )
        for one in found:
            queue.end(one, CANCELLED)
        return len(found)
    out = [one for one in history.kept(pseudonym=actor.reader_key) if one.over_at is None]
    if any(one.loan == fact for one in out):
        raise MustStay(_("The book is still out."), fix=_("It goes by itself when that is over."))
    return history.forget(actor.reader_key, fact)


def erase(actor: Actor) -> int:
    """Loans that are over lose the reader, holds that belong to no case end; what is out, and
    holds whose case goes on, are `rename`d."""
    alone = [one for one in queue.of_reader(actor.reader_key) if not one.case]
    for one in alone:
        queue.end(one, CANCELLED)
    return history.forget(actor.reader_key) + len(alone)


def stays(pseudonym: str) -> int:
    """Loans that are out, and holds whose case is open: without the hold no copy ever comes."""
    return history.stays(pseudonym) + sum(bool(one.case) for one in queue.of_reader(pseudonym))


def rename(pseudonym: str, new: str) -> int:
    """Loans that are out and holds go on under another pseudonym; how many."""
    held = [one.pk for one in queue.of_reader(pseudonym)]
    CopyHold.objects.filter(pk__in=held).update(pseudonym=new)
    return history.rename(pseudonym, new) + len(held)


def _loan(one: history.KeptLoan, named: dict[str, dict[str, str]]) -> HeldFact:
    title = named.get(one.title, {}).get("title", "")
    values = {
        _("Due"): f"{one.due_at.astimezone():%Y-%m-%d}" if one.due_at else "",
        _("Returned"): f"{one.over_at.astimezone():%Y-%m-%d}" if one.over_at else "",
        _("Renewals"): str(one.renewals) if one.renewals else "",
        _("Barcode"): one.item,
    }
    keep = "" if one.over_at else _("The book is still out.")
    said = {name: value for name, value in values.items() if value}
    return HeldFact(one.loan, title or _("A loan"), one.lent_at, said, keep=keep)


def _hold(one: CopyHold, named: dict[str, dict[str, str]]) -> HeldFact:
    title = named.get(one.title, {}).get("title", "")
    said = {_("Collected at"): one.campus} if one.campus else {}
    keep = _("The request it waits for is not over.") if one.case else ""
    return HeldFact(f"{_HOLD}{one.pk}", title or _("A hold"), one.placed_at, said, keep=keep)
