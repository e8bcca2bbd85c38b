"""The catalogue of services as readers meet it: what there is, for whom, by which rules and steps,
and whether it is for the one who asks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from shuren.data import queries as data
from shuren.data.errors import NoSnapshot
from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.definitions import flows, names, service, services
from shuren.service.errors import UnknownName
from shuren.service.flow_shapes import Service
from shuren.service.internals import name_search, service_numbers, studies
from shuren.service.internals import standing as standings
from shuren.service.internals.flow_words import FlowStep, good_way
from shuren.service.internals.limit_words import limits_in_words
from shuren.service.internals.service_numbers import Numbers as Numbers
from shuren.service.internals.standing import Standing as Standing
from shuren.trust.errors import NotAllowed

CARD = ("college", "campus")
# Nobody but the library opens a case of these: no reader finds them.
OF_THE_LIBRARY = "library"


@dataclass(frozen=True)
class Entry:
    """A service in the directory, and how the one who looks stands."""

    service: Service
    standing: Standing


@dataclass(frozen=True)
class Page:
    """All a service's page says. rules: lines in words; steps: the way it goes when all goes well;
    holds: of a pack its services; groups: who it is for; owner, centre {zh, en}"""

    service: Service
    standing: Standing
    category: dict[str, str]
    rules: tuple[str, ...]
    steps: tuple[FlowStep, ...]
    holds: tuple[Service, ...]
    groups: tuple[dict[str, str], ...]
    channels: tuple[dict[str, str], ...]
    owner: dict[str, str]
    centre: dict[str, str]


def shown(site: Site) -> list[Service]:
    """Every service that readers may find, in the order of the categories."""
    order = list(names(site).categories)
    found = [one for one in services(site).values() if set(one.audiences) != {OF_THE_LIBRARY}]
    return sorted(found, key=lambda one: (order.index(one.category), one.source == "draft"))


def directory(site: Site, actor: Actor | None, *, words: str = "") -> list[Entry]:
    """The services by category, those that fit `words` best first; words: Chinese, English, pinyin
    or its initials, all of them to be found."""
    found = [(name_search.matches(one, words) if words else 1, one) for one in shown(site)]
    kept = sorted((pair for pair in found if pair[0]), key=lambda pair: -pair[0])
    study = studies.of_actor(site, actor) if actor is not None else ""
    return [
        Entry(one, standings.standing(site, one, actor, study=study, with_limits=False))
        for _rank, one in kept
    ]


def page(site: Site, id: str, actor: Actor | None) -> Page:
    """One service as its page shows it; raises UnknownName for one that readers do not find."""
    return page_of(site, found(site, id), actor)


def page_of(site: Site, one: Service, actor: Actor | None) -> Page:
    """The page of a service that may be no more than a draft."""
    known = names(site)
    return Page(
        one,
        standings.standing(site, one, actor),
        known.categories[one.category],
        tuple(_rules(one)),
        good_way(flows(site)[one.flow]) if one.use is None else (),
        tuple(service(site, other) for other in one.pack),
        _titles(one.audiences, known.audiences),
        _titles(one.showing["channels"], known.channels),
        known.posts[one.owner],
        known.centres[one.organisation["centre"]],
    )


def found(site: Site, id: str) -> Service:
    """A service that readers may find; raises UnknownName."""
    one = service(site, id)
    if set(one.audiences) == {OF_THE_LIBRARY}:
        raise UnknownName(_("There is no service called '%(name)s'.", name=id[:40]))
    return one


def numbers(days: int = 30) -> dict[str, Numbers]:
    """{service: how many cases} of the last days; a service without cases is not in it."""
    moment = now()
    return service_numbers.numbers(moment - timedelta(days=days), moment)


def own_card(site: Site, actor: Actor) -> dict[str, str]:
    """{college, campus} of the reader who asks, for forms to begin with; {} where nothing is known.
    A line in the ledger."""
    try:
        read = data.read(
            site, "conformed.reader", columns=CARD,
            where=[("reader_key", "=", actor.reader_key)], purpose="own_records", actor=actor,
        )  # fmt: skip
    except (NotAllowed, NoSnapshot):
        return {}
    rows = read.dicts()
    return {name: str(value) for name, value in rows[0].items() if value} if rows else {}


def _rules(one: Service) -> Iterable[str]:
    yield from limits_in_words(one)
    for said in (one.note, one.basis):
        if said:
            yield pick(dict(said))


def _titles(ids: Iterable[str], known: Mapping[str, dict[str, str]]) -> tuple[dict[str, str], ...]:
    return tuple(known[id] for id in ids if id in known)
