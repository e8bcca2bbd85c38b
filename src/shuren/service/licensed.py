"""Which licensed packages a reader may open: those whose terms (definitions/licence_terms) name the
reader's kind; of an alumnus as long as the membership is good.

The sentence of a refusal is that of the table `full_text`, which also decides the button of a hit.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import listed, pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.definitions import services
from shuren.service.internals import offer_facts
from shuren.service.internals.members import standing
from shuren.service.internals.opening import local_day
from shuren.service.licence_terms import ALLOWED, OTHERWISE, Terms, licence_terms, terms_of
from shuren.service.member_shapes import GOOD
from shuren.service.offer_shapes import NONE, YES
from shuren.service.offer_tables import offer_tables
from shuren.service.offers import ACCESS, FULL_TEXT
from shuren.trust import queries as trust

ALUMNI = "alumni"


@dataclass(frozen=True)
class Access:
    """Whether a reader may open a package. why: a sentence with the way on, "" where it is open;
    membership: the way on is My membership."""

    is_open: bool
    why: str = ""
    membership: bool = False


@dataclass(frozen=True)
class PackageLine:
    """A licence as alumni see it. name: provider and packages, or the provider's name alone.

    walk_in, delivery  the ways there are where it does not cover them
    """

    title: str
    name: str
    walk_in: bool = False
    delivery: bool = False


def access(
    site: Site, places: Iterable[tuple[str, str]], *, actor: Actor
) -> dict[tuple[str, str], Access]:
    """Of each (provider, package) whether the actor may open it. Who is not signed in, or is staff,
    is left to the platform.

    raises  DefinitionError
    """
    role = trust.role(actor.role)
    reader = offer_facts.reader_kind(actor.role, role.kind, bool(actor.reader_key))
    wanted = set(places)
    member = _member(site, actor) if wanted else GOOD
    today = local_day(site, now())
    return {place: _access(site, place, reader, member, today) for place in wanted}


def for_alumni(site: Site) -> tuple[list[PackageLine], list[PackageLine]]:
    """(the licences that cover alumni, those that do not), by name."""
    today = local_day(site, now())
    named = [one for one in licence_terms(site) if one.provider != OTHERWISE]
    named = [one for one in named if not one.is_over(today)]
    lines = sorted(((one, _line(one)) for one in named), key=lambda pair: pair[1].name)
    covered = [line for one, line in lines if ALUMNI in one.readers]
    return covered, [line for one, line in lines if ALUMNI not in one.readers]


def _member(site: Site, actor: Actor) -> str:
    """The fact `member` of who reads online."""
    service = services(site).get(ACCESS)
    if service is None or not actor.reader_key:
        return GOOD
    return standing.for_service(site, service, actor.reader_key, now(), actor.role).fact


def _access(site: Site, place: tuple[str, str], reader: str, member: str, today: date) -> Access:
    terms = terms_of(site, *place)
    row = next(one for one in offer_tables(site) if one.id == FULL_TEXT).decide(
        {
            "full_text": NONE if terms.is_over(today) else YES,
            "licence": "covers" if offer_facts.is_covered(terms, reader) else "excludes",
            "supply": terms.copies,
            "walk_in": "yes" if terms.walk_in else "no",
            "reader": reader,
            "member": member,
        }
    )
    if row.is_offer:
        return Access(True)
    said = offer_facts.Said(packages=(" · ".join(filter(None, place)),))
    why = pick(dict(row.text)).format_map(offer_facts.words(said, None, ""))
    return Access(False, why, row.membership)


def _line(terms: Terms) -> PackageLine:
    name = listed(terms.packages) if terms.packages else _("all packages")
    return PackageLine(
        pick(dict(terms.title)), f"{terms.provider} · {name}", terms.walk_in,
        terms.copies == ALLOWED,
    )  # fmt: skip
