"""Reads the live snapshot through the data room, a batch at a time, and puts the rows of each
record together: rows go to buckets by the number of their record, a bucket at a time is in memory.

Tables are read in the order of their keys and joined as they pass by. What vendors list online has
no key in common with the rest: it belongs to the record that has one of its numbers, else to the
one that has its title; of these only a map of numbers is kept.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from shuren.data import queries as data
from shuren.data import streaming
from shuren.discovery.internals import records
from shuren.discovery.internals.records import (
    BIB,
    COLUMNS,
    DOCUMENT,
    HARVESTED,
    INDEXED,
    PLACE,
    PURPOSE,
    READ,
    TITLE,
    Record,
    Row,
    put_together,
)
from shuren.discovery.internals.spilling import BUCKETS, Buckets, Numbers, number_of
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site

_BITS = (1 << 64) - 1
Rows = Iterator[tuple[Any, ...]]
Condition = tuple[str, str, Any]
_WORK = READ["conformed.work_member"].index("work_id")
_OF_BIB = READ["conformed.document"].index("bib_id")


def all_records(buckets: Buckets) -> Iterator[Record]:
    """The records of all buckets, which are used up."""
    for number in range(BUCKETS):
        yield from put_together(buckets.take(number))


# By which column a table's rows belong to something, {table: column}.
KEYS = {
    "conformed.title": "title_id",
    "conformed.bib_record": "bib_id",
    "conformed.bib_addition": "bib_id",
    "conformed.work_member": "record_id",
    "mart.title_availability": "title_id",
    "conformed.eholding": "holding_id",
    "conformed.document": "document_id",
    "conformed.oai_record": "identifier",
    "conformed.journal_index": "number",
}
Only = Mapping[str, Collection[str]]


def gather(site: Site, actor: Actor, buckets: Buckets, only: Only | None = None) -> None:
    """Rows of all records of the snapshot that is pinned.

    only    {table: keys}: no others; a table that is not named gives nothing
    raises  NoSnapshot, trust's NotAllowed
    """
    _Gathering(site, actor, buckets, only).run()


class _Gathering:
    def __init__(self, site: Site, actor: Actor, buckets: Buckets, only: Only | None) -> None:
        self.site, self.actor, self.buckets, self.only = site, actor, buckets, only
        info = data.current_snapshot(site)
        self.tables = info.tables if info is not None else {}
        expected = sum(
            self.tables[name].rows
            for name in ("conformed.work_member", "conformed.eholding")
            if name in self.tables
        )
        self.known = Numbers(0 if only is not None else expected)
        self.indexes = self._covering()

    def run(self) -> None:
        papers = defaultdict(list)
        for row in self._rows("conformed.document"):
            papers[row[_OF_BIB] or ""].append(row)
        self._works(TITLE, "conformed.title", "title", "mart.title_availability", "title_id", {})
        self._works(BIB, "conformed.bib_record", "bib", "conformed.bib_addition", "bib_id", papers)
        for row in chain.from_iterable(papers.values()):
            self._alone(DOCUMENT, row, records.document_id)
        self._online()
        self._harvested()

    def _rows(
        self, table: str, where: Sequence[Condition] = (), order_by: Sequence[str] = ()
    ) -> Rows:
        """In the columns of READ; none where an older snapshot has no such table."""
        if self.tables and table not in self.tables:
            return iter(())
        if self.only is not None:
            keys = sorted(self.only.get(table, ()))
            if not keys:
                return iter(())
            where = [*where, (KEYS[table], "in", keys)]
        found = streaming.batches(
            self.site, table, columns=READ[table], purpose=PURPOSE, actor=self.actor,
            where=where, order_by=order_by,
        )  # fmt: skip
        return chain.from_iterable(found)

    def _works(
        self,
        kind: int,
        table: str,
        member: str,
        beside: str,
        key: str,
        papers: dict[str, list[Any]],
    ) -> None:
        """Titles, or bibliographic records, with the work each is of.

        papers  documents by the id of their record; those whose record is found are taken out
        """
        members = self._rows(
            "conformed.work_member", [("record_kind", "=", member)], ["record_kind", "record_id"]
        )
        joined = beside_each(
            self._rows(table, (), [key]),
            (members, READ["conformed.work_member"].index("record_id")),
            (self._rows(beside, (), [key]), READ[beside].index(key)),
        )
        for row, found, more in joined:
            if not found:
                continue
            number = number_of(found[0][_WORK])
            self.buckets.add([number, kind, row[0], row, more])
            numbers = records.work_numbers(kind, dict(zip(READ[table], row, strict=True)))
            self._mark(number, numbers)
            for known in numbers:
                held = self.known.get(_key(known))
                # Whatever the order: of two works with one number always the same has it.
                if not held or number < held:
                    self.known.set(_key(known), number)
            for paper in papers.pop(row[0], ()):
                self.buckets.add([number, DOCUMENT, "", paper, ()])

    def _online(self) -> None:
        """What vendors list, with the record that has its number or title, else one of its own."""
        columns = READ["conformed.eholding"]
        for values in self._rows("conformed.eholding", (), ["holding_id"]):
            row = dict(zip(columns, values, strict=True))
            numbers = records.numbers_of(row)
            title = records.title_key(row)
            dois = [f"doi:{doi}" for doi in records.dois_of(PLACE, row)]
            keys = [_key(name) for name in (*numbers, *dois, title)]
            id = ""
            number = next((held for key in keys if (held := self.known.get(key))), 0)
            if not number:
                id = records.online_id(row, numbers)
                number = number_of(id)
            for key in keys:
                if not self.known.get(key):
                    self.known.set(key, number)
            self.buckets.add([number, PLACE, id, values, ()])
            self._mark(number, [*numbers, title])

    def _harvested(self) -> None:
        """Harvested records: with the record that has the same DOI, else each for itself."""
        order = ["repository", "identifier"]
        for values in self._rows("conformed.oai_record", (), order):
            row = dict(zip(COLUMNS[HARVESTED], values, strict=True))
            keys = [_key(f"doi:{doi}") for doi in records.dois_of(HARVESTED, row)]
            id = ""
            number = next((held for key in keys if (held := self.known.get(key))), 0)
            if not number:
                id = records.harvested_id(row)
                number = number_of(id)
            for key in keys:
                if not self.known.get(key):
                    self.known.set(key, number)
            self.buckets.add([number, HARVESTED, id, values, ()])

    def _mark(self, number: int, numbers: Sequence[str]) -> None:
        """Say which indexes cover a record with these numbers."""
        found = {name for one in numbers for name in self.indexes.get(one, ())}
        if found:
            self.buckets.add([number, INDEXED, "", sorted(found), ()])

    def _covering(self) -> dict[str, list[str]]:
        """{ISSN, or key of a title: indexes that cover it now}."""
        found: dict[str, list[str]] = defaultdict(list)
        table = "conformed.journal_index"
        if self.tables and table not in self.tables:
            return found
        batches = streaming.batches(
            self.site, table, columns=READ[table], purpose=PURPOSE, actor=self.actor,
            order_by=["number", "index_name"],
        )  # fmt: skip
        for number, index, title, is_covered in chain.from_iterable(batches):
            if is_covered:
                found[records.journal_key(number, title)].append(index)
        return found

    def _alone(self, kind: int, values: tuple[Any, ...], named: Callable[[Row], str]) -> None:
        id = named(dict(zip(COLUMNS[kind], values, strict=True)))
        self.buckets.add([number_of(id), kind, id, values, ()])


def beside_each(left: Rows, *others: tuple[Rows, int]) -> Iterator[tuple[Any, ...]]:
    """Each row of `left` with the rows of every other whose column has its first value.

    others  (rows, place of the column); all are sorted by these
    raises  ValueError where one is not
    """
    sides = [_Beside(rows, place) for rows, place in others]
    last = ""
    for row in left:
        if row[0] < last:
            raise ValueError(f"rows are not in order: {last!r} before {row[0]!r}")
        last = row[0]
        yield row, *[side.at(last) for side in sides]


class _Beside:
    def __init__(self, rows: Rows, place: int) -> None:
        self.rows, self.place = rows, place
        self.next: tuple[Any, ...] | None = next(rows, None)
        self.last = ""

    def at(self, key: str) -> list[tuple[Any, ...]]:
        found = []
        while self.next is not None:
            here = self.next[self.place]
            if here is None or here > key:
                break
            if here < self.last:
                raise ValueError(f"rows are not in order: {self.last!r} before {here!r}")
            if here == key:
                found.append(self.next)
            self.last, self.next = here, next(self.rows, None)
        return found


def _key(text: str) -> int:
    """The hash of this process: for a map that does not outlive it."""
    return hash(text) & _BITS or 1
