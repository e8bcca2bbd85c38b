"""What the lake already holds under a field: numbers of copies, zones, readers. A column of a new
file whose values are there is very likely that field."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from shuren.data.definitions import contracts
from shuren.data.internals import forgotten
from shuren.data.internals.receipts import all_receipts, raw_file
from shuren.data.internals.suggesting.sampling import Column
from shuren.data.shapes import KEEP, PSEUDONYM, Field
from shuren.kernel.site import Site
from shuren.trust.actions import pseudonymise

_MOST = 200_000
_LOADS = 2
# Fields whose values are names of things, the same wherever they are spoken of.
_NAMES = ("campus", "building", "college", "major", "location", "platform", "vendor", "service")


class KnownValues:
    """Asked once a field and column. Readers are compared as pseudonyms, which are not kept."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._receipts = all_receipts(site)
        self._values: dict[str, frozenset[str]] = {}
        self._shares: dict[tuple[str, int], float] = {}
        self._contracts = contracts(site)
        self._holders: dict[str, list[str]] = {}
        for contract in self._contracts.values():
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
            values = pseudonymise(self._site, values, keep=False)
        return sum(value in there for value in values) / len(values)

    def _in_lake(self, name: str) -> frozenset[str]:
        if name not in self._values:
            found: set[str] = set()
            for contract in self._holders.get(name, ()):
                for load in [r for r in self._receipts if r.contract == contract][:_LOADS]:
                    path = raw_file(self._site, contract, load.id)
                    if path.exists() and len(found) <= _MOST:
                        found |= self._read(path, contract, name)
            self._values[name] = frozenset(found)
        return self._values[name]

    def _read(self, path: Path, contract: str, name: str) -> set[str]:
        """The different texts of a column, of rows that nobody has had forgotten; a file of an
        older contract may be without it."""
        try:
            there = pq.read_schema(path).names
            barred = forgotten.barred(self._site, self._contracts[contract], there)
            rows = pq.read_table(path, columns=list({name, *(column for column, _v in barred)}))
        except (pa.ArrowException, OSError):
            return set()
        for column, values in barred:
            texts = rows.column(column).cast(pa.string())
            rows = rows.filter(pc.invert(pc.is_in(texts, value_set=pa.array(sorted(values)))))
        found = pc.unique(rows.column(name)).to_pylist()
        return {value for value in found if isinstance(value, str)}
