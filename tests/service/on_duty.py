"""A shift of day duty with its people at work in it, for tests of other rooms."""

from datetime import datetime, timedelta

from shuren.kernel.clock import now
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import shifts
from shuren.service.internals.shift_rows import Shift

CODE = "123456"
TITLE = {"zh": "今日我值班", "en": "Day duty"}


def on_duty(site: Site, *people: Actor, begins: datetime | None = None) -> list[int]:
    """The turns of these people, who are checked in; it begins within the next two hours."""
    begins = begins or now() + timedelta(minutes=50)
    row = Shift.objects.create(
        id="S1", roster="demo-day-duty", service="librarian_for_a_day", title=TITLE, place=TITLE,
        day=begins.date(), starts_at=begins, people=len(people), code=CODE, early=120,
        ends_at=begins + timedelta(hours=2), missed_at=begins + timedelta(hours=1),
        changed_at=now(),
    )  # fmt: skip
    turns = [shifts.take(site, row.pk, actor=one).id for one in people]
    for turn, one in zip(turns, people, strict=True):
        shifts.check_in(site, turn, CODE, actor=one)
    return turns
