"""What the lake and the quarantine hold about a reader."""

from datetime import datetime
from typing import Any

from shuren.data import erasing as data
from shuren.data.contract_shapes import Contract
from shuren.data.definitions import contracts
from shuren.data.erasure import OwnRow
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.internals.terms import last_day
from shuren.service.shapes import HeldFact, HeldStore
from shuren.trust.queries import purpose

_SHOWN_FIRST = ("title", "interest", "gate_id", "form")


def rows(site: Site, actor: Actor, limit: int | None) -> list[HeldStore]:
    """One store a contract, those without a row of the reader left out."""
    known = contracts(site)
    found = []
    for one in data.rows_about(site, actor, limit=limit):
        contract = known[one.contract]
        found.append(
            HeldStore(
                f"lake:{contract.id}",
                pick(contract.title),
                pick(contract.description),
                _("In the data lake, under your pseudonym."),
                _term(contract),
                one.count,
                tuple(_fact(contract, row) for row in one.rows),
                can_forget=True,
                can_correct=True,
            )
        )
    return found


def forget_row(site: Site, actor: Actor, store: str, fact: str) -> int:
    return data.forget_row(site, actor, store.partition(":")[2], fact)


def events(site: Site, actor: Actor, limit: int | None) -> list[HeldStore]:
    found = data.waiting_events(site, actor)
    known = contracts(site)
    facts = [
        HeldFact(
            one.id,
            pick(known[one.contract].title) if one.contract in known else one.contract,
            None,
            {name: str(v) for name, v in one.values.items() if v != actor.reader_key},
        )
        for one in found[:limit]
    ]
    return [
        HeldStore(
            "events",
            _("Events not yet taken in"),
            _("What you agreed to have kept waits here for some minutes before it is loaded."),
            _("In the site's folder of events, under your pseudonym."),
            _("Until they are loaded, as a rule an hour."),
            len(found),
            tuple(facts),
            can_forget=True,
        )
    ]


def forget_event(site: Site, actor: Actor, store: str, fact: str) -> int:
    return data.forget_event(site, actor, fact)


def refused(site: Site, actor: Actor, limit: int | None) -> list[HeldStore]:
    named = sorted(data.refused_about(site, actor), key=lambda row: row.loaded_at, reverse=True)
    known = contracts(site)
    words = {
        "card": _("your card number"),
        "phone": _("your phone number"),
        "email": _("your e-mail address"),
        "name": _("your name"),
    }
    facts = [
        HeldFact(
            f"{row.load}:{row.row}",
            pick(known[row.contract].title) if row.contract in known else row.contract,
            row.loaded_at,
            {
                _("File"): row.file,
                _("Line"): f"{row.line:,}",
                _("Why it was refused"): pick(row.reason),
                _("Names you by"): ", ".join(words[what] for what in row.by),
            },
            until=last_day(row.loaded_at, known[row.contract].retention_days)
            if row.contract in known
            else None,
        )
        for row in named[:limit]
    ]
    return [
        HeldStore(
            "quarantine",
            _("Refused rows that name you"),
            _("A row that breaks a rule waits here until a librarian mends it."),
            _("Sealed in quarantine."),
            _("Until it is mended, or as long as rows of its kind are kept."),
            len(named),
            tuple(facts),
            can_forget=True,
            can_correct=True,
        )
    ]


def forget_refused(site: Site, actor: Actor, store: str, fact: str) -> int:
    load, _colon, row = fact.partition(":")
    return data.forget_refused(site, actor, load, int(row)) if row.isdigit() else 0


def _fact(contract: Contract, row: OwnRow) -> HeldFact:
    first = next((str(row.values[n]) for n in _SHOWN_FIRST if row.values.get(n)), "")
    values = {
        pick(contract.field(name).title): _text(value)
        for name, value in row.values.items()
        if value not in (None, "")
    }
    keep = pick(contract.open_because) if row.is_open else ""
    last = last_day(row.at, contract.retention_days)
    return HeldFact(row.key, first or pick(contract.title), row.at, values, keep, last)


def _term(contract: Contract) -> str:
    if contract.retention_days is None:
        return _("Until you delete it.")
    if contract.term_of:
        return _(
            "%(days)s days, as long as “%(purpose)s” may keep it; then it goes by itself.",
            days=f"{contract.retention_days:,}",
            purpose=pick(purpose(contract.term_of).title),
        )
    return _("%(days)s days, then it goes by itself.", days=f"{contract.retention_days:,}")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return str(value)
