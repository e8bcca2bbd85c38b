"""What of a contract is in the lake already: a replay must not bring a row in twice."""

from collections.abc import Collection
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from shuren.data.internals.checking import run_sql
from shuren.data.internals.receipts import all_receipts, raw_file
from shuren.kernel.site import Site

_ABOUT = {"_key", "_line", "_load"}
_COPY = "(.*)#([0-9]+)"


class InLake:
    """The rows accepted by any load of a contract, asked by key.

    own   ids of the loads of the file in hand: itself and its replays
    test  SQL: only rows for which it is true
    """

    def __init__(self, site: Site, contract: str, own: Collection[str], test: str = "") -> None:
        self._test = test
        files = [raw_file(site, contract, r.id) for r in all_receipts(site, contract)]
        self._paths, self._own = [str(path) for path in files if path.exists()], list(own)

    def known(self, keys: pa.Array) -> npt.NDArray[np.bool_]:
        """Which of the keys are there."""
        if not self._paths or not len(keys):
            return np.zeros(len(keys), np.bool_)
        found = self._ask(
            "SELECT DISTINCT _key FROM lake WHERE _key IN (SELECT _key FROM asked)",
            pa.table({"_key": keys}),
        )
        there = {row["_key"] for row in found}
        return np.array([key in there for key in keys.to_pylist()], np.bool_)

    def copies(self, rows: pa.Table) -> dict[str, int]:
        """{`_key`: the greatest number of a copy, the first being 1} of those rows that this
        file brought into the lake value for value, and no other file."""
        keys = rows.column("_key")
        lake = self._ask(
            "SELECT * FROM (SELECT *, CASE WHEN _key IN (SELECT _key FROM asked) THEN _key "
            f"ELSE regexp_extract(_key, '^{_COPY}$', 1, 's') END AS first FROM lake) "
            "WHERE first IN (SELECT _key FROM asked)",
            pa.table({"_key": keys}),
        )
        asked = {row["_key"]: row for row in rows.to_pylist()}
        found: dict[str, int] = {}
        strange = set()
        for row in lake:
            key, values = row["first"], asked[row["first"]]
            alike = all(row.get(c) == v for c, v in values.items() if c not in _ABOUT)
            if row["_load"] not in self._own or not alike:
                strange.add(key)
            number = 1 if row["_key"] == key else int(row["_key"].rpartition("#")[2])
            found[key] = max(number, found.get(key, 1))
        return {key: number for key, number in found.items() if key not in strange}

    def _ask(self, sql: str, asked: pa.Table) -> list[dict[str, Any]]:
        with duckdb.connect(config={"threads": 2}) as engine:
            engine.register("asked", asked)
            lake = engine.read_parquet(self._paths, union_by_name=True)
            (lake.filter(self._test) if self._test else lake).create_view("lake")
            rows: list[dict[str, Any]] = run_sql(engine, sql).to_pylist()
        return rows
