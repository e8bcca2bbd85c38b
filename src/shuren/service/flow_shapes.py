"""A declared flow and a declared service: what definitions/flows and definitions/services say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shuren.service.case_shapes import AskedField

# What a transition may stamp, in the order of the loop.
STAMPS = ("need", "match", "delivery", "feedback")
ENDS = ("success", "failure", "withdrawn")
# For whom a state waits: while it waits for the reader the service's clock is paused; while it
# waits for nobody there is nothing to promise (a card in force, a book on loan).
WAITS = ("library", "reader", "nobody")
# Units of a timer. Seconds of each; of a working day they are the calendar's office hours.
UNITS = {
    "working_hours": 3600,
    "working_days": 0,
    "calendar_hours": 3600,
    "calendar_days": 86400,
    "minutes": 60,
}


@dataclass(frozen=True)
class State:
    """end  "" or of ENDS; waits: of WAITS"""

    id: str
    title: dict[str, str]
    end: str = ""
    waits: str = "library"


@dataclass(frozen=True)
class Timer:
    """When a transition happens by itself.

    unit    of UNITS, "" when it is the moment in the field itself
    number  of units after the state was entered, or after the moment in `field`; may be negative
            there
    field   a date or moment among the case's fields; without a value there is no timer
    limit   a limit of the service whose value stands in for `number`
    """

    unit: str = ""
    number: float = 0
    field: str = ""
    limit: str = ""


@dataclass(frozen=True)
class Guard:
    """name  of internals/hooks.GUARDS; only_for: of FLOW_ACTORS, () for all"""

    name: str
    only_for: tuple[str, ...] = ()
    said: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Transition:
    """by      of FLOW_ACTORS: who it is for; also: who else may, since practice needs it
    party    whose turn of two readers: own, other or either
    at_once  happens by itself as soon as the state is entered and the guards let it
    stamps   of STAMPS
    effects  of internals/hooks.EFFECTS, run in the same transaction
    tell     {zh, en}: what the effect `notify` says beside the new state, or {}
    """

    event: str
    source: str
    target: str
    by: str
    also: tuple[str, ...] = ()
    party: str = "own"
    at_once: bool = False
    after: Timer | None = None
    needs_note: bool = False
    stamps: tuple[str, ...] = ()
    asks: tuple[AskedField, ...] = ()
    guards: tuple[Guard, ...] = ()
    effects: tuple[str, ...] = ()
    tell: Mapping[str, str] = field(default_factory=dict)

    @property
    def actors(self) -> tuple[str, ...]:
        return (self.by, *self.also)


@dataclass(frozen=True)
class Flow:
    """States in the order of the file; `said` is the file's content, kept with running cases."""

    id: str
    title: dict[str, str]
    description: dict[str, str]
    start: str
    states: Mapping[str, State]
    events: Mapping[str, dict[str, str]]
    transitions: tuple[Transition, ...]
    said: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def leaving(self, state: str) -> tuple[Transition, ...]:
        return tuple(one for one in self.transitions if one.source == state)

    def find(self, state: str, event: str) -> Transition | None:
        return next((one for one in self.leaving(state) if one.event == event), None)


@dataclass(frozen=True)
class Promise:
    """Hours in which a service answers and is done; None: it promises nothing.

    clock  working: hours of the library's working days; calendar: hours that pass
    """

    respond: float | None = None
    finish: float | None = None
    clock: str = "working"


# How far a service runs by itself, in order.
LEVELS = ("manual", "digital", "assisted", "autonomous")
# Where a service is had that is no form: pages of ours by name, or `pack`: a page that leads on.
PLACES = (
    "search", "resolve", "spaces", "seats", "rooms", "my_library", "interests", "privacy", "pack",
    "voice",
)  # fmt: skip


@dataclass(frozen=True)
class Use:
    """Where a service that needs no form is had: one of PLACES, or an address; `title` names it."""

    place: str
    url: str
    title: dict[str, str]


@dataclass(frozen=True)
class Maturity:
    """level  of LEVELS; evidence: in words; place: where it is seen, of PLACES, `form` or `page`"""

    level: str
    evidence: dict[str, str]
    place: str


@dataclass(frozen=True)
class FileDelivery:
    """How a service hands out the file it delivers: by a signed link.

    days      the link holds, and the file is kept
    opens     how often the link may be opened
    sign_in   only the reader of the case opens it, signed in; else whoever holds the link
    survives  links go on when the signing key is changed
    """

    days: float
    opens: int
    sign_in: bool
    survives: bool


@dataclass(frozen=True)
class Service:
    """A declared service: the eight facets, and what makes it run.

    about     of SUBJECT_KINDS: what its cases may be about
    roles     of the role files: whose readers may open a case (from `audiences`)
    limits    {name: number}; the engine keeps per_reader, active, per_reader_day and
              per_reader_month, timers take theirs by name, others are read by hooks
    source    talk, or draft for one that nobody named and a library may strike
    limit_words   {limit: {zh, en}} of those that say their own words
    delivery  how a file that is delivered reaches the reader; None: it stays in the case
    by_audience   {audience: limits} that stand before `limits` for readers of that kind
    use       None where the form opens a case
    pack      of a pack: the services it holds
    """

    id: str
    title: dict[str, str]
    description: dict[str, str]
    category: str
    source: str
    flow: str
    about: tuple[str, ...]
    form: tuple[AskedField, ...]
    organisation: Mapping[str, Any]
    audiences: tuple[str, ...]
    showing: Mapping[str, Any]
    limits: Mapping[str, Any]
    promise: Promise
    fee: dict[str, str]
    indicators: Mapping[str, str]
    systems: tuple[str, ...]
    modules: tuple[str, ...]
    roles: tuple[str, ...] = ()
    said: Mapping[str, Any] = field(default_factory=dict, repr=False)
    scenes: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    maturity: Maturity | None = None
    use: Use | None = None
    pack: tuple[str, ...] = ()
    field_of: str = ""
    limit_words: Mapping[str, dict[str, str]] = field(default_factory=dict)
    by_audience: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    note: Mapping[str, str] = field(default_factory=dict)
    basis: Mapping[str, str] = field(default_factory=dict)
    delivery: FileDelivery | None = None

    @property
    def owner(self) -> str:
        return str(self.organisation["owner"])


@dataclass(frozen=True)
class ServiceIndicator:
    """What an indicator of services means. direction: up, down or context; origin: where its
    numbers come from; iso: the related one of ISO 11620, or ""; lacks: why it may have no value,
    and what to load, {} where it is counted from cases"""

    id: str
    title: dict[str, str]
    definition: dict[str, str]
    unit: Mapping[str, str]
    direction: str
    origin: str
    iso: str = ""
    lacks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Declared:
    """What one case runs by, for as long as it runs; `print` names this very version."""

    print: str
    flow: Flow
    service: Service


@dataclass(frozen=True)
class Supplier:
    """Who is asked for what the library lacks.

    languages  of the form's field `language`; () for any
    order      the lowest is asked first
    hours      working hours it is waited for before the next is asked
    price      of one, in fen (a hundredth of a yuan)
    cap        the most it is asked for in a month, None for any number
    """

    id: str
    title: dict[str, str]
    description: dict[str, str]
    services: tuple[str, ...]
    about: tuple[str, ...]
    languages: tuple[str, ...]
    order: int
    hours: float
    price: int
    cap: int | None = None
