"""What a purpose's file lists, and how long it is approved."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.trust.definitions import Purpose
from shuren.trust.errors import NotAllowed

IDENTITY = "trust.identity"


@dataclass(frozen=True)
class Ending:
    """A purpose of which somebody must think again.

    ends     whether it is refused after that day; else it is a review that is due
    is_over  whether it is refused already
    """

    id: str
    file: str
    day: date
    ends: bool
    is_over: bool


def ending(purposes: Iterable[Purpose], today: date, within_days: int) -> list[Ending]:
    last = today + timedelta(days=within_days)
    found = []
    for one in purposes:
        day = one.approved_until or one.review_by
        if day is not None and day <= last:
            ends = one.approved_until is not None
            found.append(Ending(one.id, one.file, day, ends, ends and day < today))
    return sorted(found, key=lambda ending: (ending.day, ending.id))


def require_covered(purpose: Purpose, table: str, columns: Iterable[str]) -> None:
    """Raise NotAllowed unless the purpose's file lists these columns of something about persons."""
    for column in columns:
        if not purpose.covers(table, column, persons=True):
            raise NotAllowed(
                _(
                    "The purpose “%(purpose)s” does not cover %(what)s: %(file)s does not list it.",
                    purpose=pick(purpose.title),
                    what=f"{table}.{column}",
                    file=purpose.file,
                ),
                fix=_(
                    "Whoever answers for the purpose adds it under `tables`, and has that approved."
                ),
            )
