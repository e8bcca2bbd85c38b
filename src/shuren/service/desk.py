"""Serving one reader: at the desk by their card, and in an emergency by what was opened.

A card number comes in typed and goes nowhere: it is turned into a pseudonym at once, and no error,
address or entry repeats it. Every look is an entry of the ledger that names the reader by alias.
"""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from shuren.data import queries as data
from shuren.data.shapes import Table
from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import messages
from shuren.service.errors import NoSuchReader
from shuren.service.internals import studies
from shuren.service.internals.circulation import history
from shuren.service.internals.circulation.readers import Served
from shuren.service.shapes import OwnLoan
from shuren.trust import glass, queries
from shuren.trust.actions import pseudonymise

PURPOSE, SERVE = "service_operation", "desk.serve"
LONGEST_CARD = 64
VISITS_SHOWN = 20
CARD = ("kind", "college", "campus", "status", "valid_until")
_LOANS = (
    "loan_id", "title_id", "title", "author", "call_number", "campus", "loaned_at", "due_at",
    "returned_at", "renewals", "item_id",
)  # fmt: skip
# What can be looked at in an emergency, one look each.
WHO, ON_CARD, LOANS, VISITS = "who", "card", "loans", "visits"
WHATS = (WHO, ON_CARD, LOANS, VISITS)


@dataclass(frozen=True)
class DeskReader:
    """What the desk sees of the reader it serves.

    card   {column of CARD, or study: value}, or {} where no system of cards knows the reader
    loans  still with the reader, soonest due first
    """

    card: dict[str, Any]
    loans: tuple[OwnLoan, ...]
    data_date: str


@transaction.atomic
def reader_at_desk(site: Site, card: str, *, actor: Actor) -> DeskReader:
    """The reader whose card lies on the desk: what is on the card, and what they have on loan.

    raises  trust's NotAllowed, NoSuchReader, UsageError if nothing was typed, NoSnapshot
    """
    actor = queries.require(actor, SERVE)
    pseudonym = pseudonym_of_card(site, card)
    known = studies.read_card(
        site, (*CARD, studies.COLUMN), pseudonym, purpose=PURPOSE, actor=actor
    )
    loans = _read(site, "mart.loan_fact", _LOANS, pseudonym, actor, ("is_out", "=", True))
    if not known.rows and not loans.rows:
        raise NoSuchReader
    told = [OwnLoan(**_told(row)) for row in loans.dicts()]
    found, _back = history.overlay(site, Served(pseudonym, actor, PURPOSE), told)
    found.sort(key=lambda loan: (loan.due_at is None, loan.due_at, loan.loan_id))
    return DeskReader(known.dicts()[0] if known.rows else {}, tuple(found), loans.data_date)


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """What is on loan; of a sensitive topic only that it must come back."""
    if row["title_id"] is not None:
        return row
    nothing = dict.fromkeys(("title_id", "author", "call_number", "item_id"), "")
    return row | nothing | {"title": _("Title not shown: a sensitive topic")}


@transaction.atomic
def open_in_emergency(
    site: Site, card: str, *, kind: str, reason: str, minutes: int, actor: Actor
) -> glass.Opened:
    """Open the records of the reader with this card for some minutes; see trust.glass.

    raises  what trust.glass.open_records does, NoSuchReader, UsageError, NoSnapshot
    """
    actor = queries.require(actor, glass.OPEN)
    pseudonym = pseudonym_of_card(site, card)
    opened = glass.open_records(
        site, pseudonym, kind=kind, reason=reason, minutes=minutes, actor=actor
    )
    if not _is_known(site, actor):
        raise NoSuchReader
    messages.tell(
        site,
        reader=pseudonym,
        template="records_opened",
        values={
            "role": queries.role(actor.role).title,
            "at": opened.opened_at,
            "kind": glass.KINDS[kind],
        },
        about={"kind": "consent", "id": ""},
        key=f"glass:{opened.id}",
    )
    return opened


@transaction.atomic
def look(site: Site, what: str, *, actor: Actor) -> Table:
    """One thing about the reader whose records the actor has open: one look, one entry at least.

    what    WHO (from the vault), ON_CARD, LOANS (those that are out) or VISITS (the last 20)
    raises  trust's NotAllowed when nothing is open any more, UsageError, NoSnapshot
    """
    if what not in WHATS:
        raise UsageError(_("There is nothing called '%(name)s' to look at.", name=what[:40]))
    actor = queries.require(actor, glass.OPEN)
    pseudonym = glass.note_look(actor)
    ask: dict[str, Any] = {"purpose": glass.PURPOSE, "actor": actor}
    if what == WHO:
        known = queries.identity(site, pseudonym, **ask)
        return Table(tuple(known), [tuple(known.values())] if known else [])
    if what == ON_CARD:
        return data.read(site, "conformed.reader", columns=CARD, **ask)
    if what == LOANS:
        columns, out = ("title", "campus", "loaned_at", "due_at"), [("is_out", "=", True)]
        return data.read(
            site, "mart.loan_fact", columns=columns, where=out, order_by=["-loaned_at"], **ask
        )
    columns = ("passed_at", "campus", "building", "direction")
    return data.read(
        site, "conformed.gate_event", columns=columns, order_by=["-passed_at"],
        limit=VISITS_SHOWN, **ask,
    )  # fmt: skip


def _is_known(site: Site, actor: Actor) -> bool:
    """Whether any table knows the reader whose records were just opened."""
    tables = {"conformed.reader": "reader_key", "mart.loan_fact": "reader_key"}
    return any(
        data.read(site, table, columns=[column], limit=1, purpose=glass.PURPOSE, actor=actor).rows
        for table, column in tables.items()
    )


def _read(
    site: Site, table: str, columns: tuple[str, ...], pseudonym: str, actor: Actor, *where: Any
) -> Table:
    return data.read(
        site, table, columns=columns, where=[("reader_key", "=", pseudonym), *where],
        purpose=PURPOSE, actor=actor,
    )  # fmt: skip


def pseudonym_of_card(site: Site, card: str) -> str:
    """The pseudonym behind a number as typed; raises UsageError, NoSuchReader."""
    typed = card.strip()
    if not typed or len(typed) > LONGEST_CARD or not typed.isprintable():
        raise UsageError(
            _("That cannot be the number of a card."), fix=_("Type it as it stands on the card.")
        )
    pseudonym = pseudonymise(site, [typed], keep=False)[0]
    if not pseudonym:
        raise NoSuchReader
    return pseudonym
