"""Whether the data a model reads still look as they did when it learned.

A column's distribution is its rows counted in bins. Two of them are compared by the population
stability index: the sum over bins of (now - then) * ln(now / then), where both are shares of 1.
Below 0.1 nothing has changed to speak of; above 0.25 the model knows other data than it meets.
Few rows give a large index by chance alone, so an index counts as drift only above what chance
exceeds once in a hundred times.

Whatever is learned from the lake can be held to it: `shuren.data.learned.distributions` counts
the columns now, `compare` sets them against those that were kept.
source: Siddiqi 2006, Credit Risk Scorecards; Yurdakul & Naranjo 2020, doi:10.21314/JRMV.2020.227
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

LOOK, MOST = 0.1, 0.25  # of the index: worth a look; drifted
STEADY, CHANGING, DRIFTED = "steady", "changing", "drifted"
NUMBER, CATEGORY, SHAPE = "number", "category", "shape"
EMPTY, RARE = "empty", "rare"  # bins every kind has: no value; values of fewer than five rows
_Z99 = 2.3263  # of the standard normal distribution
_LEAST = 0.0001  # the share of a bin when there is no row at all


@dataclass(frozen=True)
class Distribution:
    """A column's rows in bins.

    kind    number: between `edges`, ascending; the bin is the place of the edge above it.
            category: by value. shape: by script and length, for texts; no value is in it
    counts  {bin: rows}
    """

    kind: str
    counts: Mapping[str, int]
    edges: tuple[float, ...] = ()

    @property
    def rows(self) -> int:
        return sum(self.counts.values())

    def plain(self) -> dict[str, Any]:
        """For a file; `read` is its other half."""
        return asdict(self)

    @staticmethod
    def read(content: Mapping[str, Any]) -> "Distribution":
        edges = tuple(float(edge) for edge in content["edges"])
        return Distribution(content["kind"], dict(content["counts"]), edges)


@dataclass(frozen=True)
class Drift:
    """One column then and now.

    index   population stability index; chance: what it exceeds by chance once in a hundred times
    bins    (name, share then, share now), shares of 1
    """

    column: str
    index: float
    chance: float
    rows_then: int
    rows_now: int
    bins: tuple[tuple[str, float, float], ...]

    @property
    def verdict(self) -> str:
        if self.index <= self.chance or self.index <= LOOK:
            return STEADY
        return DRIFTED if self.index > MOST else CHANGING


def stability_index(then: Mapping[str, int], now: Mapping[str, int]) -> float:
    """Population stability index of two counts by bin, 0 for the same shares; never negative.

    An empty bin counts as half a row, since nobody knows that it stays empty.
    """
    bins = then.keys() | now.keys()
    pairs = ((_share(then, name), _share(now, name)) for name in bins)
    return sum((later - before) * math.log(later / before) for before, later in pairs)


def compare(column: str, then: Distribution, now: Distribution) -> Drift:
    """`now` must be counted in the bins of `then`."""
    names = sorted(then.counts.keys() | now.counts.keys(), key=_place)
    return Drift(
        column=column,
        index=stability_index(then.counts, now.counts),
        chance=by_chance(len(names), then.rows, now.rows),
        rows_then=then.rows,
        rows_now=now.rows,
        bins=tuple((n, _true_share(then, n), _true_share(now, n)) for n in names),
    )


def by_chance(bins: int, then: int, now: int) -> float:
    """What the index of two samples of the same population exceeds once in a hundred times.

    It is distributed as chi-square with bins - 1 degrees of freedom times 1/then + 1/now.
    0 where one of them has no row: then there is no chance about it.
    """
    if not then or not now or bins < 2:
        return 0.0
    free = bins - 1
    # Wilson & Hilferty's cube, good to a hundredth from two degrees on.
    chi_square = free * (1 - 2 / (9 * free) + _Z99 * math.sqrt(2 / (9 * free))) ** 3
    return chi_square * (1 / then + 1 / now)


def _share(counts: Mapping[str, int], name: str) -> float:
    rows = sum(counts.values())
    return max(counts.get(name, 0), 0.5) / rows if rows else _LEAST


def _true_share(given: Distribution, name: str) -> float:
    return given.counts.get(name, 0) / given.rows if given.rows else 0.0


def _place(name: str) -> tuple[bool, int, str]:
    """Numbers by size, then names; what has no value or is rare at the end."""
    return name in (EMPTY, RARE), int(name) if name.isdigit() else 0, name
