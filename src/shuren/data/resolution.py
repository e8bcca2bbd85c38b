"""What resolution hands out: cards of matchers and classifiers, and what a run came to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shuren.data.drift import Distribution

BIB, TITLE = "bib", "title"  # kinds of records
WORKS, CLASSES, AUTHORITIES, READERS = "works", "classes", "authorities", "readers"
CANDIDATE, PROMOTED = "candidate", "promoted"


@dataclass(frozen=True)
class Card:
    """What a learned model is, and of which data.

    version     names the file; the newest is the greatest
    snapshot    the published state it learned from, and when that was built
    loads       {contract: ids of the loads it stood on}; quality: {contract: its score then}
    training    parameters; threshold: the probability from which it speaks
    evaluation  {measure: value} on cases hidden from it; goals: the least they may be
    inputs      columns it reads, `table.column`; distributions: how each was spread then
    outputs     {`contract.field` it writes: the inputs that is made from; () for all of them}
    title       what people call it; the same text in both languages where only its name is known
    """

    name: str
    version: str
    made_at: datetime
    snapshot: str
    built_at: datetime
    data_date: str
    loads: dict[str, tuple[str, ...]]
    quality: dict[str, float]
    records: int
    training: dict[str, Any]
    threshold: float
    evaluation: dict[str, float]
    goals: dict[str, float]
    inputs: tuple[str, ...] = ()
    outputs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    distributions: Mapping[str, Distribution] = field(default_factory=dict)
    title: Mapping[str, str] = field(default_factory=dict)
    state: str = CANDIDATE


@dataclass(frozen=True)
class Resolved:
    """What one run came to.

    found    {method: records or pairs}
    changed  rows that differ from the run before; load: the id of their load, "" for none
    model    version of the promoted model that was used, "" for rules alone
    notes    sentences about what was left out, and why
    """

    what: str
    found: dict[str, int]
    changed: int
    load: str = ""
    model: str = ""
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Suggestion:
    """One thing to accept or refuse.

    id       stands for it in forms and addresses; no pseudonym can be read from it
    one, other  what a decision is about: two refs, two pseudonyms, or a record and
             `field place value`
    title    of the record; "" of cards
    joined   it is in force already, by the model, and refusing parts what was joined
    reason   `why=… name=same …` of cards, or ""
    """

    id: str
    kind: str
    one: str
    other: str
    title: str
    given: str
    suggested: str
    method: str
    probability: float
    suggested_ref: str = ""
    field_name: str = ""
    place: int = 1
    joined: bool = False
    reason: str = ""
    model_version: str = ""


@dataclass(frozen=True)
class Side:
    """One side of a suggestion: facts are (field, value), key a card's pseudonym or ""."""

    title: str
    facts: tuple[tuple[str, str], ...] = ()
    key: str = ""


@dataclass(frozen=True)
class Decision:
    """What somebody decided; `id` is that of the suggestion it was about."""

    id: str
    kind: str
    title: str
    given: str
    suggested: str
    accepted: bool
    decided_by: str
    decided_at: datetime
