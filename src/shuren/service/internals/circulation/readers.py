"""The reader at a desk or at their own page: the card, what is on loan, whether they may borrow."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from shuren.data import queries as data
from shuren.data.errors import NoSnapshot
from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.errors import NoSuchReader
from shuren.service.ils_shapes import Block, ReaderStanding
from shuren.service.internals import studies
from shuren.service.internals.circulation import listing, moves, queue
from shuren.service.internals.circulation.rows import CopyMove
from shuren.service.lending import Lending
from shuren.trust import queries as trust
from shuren.trust.actions import record_use
from shuren.trust.errors import NotAllowed

DESK, OWN = "service_operation", "own_records"
TABLE = "service.circulation"
COLUMNS = ("reader_key", "item_id", "title_id", "kind", "at", "due_at", "renewals", "campus")
_CARD = ("kind", "status", "valid_until", "campus", studies.COLUMN)
_LOANS = ("loan_id", "item_id", "title_id", "loaned_at", "due_at", "renewals")


@dataclass(frozen=True)
class Served:
    """The reader something is done for, and by whom.

    card     as it was typed at the desk; "" of a reader who acts for themself
    purpose  DESK or OWN: what the reader's rows are read for
    """

    pseudonym: str
    actor: Actor
    purpose: str
    card: str = field(default="", repr=False)

    def card_number(self, site: Site) -> str:
        """For a circulation system elsewhere, which knows readers by card; a look into the vault
        and a line in the ledger when a reader acts for themself.

        raises  NoSuchReader where the vault does not know it
        """
        if self.card:
            return self.card
        known = trust.identity(site, self.pseudonym, actor=self.actor, purpose=self.purpose)
        if not known.get("reader_id"):
            raise NoSuchReader
        return known["reader_id"]

    def note(self, rows: int = 1) -> None:
        """What was read or written about the reader here, in the ledger."""
        wanted = trust.require_purpose(self.actor, self.purpose)
        trust.require_covered(wanted, TABLE, COLUMNS)
        record_use(self.actor, self.purpose, TABLE, COLUMNS, rows, subject=self.pseudonym)


@dataclass(frozen=True)
class Loan:
    """One loan that is still out. item and title are "" of a loan at the desk that tells a
    sensitive topic; `is_ours` when the newest word on it is a move of ours."""

    loan: str
    item: str
    title: str
    lent_at: datetime
    due_at: datetime | None
    renewals: int
    is_ours: bool


def oneself(actor: Actor) -> Served:
    """raises  trust's NotAllowed for who is no reader"""
    trust.require_purpose(actor, OWN)
    if not actor.reader_key:
        raise NotAllowed(_("Only a reader can do this."))
    return Served(actor.reader_key, actor, OWN)


def card_of(site: Site, served: Served) -> dict[str, Any]:
    """{kind, status, valid_until, campus, study} of the card, or {} where no system told us of it.

    Without study where the snapshot is older than that column, or the purpose does not open it.
    """
    try:
        found = studies.read_card(
            site, _CARD, served.pseudonym, purpose=served.purpose, actor=served.actor
        ).dicts()
    except NoSnapshot:
        return {}
    return found[0] if found else {}


def loans_of(site: Site, served: Served, rules: Lending) -> list[Loan]:
    """What the reader has, by the snapshot and by our moves since; no copy twice."""
    try:
        rows = data.read(
            site, "mart.loan_fact", columns=_LOANS,
            where=[("reader_key", "=", served.pseudonym), ("is_out", "=", True)],
            purpose=served.purpose, actor=served.actor,
        ).dicts()  # fmt: skip
    except NoSnapshot:
        rows = []
    listed = [_listed(row, rules) for row in rows]
    over = ended(listed, rules)
    kept = [loan for loan in listed if loan.loan not in over]
    ours = own_loans(site, served, rules)
    taken = {loan.item for loan in ours} | {loan.loan for loan in ours}
    return ours + [one for one in kept if one.item not in taken and one.loan not in taken]


def ended(loans: Iterable[Loan], rules: Lending) -> dict[str, CopyMove]:
    """{loan of the snapshot: the move that ended or continued it} of those a move of ours decides.

    By the loan's own id, which a check-in here wrote down; else by its copy.
    """
    known = list(loans)
    by_loan = {
        move.loan: move
        for move in CopyMove.objects.filter(loan__in=[one.loan for one in known]).order_by("pk")
    }
    by_item = moves.newest_of_items(one.item for one in known if one.item)
    found = {}
    for one in known:
        move = by_loan.get(one.loan)
        newest = by_item.get(one.item) if one.item else None
        if newest is not None and rules.day(newest.at) >= rules.day(one.lent_at):
            move = newest
        if move is not None:
            found[one.loan] = move
    return found


def own_loans(site: Site, served: Served, rules: Lending) -> list[Loan]:
    """Loans out of our own making: the newest move of the copy lent it to this reader."""
    lent = CopyMove.objects.filter(pseudonym=served.pseudonym, kind__in=moves.LENT).order_by("pk")
    began: dict[str, CopyMove] = {}
    for move in lent:
        began.setdefault(move.loan, move)
    items = {move.item for move in lent}
    newest = moves.newest_of_items(items)
    listed = listing.of_items(site, list(items), served.actor)
    found = []
    for item, move in newest.items():
        if move.kind not in moves.LENT or move.loan not in began:
            continue
        if item in listed and not moves.decides(move, listed[item], rules):
            continue
        lent_at = began[move.loan].at
        found.append(
            Loan(move.loan, item, move.title, lent_at, move.due_at, move.renewals, is_ours=True)
        )
    return found


def standing(site: Site, served: Served, rules: Lending) -> ReaderStanding:
    """raises  NoSuchReader at the desk when no card, no loan and no hold has this number"""
    card = card_of(site, served)
    loans = loans_of(site, served, rules)
    held = len(queue.of_reader(served.pseudonym))
    if served.purpose == DESK and not card and not loans and not held:
        raise NoSuchReader
    kind, study = card.get("kind") or "", card.get(studies.COLUMN) or ""
    allowed = rules.of(kind, study)
    found = ReaderStanding(kind, len(loans), allowed.loans, held, allowed.holds, study=study)
    return replace(found, blocks=tuple(_blocks(card, loans, rules, allowed.loans)))


def _blocks(card: dict[str, Any], loans: list[Loan], rules: Lending, limit: int) -> Iterable[Block]:
    today = rules.day(now())
    if card.get("status") in rules.card_blocks:
        yield Block("card_ended", _("The card is suspended or closed."))
    elif card.get("valid_until") and card["valid_until"] < today:
        yield Block("card_ended", _("The card ended on %(day)s.", day=card["valid_until"]))
    late = [
        loan
        for loan in loans
        if loan.due_at and (today - rules.day(loan.due_at)).days > rules.overdue_days
    ]
    if late:
        yield Block(
            "overdue",
            _("%(count)s on loan are more than %(days)s days late.",
              count=len(late), days=rules.overdue_days),
        )  # fmt: skip
    if len(loans) >= limit:
        yield Block(
            "loan_limit",
            _("%(count)s are on loan; the limit is %(limit)s.", count=len(loans), limit=limit),
        )


def _listed(row: dict[str, Any], rules: Lending) -> Loan:
    return Loan(
        row["loan_id"],
        row["item_id"] or "",
        row["title_id"] or "",
        row["loaned_at"],
        rules.aware(row["due_at"]),
        row["renewals"],
        is_ours=False,
    )
