"""What happens by itself on the board: reminders, escalation, closing with the case, each once."""

from django.db import IntegrityError, transaction

from shuren.kernel.clock import now
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.management import supervision
from shuren.management.internals import telling
from shuren.management.internals.voice_rows import Escalation, Opinion, Task
from shuren.service import supervised

# Working days past its day after which a task is told of again.
FAR_LATE = 3
_AT_ONCE = 500


def run(site: Site, actor: Actor) -> int:
    """Remind, escalate and close what is due now; how many things were told."""
    close_rated(site)
    told = 0
    open_ = Task.objects.filter(case_id__isnull=False, done_at=None).order_by("due_on")
    for task in open_[:_AT_ONCE]:
        line = supervised.lines(site, [str(task.case_id)]).get(str(task.case_id))
        if line is None or line.is_over or line.clock == "paused":
            continue
        late = supervision.days_late(site, task.due_on, now())
        level = None
        if late > FAR_LATE:
            level = 2
        elif late:
            level = 1
        elif line.clock == "near" or _is_tomorrow(site, task):
            level = 0
        if level is not None:
            told += _tell(site, task, level, late)
        if late and not task.was_late:
            Task.objects.filter(pk=task.pk).update(was_late=True)
    return told


def close_rated(site: Site) -> None:
    """Opinions whose writers said nothing in time are closed with their case."""
    asked = Opinion.objects.filter(closed_at=None, answered_at__isnull=False, merged_into="")
    rows = {one.pk: one for one in asked[:_AT_ONCE]}
    for id, line in supervised.lines(site, rows).items():
        if line.is_over:
            Opinion.objects.filter(pk=id, closed_at=None).update(closed_at=line.changed_at)


def _is_tomorrow(site: Site, task: Task) -> bool:
    """Whether the task's day is today or the next working day."""
    return task.due_on <= supervision.due_after(site, now(), 1)


def _tell(site: Site, task: Task, level: int, late: int) -> int:
    try:
        with transaction.atomic():
            Escalation.objects.create(
                case_id=str(task.case_id), due_on=task.due_on, level=level, at=now()
            )
            telling.late(site, task, level, late)
    except IntegrityError:  # told already
        return 0
    return 1
