"""What happens by itself on the board: reminders, escalation, closing with the case, each once."""

from django.db import IntegrityError, transaction

from shuren.kernel.clock import now
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.management import supervision
from shuren.management.internals import rating_rows, telling
from shuren.management.internals.voice_rows import Escalation, Opinion, Task
from shuren.service import supervised
from shuren.service.case_shapes import CaseLine

# Working days past its day after which a task is told of again.
FAR_LATE = 3
_AT_ONCE = 500


def run(site: Site, actor: Actor) -> int:
    """Remind, escalate and close what is due now; how many things were told."""
    reconcile(site)
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


def reconcile(site: Site) -> None:
    """What was done to a case on its own page, or by itself, is known here, too: nobody rated in
    time, a reader pressed a button of their case, staff handed a task in at the desk's list."""
    asked = Opinion.objects.filter(closed_at=None, merged_into="")
    rows = {one.pk: one for one in asked.order_by("received_at")[:_AT_ONCE]}
    for id, line in supervised.lines(site, rows).items():
        with transaction.atomic():
            row = Opinion.objects.select_for_update().get(pk=id)
            _follow(site, row, line)
    running = Task.objects.filter(case_id__isnull=False, done_at=None).order_by("due_on")
    tasks = {str(one.case_id): one for one in running[:_AT_ONCE]}
    for id, line in supervised.lines(site, tasks).items():
        if line.is_over or line.state == "handled":
            Task.objects.filter(case_id=id, done_at=None).update(done_at=line.changed_at)


def _follow(site: Site, row: Opinion, line: CaseLine) -> None:
    if line.is_over:
        row.closed_at = row.closed_at or line.changed_at
        row.answered_at = row.answered_at or (line.changed_at if row.resolution else None)
    elif line.state == "surveyed" and row.answered_at is None:
        row.answered_at, row.resolution = line.changed_at, row.resolution or "explained"
        late = row.due_on and supervision.days_late(site, row.due_on, line.changed_at)
        row.was_late = row.was_late or bool(late)
        rating_rows.ask(site, row)
    elif line.state in ("supervised", "overdue") and row.answered_at is not None:
        row.answered_at, row.reopened = None, row.reopened + 1
        telling.reopened(site, row)
    else:
        return
    row.save()


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
