"""A flow counted: who must do how many steps of it, and where it waits for an approval."""

import heapq
import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from shuren.service.case_shapes import LIBRARIAN, MANAGER, READER, SYSTEM
from shuren.service.flow_shapes import Flow, Transition

# What a manager says yes to with no way to say no beside it.
_AGREED = ("approve", "agree")
DELIVERY = "delivery"
_DELIVERED = ""  # no state has this name


@dataclass(frozen=True)
class Steps:
    """How many steps of a case are whose; of several cases the median of each.

    reader  of its readers, asking for it counted as one; staff: of the library or a partner;
    itself: that nobody had to do anything for
    """

    reader: float = 0
    staff: float = 0
    itself: float = 0

    @property
    def hands(self) -> float:
        """Those that somebody has to do."""
        return self.reader + self.staff


def counted(by: Iterable[str]) -> Steps:
    """Steps by who made them, each of FLOW_ACTORS."""
    made = list(by)
    reader, itself = made.count(READER), made.count(SYSTEM)
    return Steps(reader, len(made) - reader - itself, itself)


def fewest(flow: Flow) -> Steps:
    """The steps, asking for it included, of the way to the delivery that asks the fewest of
    anybody; of two such the one with fewer steps in all. A step is counted to whom the file names
    first; where something happens at once, nothing else does."""
    order = itertools.count()
    edge: list[tuple[int, int, int, str, tuple[str, ...]]] = [
        (1, 1, next(order), flow.start, (READER,))
    ]
    seen = set()
    while edge:
        hands, whole, _order, state, by = heapq.heappop(edge)
        if state == _DELIVERED:
            return counted(by)
        if state in seen:
            continue
        seen.add(state)
        for one in _onward(flow, state):
            target = _DELIVERED if DELIVERY in one.stamps else one.target
            more = hands + (one.by != SYSTEM)
            heapq.heappush(edge, (more, whole + 1, next(order), target, (*by, one.by)))
    return Steps(1)


def _onward(flow: Flow, state: str) -> tuple[Transition, ...]:
    ways = flow.leaving(state)
    return tuple(one for one in ways if one.at_once and not one.guards) or ways


def gates(flow: Flow) -> frozenset[str]:
    """The states in which a case waits for an approval."""
    return frozenset(id for id in flow.states if _is_gate(flow, id))


def _is_gate(flow: Flow, state: str) -> bool:
    """Whether staff alone lead on, and could refuse or send back instead, or only a manager can
    agree."""
    staff = {LIBRARIAN, MANAGER}
    ways = flow.leaving(state)
    if any(one.target == state for one in ways):  # work that goes on, and may be given up
        return False
    onward = [one for one in ways if set(one.actors) <= staff and not one.needs_note]
    refuses = any(
        one.needs_note and staff & set(one.actors)
        and (flow.states[one.target].end == "failure" or one.event == "return")
        for one in ways
    )  # fmt: skip
    agrees = any(one.event in _AGREED and set(one.actors) == {MANAGER} for one in onward)
    return bool(onward) and (refuses or agrees)
