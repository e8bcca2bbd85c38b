"""What the lake already holds under a field: numbers of copies, zones, readers. A column of a new
file whose values are there is very likely that field."""

import duckdb

from shuren.data.definitions import contracts
from shuren.data.internals.receipts import all_receipts, raw_file
from shuren.data.internals.suggesting.sampling import Column
from shuren.data.shapes import KEEP, PSEUDONYM, Field
from shuren.kernel.site import Site
from shuren.trust.actions import pseudonymise

_MOST = 200_000
_LOADS = 3
# Fields whose values are names of things, the same wherever they are spoken of.
_NAMES = ("campus", "building", "college", "major", "location", "platform", "vendor", "service")


class KnownValues:
    """Asked once a field and column. Readers are compared as pseudonyms, which are not kept."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._receipts = all_receipts(site)
        self._values: dict[str, frozenset[str]] = {}
        self._shares: dict[tuple[str, int], float] = {}
        known = contracts(site).values()
        self._holders: dict[str, list[str]] = {}
        for contract in known:
            for field in contract.fields:
                if field.storage in (KEEP, PSEUDONYM):
                    self._holders.setdefault(field.name, []).append(contract.id)

    def share(self, field: Field, column: Column) -> float:
        """Of the column's values; 0 where the lake has nothing under the field."""
        if not (field.name.endswith("_id") or field.name in _NAMES):
            return 0.0
        if field.storage not in (KEEP, PSEUDONYM):
            return 0.0
        pair = (field.name, column.place)
        if pair not in self._shares:
            self._shares[pair] = self._share(field, column)
        return self._shares[pair]

    def _share(self, field: Field, column: Column) -> float:
        there = self._in_lake(field.name)
        values = column.few
        if not there or not values:
            return 0.0
        if field.storage == PSEUDONYM:
            values = [str(one) for one in pseudonymise(self._site, values)]
        return sum(value in there for value in values) / len(values)

    def _in_lake(self, name: str) -> frozenset[str]:
        if name not in self._values:
            found: set[str] = set()
            for contract in self._holders.get(name, ()):
                loads = [r for r in self._receipts if r.contract == contract and r.accepted]
                for receipt in loads[:_LOADS]:
                    found |= self._read(contract, receipt.id, name)
            self._values[name] = frozenset(found)
        return self._values[name]

    def _read(self, contract: str, load: str, name: str) -> set[str]:
        path = raw_file(self._site, contract, load)
        column = f'"{name}"'
        try:
            with duckdb.connect(config={"threads": 1}) as engine:
                engine.read_parquet(str(path)).create_view("lake")
                rows = engine.execute(
                    f"SELECT DISTINCT CAST({column} AS VARCHAR) FROM lake LIMIT {_MOST}"
                ).fetchall()
        except duckdb.Error:  # a file of an older contract, without the column
            return set()
        return {row[0] for row in rows if row[0] is not None}
