"""Which records must be looked at again since the snapshot the index was made from.

Rows that differ between two snapshots, the records of the index that hold them, all rows of those
records, and the records that share a number or a title with them: put together again among
themselves, they come out as they would from all rows.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import tantivy
from tantivy import Query as Asked

from shuren.data import streaming
from shuren.data.errors import SnapshotGone
from shuren.discovery.internals import documents, records, schema
from shuren.discovery.internals.analysis.folding import fold, squeezed
from shuren.discovery.internals.analysis.numbers import DOI, ISBN, ISSN
from shuren.discovery.internals.gathering import KEYS
from shuren.discovery.internals.records import (
    BIB,
    HARVESTED,
    PLACE,
    PURPOSE,
    READ,
    TITLE,
    Row,
)
from shuren.discovery.internals.spilling import number_of
from shuren.discovery.internals.terms import LONGEST_WHOLE
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site

MOST = 20_000  # rows of one table; with more of them all records are compared
AT_ONCE = 1_000
_ROUNDS = 8
_TABLE = {"title": "conformed.title", "bib": "conformed.bib_record",
          "online": "conformed.eholding", "document": "conformed.document",
          "oai": "conformed.oai_record"}  # fmt: skip
_BESIDE = {"conformed.title": "mart.title_availability",
           "conformed.bib_record": "conformed.bib_addition"}  # fmt: skip
_MEMBERS, _PLACES, _PAPERS = "conformed.work_member", "conformed.eholding", "conformed.document"
_HARVESTED = "conformed.oai_record"
_TITLES, _BIBS = "conformed.title", "conformed.bib_record"


@dataclass
class Changed:
    """rows: {table: keys} to gather; before: {number of a record: fingerprint} of the index."""

    rows: dict[str, set[str]] = field(default_factory=lambda: {table: set() for table in READ})
    before: dict[int, int] = field(default_factory=dict)


# (field, values) → stored document and fingerprint of each record of the index with any of them.
Having = Callable[[str, set[str]], Iterable[tuple[bytes, int]]]


def changed(
    site: Site, actor: Actor, tables: Iterable[str], since: str, having: Having
) -> Changed | None:
    """What differs from the snapshot `since`; None where that cannot be said, or is too much.

    tables  of the snapshot that is pinned
    """
    looking = _Looking(site, actor, set(tables), having)
    try:
        return looking.run(since)
    except SnapshotGone:
        return None


class _Looking:
    def __init__(self, site: Site, actor: Actor, tables: set[str], having: Having) -> None:
        self.site, self.actor, self.tables, self.having = site, actor, tables, having
        self.found = Changed()
        self.asked: dict[str, set[str]] = {}

    def run(self, since: str) -> Changed | None:
        fresh: dict[str, set[str]] = {}
        for table, key in KEYS.items():
            if table not in self.tables:
                continue
            difference = streaming.differences(
                self.site, table, since, columns=READ[table], key=key, purpose=PURPOSE,
                actor=self.actor, limit=MOST,
            )  # fmt: skip
            if difference.too_many:
                return None
            if difference.keys:
                fresh[table] = set(difference.keys)
        for _round in range(_ROUNDS):
            fresh = self._new(fresh)
            if not fresh:
                return self.found
            if any(len(keys) > MOST for keys in self.found.rows.values()):
                return None
            fresh = self._belonging(fresh)
        return None

    def _new(self, keys: dict[str, set[str]]) -> dict[str, set[str]]:
        """Those not known yet, which are known from now on."""
        fresh = {table: found - self.found.rows[table] for table, found in keys.items()}
        fresh = {table: found for table, found in fresh.items() if found}
        for table, found in fresh.items():
            self.found.rows[table] |= found
        return fresh

    def _belonging(self, fresh: dict[str, set[str]]) -> dict[str, set[str]]:
        """What belongs together with these rows, in the index as it is and in the tables now."""
        more: dict[str, set[str]] = {table: set() for table in READ}
        ids = {id for found in fresh.values() for id in found}
        self._indexed(self.having("member", ids), more)
        titles = fresh.get(_TITLES, set()) | fresh.get("mart.title_availability", set())
        bibs = fresh.get(_BIBS, set()) | fresh.get("conformed.bib_addition", set())
        self._works(titles | bibs | fresh.get(_MEMBERS, set()), more)
        # Whatever of a work is read, all of it is: its rows, their works, and what goes with them.
        more[_TITLES] |= titles
        more[_BIBS] |= bibs
        for table, beside in _BESIDE.items():
            more[beside] |= more[table]
            more[_MEMBERS] |= more[table]
        self._papers(fresh, more)
        self._numbered(fresh, more)
        return more

    def _works(self, ids: set[str], more: dict[str, set[str]]) -> None:
        """All rows of the works that these rows are of now."""
        works = {row["work_id"] for row in self._rows(_MEMBERS, "record_id", ids)}
        for row in self._rows(_MEMBERS, "work_id", works):
            more[_TABLE[row["record_kind"]]].add(row["record_id"])

    def _papers(self, fresh: dict[str, set[str]], more: dict[str, set[str]]) -> None:
        """Documents of these records, and records of these documents."""
        for key, ids in (("document_id", fresh.get(_PAPERS)), ("bib_id", fresh.get(_BIBS))):
            for row in self._rows(_PAPERS, key, ids or set()):
                more[_PAPERS].add(row["document_id"])
                if row["bib_id"]:
                    more[_BIBS].add(row["bib_id"])

    def _numbered(self, fresh: dict[str, set[str]], more: dict[str, set[str]]) -> None:
        """Records with a number of these rows; and, of places online, with their title."""
        numbers: set[str] = set()
        wholes: set[str] = set()
        for kind, table in ((TITLE, _TITLES), (BIB, _BIBS)):
            for row in self._rows(table, KEYS[table], fresh.get(table, set())):
                numbers.update(records.work_numbers(kind, row))
        dois: set[str] = set()
        for row in self._rows(_PLACES, "holding_id", fresh.get(_PLACES, set())):
            numbers.update(records.numbers_of(row))
            dois.update(records.dois_of(PLACE, row))
            wholes.add(squeezed(fold(row["title"]))[:LONGEST_WHOLE])
        for row in self._rows(_HARVESTED, "identifier", fresh.get(_HARVESTED, set())):
            dois.update(records.dois_of(HARVESTED, row))
        for number in fresh.get("conformed.journal_index", set()):
            if number.startswith("title:"):
                wholes.add(squeezed(fold(number[6:]))[:LONGEST_WHOLE])
            else:
                numbers.add(number)
        named = {f"{ISSN if len(one) == 8 else ISBN}:{one}" for one in numbers}
        named |= {f"{DOI}:{doi}" for doi in dois}
        self._indexed(self.having("number", named), more)
        self._indexed(self.having("title_whole", wholes - {""}), more, only_online=True)

    def _indexed(
        self,
        found: Iterable[tuple[bytes, int]],
        more: dict[str, set[str]],
        only_online: bool = False,
    ) -> None:
        """Note records of the index, and all rows they are made of."""
        for content, print_ in found:
            id, rows = documents.made_of(content)
            if only_online and not any(kind == "online" for kind, _id in rows):
                continue
            self.found.before[number_of(id)] = print_
            for kind, row in rows:
                more[_TABLE[kind]].add(row)

    def _rows(self, table: str, column: str, values: set[str]) -> Iterator[Row]:
        if not values or table not in self.tables:
            return
        for batch in streaming.batches(
            self.site, table, columns=READ[table], purpose=PURPOSE, actor=self.actor,
            where=[(column, "in", sorted(values))],
        ):  # fmt: skip
            yield from (dict(zip(READ[table], row, strict=True)) for row in batch)


def having(searcher: tantivy.Searcher) -> Having:
    """What the embedded index has."""

    def found(name: str, values: set[str]) -> Iterator[tuple[bytes, int]]:
        wanted = sorted(values)
        limit = min(max(1, searcher.num_docs), 10 * MOST)
        for start in range(0, len(wanted), AT_ONCE):
            asked = Asked.term_set_query(schema.schema(), name, wanted[start : start + AT_ONCE])
            for _score, place in searcher.search(asked, limit=limit, count=False).hits:
                content: Any = searcher.doc(place).get_first("shown")
                prints: Any = searcher.fast_field_values("print", [place])
                yield bytes(content), prints[0]

    return found
