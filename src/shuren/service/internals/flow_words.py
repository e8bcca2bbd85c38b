"""A flow told as its steps: the way a case goes when all goes well."""

import heapq
from dataclasses import dataclass

from shuren.service.case_shapes import READER
from shuren.service.flow_shapes import Flow, Transition
from shuren.service.internals.acting import TITLES

# What only time brings, or staff must give a reason for, is told where there is no better way.
_TIMED, _EXPLAINED, _PLAIN = 5, 8, 1


@dataclass(frozen=True)
class FlowStep:
    """event, state {zh, en}: what happens, and how it stands then; who {zh, en}: by whom"""

    event: dict[str, str]
    state: dict[str, str]
    who: dict[str, str]
    by: str


def good_way(flow: Flow) -> tuple[FlowStep, ...]:
    """The shortest way from the start to a success, or to where the reader has what they wanted
    and nobody waits any more; what happens at once on the way is no step of its own."""
    best: dict[str, tuple[int, tuple[Transition, ...]]] = {flow.start: (0, ())}
    edge: list[tuple[int, int, str]] = [(0, 0, flow.start)]
    tie = 0
    while edge:
        cost, _order, state = heapq.heappop(edge)
        way = best[state][1]
        if flow.states[state].end == "success" or _is_had(flow, way):
            return tuple(_step(flow, one) for one in way if not one.at_once or one is way[-1])
        for one in _onward(flow, state):
            more = cost + _cost(one)
            if one.target not in best or more < best[one.target][0]:
                tie += 1
                best[one.target] = (more, (*way, one))
                heapq.heappush(edge, (more, tie, one.target))
    return ()


def _cost(one: Transition) -> int:
    if one.at_once:
        return 0
    if one.needs_note and one.by != READER:
        return _EXPLAINED
    return _TIMED if one.after and not one.also else _PLAIN


def _is_had(flow: Flow, way: tuple[Transition, ...]) -> bool:
    return any("delivery" in one.stamps for one in way) and (
        flow.states[way[-1].target].waits == "nobody"
    )


def _onward(flow: Flow, state: str) -> list[Transition]:
    """What leads on from a state; where something happens at once, that and nothing else."""
    leaving = [
        one for one in flow.leaving(state)
        if one.target != state and flow.states[one.target].end in ("", "success")
    ]  # fmt: skip
    at_once = [one for one in leaving if one.at_once and not one.guards]
    return at_once or leaving


def _step(flow: Flow, one: Transition) -> FlowStep:
    who = TITLES[one.by]
    return FlowStep(dict(flow.events[one.event]), flow.states[one.target].title, who, one.by)
