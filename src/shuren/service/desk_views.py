"""Views of the desk's list that an account of staff gave a name; each sees their own."""

from collections.abc import Mapping
from dataclasses import dataclass

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.service.errors import NotOffered, WrongField
from shuren.service.internals.desk_rows import DeskView
from shuren.service.internals.remarks import require_desk

# What of the list's address makes a view.
ASKED = ("show", "desk", "service", "state", "branch", "person", "q", "sort")
MOST, LONGEST, LONGEST_VALUE = 12, 40, 150


@dataclass(frozen=True)
class View:
    """asked  {name: value} of ASKED, only what was chosen"""

    id: int
    name: str
    asked: Mapping[str, str]


def views(actor: Actor) -> list[View]:
    """The actor's own, the oldest first."""
    require_desk(actor)
    rows = DeskView.objects.filter(account=actor.id).order_by("saved_at", "pk")
    return [View(row.pk, row.name, row.asked) for row in rows]


def save(name: str, asked: Mapping[str, str], *, actor: Actor) -> View:
    """Keep a view under a name; one of the actor's that has it is replaced.

    raises  WrongField without a name, NotOffered beyond twelve, trust's NotAllowed
    """
    require_desk(actor)
    name = " ".join(name.replace("\x00", "").split())[:LONGEST]
    if not name:
        raise WrongField("name", _("Give the view a name."))
    mine = DeskView.objects.filter(account=actor.id)
    if not mine.filter(name=name).exists() and mine.count() >= MOST:
        raise NotOffered(
            _("You have %(number)s saved views already.", number=MOST),
            fix=_("Remove one that you do not use, or save it under the name of one."),
        )
    kept = {key: asked[key][:LONGEST_VALUE] for key in ASKED if asked.get(key)}
    row, _is_new = DeskView.objects.update_or_create(
        account=actor.id, name=name, defaults={"asked": kept, "saved_at": now()}
    )
    return View(row.pk, row.name, row.asked)


def forget(id: int, *, actor: Actor) -> None:
    """Remove one of the actor's own views; one that is not there is gone already."""
    require_desk(actor)
    DeskView.objects.filter(account=actor.id, pk=id).delete()
