"""Places of an event: taken, given back, passed on to whoever waits longest.

Whoever calls holds a transaction and the event's row, so that places and enrolments agree.
"""

import secrets

from django.db.models import F, Q

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site
from shuren.service.event_shapes import CANCELLED, ENROLLED, WAITING
from shuren.service.internals.event_rows import Enrolment, Event
from shuren.service.messages import tell

_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none is taken for another at the door


def held(event_id: str) -> Event | None:
    """The event's row, locked until the transaction ends."""
    return Event.objects.select_for_update().filter(pk=event_id[:32]).first()


def take(event: Event, pseudonym: str) -> Enrolment:
    """Give the reader a place, or the last place in the waiting list; who is in already stays."""
    row = Enrolment.objects.filter(event=event, pseudonym=pseudonym).first()
    if row is not None and row.state != CANCELLED:
        return row
    given = Event.objects.filter(Q(places=0) | Q(taken__lt=F("places")), pk=event.pk)
    state = ENROLLED if given.update(taken=F("taken") + 1) else WAITING
    if row is not None:  # who comes back stands at the end
        row.delete()
    return Enrolment.objects.create(
        event=event, pseudonym=pseudonym, number=_number(event), state=state, at=now()
    )


def give_back(site: Site, event: Event, row: Enrolment) -> None:
    """Take a reader out; the next who waits moves up and is told."""
    had_place = row.state == ENROLLED
    row.state = CANCELLED
    row.save(update_fields=["state"])
    if had_place:
        Event.objects.filter(pk=event.pk).update(taken=F("taken") - 1)
        move_up(site, event)


def move_up(site: Site, event: Event) -> int:
    """Give free places to those who wait, the longest waiting first; how many moved."""
    moved = 0
    for row in Enrolment.objects.filter(event=event, state=WAITING).order_by("id"):
        free = Event.objects.filter(Q(places=0) | Q(taken__lt=F("places")), pk=event.pk)
        if now() >= event.ends_at or not free.update(taken=F("taken") + 1):
            return moved
        row.state = ENROLLED
        row.save(update_fields=["state"])
        tell(
            site, reader=row.pseudonym, template="event_place",
            values={"event": event.title, "at": event.starts_at, "place": event.place or "–"},
            about={"kind": "event", "id": event.pk}, key=f"event-place-{event.pk}-{row.pk}",
        )  # fmt: skip
        moved += 1
    return moved


def tell_all(site: Site, event: Event, template: str, key: str) -> None:
    """Tell everybody who is in or waits."""
    for row in Enrolment.objects.filter(event=event, state__in=(ENROLLED, WAITING)):
        tell(
            site, reader=row.pseudonym, template=template,
            values={"event": event.title, "at": event.starts_at, "place": event.place or "–"},
            about={"kind": "event", "id": event.pk}, key=f"{key}-{event.pk}-{row.pk}",
        )  # fmt: skip


def _number(event: Event) -> str:
    while True:
        number = "".join(secrets.choice(_SIGNS) for _at in range(4))
        if not Enrolment.objects.filter(event=event, number=number).exists():
            return number


def no_such_event() -> str:
    return _("There is no such event.")
