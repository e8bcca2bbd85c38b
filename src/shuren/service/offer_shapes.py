"""What `service.offers` takes and hands out: what is wanted, and what may be done about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

# How a place online holds what is wanted; with NONE, of no place, the values of `full_text`.
YES, PART, EMBARGO, OUTSIDE = "yes", "part", "embargo", "outside"
NONE = "none"


@dataclass(frozen=True)
class PlaceOnline:
    """One place where it may be read.

    holds  YES, PART (nobody can say whether all of it), EMBARGO or OUTSIDE its coverage
    first, last  what may be read there today; None where it is open or not known
    """

    provider: str
    package: str
    url: str
    is_free: bool
    holds: str = YES
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Wanted:
    """What a reader found and may want: a work, or an article that an OpenURL names.

    id         of the work in the index, or the OpenURL that names the article
    subject    {kind, id, title} as a case has it; never anything about a person
    form       book, journal, article or other
    title_ids  of the holdings, to ask where the copies are
    known      what a form can be filled in with, {field: text}
    """

    id: str
    subject: Mapping[str, str]
    form: str
    title_ids: tuple[str, ...] = ()
    places: tuple[PlaceOnline, ...] = ()
    known: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Offer:
    """One of the nine kinds, with its button or the reason why there is none.

    kind     id of its table
    title, label, text  of the offer, on the button, and why it is there or not; all in the
             language of who asks
    service  of the case that the button opens, or ""
    page     where else it leads: shelf, full_text or open_copy
    url      of full_text and open_copy where one is known
    place    (provider, package) of full_text, under whose licence it is
    case     the reader's own open case about it, which the button leads to instead
    sign_in  signing in may bring the button
    membership  a membership may: to be had or renewed
    """

    kind: str
    title: str
    label: str
    text: str
    is_offered: bool
    service: str = ""
    page: str = ""
    url: str = ""
    place: tuple[str, str] = ("", "")
    case: str = ""
    sign_in: bool = False
    membership: bool = False
