"""What the lake already holds under a field: numbers of copies, zones, readers. A column of a new
file whose values are there is very likely that field."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from shuren.data.definitions import contracts
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
            values = pseudonymise(self._site, values, keep=False)
        return sum(value in there for value in values) / len(values)

    def _in_lake(self, name: str) -> frozenset[str]:
        if name not in self._values:
            loads = [
                raw_file(self._site, contract, load.id)
                for contract in self._holders.get(name, ())
                for load in [r for r in self._receipts if r.contract == contract][:_LOADS]
            ]
            self._values[name] = frozenset(_read([path for path in loads if path.exists()], name))
        return self._values[name]


def _read(paths: Sequence[Path], name: str) -> set[str]:
    """The different texts of a column; a file of an older contract may be without it."""
    found: set[str] = set()
    for path in paths:
        try:
            column = pq.read_table(path, columns=[name]).column(name)
        except (pa.ArrowException, OSError):
            continue
        found.update(value for value in pc.unique(column).to_pylist() if isinstance(value, str))
        if len(found) > _MOST:
            break
    return found
