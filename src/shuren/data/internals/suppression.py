"""Small cells: what may be shown of counts about people.

A group with fewer than K distinct persons is hidden. Where what is hidden could be worked
out from a total, more is hidden: in each line of groups that add up to a total (all groups;
and for several columns, the groups that differ in one column only) either nothing is hidden,
or at least two groups are and K persons stand behind them. What is hidden next is the group
with the fewest persons. Differences between filters: see neighbours.py.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence

K = 5


def hidden_groups(
    groups: Sequence[tuple[Hashable, ...]],
    persons: Sequence[int],
    also: Iterable[int] = (),
    *,
    nobody: bool = True,
    least: Sequence[int] | None = None,
) -> set[int]:
    """Places of the groups to hide.

    groups   the values each group stands for, all of one length, no two alike
    persons  distinct persons behind each group
    also     places that must be hidden for another reason
    nobody   hide groups with nobody behind them too
    least    persons each group must have, where that is not K for all
    """
    wanted = [K] * len(groups) if least is None else least
    few = {p for p, count in enumerate(persons) if count < wanted[p] and (count or nobody)}
    hidden = few | set(also)
    if not hidden or len(hidden) == len(groups):
        return hidden
    lines = _lines(groups)
    changed = True
    while changed:
        changed = False
        for line in lines:
            more = _needed(line, hidden, persons, wanted)
            if more is not None:
                hidden.add(more)
                changed = True
    return hidden


def _lines(groups: Sequence[tuple[Hashable, ...]]) -> list[list[int]]:
    """Places of groups that add up to a total, each line with two groups at least."""
    width = len(groups[0])
    lines = [list(range(len(groups)))]
    if width > 1:
        for dropped in range(width):
            by_rest: dict[tuple[Hashable, ...], list[int]] = defaultdict(list)
            for place, group in enumerate(groups):
                by_rest[group[:dropped] + group[dropped + 1 :]].append(place)
            lines.extend(by_rest.values())
    return [line for line in lines if len(line) > 1]


def _needed(
    line: list[int], hidden: set[int], persons: Sequence[int], least: Sequence[int]
) -> int | None:
    """The next group of a line to hide, or None when the line gives nothing away."""
    covered = [place for place in line if place in hidden]
    if not covered or len(covered) == len(line):
        return None
    wanted = max(least[place] for place in covered)
    if len(covered) > 1 and sum(persons[place] for place in covered) >= wanted:
        return None
    return min((p for p in line if p not in hidden), key=lambda p: (persons[p], p))
