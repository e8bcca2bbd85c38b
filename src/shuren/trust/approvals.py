"""Who may change a rule: a purpose or a role holds in the form that the board has approved.

An approval is an entry of the ledger with the fingerprint of the file, and the text itself is
kept. A file changed afterwards is not approved any more: what it opens beyond the kept text waits
(internals/in_force.py). `governance.publish` needs an approval for whatever changed.
"""

from dataclasses import dataclass
from datetime import datetime

import orjson
from django.conf import settings
from django.db import transaction

from shuren.kernel.definitions import DefinitionFile, find_definitions
from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.suggestions import did_you_mean
from shuren.trust import ledger, queries
from shuren.trust.definitions import APPROVE, purposes, roles
from shuren.trust.errors import UnknownName
from shuren.trust.internals.in_force import fingerprint_of
from shuren.trust.internals.ledger_rows import LedgerEntry
from shuren.trust.internals.rule_rows import RuleText

KINDS = ("purposes", "roles")


@dataclass(frozen=True)
class Approval:
    """by: account name; number: the entry of the ledger."""

    by: str
    at: datetime
    number: int


def fingerprint(kind: str, id: str) -> str:
    """32 letters for what the file says now: letters only, for the ledger takes no long numbers.

    raises  UnknownName
    """
    return fingerprint_of(_file(kind, id).path.read_bytes())


@transaction.atomic
def approve(kind: str, id: str, seen: str, *, actor: Actor) -> int:
    """Approve a purpose or a role as its file says it now; the number of the entry.

    seen    the fingerprint of what the actor was shown
    raises  NotAllowed without purposes.approve, UnknownName, UsageError if the file is another now
    """
    queries.require(actor, APPROVE)
    said = _file(kind, id).path.read_bytes()
    if seen != fingerprint_of(said):
        raise UsageError(
            _("%(kind)s/%(id)s was changed since it was shown.", kind=kind, id=id),
            fix=_("Read it again, then approve it."),
        )
    body = {"event": "definition", "definition": f"{kind}/{id}", "fingerprint": seen}
    number = ledger.append("approval", body, actor=actor)
    RuleText.objects.create(
        kind=kind, name=id, fingerprint=seen, text=said.decode("utf-8"), entry=number
    )
    return number


def approval(kind: str, id: str) -> Approval | None:
    """The newest approval of what the file says now, or None."""
    return _known().get((f"{kind}/{id}", fingerprint(kind, id)))


def approvals(kind: str) -> dict[str, Approval | None]:
    """{id: approval of what the file says now} of every definition of a kind."""
    known = _known()
    return {
        id: known.get((f"{kind}/{id}", fingerprint(kind, id)))
        for id in find_definitions(kind, settings.SITE)
    }


def waiting() -> dict[str, tuple[str, ...]]:
    """{purposes/<id> or roles/<id>: what it would open beyond what is in force} of what waits."""
    site = settings.SITE
    return {f"purposes/{id}": one.more for id, one in purposes.waiting(site).items()} | {
        f"roles/{id}": one.more for id, one in roles.waiting(site).items()
    }


def _known() -> dict[tuple[str, str], Approval]:
    """The newest approval of each definition, by what it said."""
    found: dict[str, tuple[str, Approval]] = {}
    for row in LedgerEntry.objects.filter(kind="approval").order_by("pk"):
        body = orjson.loads(row.leaf)["body"]
        if body.get("event") == "definition":
            approved = Approval(row.actor, row.at, row.pk)
            found[body["definition"]] = (body["fingerprint"], approved)
    return {(place, said): approved for place, (said, approved) in found.items()}


def _file(kind: str, id: str) -> DefinitionFile:
    files = find_definitions(kind, settings.SITE) if kind in KINDS else {}
    if id not in files:
        raise UnknownName(
            _("There is no definition called '%(name)s'.", name=f"{kind}/{id}"[:80]),
            fix=did_you_mean(id, files),
        )
    return files[id]
