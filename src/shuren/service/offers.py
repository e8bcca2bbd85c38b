"""From a hit to having it: what a reader may do with it, and asking for it.

Nine decision tables (definitions/offers) say for each hit and reader which buttons there are, and
why each of the others is not.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from shuren.data.errors import NoSnapshot
from shuren.discovery.errors import NotSearchable
from shuren.discovery.queries import resolve, search
from shuren.discovery.search_shapes import Hit, Item, Query
from shuren.discovery.shapes import Resolution
from shuren.kernel.clock import now
from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.settings import read_settings
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.kernel.suggestions import did_you_mean
from shuren.service import cases, ils
from shuren.service.case_shapes import CaseLine, CaseView
from shuren.service.definitions import services
from shuren.service.errors import NotOffered
from shuren.service.ils_shapes import LiveCopy
from shuren.service.internals import holding, limits, offer_facts, repeats, suggested, wanting
from shuren.service.internals.members import standing as members
from shuren.service.internals.offer_facts import Asked, Found, ReaderFacts
from shuren.service.internals.opening import local_day
from shuren.service.internals.own_stand import OwnStand, own_stand
from shuren.service.licence_terms import terms_of
from shuren.service.member_shapes import GOOD
from shuren.service.offer_shapes import Offer, Wanted
from shuren.service.offer_tables import KINDS, OfferTable, Row, offer_tables

DELIVERY, TRANSFER, SUGGESTION = "document_delivery", "transfer", "purchase"
# What a suggestion is for; see the form of purchase_suggestion.
ELECTRONIC = "electronic"
# Reading online opens no case; the membership it needs is that of this service.
FULL_TEXT, ACCESS = "full_text", "remote_access"
# So many hits are looked at for the one that is the book of a title.
_LOOKED_AT = 10
_LIMITS = {"per_reader": None, "active": None, "per_reader_day": 1, "per_reader_month": 30}


@dataclass(frozen=True)
class Seen:
    """A hit as it is for a reader at this moment: all nine offers, and the copies.

    campus  of the reader's card, or ""
    order   the fact `order`: none, bought or listed
    """

    wanted: Wanted
    offers: tuple[Offer, ...]
    copies: tuple[LiveCopy, ...]
    campus: str = ""
    order: str = "none"

    @property
    def offered(self) -> tuple[Offer, ...]:
        return tuple(one for one in self.offers if one.is_offered)

    @property
    def missing(self) -> tuple[Offer, ...]:
        return tuple(one for one in self.offers if not one.is_offered)


def offers(site: Site, hit: Hit | Item | Wanted, *, actor: Actor) -> tuple[Offer, ...]:
    """All nine kinds for one hit, in the order of their buttons, each with a button or a reason.

    raises  DefinitionError for a table that cannot be used; trust's NotAllowed
    """
    [seen] = see(site, [hit], actor=actor)
    return seen.offers


def see(site: Site, hits: Sequence[Hit | Item | Wanted], *, actor: Actor) -> list[Seen]:
    """The same of several hits with their copies, each fact asked for once."""
    wanted = [_wanted(hit) for hit in hits]
    titles = [id for one in wanted for id in one.title_ids]
    by_title = ils.copies(site, titles, actor=actor) if titles else {}
    own = own_stand(site, actor)
    asked = [one.service for one in offer_tables(site)]
    tabled = [id for id in (*asked, ACCESS) if id in services(site)]
    if own.is_reader:
        own = replace(own, members={
            id: members.for_service(site, services(site)[id], own.key, now(), actor.role)
            for id in tabled
        })  # fmt: skip
    known = suggested.about(wanted)
    lenders = holding.lenders(titles, own.key) if own.is_reader else {}
    return [
        _seen(site, one, [copy for id in one.title_ids for copy in by_title[id]], own,
              is_suggested=is_suggested, is_bought=is_bought,
              has_lender=any(id in lenders for id in one.title_ids))
        for one, (is_suggested, is_bought) in zip(wanted, known, strict=True)
    ]  # fmt: skip


def wanted_article(site: Site, found: Resolution, address: str, *, actor: Actor) -> Wanted:
    """What an OpenURL names, to be asked for; `address` is the query it came with.

    A book is looked for in the catalogue by its ISBN, else by its title and author: what the
    library has is neither suggested nor sent for. Another book of nearly that title is not it.
    raises  trust's NotAllowed
    """
    wanted = wanting.of_resolution(found, address)
    if wanted.form != "book":
        return wanted
    asked = [f"isbn:{one}" for one in found.citation.isbns]
    asked += [f"title:({found.citation.title})"] if found.citation.title and not asked else []
    with suppress(NotSearchable):
        for text in asked:
            answer = search(site, Query(text, limit=_LOOKED_AT), actor=actor)
            items = () if answer.near else [hit.item for hit in answer.hits]
            for one in items:
                if text.startswith("isbn:") or wanting.is_named_by(found.citation, one):
                    return wanting.with_work(wanted, one)
    return wanted


def require_lacking(
    site: Site, service: str, fields: Mapping[str, Any], *, actor: Actor, key: str = ""
) -> None:
    """Before a suggestion is made on the bare form, the check for duplicates that a hit gets.

    Print is not in the way of an e-book, nor a case that the same key has opened in that of itself.
    raises  NotOffered with the reason of the table
    """
    table = next(one for one in offer_tables(site) if one.id == SUGGESTION)
    if service != table.service or fields.get("form") == ELECTRONIC:
        return
    if repeats.is_opened(actor, key):
        return
    book = suggested.book_of(fields)
    said = {"rft.btitle": book.title, "rft.au": book.author, "rft.isbn": "".join(book.isbns)}
    query = {"rft.genre": ["book"]} | {key: [text] for key, text in said.items() if text.strip()}
    try:
        found = resolve(site, query, actor=actor, today=local_day(site, now()))
    except NoSnapshot:  # nothing was ever loaded that it could be a duplicate of
        return
    wanted = wanted_article(site, found, "", actor=actor)
    wanted = replace(wanted, id=wanted.subject["id"])  # "" is what all cases of the form are about
    offer = next(one for one in offers(site, wanted, actor=actor) if one.kind == SUGGESTION)
    if offer.case or not offer.is_offered:
        raise NotOffered(offer.text)


def ask(
    site: Site,
    hit: Hit | Item | Wanted,
    kind: str,
    *,
    actor: Actor,
    fields: Mapping[str, str] | None = None,
    pickup: str = "",
) -> CaseView:
    """Open the case behind a button; whoever has an open one about the same thing gets that.

    pickup   campus where a copy is collected, of holds and inter-campus loans
    raises   NotOffered with the reason of the table, UsageError for what is no such service;
             WrongField; CannotCirculate or IlsDown where the circulation system refuses a hold
    """
    wanted = _wanted(hit)
    offer = next((one for one in offers(site, wanted, actor=actor) if one.kind == kind), None)
    table = next((one for one in offer_tables(site) if one.id == kind and one.service), None)
    if offer is None or table is None:
        raise UsageError(
            _("There is no kind of offer called '%(id)s'.", id=kind[:40]),
            fix=did_you_mean(kind, KINDS),
        )
    if offer.case:
        return cases.case(site, offer.case, actor)
    if not offer.is_offered:
        raise NotOffered(offer.text)
    with transaction.atomic():
        opened = cases.open_case(
            site, offer.service, actor=actor, subject=wanted.subject, fields=fields or {},
            branch=pickup, key=_key(offer.service, wanted), party=_party(table, wanted, actor),
        )  # fmt: skip
        holding.begin(site, opened, actor, pickup)
    return opened


def _wanted(hit: Hit | Item | Wanted) -> Wanted:
    if isinstance(hit, Wanted):
        return hit
    return wanting.of_item(hit.item if isinstance(hit, Hit) else hit)


def _party(table: OfferTable, wanted: Wanted, actor: Actor) -> str:
    """Of a handover the reader who has it."""
    if table.id != TRANSFER:
        return ""
    found = holding.lenders(wanted.title_ids, actor.reader_key)
    return next((found[id] for id in wanted.title_ids if id in found), "")


def _seen(
    site: Site,
    wanted: Wanted,
    copies: Sequence[LiveCopy],
    own: OwnStand,
    *,
    is_suggested: bool,
    has_lender: bool,
    is_bought: bool,
) -> Seen:
    about = [one for one in own.cases if one.subject["id"] in (wanted.id, *wanted.title_ids,
             wanted.subject["id"])]  # fmt: skip
    today = local_day(site, now())
    terms = {one: terms_of(site, one.provider, one.package) for one in wanted.places}
    places = tuple(one for one in wanted.places if one.is_free or not terms[one].is_over(today))
    found = offer_facts.find(
        replace(wanted, places=places),
        copies,
        ReaderFacts(own.reader, own.standing, own.campus, own.study),
        terms,
        is_mine=bool(own.titles & set(wanted.title_ids)),
        delivery=_delivery(about),
        is_suggested=is_suggested,
        has_lender=has_lender,
        is_bought=is_bought,
    )
    made = tuple(
        _offer(site, table, found, _asked(site, table, own, about)) for table in offer_tables(site)
    )
    return Seen(wanted, made, tuple(copies), own.campus, found.facts["order"])


def _offer(site: Site, table: OfferTable, found: Found, asked: Asked) -> Offer:
    own = {"asked": "limit" if asked.is_at_limit else "below", "member": asked.member}
    row = table.decide({**found.facts, **own})
    day = _day(site, found.said.due)
    text = pick(dict(row.text)).format_map(offer_facts.words(found.said, asked.limit, day))
    page = table.opens[1] if table.opens[0] == "page" else ""
    urls = {"full_text": found.full_text_url, "open_copy": found.open_url}
    has_case = bool(asked.case)
    return Offer(
        kind=table.id,
        title=pick(dict(table.title)),
        label=_("See your request") if has_case else pick(dict(row.label)),
        text=_("You have asked for it already.") if has_case else text,
        is_offered=has_case or row.is_offer,
        service=table.service,
        page=page,
        url=urls.get(page, "") if row.is_offer else "",
        place=found.full_text_place if page == "full_text" else ("", ""),
        case=asked.case,
        sign_in=_may_sign_in(row, asked),
        membership=row.membership and not has_case,
    )


def _may_sign_in(row: Row, asked: Asked) -> bool:
    return row.sign_in and not asked.case


def _asked(site: Site, table: OfferTable, own: OwnStand, about: Sequence[CaseLine]) -> Asked:
    """What the reader has to do with the service of a table: the limit that is nearest."""
    if table.id == FULL_TEXT and ACCESS in own.members:
        return Asked(member=own.members[ACCESS].fact)
    service = services(site).get(table.service)
    if service is None or not own.is_reader:
        return Asked()
    mine = [one for one in own.cases if one.service == service.id]
    case = next((one.id for one in about if one.service == service.id and not one.is_over), "")
    member = own.members[service.id].fact if service.id in own.members else GOOD
    counts, limits_of = [], limits.of_role(service, own.role, own.study)
    for name, days in _LIMITS.items():
        limit = limits_of.get(name)
        if limit is not None:
            counted = [one for one in mine if _counts(one, days)]
            counts.append((int(limit) - len(counted), len(counted), int(limit)))
    if table.id in ("hold", "inter_campus") and own.hold_limit is not None:
        counts.append((own.hold_limit - own.holds, own.holds, own.hold_limit))
    if not counts:
        return Asked(case=case, member=member)
    _left, count, limit = min(counts)
    return Asked(count, limit, case, member)


def _counts(case: CaseLine, days: int | None) -> bool:
    """Whether a case counts: while it is open, or if it was opened so many days ago at most."""
    if days is None:
        return not case.is_over
    return case.opened_at > now() - timedelta(days=days)


def _delivery(about: Sequence[CaseLine]) -> str:
    """The fact `delivery`: what became of the newest delivery of the same thing."""
    mine = [one for one in about if one.service == DELIVERY]
    if not mine:
        return "untried"
    newest = max(mine, key=lambda one: one.opened_at)
    if not newest.is_over:
        return "open"
    return "failed" if not newest.is_success and newest.state != "withdrawn" else "untried"


def _day(site: Site, moment: datetime | None) -> str:
    if moment is None:
        return ""
    return f"{moment.astimezone(ZoneInfo(read_settings(site).time_zone)):%Y-%m-%d}"


def _key(service: str, wanted: Wanted) -> str:
    """Two taps at once open one case. A case that is over must not be answered with, so the key
    tells the minute."""
    return f"{service}:{wanted.subject['id'][:40]}:{now():%Y%m%d%H%M}"
