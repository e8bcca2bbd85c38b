"""Searches a reader saves, and what is new in them since the reader last looked.

Only the reader's own word saves one, and nothing is made of it but this list. What is new is found
when the reader comes by and the index has changed: the records found now against those known. For
who wants to be told of it, and agreed to that, it is found daily or weekly (search_alerts.py);
otherwise nothing runs for readers who do not look.
"""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import orjson
from django.db import transaction

from shuren.discovery import queries as discovery
from shuren.discovery.errors import NotSearchable
from shuren.discovery.search_shapes import SORTS, Item, Query
from shuren.kernel.clock import now
from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.masking import mask
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.errors import UnknownName
from shuren.service.internals.search_rows import SavedSearch
from shuren.trust.actions import record_use
from shuren.trust.queries import require_purpose

PURPOSE, TABLE = "own_records", "service.saved_search"
MOST_SAVED, MOST_WATCHED, MOST_FRESH = 50, 2_000, 100
LONGEST, MOST_CHOSEN = 300, 40
_COLUMNS = ("words", "chosen", "saved_at", "fresh")


@dataclass(frozen=True)
class Saved:
    """One saved search.

    new    how many records came since the reader last looked; None where it finds too many to be
           watched, or there is no index to ask
    fresh  keys of those records, newest last, at most MOST_FRESH
    alert  "", daily or weekly: how the reader is told of them
    """

    id: int
    query: Query
    saved_at: datetime
    new: int | None
    is_broad: bool = False
    fresh: tuple[int, ...] = ()
    alert: str = ""


def save(site: Site, query: Query, *, actor: Actor) -> int:
    """Keep a search; its number. Saved once more, it stays as it is.

    raises  UsageError for none, for one that names a person, or for one more than MOST_SAVED;
            trust's NotAllowed for who is no reader; NotSearchable
    """
    require_purpose(actor, PURPOSE)
    words, chosen, sort = _kept(query)
    if _names_a_person(words):
        raise UsageError(
            _("A search with a number or an address of a person in it is not kept."),
            fix=_("Leave the number out, or search without saving."),
        )
    asked = sha256(orjson.dumps([words, sorted(chosen.items()), sort])).hexdigest()
    mine = SavedSearch.objects.filter(pseudonym=actor.reader_key)
    with transaction.atomic():
        known = mine.filter(asked=asked).first()
        if known is not None:
            return int(known.pk)
        if mine.count() >= MOST_SAVED:
            raise UsageError(
                _("You have saved %(count)s searches, and that is the most.", count=MOST_SAVED),
                fix=_("Remove one under “Saved searches” first."),
            )
        found = discovery.matching(site, query, actor=actor, limit=MOST_WATCHED)
        row = SavedSearch.objects.create(
            pseudonym=actor.reader_key, words=words, chosen=chosen, sort=sort, asked=asked,
            saved_at=now(), index=found.version, seen=packed(found.keys),
            is_broad=found.total > MOST_WATCHED,
        )  # fmt: skip
    return int(row.pk)


def saved(site: Site, *, actor: Actor) -> list[Saved]:
    """The actor's saved searches, newest first, each with what is new; a line in the ledger.

    raises  trust's NotAllowed for who is no reader
    """
    require_purpose(actor, PURPOSE)
    rows = list(rows_of(actor.reader_key))
    if rows:
        record_use(actor, PURPOSE, TABLE, _COLUMNS, len(rows))
    return [_told(site, row, actor) for row in rows]


def fresh_items(site: Site, one: Saved, limit: int, *, actor: Actor) -> list[Item]:
    """The newest of what is new in a saved search; raises as discovery's `items_of`."""
    keys = one.fresh[-limit:] if limit else ()
    return discovery.items_of(site, keys[::-1], actor=actor)


def mark_seen(number: int, *, actor: Actor) -> None:
    """What was new in this search has been looked at.

    raises  UnknownName if it is not the actor's; trust's NotAllowed
    """
    row = own(number, actor)
    row.fresh = b""
    row.save(update_fields=["fresh"])


def remove(number: int, *, actor: Actor) -> None:
    """Keep this search no longer; raises as `mark_seen`."""
    own(number, actor).delete()


def rows_of(pseudonym: str) -> Iterable[SavedSearch]:
    return SavedSearch.objects.filter(pseudonym=pseudonym).order_by("-saved_at", "-pk")


def forget(pseudonym: str, number: int | None = None) -> int:
    """Take one away, or all; how many went."""
    rows = SavedSearch.objects.filter(pseudonym=pseudonym)
    return (rows if number is None else rows.filter(pk=number)).delete()[0]


def query_of(row: SavedSearch) -> Query:
    return Query(row.words, row.chosen, row.sort)


def _kept(query: Query) -> tuple[str, dict[str, list[str]], str]:
    words = query.text.strip()
    chosen = {name: list(values) for name, values in query.chosen.items() if values}
    size = sum(len(values) for values in chosen.values())
    if not words or len(words) > LONGEST or size > MOST_CHOSEN or query.sort not in SORTS:
        raise UsageError(_("There is no search here that could be saved."))
    return words, chosen, query.sort


def _told(site: Site, row: SavedSearch, actor: Actor) -> Saved:
    is_known = True
    try:
        compare(site, row, actor)
    except NotSearchable:
        is_known = False
    fresh = tuple(unpacked(row.fresh))
    new = len(fresh) if is_known and not row.is_broad else None
    return Saved(int(row.pk), query_of(row), row.saved_at, new, row.is_broad, fresh, row.alert)


def compare(site: Site, row: SavedSearch, actor: Actor) -> None:
    """Bring `seen` and `fresh` to the index as it is; nothing to do where it is the same one."""
    if row.index == discovery.index_version(site):
        return
    found = discovery.matching(site, query_of(row), actor=actor, limit=MOST_WATCHED)
    was_broad, row.is_broad = row.is_broad, found.total > MOST_WATCHED
    if not row.is_broad:
        seen, here = set(unpacked(row.seen)), set(found.keys)
        # A search that was too broad knew part of its records only: nothing is news to it yet.
        came = [] if was_broad else sorted(here - seen)
        still = [key for key in unpacked(row.fresh) if key in here]
        row.fresh = array("Q", [*still, *came][-MOST_FRESH:]).tobytes()
        # One that left and comes back is no news: a bounded lot of those is remembered.
        row.seen = packed([*here, *sorted(seen - here)[:MOST_WATCHED]])
    row.index = found.version
    row.save(update_fields=["index", "seen", "fresh", "is_broad"])


def own(number: int, actor: Actor) -> SavedSearch:
    require_purpose(actor, PURPOSE)
    row = SavedSearch.objects.filter(pseudonym=actor.reader_key, pk=number).first()
    if row is None:
        raise UnknownName(_("This search is not saved any more."), fix=_("Look at the page again."))
    return row


def _names_a_person(text: str) -> bool:
    """Whether something in it would be masked in a log, and is no number of a book."""
    return mask(text) != text and not discovery.is_number_of_a_work(text)


def packed(keys: Iterable[int]) -> bytes:
    return array("Q", sorted(set(keys))).tobytes()


def unpacked(content: bytes | memoryview) -> "array[int]":
    return array("Q", bytes(content))
