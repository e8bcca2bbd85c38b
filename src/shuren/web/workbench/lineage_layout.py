"""Where the boxes of a graph stand: in ranks from left to right, each right of all it is made from.

After Sugiyama, Tagawa & Toda 1981, doi:10.1109/TSMC.1981.4308636: ranks by the longest way, order
within a rank by where the neighbours stand, heights by the least squares that keep the order.
Cheap enough to be made on the server for every page, so that the browser only draws.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import pairwise
from math import ceil, sqrt

WIDTH, GAP = 200, 14  # of a box; between two boxes of a stack
STACK_GAP, RANK_GAP = 26, 70  # between two stacks of one rank; between two ranks
SWEEPS, LEAST_HEIGHT, MARGIN = 3, 640, 12

Places = dict[int, tuple[float, float]]


def laid_out(
    heights: Mapping[int, float], before: Mapping[int, Set[int]]
) -> tuple[Places, float, float]:
    """({box: left and upper edge}, width, height), all from 0 on, in the same unit as heights.

    before  {box: the boxes it is made from}; circles are allowed
    """
    if not heights:
        return {}, 0.0, 0.0
    rank = ranks(before)
    after: dict[int, set[int]] = {box: set() for box in heights}
    for box, sources in before.items():
        for source in sources:
            after[source].add(box)
    columns: list[list[int]] = [[] for _n in range(max(rank.values()) + 1)]
    for box in heights:
        columns[rank[box]].append(box)
    area = sum((height + GAP) * (WIDTH + RANK_GAP) for height in heights.values())
    tallest = max(LEAST_HEIGHT, 0.75 * sqrt(area))
    middle: dict[int, float] = {}
    for column in columns:
        _stand(column, heights, tallest, dict.fromkeys(column, 0.0), middle)
    for _turn in range(SWEEPS):
        for order, near in ((columns, before), (columns[::-1], after)):
            for column in order:
                wish = {box: _mean(near.get(box, ()), middle, middle[box]) for box in column}
                column.sort(key=wish.__getitem__)
                _stand(column, heights, tallest, wish, middle)
    for column in columns:
        both = {b: _mean({*before.get(b, ()), *after[b]}, middle, middle[b]) for b in column}
        _stand(column, heights, tallest, both, middle)
    return _from_zero(columns, heights, tallest, middle)


def ranks(before: Mapping[int, Set[int]]) -> dict[int, int]:
    """The longest way to each box, from 0; a way that comes back to itself is not followed on.

    What is made from nothing stands next to what is first made of it.
    """
    rank: dict[int, int] = {}
    for start in before:
        open_: dict[int, Iterator[int]] = {start: iter(sorted(before[start]))}
        while open_ and start not in rank:
            here, sources = next(reversed(open_.items()))
            further = next((s for s in sources if s not in rank and s not in open_), None)
            if further is None:
                known = (rank[s] for s in before.get(here, ()) if s in rank)
                rank[here] = 1 + max(known, default=-1)
                del open_[here]
            else:
                open_[further] = iter(sorted(before.get(further, ())))
    nearest: dict[int, int] = {}
    for box, behind in before.items():
        for source in behind:
            nearest[source] = min(nearest.get(source, rank[box]), rank[box])
    for box, first in nearest.items():
        if not before.get(box):
            rank[box] = max(0, first - 1)
    return rank


def _mean(boxes: Set[int] | Sequence[int], middle: Mapping[int, float], otherwise: float) -> float:
    known = [middle[box] for box in boxes if box in middle]
    return sum(known) / len(known) if known else otherwise


def _stacks(
    column: Sequence[int], heights: Mapping[int, float], tallest: float
) -> Iterator[list[int]]:
    """A rank that is too high stands in several stacks of about the same height."""
    total = sum(heights[box] + GAP for box in column)
    share = total / max(1, ceil(total / tallest))
    stack: list[int] = []
    height = 0.0
    for box in column:
        if stack and height + heights[box] / 2 > share:
            yield stack
            stack, height = [], 0.0
        stack.append(box)
        height += heights[box] + GAP
    if stack:
        yield stack


def _stand(
    column: Sequence[int],
    heights: Mapping[int, float],
    tallest: float,
    wish: Mapping[int, float],
    middle: dict[int, float],
) -> None:
    """Put each box as near to where it wishes to be as the others let it.

    The least squares under an order: neighbours that would overlap move as one (pool adjacent
    violators).
    """
    for stack in _stacks(column, heights, tallest):
        offsets = [0.0]
        for one, other in pairwise(stack):
            offsets.append(offsets[-1] + (heights[one] + heights[other]) / 2 + GAP)
        pools: list[tuple[float, int]] = []  # (sum of wishes less offsets, boxes)
        for box, offset in zip(stack, offsets, strict=True):
            pool = (wish[box] - offset, 1)
            while pools and pools[-1][0] * pool[1] > pool[0] * pools[-1][1]:
                total, count = pools.pop()
                pool = (pool[0] + total, pool[1] + count)
            pools.append(pool)
        found = [total / count for total, count in pools for _n in range(count)]
        for box, offset, start in zip(stack, offsets, found, strict=True):
            middle[box] = start + offset


def _from_zero(
    columns: Sequence[Sequence[int]],
    heights: Mapping[int, float],
    tallest: float,
    middle: Mapping[int, float],
) -> tuple[Places, float, float]:
    top = min(middle[box] - heights[box] / 2 for box in heights) - MARGIN
    places: Places = {}
    x = float(MARGIN)
    for column in columns:
        for stack in _stacks(column, heights, tallest):
            for box in stack:
                places[box] = (x, middle[box] - heights[box] / 2 - top)
            x += WIDTH + STACK_GAP
        x += RANK_GAP - STACK_GAP
    low = max(places[box][1] + heights[box] for box in heights) + MARGIN
    return places, x - RANK_GAP + MARGIN, low
