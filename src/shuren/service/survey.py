"""The whole catalogue looked at: who answers for what, which scenes it covers, where targets pull
against each other, and how many approvals a flow takes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import listed, pick
from shuren.kernel.site import Site
from shuren.service.definitions import flows, indicators, names, services
from shuren.service.flow_shapes import Flow, Service
from shuren.service.internals.checking_services import FIVE_SCENES
from shuren.service.internals.flow_steps import gates

MOST_APPROVALS = 2
_TARGET = re.compile(r"([<>])=?(\d+(?:\.\d+)?)%?")


@dataclass(frozen=True)
class Survey:
    """services     how many there are, those of the library itself too
    matrix       {scene: services} of the five scenes
    uncovered    scenes without a service; the services without one of the five are in `outside`
    posts        {post: services it answers for}
    idle         posts that answer for nothing
    conflicts    sentences on targets that pull against each other
    approvals    {flow: approvals on its longest way}; `deep`: flows with more than two
    """

    services: int
    matrix: Mapping[str, tuple[str, ...]]
    uncovered: tuple[str, ...]
    outside: tuple[str, ...]
    posts: Mapping[str, tuple[str, ...]]
    idle: tuple[str, ...]
    conflicts: tuple[str, ...]
    approvals: Mapping[str, int]
    deep: tuple[str, ...]


def survey(site: Site | None) -> Survey:
    """The catalogue as its files say it now; raises DefinitionError where one cannot be read, has
    no owner or two."""
    known = services(site)
    matrix = {
        scene: tuple(id for id, one in known.items() if scene in one.scenes)
        for scene in FIVE_SCENES
    }
    posts = {
        post: tuple(id for id, one in known.items() if one.owner == post)
        for post in names(site).posts
    }
    counts = {id: approvals(flow) for id, flow in flows(site).items()}
    return Survey(
        len(known),
        matrix,
        tuple(scene for scene, found in matrix.items() if not found),
        tuple(id for id, one in known.items() if not set(one.scenes) & set(FIVE_SCENES)),
        posts,
        tuple(post for post, found in posts.items() if not found),
        tuple(_conflicts(site, known)),
        counts,
        tuple(id for id, count in counts.items() if count > MOST_APPROVALS),
    )


def approvals(flow: Flow) -> int:
    """The most approvals a case of a flow passes on its way."""
    return _most(flow, flow.start, gates(flow), frozenset())


def _most(flow: Flow, state: str, known: frozenset[str], seen: frozenset[str]) -> int:
    seen |= {state}
    after = [
        _most(flow, one.target, known, seen)
        for one in flow.leaving(state)
        if one.target not in seen
    ]
    return (state in known) + max(after, default=0)


def _conflicts(site: Site | None, known: Mapping[str, Service]) -> list[str]:
    """A target against its indicator's direction; targets of one indicator that point both ways; a
    median that may take longer than the promise."""
    meant = indicators(site)
    found, signs = [], dict[str, dict[str, list[str]]]()
    for one in known.values():
        title = pick(one.title)
        for name, target in one.indicators.items():
            said = _TARGET.fullmatch(str(target))
            if said is None:
                continue
            signs.setdefault(name, {}).setdefault(said[1], []).append(title)
            against = {"up": "<", "down": ">"}.get(meant[name].direction)
            if said[1] == against:
                found.append(
                    _("%(service)s: the target %(target)s of “%(indicator)s” is against what it "
                      "is for.", service=title, target=target, indicator=pick(meant[name].title))
                )  # fmt: skip
            if name == "median_h" and one.promise.finish and float(said[2]) > one.promise.finish:
                found.append(
                    _("%(service)s: half may take %(hours)s hours, and all are promised in "
                      "%(promise)s.", service=title, hours=said[2], promise=one.promise.finish)
                )  # fmt: skip
    for name, both in signs.items():
        if len(both) > 1:
            found.append(
                _("“%(indicator)s” is to be high in %(high)s and low in %(low)s.",
                  indicator=pick(meant[name].title), high=listed(both[">"]), low=listed(both["<"]))
            )  # fmt: skip
    return found
