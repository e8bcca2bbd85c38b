"""What the flows `event` and `course` do to an event when its case moves on."""

from shuren.service.event_shapes import CALLED_OFF
from shuren.service.internals.event_rows import Event
from shuren.service.internals.events import queueing
from shuren.service.internals.hooks import Facts


def mirror(facts: Facts) -> None:
    """The event stands where its case stands; called off, everybody in it is told."""
    event = Event.objects.filter(case_id=facts.row.pk).first()
    if event is None:
        return
    event.state, event.changed_at = facts.row.state, facts.at
    event.sequence += 1
    event.save(update_fields=["state", "changed_at", "sequence"])
    if event.state == CALLED_OFF:
        queueing.tell_all(facts.site, event, "event_off", "event-off")
