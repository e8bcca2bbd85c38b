"""Pseudonyms for columns of identities, each identity hashed once a load."""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from shuren.data.internals.hash_index import HashIndex
from shuren.kernel.site import Site
from shuren.trust.actions import passing_pseudonyms, pseudonymise

_PSEUDONYM = re.compile(r"r_[a-z2-7]{26}")


class People:
    """Remembers who has been met. Looked up by a 64-bit hash, then compared: a hash that two
    identities share costs time and mixes nobody up.

    keep  False: strangers get a pseudonym for the moment, which nothing remembers
    """

    def __init__(self, site: Site, keep: bool = True) -> None:
        self._site, self._keep = site, keep
        self._index = HashIndex()
        self._values = pa.array([], pa.string())
        self._pseudonyms = pa.array([], pa.string())

    def pseudonyms(self, column: pa.Array, hashes: npt.NDArray[np.uint64]) -> pa.Array:
        """Null stays null. hashes: of the values, whatever they are of nulls."""
        there = column.is_valid().to_numpy(zero_copy_only=False)
        place = self._index.find(hashes, hashes)
        unknown = np.flatnonzero(there & (place < 0))
        if len(unknown):
            self._meet(column, hashes, unknown)
            place[unknown] = self._index.find(hashes[unknown], hashes[unknown])
        places = pa.array(place, mask=None if there.all() else ~there)
        if pc.all(pc.equal(self._values.take(places), column)).as_py() is False:
            own = pa.array(self._names(column.to_pylist()), pa.string())
            return pc.if_else(pc.is_null(column), pa.scalar(None, pa.string()), own)
        return self._pseudonyms.take(places)

    @property
    def met(self) -> list[str]:
        """Every pseudonym given so far."""
        names: list[str] = self._pseudonyms.to_pylist()
        return names

    def _names(self, values: Sequence[str | None]) -> list[str]:
        """The pseudonym of each; one that is a pseudonym already stays, as our own events bring
        it."""
        cards = [None if _is_one(value) else value for value in values]
        names = pseudonymise(self._site, cards, keep=self._keep)
        pairs = list(zip(values, names, strict=True))
        drawn: dict[str, str] = {}
        if not self._keep:
            strange = dict.fromkeys(v for v, name in pairs if v and not name and not _is_one(v))
            drawn = dict(zip(strange, passing_pseudonyms(len(strange)), strict=True))
        return [
            value if value and _is_one(value) else name or drawn.get(value or "", "")
            for value, name in pairs
        ]

    def _meet(
        self, column: pa.Array, hashes: npt.NDArray[np.uint64], unknown: npt.NDArray[np.intp]
    ) -> None:
        fresh, first = np.unique(hashes[unknown], return_index=True)
        values = column.take(pa.array(unknown[first]))
        met = pa.array(self._names(values.to_pylist()), pa.string())
        self._values = pa.concat_arrays([self._values, values])
        self._pseudonyms = pa.concat_arrays([self._pseudonyms, met])
        self._index.add(fresh, fresh)


def _is_one(value: str | None) -> bool:
    return bool(value and value.startswith("r_") and _PSEUDONYM.fullmatch(value))
