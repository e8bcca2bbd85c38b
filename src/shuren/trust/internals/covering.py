"""What a purpose's file lists, and how long it is approved."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings

from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.trust.definitions import Purpose, purposes
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


def ending(known: Iterable[Purpose], today: date, within_days: int) -> list[Ending]:
    last = today + timedelta(days=within_days)
    found = []
    for one in known:
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
                fix=what_to_do(purpose, table, column, persons=True),
            )


def what_to_do(purpose: Purpose, table: str, column: str, *, persons: bool) -> str:
    """About a table or column that a purpose does not open: have its change approved, if its file
    lists it by now, else change the file."""
    held = purposes.waiting(settings.SITE).get(purpose.id)
    if held is not None and held.said.covers(table, column, persons=persons):
        said = _("%(file)s lists it by now, but that change waits for approval.", file=purpose.file)
        return f"{said} {approve_it()}"
    return _("Whoever answers for the purpose adds it under `tables`, and has that approved.")


def about_class(purpose: Purpose, level: int) -> str:
    """About a column of a class that a purpose does not open: "" unless its change would."""
    held = purposes.waiting(settings.SITE).get(purpose.id)
    if held is None or held.said.highest_class < level:
        return ""
    said = _("%(file)s opens it by now, but that change waits for approval.", file=purpose.file)
    return f"{said} {approve_it()}"


def approve_it() -> str:
    return _("A role with purposes.approve does that under /workbench/roles/.")
