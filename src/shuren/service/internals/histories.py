"""Traces of cases that are over, read back against the flow they ran by: whose steps they took, how
long they waited for an approval, which way they went and whether the flow knows it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median

from django.db.models import Q

from shuren.kernel.site import Site
from shuren.service.flow_shapes import Flow
from shuren.service.internals import versions
from shuren.service.internals.case_rows import Case, CaseStep
from shuren.service.internals.flow_steps import DELIVERY, Steps, counted, fewest, gates
from shuren.service.internals.running import (
    ASSIGNED,
    GIVEN_BACK,
    HANDED,
    NOTED,
    OPENED,
    TAKEN,
)

# Of each service the newest that ended: enough for a median, whatever the service's size.
NEWEST = 200
# Figures of fewer cases would be figures of persons.
LEAST = 5
_REMARKS = (TAKEN, GIVEN_BACK, NOTED, ASSIGNED)
Line = tuple[datetime, str, str, str, str]


@dataclass(frozen=True)
class Walk:
    """One case that is over.

    steps     whose they were until it was delivered, None where it never was
    fewest    what its flow asks for at least
    approval, whole  seconds in states of approval, and from the first step to the last
    way       its events in order
    is_known  whether its flow, as it was declared to it, has every step it took
    """

    steps: Steps | None
    fewest: Steps
    approval: float
    whole: float
    has_gate: bool
    way: tuple[str, ...]
    is_known: bool


@dataclass(frozen=True)
class Told:
    """What many walks say together; None where fewer than `LEAST` cases could.

    cases      how many were read
    steps      the median of each of those that were delivered
    more       per cent of them that took more hands than the flow asks for at least
    approved   how many went through an approval
    approval_hours, approval_share  of those: the median, and per cent of all their time
    variants   different ways; usual: per cent that went the commonest
    known      how many took no step that their flow does not have
    """

    cases: int = 0
    steps: Steps | None = None
    more: float | None = None
    approved: int = 0
    approval_hours: float | None = None
    approval_share: float | None = None
    variants: int = 0
    usual: float | None = None
    known: int = 0


def walks(site: Site, service: str, since: datetime) -> list[Walk]:
    """The newest cases of a service that ended since a moment, `NEWEST` at most."""
    over = Case.objects.filter(service=service, is_open=False, closed_at__gte=since)
    newest = over.order_by("-closed_at").values_list("pk", "declared")[:NEWEST]
    known = dict(newest)
    lines: dict[str, list[Line]] = {id: [] for id in known}
    steps = CaseStep.objects.filter(case__in=list(known)).exclude(
        Q(event__in=_REMARKS) | Q(event__startswith=HANDED)
    )
    for id, *line in steps.order_by("case", "number").values_list(
        "case_id", "at", "by", "event", "from_state", "to_state"
    ):
        lines[id].append(tuple(line))  # type: ignore[arg-type]
    by_version = {
        print: _Flow(versions.of(site, service, print).flow) for print in set(known.values())
    }
    return [by_version[known[id]].walked(found) for id, found in lines.items() if found]


def told(walked: Iterable[Walk]) -> Told:
    found = list(walked)
    had = [one for one in found if one.steps is not None]
    waited = [one for one in found if one.has_gate]
    ways = Counter(one.way for one in found)
    whole = sum(one.whole for one in waited)
    return Told(
        cases=len(found),
        steps=_medians([one.steps for one in had if one.steps]) if len(had) >= LEAST else None,
        more=_share(sum(one.steps.hands > one.fewest.hands for one in had if one.steps), len(had)),
        approved=len(waited),
        approval_hours=(
            median(one.approval for one in waited) / 3600 if len(waited) >= LEAST else None
        ),
        approval_share=(
            100 * sum(one.approval for one in waited) / whole
            if len(waited) >= LEAST and whole else None
        ),
        variants=len(ways),
        usual=_share(max(ways.values(), default=0), len(found)),
        known=sum(one.is_known for one in found),
    )  # fmt: skip


class _Flow:
    """One version of a flow, asked about the lines of many cases."""

    def __init__(self, flow: Flow) -> None:
        self.flow, self.gates, self.fewest = flow, gates(flow), fewest(flow)

    def walked(self, lines: Sequence[Line]) -> Walk:
        in_gates = [
            (after[0] - line[0]).total_seconds()
            for line, after in pairwise(lines)
            if line[4] in self.gates
        ]
        return Walk(
            steps=self._steps(lines),
            fewest=self.fewest,
            approval=sum(in_gates),
            whole=(lines[-1][0] - lines[0][0]).total_seconds(),
            has_gate=bool(in_gates),
            way=tuple(event for _at, _by, event, _from, _to in lines),
            is_known=self._knows(lines),
        )

    def _steps(self, lines: Sequence[Line]) -> Steps | None:
        by = []
        for _at, one, event, before, _to in lines:
            by.append(one)
            way = self.flow.find(before, event)
            if way is not None and DELIVERY in way.stamps:
                return counted(by)
        return None

    def _knows(self, lines: Sequence[Line]) -> bool:
        stands = ""
        for _at, by, event, before, target in lines:
            if event == OPENED:
                is_known = not stands and target == self.flow.start
            else:
                way = self.flow.find(before, event)
                is_known = way is not None and way.target == target and by in way.actors
                is_known &= before == stands
            if not is_known:
                return False
            stands = target
        return True


def _medians(found: Sequence[Steps]) -> Steps:
    return Steps(
        median(one.reader for one in found),
        median(one.staff for one in found),
        median(one.itself for one in found),
    )


def _share(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole >= LEAST else None
