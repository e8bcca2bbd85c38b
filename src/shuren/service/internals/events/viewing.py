"""Events and enrolments as they are handed out."""

from datetime import datetime

from django.db.models import Avg, Count, Q

from shuren.kernel.shapes import Actor
from shuren.service.event_shapes import WAITING, EventView, OwnPlace, Session
from shuren.service.internals.event_rows import Enrolment, Event

LEAST_RATINGS = 5


def mine(event_id: str, actor: Actor) -> Enrolment | None:
    if not actor.reader_key:
        return None
    return Enrolment.objects.filter(event=event_id[:32], pseudonym=actor.reader_key).first()


def sessions(row: Event) -> tuple[Session, ...]:
    return tuple(
        Session(at, datetime.fromisoformat(start), datetime.fromisoformat(end))
        for at, (start, end) in enumerate(row.sessions, 1)
    )


def place(row: Enrolment) -> OwnPlace:
    line = 0
    if row.state == WAITING:
        line = Enrolment.objects.filter(event=row.event_id, state=WAITING, pk__lte=row.pk).count()
    return OwnPlace(
        row.event_id, row.state, row.number, line, tuple(row.attended), row.rating, row.opinion,
        row.certificate,
    )  # fmt: skip


def event(row: Event) -> EventView:
    counted = Enrolment.objects.filter(event=row.pk).aggregate(
        waiting=Count("pk", filter=Q(state=WAITING)),
        ratings=Count("pk", filter=Q(rating__gt=0)),
        mean=Avg("rating", filter=Q(rating__gt=0)),
    )
    taken = Event.objects.filter(pk=row.pk).values_list("taken", flat=True)[0]
    enough = counted["ratings"] >= LEAST_RATINGS
    return EventView(
        row.pk, row.service, row.state, row.title, row.summary, row.place, sessions(row),
        row.enrol_until, row.places, row.places - taken if row.places else None,
        counted["waiting"], row.certificate, tuple(row.reading), row.recap,
        round(counted["mean"], 1) if enough else None, counted["ratings"] if enough else 0,
        row.sequence, row.changed_at, row.case_id,
    )  # fmt: skip
