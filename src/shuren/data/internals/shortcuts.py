"""Which checks no row of a block can break, and which moments are read already.

Told by the bytes of a column at once (see `glance`), for a fraction of what the checks cost.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from shuren.data.internals import glance
from shuren.data.internals.check_sql import (
    Check,
    is_plain,
    literal,
    quick_column,
    reads_iso,
    text_column,
)
from shuren.data.internals.columns import Source

# One class of characters, any number of times: whether a text fits is a matter of its bytes.
_ONE_CLASS = re.compile(r"\[\^?(?:[^\[\]\\&]|\\[sdw])+\]\+")
_EARLIEST, _LATEST = "1000-01-01", "9999-12-31"
_DAY = 10  # letters of a date


@dataclass(frozen=True)
class Shortcuts:
    """needless  numbers (from 1) of checks that hold for every row
    moments    {quick_<field>: timestamps within the field's range}, null where a cell is doubtful
    """

    needless: frozenset[int]
    moments: dict[str, pa.Array]


class ShortcutFinder:
    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        sources: Sequence[Source],
        checks: Sequence[Check],
    ) -> None:
        self._plain = {s.field.name: s for s in sources if is_plain(s)}
        self._moments = [s for s in self._plain.values() if reads_iso(s)]
        self._checks = [(n, c) for n, c in enumerate(checks, 1) if c.field in self._plain]
        self._read_fully = {
            s.field.name: {
                n for n, c in self._checks if c.field == s.field.name and c.rule in ("R02", "R04")
            }
            for s in self._moments
        }
        self._allowed = {
            name: _bytes_of(connection, source.field.pattern)
            for name, source in self._plain.items()
            if _ONE_CLASS.fullmatch(source.field.pattern)
        }

    def find(self, texts: pa.Table) -> Shortcuts:
        """texts  the fields' texts, trimmed, null where they say nothing"""
        columns = {name: texts.column(text_column(name)) for name in self._plain}
        arrays = {
            name: column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
            for name, column in columns.items()
        }
        needless = {n for n, check in self._checks if self._holds(check, arrays[check.field])}
        moments = {}
        for source in self._moments:
            found = _moments(source, arrays[source.field.name])
            if found is not None:
                moments[quick_column(source.field.name)] = found
                if found.null_count == 0:
                    needless |= self._read_fully[source.field.name]
        return Shortcuts(frozenset(needless), moments)

    def _holds(self, check: Check, text: pa.Array) -> bool:
        if check.rule == "R01":
            return bool(text.null_count == 0)
        if check.rule != "R03":
            return False
        if "longest" in check.detail:
            return bool(glance.longest(text) <= check.detail["longest"])
        allowed = self._allowed.get(check.field)
        return allowed is not None and glance.only_bytes(text, allowed)


def _bytes_of(connection: duckdb.DuckDBPyConnection, pattern: str) -> npt.NDArray[np.bool_]:
    """The ASCII characters of a class, as the engine understands it."""
    fits = f"regexp_full_match(chr(n::INTEGER), {literal(pattern)})"
    fitting = connection.execute(f"SELECT n FROM range(1, 128) AS ascii(n) WHERE {fits}").fetchall()
    allowed = np.zeros(256, np.bool_)
    allowed[[number for (number,) in fitting]] = True
    return allowed


def _moments(source: Source, text: pa.Array) -> pa.Array | None:
    field = source.field
    if field.type == "date" and glance.longest(text) != _DAY:
        return None
    low, high = np.datetime64(field.minimum or _EARLIEST), np.datetime64(field.maximum or _LATEST)
    return glance.moments(text, low, high)
