"""The facts about a hit and a reader that the decision tables ask for.

Pure: what the rooms below told comes in, one value of offer_tables.FACTS for each fact comes out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import listed
from shuren.service import ils_shapes as ils
from shuren.service.internals import study_kinds as studies
from shuren.service.licence_terms import Terms
from shuren.service.member_shapes import GOOD
from shuren.service.offer_shapes import EMBARGO, OUTSIDE, PART, YES, PlaceOnline, Wanted

VISITOR, STAFF = "visitor", "staff"
_LENT_OUT = (ils.ON_LOAN, ils.ON_HOLD_SHELF, ils.IN_TRANSIT)
_COMING = (ils.ON_ORDER, ils.IN_PROCESS)
_BY_ROLE = {"public_reader": "public", "school_pupil": "pupil"}
_READERS = ("student", "faculty", "department", "alumni", "public", "pupil")
_BEST_FIRST = (YES, PART, EMBARGO, OUTSIDE)


@dataclass(frozen=True)
class Asked:
    """What this reader has to do with one service.

    count  what counts against the limit; limit None where there is none
    case   the open case about the same thing, or ""
    member how they stand with the membership it needs, of member_shapes.FACT
    """

    count: int = 0
    limit: int | None = None
    case: str = ""
    member: str = GOOD

    @property
    def is_at_limit(self) -> bool:
        return self.limit is not None and self.count >= self.limit


@dataclass(frozen=True)
class ReaderFacts:
    """reader, standing, study: values of these facts; campus "" where nobody knows."""

    reader: str
    standing: str = "good"
    campus: str = ""
    study: str = studies.UNKNOWN


@dataclass(frozen=True)
class Said:
    """What sentences may name, already in words of each language; see offer_tables.PLACES."""

    campuses: tuple[str, ...] = ()
    due: datetime | None = None
    waiting: int = 0
    packages: tuple[str, ...] = ()
    spans: tuple[PlaceOnline, ...] = ()


@dataclass(frozen=True)
class Found:
    """facts without `asked` and `member`, which each service has its own of."""

    facts: Mapping[str, str]
    said: Said
    open_url: str = ""
    full_text_url: str = ""
    full_text_place: tuple[str, str] = ("", "")
    copies: Sequence[ils.LiveCopy] = field(default_factory=tuple)


def reader_kind(role: str, role_kind: str, has_card: bool) -> str:
    """A value of the fact `reader`: the role of the account, by which services say whom they serve.
    Staff have a role and no card of a reader."""
    if role_kind == "visitor":
        return VISITOR
    kind = _BY_ROLE.get(role, role)
    return kind if kind in _READERS and (has_card or kind == "pupil") else STAFF


def standing(found: ils.ReaderStanding | None) -> str:
    """A value of the fact `standing`; None for who has no card."""
    if found is None:
        return "good"
    if found.loan_limit == 0:
        return "reading_only"
    codes = {block.code for block in found.blocks}
    if codes - {"loan_limit"}:
        return "blocked"
    return "full" if codes else "good"


def find(
    wanted: Wanted,
    copies: Sequence[ils.LiveCopy],
    reader: ReaderFacts,
    terms: Mapping[PlaceOnline, Terms],
    *,
    is_mine: bool = False,
    delivery: str = "untried",
    is_suggested: bool = False,
    has_lender: bool = False,
    is_bought: bool = False,
) -> Found:
    """All facts but `asked` and `member`.

    copies   of all editions of the work
    terms    of each place that is not free
    is_mine  the reader has a copy on loan
    has_lender  our own circulation lent a copy, so that its reader can be asked
    is_bought   the library ordered it because somebody suggested it
    """
    state, relevant = _copies(copies)
    campuses = tuple(dict.fromkeys(one.campus for one in relevant))
    text = _full_text(wanted.places, reader.reader, terms)
    free = [one for one in wanted.places if one.is_free and one.holds in (YES, PART)]
    facts = {
        "reader": reader.reader,
        "study": reader.study,
        "standing": reader.standing,
        "form": wanted.form,
        "copies": state,
        "place": _place(campuses, reader.campus),
        "mine": "yes" if is_mine else "no",
        "queue": "waiting" if any(one.queue for one in copies) else "empty",
        "lender": "known" if has_lender else "unknown",
        "open_copy": "yes" if free else "no",
        "delivery": delivery,
        "suggested": "yes" if is_suggested else "no",
        "order": _order(copies, is_bought),
        **text.facts,
    }
    said = Said(
        campuses,
        min((one.due_at for one in copies if one.due_at), default=None),
        max((one.queue for one in copies), default=0),
        text.said.packages,
        text.said.spans,
    )
    open_url = next((one.url for one in free if one.url), "")
    return Found(facts, said, open_url, text.full_text_url, text.full_text_place, copies)


def _copies(copies: Sequence[ils.LiveCopy]) -> tuple[str, list[ils.LiveCopy]]:
    """The fact `copies`, and the copies that make it so."""
    for state, statuses in (
        ("in", (ils.AVAILABLE,)),
        ("out", _LENT_OUT),
        ("reference", (ils.REFERENCE_ONLY,)),
        ("unknown", (ils.UNKNOWN,)),
    ):
        found = [one for one in copies if one.status in statuses]
        if found:
            return state, found
    return "none", []


def _order(copies: Sequence[ils.LiveCopy], is_bought: bool) -> str:
    """The fact `order`: a copy that is listed can be waited for, one that is only bought cannot."""
    if any(one.status in _COMING for one in copies):
        return "listed"
    return "bought" if is_bought else "none"


def _place(campuses: Sequence[str], own: str) -> str:
    if not own or not any(campuses):
        return "unknown"
    return "here" if own in campuses else "elsewhere"


def is_covered(terms: Terms, reader: str) -> bool:
    """Who is not signed in may be anybody of the university: the platform will ask."""
    return reader in (VISITOR, STAFF) or reader in terms.readers


def _full_text(
    places: Sequence[PlaceOnline], reader: str, terms: Mapping[PlaceOnline, Terms]
) -> Found:
    """Of all places that are not free the best for this reader: covered before not covered, then
    by how surely it holds the thing."""
    paid = [one for one in places if not one.is_free]
    if not paid:
        return Found(
            {"full_text": "none", "licence": "covers", "supply": "unstated", "walk_in": "no"},
            Said(),
        )

    def covers(one: PlaceOnline) -> bool:
        return is_covered(terms[one], reader)

    def rank(one: PlaceOnline) -> tuple[bool, bool, int]:
        readable = one.holds in (YES, PART)
        return not readable, not covers(one), _BEST_FIRST.index(one.holds)

    best = min(paid, key=rank)
    alike = [one for one in paid if rank(one) == rank(best)]
    supplies = [terms[one].copies for one in alike]
    supply = next((s for s in ("allowed", "forbidden") if s in supplies), "unstated")
    facts = {
        "full_text": best.holds,
        "licence": "covers" if covers(best) else "excludes",
        "supply": supply,
        "walk_in": "yes" if any(terms[one].walk_in for one in alike) else "no",
    }
    names = tuple(dict.fromkeys(" · ".join(filter(None, (p.provider, p.package))) for p in alike))
    at = next((one for one in alike if one.url), best)
    return Found(
        facts, Said(packages=names, spans=tuple(alike)),
        full_text_url=at.url, full_text_place=(at.provider, at.package),
    )  # fmt: skip


def words(said: Said, limit: int | None, day: str) -> dict[str, str]:
    """{place of a sentence: words} in the language of the moment; `day` is said.due in words."""
    return {
        "campuses": listed(one or _("the library") for one in said.campuses) or _("the library"),
        "due": day or _("not recorded"),
        "waiting": str(said.waiting),
        "limit": str(limit) if limit is not None else "",
        "packages": listed(said.packages) or _("the platform"),
        "span": listed(filter(None, map(_span, said.spans))) or _("not recorded"),
    }


def _span(place: PlaceOnline) -> str:
    first = place.first.isoformat() if place.first else ""
    last = place.last.isoformat() if place.last else ""
    if first and last:
        return _("%(first)s to %(last)s", first=first, last=last)
    if first:
        return _("since %(first)s", first=first)
    return _("until %(last)s", last=last) if last else ""
