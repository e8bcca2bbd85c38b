"""Tasks: opened when a dimension falls, routed to who answers for the data, closed with a fix."""

import statistics
from collections import Counter
from collections.abc import Sequence

from django.db import transaction

from shuren.data.definitions import contracts
from shuren.data.errors import TaskProblem
from shuren.data.internals import measuring
from shuren.data.internals.stewards import domain_of, domains
from shuren.data.models import Task
from shuren.data.quality import DIMENSIONS, Measure, Skill, TaskLine
from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.trust import queries as trust

FALL = 0.005  # below the usual share by so much, a dimension has fallen …
FEWEST = 5  # … if so many rows more than usual are at fault
FLOOR = 0.95  # a first load below this has, too
USUAL_OF = 5  # loads


def open_tasks(site: Site, new: Sequence[Measure]) -> list[TaskLine]:
    """A task for every dimension that fell in the new measures; the open one if there is one."""
    known, responsible = contracts(site), domains(site).values()
    found = []
    for measure in new:
        history = measuring.measures(site, measure.contract)
        before = [m for m in history if (m.at, m.load) < (measure.at, measure.load)]
        for dimension in DIMENSIONS:
            usual, share = _usual(before, dimension), measure.share(dimension)
            if share is None or not _fell(usual, share, measure.records):
                continue
            domain = domain_of(known[measure.contract], responsible)
            found.append(_open(measure, dimension, domain, FLOOR if usual is None else usual))
    return found


def lines(*, actor: Actor, is_open: bool | None = True, domain: str = "") -> list[TaskLine]:
    trust.require(actor, "tasks.read")
    chosen = Task.objects.order_by("-opened_at", "-pk")
    if is_open is not None:
        chosen = chosen.filter(closed_at__isnull=is_open)
    if domain:
        chosen = chosen.filter(domain=domain)
    return [_line(task) for task in chosen]


def line(id: int, *, actor: Actor) -> TaskLine:
    trust.require(actor, "tasks.read")
    return _line(_found(id))


@transaction.atomic
def take(id: int, *, actor: Actor) -> TaskLine:
    trust.require(actor, "tasks.work")
    task = _still_open(id)
    task.taken_by, task.taken_at = actor.id, now()
    task.save(update_fields=["taken_by", "taken_at"])
    return _line(task)


@transaction.atomic
def close(id: int, fix: str, *, actor: Actor) -> TaskLine:
    trust.require(actor, "tasks.work")
    task = _still_open(id)
    if not fix.strip():
        raise TaskProblem(
            _("A task is closed by saying what was done about it."),
            fix=_("Write one sentence, such as “Asked the vendor; loaded the corrected file”."),
        )
    task.fix, task.closed_by, task.closed_at = fix.strip()[:2000], actor.id, now()
    task.save(update_fields=["fix", "closed_by", "closed_at"])
    return _line(task)


def skills(*, actor: Actor) -> list[Skill]:
    trust.require(actor, "tasks.read")
    mended: dict[str, list[Task]] = {}
    for task in Task.objects.filter(closed_at__isnull=False):
        mended.setdefault(task.closed_by, []).append(task)
    found = [
        Skill(
            account=account,
            closed=len(tasks),
            domains=dict(Counter(t.domain for t in tasks).most_common()),
            dimensions=dict(Counter(t.dimension for t in tasks).most_common()),
            median_days=statistics.median(_days(t) for t in tasks),
        )
        for account, tasks in mended.items()
    ]
    return sorted(found, key=lambda skill: (-skill.closed, skill.account))


def _fell(usual: float | None, share: float, records: int) -> bool:
    if usual is None:
        return share < FLOOR
    return share < usual - FALL and (usual - share) * records >= FEWEST


def _usual(before: Sequence[Measure], dimension: str) -> float | None:
    shares = [s for m in before if (s := m.share(dimension)) is not None]
    return statistics.median(shares[-USUAL_OF:]) if shares else None


@transaction.atomic
def _open(measure: Measure, dimension: str, domain: str, before: float) -> TaskLine:
    newest = {
        "load": measure.load,
        "faults": measure.faults[dimension],
        "records": measure.records,
        "now": measure.share(dimension),
        "seen_at": now(),
    }
    task, _made = Task.objects.update_or_create(
        contract=measure.contract,
        dimension=dimension,
        closed_at=None,
        defaults=newest,
        create_defaults=newest | {"domain": domain, "before": before, "opened_at": now()},
    )
    return _line(task)


def _days(task: Task) -> float:
    closed = task.closed_at or now()
    return (closed - task.opened_at).total_seconds() / 86_400


def _still_open(id: int) -> Task:
    task = _found(id, lock=True)
    if task.closed_at is not None:
        raise TaskProblem(
            _("Task %(id)s was closed by %(who)s.", id=id, who=task.closed_by),
            fix=_("If the fault is there again, the next load opens a new one."),
        )
    return task


def _found(id: int, *, lock: bool = False) -> Task:
    tasks = Task.objects.select_for_update() if lock else Task.objects
    task = tasks.filter(pk=id).first()
    if task is None:
        raise TaskProblem(_("There is no task %(id)s.", id=id))
    return task


def _line(task: Task) -> TaskLine:
    return TaskLine(
        id=task.pk,
        contract=task.contract,
        domain=task.domain,
        dimension=task.dimension,
        load=task.load,
        faults=task.faults,
        records=task.records,
        before=task.before,
        now=task.now,
        opened_at=task.opened_at,
        taken_by=task.taken_by,
        closed_by=task.closed_by,
        closed_at=task.closed_at,
        fix=task.fix,
    )
