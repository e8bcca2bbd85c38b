"""What is matched to find persons: cards of readers, with their identities under a veil."""

from dataclasses import dataclass

from shuren.data.internals import asking
from shuren.data.internals.door import open_table
from shuren.data.internals.resolution.declared import CARD_COLUMNS, CARDS
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.trust.linking import veiled_identities

PURPOSE = "reader_linking"
DEPARTMENT = "department"  # the card of an office is nobody's
SAME, NEAR, UNKNOWN, DIFFER = "same", "near", "unknown", "differ"


@dataclass(frozen=True)
class ReaderCard:
    """One card. `ref` is its pseudonym, `other` the pseudonym of another number it names; name,
    number, phone and email are as trust veils them, "" where not known."""

    ref: str
    system: str = ""
    other: str = ""
    name: str = ""
    number: str = ""
    phone: str = ""
    email: str = ""
    kind: str = ""
    college: str = ""
    major: str = ""
    grade: str = ""
    campus: str = ""


def reader_cards(site: Site, actor: Actor) -> list[ReaderCard]:
    """All of the live snapshot but those of offices, in the order of their refs."""
    opening = open_table(site, CARDS, PURPOSE, actor)
    rows = asking.rows(opening, CARD_COLUMNS, (), (), None, 0, None).dicts()
    known = {one.pseudonym: one for one in veiled_identities(site, actor=actor, purpose=PURPOSE)}
    found = []
    for row in rows:
        one = known.get(row["reader_key"])
        if row["kind"] == DEPARTMENT:
            continue
        found.append(
            ReaderCard(
                row["reader_key"], row["source_system"], row["other_key"],
                one.name if one else "", one.number if one else "",
                one.phone if one else "", one.email if one else "",
                row["kind"], row["college"], row["major"], row["grade"], row["campus"],
            )
        )  # fmt: skip
    return sorted(found, key=lambda card: card.ref)


def near_forms(name: str) -> list[str]:
    """The name and what is left of it without one sign: two names a slip apart share one. Names
    of two signs have none of these: one sign is half of such a name."""
    if len(name) < 3:
        return [name]
    return [name, *dict.fromkeys(name[:at] + name[at + 1 :] for at in range(len(name)))]


def names_agree(one: ReaderCard, other: ReaderCard) -> str:
    """same, near (one sign apart), unknown or differ"""
    if not one.name or not other.name:
        return UNKNOWN
    if one.name == other.name:
        return SAME
    if min(len(one.name), len(other.name)) < 3:
        return DIFFER
    return NEAR if set(near_forms(one.name)) & set(near_forms(other.name)) else DIFFER


def agreement(one: str, other: str) -> str:
    """same, unknown or differ"""
    if not one or not other:
        return UNKNOWN
    return SAME if one == other else DIFFER
