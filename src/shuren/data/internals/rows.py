"""What happens to a block between the reader of a file and the lake: checked, known by
pseudonyms, given keys, told from repeats; the accepted and the refused part."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from shuren.data.internals.block import Block
from shuren.data.internals.check_sql import literal, name
from shuren.data.internals.checking import Checker, run_sql
from shuren.data.internals.in_lake import InLake
from shuren.data.internals.people import People
from shuren.data.internals.quarantine import Kept
from shuren.data.internals.repeats import Rows, SeenRows
from shuren.data.internals.withheld import Withheld
from shuren.data.rules import REPEATS
from shuren.data.shapes import KEEP, PSEUDONYM, VAULT, Contract
from shuren.kernel.site import Site

KEY, LINE, LOAD = "_key", "_line", "_load"
_TEXT = "whole_"
_Fault = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Sorted:
    """accepted  rows for the lake; identities  (pseudonym, sealed fields) of them
    withheld  rows of the erased past of readers, kept nowhere
    """

    accepted: pa.Table
    refused: list[Kept]
    identities: dict[str, dict[str, str]]
    withheld: int = 0


class RowSorter:
    """Sorts the rows of one load. Remembers what it has seen: one instance per load.

    keep_repeats  a row that repeats another word for word is one more row, not a fault
    in_lake       what has been accepted before, when that makes a row a repeat
    keep_people   False: nobody who is met for the first time is remembered
    """

    def __init__(
        self,
        site: Site,
        connection: duckdb.DuckDBPyConnection,
        contract: Contract,
        checker: Checker,
        load: str,
        keep_repeats: bool,
        in_lake: InLake | None = None,
        keep_people: bool = True,
    ) -> None:
        self._site, self._connection, self._contract = site, connection, contract
        self._checker, self._load, self._keep_repeats = checker, load, keep_repeats
        self._in_lake = in_lake
        fields = [f.name for f in contract.fields if f.storage == PSEUDONYM]
        self._people = {name: People(site, keep_people) for name in fields}
        self._withheld = Withheld(site, contract)
        self._seen = SeenRows()
        self._unique = {
            f.name: SeenRows() for f in contract.fields if f.unique and contract.key != (f.name,)
        }
        self._copies: dict[int, int] = {}
        self._faults: dict[tuple[int, ...], tuple[str, str, tuple[str, ...], dict[str, Any]]] = {}

    def sort(self, block: Block) -> Sorted:
        checked = self._checker.check(block.table)
        is_good = checked.broken == 0
        good, bad = np.flatnonzero(is_good), np.flatnonzero(~is_good)
        values = checked.values.append_column(LINE, pa.array(block.lines, pa.int64()))
        texts = pa.table({f"{_TEXT}{k}": v for k, v in checked.extracted.items()})
        word = checked.word
        if len(bad):
            values, texts, word = values.filter(pa.array(is_good)), texts.take(good), word[good]
        hashes = {column: found[good] for column, found in checked.people.items()}
        values, identities = self._identities(values, hashes)
        keys = self._keys(values, texts)
        repeats, key = self._repeats(values, keys, word)
        refused = [*_structural(block), *self._broken(block, bad)]
        if repeats:
            refused += _repeated(block, good, repeats)
            stay = np.delete(np.arange(len(good)), list(repeats))
            values, key = values.take(stay), key.take(pa.array(stay))
            if identities:
                there = set(values.column(self._person).to_pylist())
                identities = {person: row for person, row in identities.items() if person in there}
        withheld = self._withheld.rows(self._connection, values, key)
        if len(withheld):
            stay = np.delete(np.arange(len(values)), withheld)
            values, key = values.take(stay), key.take(pa.array(stay))
        accepted = self._finish(values, key)
        refused.sort(key=lambda row: row.line)
        return Sorted(accepted, refused, identities, len(withheld))

    @property
    def people(self) -> set[str]:
        """Every pseudonym met so far."""
        return {name for one in self._people.values() for name in one.met}

    @property
    def _person(self) -> str:
        return next(f.name for f in self._contract.fields if f.storage == PSEUDONYM)

    def _identities(
        self, values: pa.Table, hashes: dict[str, npt.NDArray[np.uint64]]
    ) -> tuple[pa.Table, dict[str, dict[str, str]]]:
        """Pseudonyms in place of identities; by pseudonym, the identity and the sealed fields."""
        fields = self._contract.fields
        sealed = [f.name for f in fields if f.storage == VAULT]
        people = values.select([self._person, *sealed]).to_pylist() if sealed else []
        for place, field in enumerate(fields):
            if field.storage == PSEUDONYM:
                column = values.column(field.name).combine_chunks()
                column = self._people[field.name].pseudonyms(column, hashes[field.name])
                values = values.set_column(place, field.name, column)
        if not people:
            return values, {}
        keys = values.column(self._person).to_pylist()
        found = {
            key: {column: str(value) for column, value in row.items() if value is not None}
            for key, row in zip(keys, people, strict=True)
            if key
        }
        return values, found

    def _keys(self, values: pa.Table, texts: pa.Table) -> pa.Table:
        """_key and the hashes that repeats are found by."""
        contract = self._contract
        kept = [f.name for f in contract.fields if f.storage == KEEP]
        extracted = [column for column in kept if f"{_TEXT}{column}" in texts.column_names]
        present = [f.name for f in contract.fields if values.column(f.name).null_count == 0]
        needed = [f.name for f in contract.fields if f.storage != VAULT or f.unique]
        columns = {column: values.column(column) for column in needed}
        columns.update({f"{_TEXT}{c}": texts.column(f"{_TEXT}{c}") for c in extracted})
        hashes = "".join(f", hash({name(f)}) AS {name('unique_' + f)}" for f in self._unique)
        sql = (
            f"WITH keyed AS (SELECT *, {key_sql(contract, extracted, present)} AS {KEY} FROM rows) "
            f"SELECT {KEY}, hash({KEY}) AS key, hash({KEY} || '~') AS again{hashes} FROM keyed"
        )
        self._connection.register("rows", pa.table(columns))
        try:
            return run_sql(self._connection, sql)
        finally:
            self._connection.unregister("rows")

    def _repeats(
        self, values: pa.Table, keys: pa.Table, word: npt.NDArray[np.uint64]
    ) -> tuple[dict[int, _Fault], pa.Array]:
        """{place among the good rows: what is wrong} of repeats; and the final key of each row."""
        line, key = values.column(LINE).to_numpy(), keys.column(KEY).combine_chunks()
        rows = Rows(_u64(keys, "key"), _u64(keys, "again"), word, line)
        first, alike = self._seen.repeats(rows)
        in_lake = np.zeros(len(rows), np.bool_)
        if self._in_lake is not None:
            in_lake = self._in_lake.known(key) & (first == 0)
        if self._keep_repeats:
            key = self._number_after_lake(key, values, in_lake)
            key = self._number_copies(key, first, alike)
        found: dict[int, _Fault] = {
            int(place): ("", {"kind": "same" if alike[place] else "key", "line": int(first[place])})
            for place in np.flatnonzero(first)
        }
        for place in np.flatnonzero(in_lake):
            found[int(place)] = ("", {"kind": "lake"})
        for field, seen in self._unique.items():
            there = np.flatnonzero(values.column(field).is_valid().to_numpy() & (first == 0))
            hashes = _u64(keys, f"unique_{field}")[there]
            again, _alike = seen.repeats(Rows(hashes, hashes, hashes, line[there]))
            for place in np.flatnonzero(again):
                fault = (field, {"kind": "key", "line": int(again[place])})
                found.setdefault(int(there[place]), fault)
        return found, key

    def _number_after_lake(
        self, key: pa.Array, values: pa.Table, in_lake: npt.NDArray[np.bool_]
    ) -> pa.Array:
        """Number copies of rows in the lake on from there; they are not `in_lake` then."""
        places = np.flatnonzero(in_lake)
        if self._in_lake is None or not len(places):
            return key
        texts, lines = key.to_pylist(), values.column(LINE).to_pylist()
        copies = self._in_lake.copies(self._finish(values, key).take(places))
        for place in places:
            number = copies.get(texts[place], 0) + 1
            if number > 1:
                self._copies[lines[place]] = number
                texts[place] = f"{texts[place]}#{number}"
                in_lake[place] = False
        return pa.array(texts, pa.string())

    def _number_copies(
        self, key: pa.Array, first: npt.NDArray[np.int64], alike: npt.NDArray[np.bool_]
    ) -> pa.Array:
        """Give the second, third … copy of a row a key of its own; it repeats nothing then."""
        places = np.flatnonzero(alike)
        if not len(places):
            return key
        texts = key.to_pylist()
        for place in places:
            earlier = int(first[place])
            self._copies[earlier] = self._copies.get(earlier, 1) + 1
            texts[place] = f"{texts[place]}#{self._copies[earlier]}"
        first[places] = 0
        return pa.array(texts, pa.string())

    def _broken(self, block: Block, bad: npt.NDArray[np.intp]) -> list[Kept]:
        if not len(bad):
            return []
        every = self._checker.all_broken(block.table.take(bad))
        places = bad.tolist()
        rows = zip(block.lines[bad].tolist(), every, block.raw(places), strict=True)
        return [Kept(line, *self._fault(tuple(numbers)), raw) for line, numbers, raw in rows]

    def _fault(self, numbers: tuple[int, ...]) -> tuple[str, str, tuple[str, ...], dict[str, Any]]:
        """Rule, field, all rules and detail of rows that break these checks."""
        if numbers not in self._faults:
            checks = [self._checker.checks[number - 1] for number in numbers]
            rules = tuple(dict.fromkeys(check.rule for check in checks))
            self._faults[numbers] = (checks[0].rule, checks[0].field, rules, checks[0].detail)
        return self._faults[numbers]

    def _finish(self, values: pa.Table, key: pa.Array) -> pa.Table:
        kept = [f.name for f in self._contract.fields if f.storage in (KEEP, PSEUDONYM)]
        ones = pa.array(np.zeros(len(values), np.int8))
        load = pa.DictionaryArray.from_arrays(ones, pa.array([self._load], pa.string()))
        return values.select([*kept, LINE]).append_column(KEY, key).append_column(LOAD, load)


def key_sql(contract: Contract, extracted: Sequence[str] = (), present: Sequence[str] = ()) -> str:
    """What a row is known by over all loads: its key itself when that is one column, else a
    hash of the key columns. Never of an identity: those columns hold pseudonyms by then.

    extracted  fields of which only a part was taken; the fallback key takes the whole text, or
               two volumes of one work would be one loan
    present    fields that no row lacks
    """
    own = contract.key or tuple(f.name for f in contract.fields if f.storage in (KEEP, PSEUDONYM))
    key = _one_key([name(column) for column in own])
    if not contract.fallback_key or set(own) <= set(present):
        return key
    there = " AND ".join(f"{name(column)} IS NOT NULL" for column in own)
    columns = [name(f"{_TEXT}{c}" if c in extracted else c) for c in contract.fallback_key]
    return f"CASE WHEN {there} THEN {key} ELSE {_one_key(columns, hashed=True)} END"


def _one_key(columns: Sequence[str], hashed: bool = False) -> str:
    if len(columns) == 1 and not hashed:
        return f"CAST({columns[0]} AS VARCHAR)"
    parts = ", ".join(f"coalesce(CAST({column} AS VARCHAR), '')" for column in columns)
    return f"'~' || md5(concat_ws({literal(chr(31))}, {parts}))"


def _repeated(block: Block, good: npt.NDArray[np.intp], repeats: dict[int, _Fault]) -> list[Kept]:
    places = [int(good[place]) for place in repeats]
    rows = zip(places, repeats.values(), block.raw(places), strict=True)
    return [
        Kept(int(block.lines[place]), REPEATS, field, (REPEATS,), detail, raw)
        for place, (field, detail), raw in rows
    ]


def _structural(block: Block) -> list[Kept]:
    return [Kept(r.line, r.rule, "", (r.rule,), r.detail, r.raw) for r in block.refused]


def _u64(table: pa.Table, column: str) -> npt.NDArray[np.uint64]:
    return np.asarray(table.column(column).to_numpy())
