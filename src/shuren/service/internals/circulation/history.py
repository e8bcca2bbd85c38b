"""Loans a reader had here: shown beside those of the snapshot, kept while they are out, and then
as long as the reader wants a history or a fine may be contested."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from shuren.kernel.i18n import gettext as _
from shuren.kernel.settings import read_settings
from shuren.kernel.site import Site
from shuren.service.internals.circulation import listing, moves, readers
from shuren.service.internals.circulation.readers import DESK, Loan, Served
from shuren.service.internals.circulation.rows import CopyMove
from shuren.service.lending import Lending, lending
from shuren.service.shapes import OwnLoan
from shuren.trust import consent
from shuren.trust.topics import topics_of

HISTORY = "reading_history"
DISPUTE_DAYS = 30  # a loan that came back stays visible so long, to contest a fine or a damage


@dataclass(frozen=True)
class KeptLoan:
    """A loan of ours that still names its reader; over_at: when the copy moved on, or None."""

    loan: str
    item: str
    title: str
    lent_at: datetime
    due_at: datetime | None
    renewals: int
    over_at: datetime | None


def kept(**whose: str) -> list[KeptLoan]:
    """Loans that name a reader, newest first; `pseudonym=` for those of one."""
    lent = list(CopyMove.objects.filter(kind__in=moves.LENT, **whose).exclude(pseudonym=""))
    first: dict[str, CopyMove] = {}
    last: dict[str, CopyMove] = {}
    for move in sorted(lent, key=lambda one: one.pk):
        first.setdefault(move.loan, move)
        last[move.loan] = move
    later: dict[str, list[CopyMove]] = {}
    items = {move.item for move in last.values()}
    for move in CopyMove.objects.filter(item__in=items).order_by("place"):
        later.setdefault(move.item, []).append(move)
    found = []
    for loan, move in last.items():  # in the order they were lent
        after = [one for one in later[move.item] if one.place > move.place]
        found.append(
            KeptLoan(
                loan, move.item, move.title, first[loan].at, move.due_at, move.renewals,
                after[0].at if after else None,
            )
        )  # fmt: skip
    found.reverse()
    return sorted(found, key=lambda one: one.lent_at, reverse=True)


def overlay(
    site: Site, served: Served, out: Sequence[OwnLoan]
) -> tuple[list[OwnLoan], list[OwnLoan]]:
    """(what is out now, what came back here) of a reader, given what the snapshot has out.

    Times are the library's wall clock without a zone, as the lake keeps them.
    """
    if read_settings(site).ils.adapter != "own":
        return list(out), []
    rules = lending(site)
    asked = [_loan(one, rules) for one in out]
    moved = readers.ended(asked, rules)
    still, back = [], []
    for row in out:
        move = moved.get(row.loan_id)
        if move is None:
            still.append(row)
        elif move.kind in moves.LENT and move.loan == row.loan_id:
            due = _naive(move.due_at, rules)
            still.append(replace(row, due_at=due, renewals=move.renewals))
        else:
            back.append(replace(row, returned_at=_naive(move.at, rules)))
    known = {row.loan_id for row in out}
    ours = [one for one in kept(pseudonym=served.pseudonym) if one.loan not in known]
    told = _rows(site, served, ours, rules)
    current = {one.loan for one in readers.own_loans(site, served, rules)}
    still += [row for row in told if row.loan_id in current]
    back += [row for row in told if row.returned_at is not None]
    if ours:
        served.note(len(ours))
    return still, back


def forget(pseudonym: str, loan: str = "") -> int:
    """Take the reader out of their loans that are over, or of one; how many loans."""
    over = {one.loan for one in kept(pseudonym=pseudonym) if one.over_at}
    return _forget(over & {loan} if loan else over)


def forget_past(before: datetime) -> int:
    """Take readers out of loans that were over by then, but for who keeps a history; how many."""
    keeping = set(consent.givers(HISTORY))
    over = {one.loan for one in kept() if one.over_at and one.over_at < before}
    wanted = CopyMove.objects.filter(loan__in=over).exclude(pseudonym__in=["", *keeping])
    return _forget(set(wanted.values_list("loan", flat=True)))


def stays(pseudonym: str) -> int:
    """Loans that are out: the library must know who has the copy."""
    return sum(one.over_at is None for one in kept(pseudonym=pseudonym))


def rename(pseudonym: str, new: str) -> int:
    """The reader of loans that are out goes on under another pseudonym; how many loans."""
    out = {one.loan for one in kept(pseudonym=pseudonym) if one.over_at is None}
    CopyMove.objects.filter(loan__in=out, pseudonym=pseudonym).update(pseudonym=new, is_risen=False)
    return len(out)


def _forget(loans: Iterable[str]) -> int:
    wanted = set(loans)
    CopyMove.objects.filter(loan__in=wanted).exclude(pseudonym="").update(pseudonym="")
    return len(wanted)


def _rows(site: Site, served: Served, loans: Sequence[KeptLoan], rules: Lending) -> list[OwnLoan]:
    about = listing.described(site, [one.title for one in loans], served.actor)
    at = {id: one.copy for id, one in listing.of_items(
        site, [one.item for one in loans], served.actor).items()}  # fmt: skip
    found = []
    for one in loans:
        named = about.get(one.title, {"title": "", "author": "", "call_number": ""})
        row = OwnLoan(
            loan_id=one.loan,
            title_id=one.title,
            title=named["title"],
            author=named["author"],
            call_number=named["call_number"],
            campus=at[one.item].campus if one.item in at else "",
            loaned_at=_wall(one.lent_at, rules),
            due_at=_naive(one.due_at, rules),
            returned_at=_naive(one.over_at, rules),
            renewals=one.renewals,
            item_id=one.item,
        )
        hidden = served.purpose == DESK and topics_of(named["call_number"], site)
        found.append(veiled(row) if hidden else row)
    return found


def veiled(row: OwnLoan) -> OwnLoan:
    """At the desk a loan of a sensitive topic tells only that it must come back."""
    title = _("Title not shown: a sensitive topic")
    return replace(row, title=title, title_id="", author="", call_number="", item_id="")


def _loan(row: OwnLoan, rules: Lending) -> Loan:
    due = rules.aware(row.due_at)
    return Loan(
        row.loan_id, row.item_id, row.title_id, row.loaned_at, due, row.renewals, is_ours=False
    )


def _wall(moment: datetime, rules: Lending) -> datetime:
    return moment.astimezone(rules.zone).replace(tzinfo=None)


def _naive(moment: datetime | None, rules: Lending) -> datetime | None:
    return _wall(moment, rules) if moment else None
