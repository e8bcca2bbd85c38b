"""How services run in fact, beside what is declared: steps, time in approval, ways and versions."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
from django.db.models import Count

from shuren.kernel.clock import now
from shuren.kernel.site import Site
from shuren.service.definitions import flows, service, services
from shuren.service.flow_shapes import Flow, Service
from shuren.service.internals import histories, refusals, versions
from shuren.service.internals.case_rows import Case, Declaration
from shuren.service.internals.flow_steps import Steps as Steps
from shuren.service.internals.flow_steps import fewest
from shuren.service.internals.histories import LEAST as LEAST
from shuren.service.internals.histories import NEWEST as NEWEST
from shuren.service.internals.histories import Told as Told
from shuren.service.survey import approvals

DAYS = 90
AS_SHIPPED, CHANGED, OWN = "as_shipped", "changed", "own"
# What a form begins with, from the reader's own card.
KNOWN = ("campus", "college", "pickup", "place")


@dataclass(frozen=True)
class Version:
    """One version of a flow that open cases run by; is_current: new ones do too"""

    print: str
    first_used_at: datetime | None
    cases: int
    is_current: bool


@dataclass(frozen=True)
class FlowFigures:
    """stands     AS_SHIPPED, CHANGED by the library's file of the same id, or its OWN
    services   ids of those that run it
    declared   the fewest steps to its delivery; approvals: the most on its way
    told       what its cases of the last `DAYS` days say, of each service the newest `NEWEST`
    versions   that open cases run by, the current one first
    refused    tries of the last `DAYS` days that it does not allow
    """

    flow: Flow
    stands: str
    services: tuple[str, ...]
    declared: Steps
    approvals: int
    told: Told
    versions: tuple[Version, ...]
    refused: int


@dataclass(frozen=True)
class ServiceFigures:
    """fields    of its form; required: that must be filled; known: that it begins with
    open, earlier  cases that run, and of them by an earlier version of the service or its flow
    """

    service: Service
    declared: Steps
    approvals: int
    fields: int
    required: int
    known: int
    told: Told
    open: int
    earlier: int
    refused: int


@dataclass(frozen=True)
class Figures:
    """flows, services  by id, in the order of their files
    refused  [(service, state, event, why, tries)], the most tried first; event "" for one that no
             flow has, why of refusals.WHYS
    """

    flows: Mapping[str, FlowFigures]
    services: Mapping[str, ServiceFigures]
    refused: tuple[tuple[str, str, str, str, int], ...]

    @property
    def as_declared(self) -> int:
        """Services whose flow is as it is shipped."""
        return sum(len(one.services) for one in self.flows.values() if one.stands == AS_SHIPPED)


def figures(site: Site) -> Figures:
    """Of every flow and service; raises DefinitionError for what cannot be read."""
    moment = now()
    since, known = moment - timedelta(days=DAYS), services(site)
    walked = {id: histories.walks(site, id, since) for id in known}
    running, refused = _running(), refusals.tried(since.date())
    of_flows = {}
    for id, flow in flows(site).items():
        mine = tuple(one.id for one in known.values() if one.flow == id)
        of_flows[id] = FlowFigures(
            flow,
            _stands(flow),
            mine,
            fewest(flow),
            approvals(flow),
            histories.told(walk for one in mine for walk in walked[one]),
            _versions(site, flow, running),
            sum(refused.get(one, 0) for one in mine),
        )
    of_services = {
        id: _of(site, one, histories.told(walked[id]), running, refused.get(id, 0))
        for id, one in known.items()
    }
    return Figures(of_flows, of_services, tuple(refusals.commonest(since.date())))


def of_service(site: Site, id: str) -> ServiceFigures:
    """Of one service; raises UnknownName, DefinitionError."""
    since = now() - timedelta(days=DAYS)
    told = histories.told(histories.walks(site, id, since))
    refused = refusals.tried(since.date()).get(id, 0)
    return _of(site, service(site, id), told, _running(id), refused)


def _of(
    site: Site, one: Service, told: Told, running: list[tuple[str, str, str, int]], refused: int
) -> ServiceFigures:
    flow, print = flows(site)[one.flow], versions.current(site, one.id).print
    mine = [(version, count) for id, _flow, version, count in running if id == one.id]
    return ServiceFigures(
        one,
        fewest(flow),
        approvals(flow),
        len(one.form),
        sum(field.required for field in one.form),
        sum(field.name in KNOWN for field in one.form),
        told,
        sum(count for _version, count in mine),
        sum(count for version, count in mine if version != print),
        refused,
    )


def _running(service: str = "") -> list[tuple[str, str, str, int]]:
    """[(service, flow, version, cases)] that run now."""
    found = Case.objects.filter(is_open=True)
    if service:
        found = found.filter(service=service)
    return list(found.values_list("service", "flow", "declared").annotate(n=Count("*")))


def _stands(flow: Flow) -> str:
    shipped = flows(None).get(flow.id)
    if shipped is None:
        return OWN
    return AS_SHIPPED if _print(shipped) == _print(flow) else CHANGED


def _versions(
    site: Site, flow: Flow, running: list[tuple[str, str, str, int]]
) -> tuple[Version, ...]:
    """The services of a flow have a version each; those that say the same of the flow are one."""
    current, found = _print(flow), dict[str, int]()
    prints = dict[str, list[str]]()
    for id, name, print, count in running:
        if name == flow.id:
            said = _print(versions.of(site, id, print).flow)
            found[said] = found.get(said, 0) + count
            prints.setdefault(said, []).append(print)
    found.setdefault(current, 0)
    return tuple(
        Version(said, _first_used(prints.get(said, [])), count, said == current)
        for said, count in sorted(found.items(), key=lambda one: (one[0] != current, -one[1]))
    )


def _first_used(prints: list[str]) -> datetime | None:
    rows = Declaration.objects.filter(pk__in=prints).order_by("first_used_at")
    return rows.values_list("first_used_at", flat=True).first() if prints else None


def _print(flow: Flow) -> str:
    """16 hexadecimal digits over what a flow says."""
    content = orjson.dumps(flow.said, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(content).hexdigest()[:16]
