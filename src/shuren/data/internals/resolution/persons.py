"""Which cards are one person's: by numbers first, by the model where there are none; and which
pairs somebody must look at, because namesakes are never joined on likeness."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from shuren.data.internals.resolution import person_matching
from shuren.data.internals.resolution.cards_of_readers import (
    DIFFER,
    NEAR,
    SAME,
    UNKNOWN,
    ReaderCard,
    agreement,
    names_agree,
)
from shuren.data.internals.resolution.person_matching import Settings
from shuren.data.internals.resolution.works import NOTHING_DECIDED, Decided, Groups

OTHER, NUMBER, EMAIL, PHONE, MODEL = "other_id", "number", "email", "phone", "model"
THRESHOLD = 0.99  # of the model's probability, for a link
SUGGEST = 0.5  # … for a suggestion
CROWD = 6  # cards under one telephone: an office's
ASPECTS = ("name", "college", "major", "grade", "kind", "phone", "email")
# Why a pair is not a link although something speaks for it.
NAMES_DIFFER, NAMES_UNKNOWN, NAMES_NEAR = "names_differ", "names_unknown", "names_near"
NAMESAKES, SEVERAL, UNSURE, HELD = "namesakes", "several", "unsure", "held"


@dataclass(frozen=True)
class Pair:
    """Two cards, the smaller ref first, for somebody to decide about.

    reason  `why=… name=same college=unknown …`: names of fields, never values
    """

    one: str
    other: str
    probability: float
    reason: str


@dataclass
class Found:
    groups: Groups
    pairs: dict[tuple[str, str], Pair] = field(default_factory=dict)

    def doubt(self, one: ReaderCard, other: ReaderCard, why: str, probability: float = 0.5) -> None:
        first, second = sorted((one, other), key=lambda card: card.ref)
        if (first.ref, second.ref) not in self.groups.apart:
            self.pairs.setdefault(
                (first.ref, second.ref),
                Pair(first.ref, second.ref, round(probability, 4), reason_of(first, second, why)),
            )

    def left(self) -> list[Pair]:
        """Those whose cards no rule joined after all, the likeliest first."""
        open_ = [
            pair
            for pair in self.pairs.values()
            if self.groups.root(pair.one) != self.groups.root(pair.other)
            and not self.groups.parted(pair.one, pair.other)
        ]
        return sorted(open_, key=lambda pair: (-pair.probability, pair.one, pair.other))


def group(
    cards: Sequence[ReaderCard],
    learned: Settings | None,
    folder: Path,
    threshold: float = THRESHOLD,
    decided: Decided = NOTHING_DECIDED,
) -> Found:
    """The persons of these cards; without learned settings by numbers alone."""
    found = Found(decided.begin())
    _by_other_number(cards, found)
    _by_shared(cards, found)
    if learned:
        _by_model(cards, learned, folder, threshold, found)
    return found


def reason_of(one: ReaderCard, other: ReaderCard, why: str) -> str:
    parts = [f"why={why}", f"name={names_agree(one, other)}"]
    parts += [
        f"{aspect}={agreement(getattr(one, aspect), getattr(other, aspect))}"
        for aspect in ASPECTS[1:]
    ]
    return " ".join(parts)


def _by_other_number(cards: Sequence[ReaderCard], found: Found) -> None:
    """One card names the other's number, or both name one number. A slip in it shows: another
    name stands there."""
    known = {card.ref: card for card in cards}
    naming: dict[str, list[ReaderCard]] = defaultdict(list)
    for card in cards:
        if card.other and card.other != card.ref:
            naming[card.other].append(card)
    for ref, those in naming.items():
        if len(those) > CROWD:
            continue
        same = [*those, known[ref]] if ref in known else those
        for one, other in combinations(same, 2):
            if names_agree(one, other) == DIFFER:
                found.doubt(one, other, NAMES_DIFFER)
            else:
                found.groups.join(one.ref, other.ref, OTHER)


def _by_shared(cards: Sequence[ReaderCard], found: Found) -> None:
    for method in (NUMBER, EMAIL, PHONE):
        under: dict[str, list[ReaderCard]] = defaultdict(list)
        for card in cards:
            if value := getattr(card, method):
                under[value].append(card)
        for sharing in under.values():
            if 1 < len(sharing) <= CROWD:
                for one, other in combinations(sharing, 2):
                    _judge(method, one, other, found)


def _judge(method: str, one: ReaderCard, other: ReaderCard, found: Found) -> None:
    """A family has one telephone and twins have names a sign apart; two systems may each have
    counted from one. So the name must be the same; a slip in it is for somebody to see, but for
    an e-mail address, which is one person's."""
    agree = names_agree(one, other)
    if agree == SAME or (agree == NEAR and method == EMAIL):
        found.groups.join(one.ref, other.ref, method)
    elif agree == NEAR:
        found.doubt(one, other, NAMES_NEAR)
    elif agree == UNKNOWN and (method != NUMBER or one.system != other.system):
        found.doubt(one, other, NAMES_UNKNOWN)


def _by_model(
    cards: Sequence[ReaderCard], learned: Settings, folder: Path, threshold: float, found: Found
) -> None:
    """A link only where no other card could be meant: names and much else the same, one card of
    the name in the college in either system, and each the other's only candidate."""
    known = {card.ref: card for card in cards}
    root = found.groups.root
    candidates = [
        (known[one], known[other], probability)
        for one, other, probability in person_matching.pairs(cards, learned, SUGGEST, folder)
        if root(one) != root(other)
    ]
    persons, systems = _namesakes(cards, found.groups), _systems(cards, found.groups)
    partners: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one, other, _probability in candidates:
        partners[root(one.ref), other.system].add(root(other.ref))
        partners[root(other.ref), one.system].add(root(one.ref))
    before = {card.ref: root(card.ref) for card in cards}
    for one, other, probability in candidates:
        first, second = before[one.ref], before[other.ref]
        several = len(partners[first, other.system]) > 1 or len(partners[second, one.system]) > 1
        if _crowded(one, other, persons):
            why = NAMESAKES
        elif several:
            why = SEVERAL
        elif other.system in systems[first] or one.system in systems[second]:
            why = HELD  # that person has a card of this system already
        elif probability < threshold or not _much_agrees(one, other):
            why = UNSURE
        else:
            found.groups.join(one.ref, other.ref, MODEL, round(probability, 4))
            continue
        found.doubt(one, other, why, probability)


def _namesakes(cards: Iterable[ReaderCard], groups: Groups) -> dict[tuple[str, str, str], set[str]]:
    """(system, name, college) → the persons of whom it may be said; college "" counts them all."""
    found: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for card in cards:
        if card.name:
            for college in {card.college, ""}:
                found[card.system, card.name, college].add(groups.root(card.ref))
    return found


def _crowded(
    one: ReaderCard, other: ReaderCard, persons: dict[tuple[str, str, str], set[str]]
) -> bool:
    college = one.college if one.college == other.college else ""
    return any(len(persons[card.system, card.name, college]) > 1 for card in (one, other))


def _systems(cards: Iterable[ReaderCard], groups: Groups) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for card in cards:
        found[groups.root(card.ref)].add(card.system)
    return found


def _much_agrees(one: ReaderCard, other: ReaderCard) -> bool:
    """The name, and two at least of college, year and subject; nothing of these, nor the kind,
    differs."""
    said = [agreement(getattr(one, a), getattr(other, a)) for a in ("college", "grade", "major")]
    kind = agreement(one.kind, other.kind)
    return names_agree(one, other) == SAME and said.count(SAME) >= 2 and DIFFER not in (*said, kind)
