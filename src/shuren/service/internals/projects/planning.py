"""When a project's milestones are due, on the library's calendar; and when it may close."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import listed, pick
from shuren.kernel.site import Site
from shuren.kernel.working_time import WorkingTime
from shuren.service.internals.hooks import Facts
from shuren.service.internals.project_rows import Project, ProjectMilestone, ProjectPerson
from shuren.service.internals.projects.trace import kind_of
from shuren.service.internals.promises import working_time
from shuren.service.project_shapes import GOING, READER, ProjectKind, Role

_LONGEST = 3660  # days; a calendar without a working day in ten years is a slip


def day_of(site: Site, at: datetime) -> date:
    """The day of a moment in the library's time."""
    return at.astimezone(working_time(site).zone).date()


def after(working: WorkingTime, day: date, days: int) -> date:
    """The working day that many working days after a day; the day itself for 0.

    raises  ValueError if the calendar has no working day for ten years
    """
    left, found = days, day
    for _day in range(_LONGEST):
        if not left:
            return found
        found += timedelta(days=1)
        left -= working.is_working_day(found)
    raise ValueError(f"the calendar {working.calendar.id} has no working day near {day:%Y}")


def between(working: WorkingTime, first: date, last: date) -> int:
    """Working days after `first` up to and with `last`; negative if `last` is earlier."""
    if last < first:
        return -between(working, last, first)
    days = (last - first).days
    return sum(working.is_working_day(first + timedelta(days=at)) for at in range(1, days + 1))


def plan(working: WorkingTime, kind: ProjectKind, begun_on: date) -> Mapping[str, date]:
    """{milestone: the day it is due}"""
    due: dict[str, date] = {}
    for one in kind.milestones:
        due[one.id] = after(working, due.get(one.after, begun_on), one.days)
    return due


def begin(facts: Facts) -> None:
    """Make the project of a case from the kind its service runs by; nothing where it has none."""
    from shuren.service.definitions import project_kind  # late: it reads flows, which name us

    kind = project_kind(facts.site, facts.row.service)
    if kind is None or Project.objects.filter(pk=facts.row.pk).exists():
        return
    today = day_of(facts.site, facts.at)
    # As pairs: PostgreSQL keeps no order of the keys of an object.
    said = dict(kind.said) | {"roles": [list(one) for one in kind.said["roles"].items()]}
    project = Project.objects.create(case_id=facts.row.pk, kind=kind.id, said=said, begun_on=today)
    due = plan(working_time(facts.site), kind, today)
    ProjectMilestone.objects.bulk_create(
        ProjectMilestone(
            project=project, number=at, name=one.id, planned_on=due[one.id], due_on=due[one.id]
        )
        for at, one in enumerate(kind.milestones, 1)
    )


def pause(facts: Facts) -> None:
    Project.objects.filter(pk=facts.row.pk).update(paused_on=day_of(facts.site, facts.at))


def resume(facts: Facts) -> None:
    """Move what is still going by the working days that the project stood still."""
    project = Project.objects.filter(pk=facts.row.pk).first()
    if project is None or project.paused_on is None:
        return
    working = working_time(facts.site)
    stood = between(working, project.paused_on, day_of(facts.site, facts.at))
    for one in ProjectMilestone.objects.filter(project=project, state__in=GOING):
        # What was late when it was paused is as late afterwards as it was then.
        one.due_on = after(working, one.due_on, stood)
        one.save(update_fields=["due_on"])
    Project.objects.filter(pk=project.pk).update(paused_on=None)


def vacant(project: Project, kind: ProjectKind) -> tuple[Role, ...]:
    """Roles that must be held and that nobody holds."""
    held = set(ProjectPerson.objects.filter(project=project).values_list("role", flat=True))
    return tuple(
        one
        for one in kind.roles.values()
        if one.required and one.held_by != READER and one.id not in held
    )


def why_open(facts: Facts) -> str:
    """The sentence that says why the project does not close yet, ""."""
    project = Project.objects.filter(pk=facts.row.pk).first()
    if project is None:
        return ""
    kind = kind_of(project)
    going = ProjectMilestone.objects.filter(project=project, state__in=GOING)
    titles = {one.id: pick(one.title) for one in kind.milestones}
    names = [
        titles.get(name, name) for name in going.order_by("number").values_list("name", flat=True)
    ]
    if names:
        return _(
            "It closes when every milestone is done or dropped. Still open: %(names)s.",
            names=listed(names),
        )
    empty = [pick(one.title) for one in vacant(project, kind)]
    if empty:
        return _(
            "It closes when every role that must be held is. Nobody is yet: %(names)s.",
            names=listed(empty),
        )
    return ""
