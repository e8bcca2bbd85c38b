"""Reminds who holds a milestone before its day, and says so when it is past, each once."""

from collections.abc import Iterator

from shuren.kernel.clock import now
from shuren.kernel.site import Site
from shuren.service import messages
from shuren.service.case_shapes import NOBODY
from shuren.service.internals.acting import MANAGE
from shuren.service.internals.case_rows import Case
from shuren.service.internals.project_rows import Project, ProjectMilestone
from shuren.service.internals.projects.planning import between, day_of
from shuren.service.internals.projects.showing import RUNNING, late_days
from shuren.service.internals.projects.trace import kind_of
from shuren.service.internals.promises import working_time
from shuren.service.project_shapes import FLOW, GOING, HANDED_IN, READER, Milestone, ProjectKind
from shuren.trust.queries import accounts, roles

NEAR, LATE, ESCALATED = "near", "late", "escalated"


def remind(site: Site) -> int:
    """Tell what is due soon or late, in every project that runs; how many messages are new.

    Saying it again does nothing: the key of a message is the milestone, its day and how late.
    """
    rows = Case.objects.filter(flow=FLOW, state=RUNNING, is_open=True, project__isnull=False)
    return sum(_of_project(site, row) for row in rows.select_related("project"))


def _of_project(site: Site, row: Case) -> int:
    project = row.project
    kind, today = kind_of(project), day_of(site, now())
    told = 0
    going = {one.name: one for one in project.milestones.filter(state__in=GOING)}
    for said in kind.milestones:
        if said.id not in going:
            continue
        one = going[said.id]
        late = late_days(site, one, today)
        if late:
            told += _tell(site, row, kind, said, one, LATE, late)
            if late >= kind.escalate_days:
                told += _tell(site, row, kind, said, one, ESCALATED, late)
        elif 0 <= between(working_time(site), today, one.due_on) <= kind.remind_days:
            told += _tell(site, row, kind, said, one, NEAR, 0)
    return told


def _tell(
    site: Site,
    row: Case,
    kind: ProjectKind,
    said: Milestone,
    one: ProjectMilestone,
    level: str,
    late: int,
) -> int:
    values = {"project": kind.title, "milestone": said.title, "due": one.due_on}
    if level != NEAR:
        values["days"] = late
    template = "milestone_near" if level == NEAR else "milestone_late"
    new = 0
    for to in _whom(row, row.project, kind, said, one, level):
        new += messages.tell(
            site, template=template, values=values,
            about={"kind": "case" if "reader" in to else "desk_case", "id": row.pk},
            key=f"project:{row.pk}:{one.name}:{one.due_on}:{level}", **to,
        )  # fmt: skip
    return new


def _whom(
    row: Case,
    project: Project,
    kind: ProjectKind,
    said: Milestone,
    one: ProjectMilestone,
    level: str,
) -> Iterator[dict[str, str]]:
    """Who does it, or who is to agree where it is handed in; else whoever has the case in hand.
    Managers once it is long late. Somebody outside has no inbox: those who work with them do."""
    if level == ESCALATED:
        may = {id for id, role in roles().items() if MANAGE in role.permissions}
        yield from ({"account": line.username} for line in accounts() if line.role in may)
        return
    role = kind.roles[said.approved_by if one.state == HANDED_IN else said.by]
    if role.held_by == READER and row.pseudonym != NOBODY:
        yield {"reader": row.pseudonym}
    holders = set(project.people.filter(role=role.id).values_list("account", flat=True))
    holders |= {row.assignee}
    yield from ({"account": account} for account in sorted(holders - {""}))
