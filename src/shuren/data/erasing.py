"""What the lake and the quarantine hold about one reader, and taking it away."""

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from shuren.data.definitions import contract as find_contract
from shuren.data.erasure import Forget, NamedRow, OwnRows, Rewritten
from shuren.data.errors import MustStay
from shuren.data.internals import forgetting, named_rows, own_rows
from shuren.data.internals.feeds import waiting_events as waiting_spool
from shuren.data.internals.feeds.waiting_events import Waiting
from shuren.data.internals.receipts import find_receipt
from shuren.data.internals.withheld import HISTORY, is_before
from shuren.data.internals.working import exclusively
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.trust.actions import record_use
from shuren.trust.erasing import OWN
from shuren.trust.queries import require_purpose


def rows_about(site: Site, actor: Actor, *, limit: int | None = None) -> list[OwnRows]:
    """The actor's own rows, contract by contract, newest first; what was loaded since the last
    build, too. Every contract read is a line in the ledger.

    limit   so many rows of each contract, else all
    raises  trust's NotAllowed for who has no reader_key
    """
    require_purpose(actor, OWN)
    found = list(own_rows.of_reader(site, actor.reader_key, limit))
    for one in found:
        fields = [f.name for f in find_contract(site, one.contract).fields]
        record_use(actor, OWN, f"raw.{one.contract}", fields, one.count, "own")
    return found


def refused_about(site: Site, actor: Actor) -> list[NamedRow]:
    """Refused rows that name the actor; nothing of what they say is given out."""
    require_purpose(actor, OWN)
    found = named_rows.of_reader(site, actor.reader_key)
    if found:
        record_use(actor, OWN, "quarantine.rows", ["raw"], len(found), "own")
    return found


def waiting_events(site: Site, actor: Actor) -> list[Waiting]:
    """The actor's events that no load has taken in yet."""
    require_purpose(actor, OWN)
    return list(waiting_spool.of_readers(site, {actor.reader_key}))


def forget_event(site: Site, actor: Actor, id: str) -> int:
    """Take one of the actor's waiting events out; 1 or 0."""
    require_purpose(actor, OWN)
    return waiting_spool.blank(site, {actor.reader_key}, id)


def forget_events(site: Site, readers: Sequence[str]) -> int:
    """Take all waiting events of readers out."""
    return waiting_spool.blank(site, set(readers))


def forget_row(site: Site, actor: Actor, contract_id: str, key: str) -> int:
    """Forget one of the actor's rows; no query sees it from now on. How many went: 1 or 0.

    raises  MustStay for a row of which something is still to come
    """
    require_purpose(actor, OWN)
    contract = find_contract(site, contract_id)
    if key in own_rows.open_keys(site, actor.reader_key).get(contract_id, ()):
        raise MustStay(pick(contract.open_because), fix=_("It goes by itself when that is over."))
    if not own_rows.is_there(site, contract, actor.reader_key, key):
        return 0
    return forgetting.rows(site, contract_id, [key], actor.reader_key)


def forget_contract(site: Site, actor: Actor, contract_id: str) -> int:
    """Forget all of the actor's rows of a contract, such as what was kept for a consent that was
    taken back; how many went."""
    require_purpose(actor, OWN)
    found = own_rows.of_reader(site, actor.reader_key, None)
    keys = [row.key for one in found if one.contract == contract_id for row in one.rows]
    return forgetting.rows(site, contract_id, keys, actor.reader_key) if keys else 0


def forget_refused(site: Site, actor: Actor, load: str, row: int) -> int:
    """Empty one refused row that names the actor; its number and its rule stay."""
    named = {(one.load, one.row) for one in refused_about(site, actor)}
    if (load, row) not in named:
        return 0
    return forgetting.empty_refused(site, find_receipt(site, load), {row})


def counts(
    site: Site, readers: Sequence[str]
) -> tuple[dict[str, dict[str, int]], dict[str, dict[str, tuple[str, ...]]]]:
    """({reader: {contract: rows}}, {reader: {contract: keys that must stay}}) of several readers,
    each file read once; counts, so no line in the ledger."""
    return own_rows.counted(site, readers)


def forget_readers(site: Site, wanted: Sequence[Forget]) -> None:
    """No query sees anything of these readers any more; `finish` takes it off the disk."""
    forgetting.readers(site, wanted)


def forget_rows(site: Site, contract: str, keys: Collection[str], reader: str) -> int:
    """No query sees these rows of a reader any more; how many were not forgotten before."""
    return forgetting.rows(site, contract, keys, reader)


def nobody_commits(site: Site) -> AbstractContextManager[None]:
    """While the block runs no load comes to its end: one that has met a pseudonym that goes in the
    block finds out before it is committed."""
    return exclusively(site.receipts / ".lock")


def settled_before(site: Site, reader: str, moment: datetime) -> dict[str, list[str]]:
    """{contract: keys} of a reader's rows of before a moment of which nothing is to come."""
    return _of_before(site, reader, moment, is_open=False)


def open_before(site: Site, reader: str, moment: datetime) -> dict[str, list[str]]:
    """{contract: keys} of a reader's rows of before a moment of which something is to come."""
    return _of_before(site, reader, moment, is_open=True)


def _of_before(site: Site, reader: str, moment: datetime, *, is_open: bool) -> dict[str, list[str]]:
    local = moment.astimezone().replace(tzinfo=None)
    found: dict[str, list[str]] = {}
    for one in own_rows.of_reader(site, reader, None):
        if find_contract(site, one.contract).data_class not in HISTORY:
            continue
        keys = [row.key for row in one.rows if row.is_open == is_open and is_before(row.at, local)]
        if keys:
            found[one.contract] = sorted(keys)
    return found


def rewrite(site: Site) -> Rewritten:
    """Take what is forgotten out of raw files and quarantine; nothing where nothing is."""
    own_rows.list_pseudonyms_once(site)
    return forgetting.compact(site)


def settle(site: Site) -> tuple[set[str], bool]:
    """(readers of whom something is on the disk still, whether a build would change that)."""
    return forgetting.settle(site)


def oldest_forgotten(site: Site) -> datetime | None:
    """Since when the first of what is on the disk still is forgotten; None for nothing."""
    return forgetting.oldest(site)


def reseal_quarantine(site: Site, version: int) -> int:
    """Seal every refused row anew that is not under this version of the key; files it was."""
    return forgetting.reseal(site, version)


def is_quarantine_left(site: Site, version: int) -> bool:
    """Whether a refused row is under another version still, or a load may be writing one."""
    return forgetting.is_sealed_otherwise(site, version)


def longest_term(site: Site) -> int:
    """The most days that any contract about people keeps a row."""
    return max(
        (c.retention_days or 0 for c in own_rows.personal_contracts(site).values()), default=0
    )
