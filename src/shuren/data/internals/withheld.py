"""Keeps the erased past of readers out of new loads: an old export, a replay, a backup's rows.

A card whose history was erased is known by a keyed hash of its number for as long as any contract
keeps rows. A row of that card from before the erasure is left out, counted in the receipt and kept
nowhere. What is still open (a book that is out) comes in, and what ends something open does.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from shuren.data.internals import forgotten
from shuren.data.internals.check_sql import name as quoted
from shuren.data.internals.in_lake import InLake
from shuren.data.shapes import PSEUDONYM, Contract
from shuren.kernel.site import Site
from shuren.trust.erasing import erased_people

# What happened, and what readers said of themselves; a list of cards has no past.
HISTORY = ("behaviour", "zero")


class Withheld:
    """Tells which rows of a load must not come in. One for each load."""

    def __init__(self, site: Site, contract: Contract) -> None:
        self._site, self._contract = site, contract
        self._people = [f.name for f in contract.fields if f.storage == PSEUDONYM]
        clock = contract.retention_column
        self._applies = bool(self._people and clock and contract.data_class in HISTORY)
        self._in_lake: InLake | None = None

    def rows(
        self, connection: duckdb.DuckDBPyConnection, values: pa.Table, key: pa.Array
    ) -> npt.NDArray[np.intp]:
        """Places of the rows that must not come in.

        values  pseudonyms in place of identities; key: of each row
        """
        nothing = np.array([], np.intp)
        since = erased_people() if self._applies and len(values) else {}
        if not since:
            return nothing
        column = values.column(self._people[0])
        among = pa.array(list(since), pa.string())
        places = np.flatnonzero(pc.is_in(column, value_set=among).to_numpy())
        if not len(places):
            return nothing
        own, keys = values.take(pa.array(places)), key.take(pa.array(places))
        people = own.column(self._people[0]).to_pylist()
        moments = own.column(self._contract.retention_column).to_pylist()
        local = {name: at.astimezone().replace(tzinfo=None) for name, at in since.items()}
        old = [is_before(at, local[who]) for who, at in zip(people, moments, strict=True)]
        wanted = np.array(old, np.bool_) & ~self._open(connection, own)
        if wanted.any():
            wanted &= ~self._ends_something(keys, since)
        return places[wanted]

    def _open(self, connection: duckdb.DuckDBPyConnection, rows: pa.Table) -> npt.NDArray[np.bool_]:
        test = self._contract.open_while
        if not test:
            return np.zeros(len(rows), np.bool_)
        connection.register("withheld", rows)
        found = connection.execute(f"SELECT coalesce({test}, FALSE) FROM withheld").fetchall()
        connection.unregister("withheld")
        return np.array([row[0] for row in found], np.bool_)

    def _ends_something(self, keys: pa.Array, since: Collection[str]) -> npt.NDArray[np.bool_]:
        """Whether a row of this key was left because it was open."""
        waiting = {
            one
            for entry in forgotten.read(self._site).readers.values()
            for one in entry["open"].get(self._contract.id, ())
        }
        if self._in_lake is None:
            who = quoted(self._people[0])
            test = f"{who} IN ({forgotten.sql_list(since)})"
            own = forgotten.raw_test(self._site, self._contract)
            self._in_lake = InLake(
                self._site, self._contract.id, (), test + (f" AND {own}" if own else "")
            )
        known = self._in_lake.known(keys)
        return known | np.array([one in waiting for one in keys.to_pylist()], np.bool_)


def is_before(at: Any, moment: datetime) -> bool:
    """Whether something happened before a moment, both in the library's time; without a date it
    is taken to have."""
    if isinstance(at, datetime):
        return at <= moment
    return at < moment.date() if isinstance(at, date) else True
