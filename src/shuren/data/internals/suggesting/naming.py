"""How like a column's name is to the names of a field."""

from difflib import SequenceMatcher
from functools import lru_cache

from shuren.data.internals.lint import plain_name
from shuren.data.shapes import Field

_LIKE = 0.5


def likeness(name: str, field: Field) -> tuple[float, str]:
    """0 to 1 and the name of the field it is like; 1 for a name the contract knows."""
    if not name:
        return 0.0, ""
    plain = plain_name(name)
    known = (field.name, *field.names, *field.title.values())
    best, at = max(
        ((_like(plain, plain_name(one)), one) for one in known), key=lambda pair: pair[0]
    )
    return (best, at) if best >= _LIKE else (0.0, "")


@lru_cache(maxsize=100_000)
def _like(name: str, known: str) -> float:
    """Of one part, or of the order of characters; a name with more around it is nearly one."""
    if name == known:
        return 1.0
    found = SequenceMatcher(None, name, known).ratio()
    shorter, longer = sorted((name, known), key=len)
    if len(shorter) >= 2 and shorter in longer:
        found = max(found, 0.65 + 0.25 * len(shorter) / len(longer))
    return min(found, 0.92)
