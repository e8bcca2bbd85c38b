"""Cards planted in a second system, so that what is found can be counted.

Each is a card of a reader who is known, spoilt as a second system spoils it; or the card of
somebody else who only looks like a reader: a namesake, a twin, a number mistyped. The truth is
known because we made it. Names stay under their veil: a slip is another sign of the same veil.
"""

import hashlib
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from shuren.data.internals.resolution.cards_of_readers import ReaderCard
from shuren.data.internals.resolution.persons import Found

SYSTEM = "planted"
SAME = (
    "other_id", "zeros", "phone", "email", "new_number", "phone_slip", "no_key", "no_year",
    "slip_no_key", "moved",
)  # fmt: skip
OTHER = ("namesake", "namesake_no_year", "twin", "wrong_number")


@dataclass(frozen=True)
class Planted:
    """`record` is of the person of `origin`, or, if not `same`, of somebody else."""

    record: ReaderCard
    origin: str
    kind: str
    same: bool


def plant(cards: Sequence[ReaderCard], number: int, seed: int) -> list[Planted]:
    """So many of each kind, or as many as there are readers who have what it needs (a kind that
    nobody fits is left out); of the system with the most cards, so that no reader is the origin
    of two."""
    chance = random.Random(seed)
    full = [card for card in cards if card.name and card.college and card.grade]
    largest = Counter(card.system for card in full).most_common(1)
    usable = [card for card in full if card.system == largest[0][0]]
    number = min(number, len(usable) // (len(SAME) + len(OTHER)))
    needed = {"email": "email", "phone": "phone", "phone_slip": "phone", "new_number": "phone",
              "moved": "phone", "zeros": "number", "twin": "phone"}  # fmt: skip
    chance.shuffle(usable)
    signs = sorted({sign for card in usable for sign in card.name})
    places = sorted({(card.college, card.major) for card in usable})
    found: list[Planted] = []
    for kind in (*SAME, *OTHER):
        fit = [card for card in usable if kind not in needed or getattr(card, needed[kind])]
        for place, origin in enumerate(fit[:number]):
            usable.remove(origin)
            ref = "r_" + hashlib.sha256(f"{seed} {kind} {place}".encode()).hexdigest()[:26]
            card = _spoil(kind, origin, signs, places, chance)
            found.append(Planted(replace(card, ref=ref), origin.ref, kind, kind in SAME))
    return found


def _spoil(
    kind: str,
    card: ReaderCard,
    signs: Sequence[str],
    places: Sequence[tuple[str, str]],
    chance: random.Random,
) -> ReaderCard:
    bare = replace(card, system=SYSTEM, other="", number="", phone="", email="")
    slip = _slip(card.name, signs, chance)
    phone = card.phone or f"p{chance.random()}"
    elsewhere = [p for p in places if p[0] != card.college and p[1] != card.major]
    college, major = chance.choice(elsewhere or list(places))
    made = {
        "other_id": replace(bare, other=card.ref, name=chance.choice((card.name, slip, ""))),
        "zeros": replace(bare, number=card.number),
        "phone": replace(bare, phone=card.phone, college="", grade="", major=""),
        "email": replace(bare, email=card.email, college="", grade=""),
        "new_number": replace(
            bare, system=card.system, phone=card.phone, email=card.email, grade="", major=""
        ),
        "phone_slip": replace(bare, phone=card.phone, name=slip),
        "no_key": bare,
        "no_year": replace(bare, grade="", major=""),
        "slip_no_key": replace(bare, name=slip),
        "moved": replace(bare, phone=card.phone, college=college, major=major),
        "namesake": replace(bare, grade=_another_year(card.grade, chance), phone=f"x{phone}",
                            major=""),
        "namesake_no_year": replace(bare, grade="", major="", phone=f"x{phone}"),
        "twin": replace(bare, name=slip, phone=card.phone),
        "wrong_number": replace(bare, other=card.ref, name=_another_name(signs, chance)),
    }  # fmt: skip
    return made[kind]


def _another_year(grade: str, chance: random.Random) -> str:
    return str(int(grade) + chance.choice((-2, -1, 1, 2))) if grade.isdigit() else ""


def _another_name(signs: Sequence[str], chance: random.Random) -> str:
    return "".join(chance.choice(signs) for _place in range(4))


def _slip(name: str, signs: Sequence[str], chance: random.Random) -> str:
    """Another sign in one place, never the first: a surname is seldom mistaken."""
    if len(name) < 2:
        return name
    place = chance.randrange(1, len(name))
    another = chance.choice([sign for sign in signs if sign != name[place]])
    return name[:place] + another + name[place + 1 :]


def score(
    found: Found, cards: Sequence[ReaderCard], planted: Sequence[Planted]
) -> dict[str, float]:
    """precision and recall of links; recall_<kind>, and asked_<kind>, the share that became a
    suggestion instead; apart_<kind> of those who only look like a reader.

    cards  those that were not planted
    """
    root = found.groups.root
    asked = {(pair.one, pair.other) for pair in found.left()}
    real_in = {root(card.ref) for card in cards}
    origins: dict[str, set[str]] = defaultdict(set)
    for p in planted:
        origins[root(p.record.ref)].add(root(p.origin))
    joined = {p.record.ref: root(p.record.ref) == root(p.origin) for p in planted}
    # Linked to anybody but its own person: a reader, or a card planted of another reader.
    wrong = {
        p.record.ref: root(p.record.ref) in real_in
        if not p.same
        else not joined[p.record.ref]
        and (root(p.record.ref) in real_in or len(origins[root(p.record.ref)]) > 1)
        for p in planted
    }
    right = sum(joined[p.record.ref] for p in planted if p.same)
    strangers, real = sum(wrong.values()), sum(p.same for p in planted)
    result = {
        "precision": right / (right + strangers) if right + strangers else 1.0,
        "recall": right / real if real else 1.0,
    }
    for kind in dict.fromkeys(p.kind for p in planted):
        own = [p for p in planted if p.kind == kind]
        if kind in SAME:
            result[f"recall_{kind}"] = sum(joined[p.record.ref] for p in own) / len(own)
        else:
            result[f"apart_{kind}"] = 1 - sum(wrong[p.record.ref] for p in own) / len(own)
        questions = sum(tuple(sorted((p.record.ref, p.origin))) in asked for p in own)
        result[f"asked_{kind}"] = questions / len(own)
    return {name: round(value, 4) for name, value in result.items()}
