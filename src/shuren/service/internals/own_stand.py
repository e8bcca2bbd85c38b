"""How the person who asks stands with the library: kind, card, loans, cases. Read once a page."""

from dataclasses import dataclass

from shuren.kernel.errors import ShurenError
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import cases, ils
from shuren.service.case_shapes import CaseLine
from shuren.service.internals import offer_facts, studies
from shuren.service.internals.circulation import readers
from shuren.service.lending import lending
from shuren.trust import queries as trust


@dataclass(frozen=True)
class OwnStand:
    """reader, standing, study: values of these facts; key: the pseudonym; titles: of the reader's
    loans; holds, hold_limit: as the circulation system counts them; role: of the account."""

    reader: str
    key: str = ""
    standing: str = "good"
    campus: str = ""
    titles: frozenset[str] = frozenset()
    cases: tuple[CaseLine, ...] = ()
    holds: int = 0
    hold_limit: int | None = None
    study: str = studies.UNKNOWN
    role: str = ""

    @property
    def is_reader(self) -> bool:
        return self.reader not in (offer_facts.VISITOR, offer_facts.STAFF)


def own_stand(site: Site, actor: Actor) -> OwnStand:
    """raises  nothing because the circulation system is down: then the card is taken as good,
    and whoever asks for a hold is told"""
    role = trust.role(actor.role)
    if not actor.reader_key or not trust.purpose_allowed(actor, readers.OWN):
        kind = offer_facts.reader_kind(actor.role, role.kind, has_card=False)
        return OwnStand(kind, standing="reading_only" if kind == "pupil" else "good")
    served = readers.oneself(actor)
    try:
        stands = ils.reader_standing(site, actor=actor)
    except ShurenError:  # down, wrongly set up, or it does not know the card
        stands = None
    card = readers.card_of(site, served)
    loans = readers.loans_of(site, served, lending(site))
    return OwnStand(
        offer_facts.reader_kind(actor.role, role.kind, has_card=True),
        actor.reader_key,
        offer_facts.standing(stands),
        card.get("campus") or "",
        frozenset(one.title for one in loans if one.title),
        tuple(cases.my_cases(site, actor)),
        (stands.holds if stands else 0) or 0,
        stands.hold_limit if stands else None,
        card.get(studies.COLUMN) or studies.UNKNOWN,
        actor.role,
    )
