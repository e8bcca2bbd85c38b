"""Checks a block of text columns against a contract, in one pass of the lake engine."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from shuren.data.internals.check_sql import (
    BROKEN,
    PERSON,
    WORD,
    Check,
    Compiled,
    compile_checks,
    extract_words,
    part_column,
    text_column,
)
from shuren.data.internals.columns import Source
from shuren.data.internals.glance import trimmed
from shuren.data.internals.shortcuts import ShortcutFinder
from shuren.data.shapes import Contract

_ARROW_TYPES = {
    "string": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "boolean": pa.bool_(),
}


# Of the cells of a column at most this part are different, or it does not pay.
_REPEATED = 0.8


@dataclass(frozen=True)
class Checked:
    """values    one column per field of the contract, typed; undefined for refused rows
    broken    per row the number of the first broken check, 0 for none
    word      a hash of every cell as it stands in the file
    people    {pseudonym field: hashes of its identities}
    extracted  the whole text of the fields that were extracted from more
    """

    values: pa.Table
    broken: npt.NDArray[np.uint16]
    word: npt.NDArray[np.uint64]
    people: dict[str, npt.NDArray[np.uint64]]
    extracted: dict[str, pa.Array]


class Checker:
    """A contract and the columns of one file, compiled once, run on each block."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        contract: Contract,
        sources: Sequence[Source],
        null_values: Sequence[str],
        width: int,
    ) -> None:
        self._connection, self._sources = connection, sources
        self._nulls = pa.array(sorted({*null_values, ""}), pa.string())
        self._compiled: Compiled = compile_checks(contract, sources, width)
        self._shortcuts = ShortcutFinder(connection, sources, self.checks)

        @cache
        def first_broken(needless: frozenset[int], quick: frozenset[str]) -> str:
            return compile_checks(contract, sources, width, needless, quick).first_broken

        self._first_broken = first_broken

    def check(self, block: pa.Table) -> Checked:
        """block  columns c1…cn as a file reader gives them"""
        texts = self._texts(block)
        shortcuts = self._shortcuts.find(texts)
        quick = {**shortcuts.moments, **self._parts(texts)}
        whole = texts
        for column, cells in quick.items():
            whole = whole.append_column(column, cells)
        found = self._run(whole, self._first_broken(shortcuts.needless, frozenset(quick)))
        values = {}
        for source in self._sources:
            name, kind = source.field.name, _ARROW_TYPES[source.field.type]
            if name in self._compiled.changed:
                values[name] = _one_chunk(found.column(name)).cast(kind)
            elif source.absent:
                values[name] = pa.nulls(block.num_rows, kind)
            else:
                values[name] = texts.column(text_column(name))
        extracted = {
            s.field.name: texts.column(text_column(s.field.name))
            for s in self._sources
            if s.extract and s.position is not None
        }
        broken, word = (_one_chunk(found.column(c)).to_numpy() for c in (BROKEN, WORD))
        people = {
            column.removeprefix(PERSON): _one_chunk(found.column(column)).to_numpy()
            for column in found.column_names
            if column.startswith(PERSON)
        }
        return Checked(pa.table(values), broken, word, people, extracted)

    @property
    def checks(self) -> tuple[Check, ...]:
        return self._compiled.checks

    def all_broken(self, rows: pa.Table) -> list[list[int]]:
        """The numbers (from 1) of all `checks` that each of these rows breaks, in order."""
        found: pa.Table = self._run(self._texts(rows), self._compiled.all_broken)
        numbers: list[list[int]] = found.column(BROKEN).to_pylist()
        return numbers

    def _run(self, texts: pa.Table, sql: str) -> pa.Table:
        self._connection.register("block", texts)
        try:
            return run_sql(self._connection, sql)
        finally:
            self._connection.unregister("block")

    def _parts(self, texts: pa.Table) -> dict[str, pa.Array]:
        """What is extracted, where the same texts come again and again: each looked at once."""
        found = {}
        for source in self._sources:
            if source.position is None or not source.extract:
                continue
            column = text_column(source.field.name)
            words = _one_chunk(texts.column(column)).dictionary_encode()
            if len(words.dictionary) > _REPEATED * len(words):
                continue
            self._connection.register("words", pa.table({column: words.dictionary}))
            part = run_sql(self._connection, extract_words(source)).column("part")
            self._connection.unregister("words")
            found[part_column(source.field.name)] = _one_chunk(part).take(words.indices)
        return found

    def _texts(self, block: pa.Table) -> pa.Table:
        """The fields' texts, trimmed, null where they are empty or say nothing; other cells as
        they stand."""
        used = {f"c{source.position}" for source in self._sources}
        columns = {c: block.column(c) for c in block.column_names if c not in used}
        for source in self._sources:
            if source.position is not None:
                column = _one_chunk(block.column(source.position - 1))
                columns[text_column(source.field.name)] = trimmed(column, self._nulls)
        return pa.table(columns)


def run_sql(connection: duckdb.DuckDBPyConnection, sql: str) -> pa.Table:
    """The result of one statement as one table."""
    with warnings.catch_warnings():
        # The engine advises a relation instead, whose Python side costs more than the copy.
        warnings.simplefilter("ignore", UserWarning)
        return connection.execute(sql).to_arrow_table()


def _one_chunk(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
