"""Small shapes that several rooms hand to each other."""

from collections.abc import Callable
from dataclasses import dataclass

# A long step calls progress(done, total); the unit is the caller's, total 0 means unknown.
Progress = Callable[[int, int], None]


def no_progress(done: int, total: int) -> None:
    """For callers that show nothing."""


@dataclass(frozen=True)
class Actor:
    """Who asks. Every door of `trust` and `data` wants one.

    id          account name, or "cli:<user>" for the operator at a terminal
    role        id of a file in definitions/roles/
    reader_key  the pseudonym of the reader this account belongs to, or ""
    doing       the action (`quarantine.read`) they came in under, as `trust.queries.require` gives
                it back; "" under none: then data open only that are public or their own
    """

    id: str
    role: str
    reader_key: str = ""
    doing: str = ""
