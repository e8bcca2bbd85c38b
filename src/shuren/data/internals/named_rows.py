"""Refused rows that name a reader: sealed, so each is opened and its words compared as hashes."""

import re
from collections.abc import Iterator, Mapping

from shuren.data.definitions import contracts
from shuren.data.erasure import NamedRow
from shuren.data.internals import forgotten
from shuren.data.internals.merged import source_of, whole_part
from shuren.data.internals.quarantine import Kept, Quarantine
from shuren.data.internals.receipts import all_receipts, quarantine_file
from shuren.data.rules import reason
from shuren.data.shapes import Receipt
from shuren.kernel.site import Site
from shuren.trust import erasing

_AT_ONCE = 2_000
_APART = re.compile(r"[\s,;|\"<>'，；、：:]+")
Names = Mapping[str, Mapping[str, str]]


def naming(site: Site, names: Names) -> Iterator[tuple[Receipt, Kept, dict[str, tuple[str, ...]]]]:
    """(load, row, who is named by what) over everything in quarantine.

    names  {pseudonym: trust.erasing.naming of it}
    """
    if not any(names.values()):
        return
    for load in all_receipts(site):
        path = quarantine_file(site, load.contract, load.id)
        if not load.refused or load.dialect.get("persons") is False or not path.exists():
            continue
        batch: list[Kept] = []
        for row in Quarantine(site, path, load.id).rows():
            if row.raw:
                batch.append(row)
            if len(batch) >= _AT_ONCE:
                yield from _among(site, load, batch, names)
                batch = []
        yield from _among(site, load, batch, names)


def of_reader(site: Site, reader: str) -> list[NamedRow]:
    """The rows that name one reader, by load, without those that an erasure will empty."""
    found, known = [], contracts(site)
    waiting = {old: entry["names"] for old, entry in forgotten.read(site).readers.items()}
    for load, row, who in naming(site, {**waiting, reader: erasing.naming(site, reader)}):
        if reader not in who or (len(who) > 1 and waiting.keys() & who.keys()):
            continue
        contract = known.get(load.contract)
        why = reason(contract, row.rule, row.field, row.detail) if contract else {}
        part = whole_part(site, load.id)
        file = source_of(site, part, row.row)
        found.append(
            NamedRow(
                load.id, row.row, load.contract, file, row.line, why, load.finished_at, who[reader]
            )
        )
    return found


def words(row: Kept, load: Receipt) -> list[str]:
    """Everything in a row that could be a number or a name: its cells, and the pieces of them."""
    text = row.raw.decode(row.encoding or load.encoding or "utf-8", "replace")
    delimiter = str(load.dialect.get("delimiter") or ",")
    quote = str(load.dialect.get("quote") or '"')
    cells = [cell.strip().strip(quote).strip() for cell in text.split(delimiter)]
    return [word for word in dict.fromkeys([*cells, *_APART.split(text)]) if word]


def _among(
    site: Site, load: Receipt, rows: list[Kept], names: Names
) -> Iterator[tuple[Receipt, Kept, dict[str, tuple[str, ...]]]]:
    if not rows:
        return
    found = erasing.who_is_named(site, [words(row, load) for row in rows], names)
    for row, who in zip(rows, found, strict=True):
        if who:
            yield load, row, who
