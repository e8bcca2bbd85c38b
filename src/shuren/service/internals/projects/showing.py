"""A project as one actor may see it, and what they may do with each milestone."""

from collections.abc import Sequence
from datetime import date

from shuren.kernel.clock import now
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.case_shapes import LIBRARIAN, MANAGER
from shuren.service.case_shapes import READER as ASKING
from shuren.service.internals.case_rows import Case
from shuren.service.internals.project_rows import (
    Project,
    ProjectMilestone,
    ProjectPaper,
    ProjectPerson,
)
from shuren.service.internals.projects.planning import between, day_of, vacant
from shuren.service.internals.projects.trace import kind_of
from shuren.service.internals.promises import working_time
from shuren.service.project_shapes import (
    GOING,
    HANDED_IN,
    OPEN,
    OUTSIDE,
    READER,
    STAFF,
    Milestone,
    MilestoneView,
    PaperView,
    PersonView,
    ProjectKind,
    ProjectView,
)
from shuren.trust.actions import unseal

RUNNING = "running"  # the state of the flow `project` in which its milestones are worked on


def name_context(person: str) -> str:
    return f"service.projectperson:{person}"


def name_of(row: Case, kind: ProjectKind) -> str:
    """The project's own title: the answer its kind names, else what the case is about, else ""."""
    named = row.fields.get(kind.named_by)
    return named if isinstance(named, str) and named else str(row.subject.get("title", ""))


class Seen:
    """One project before one actor: `mine` as acting.parts."""

    def __init__(
        self, site: Site, row: Case, project: Project, actor: Actor, mine: frozenset[str]
    ) -> None:
        self.site, self.row, self.project, self.actor, self.mine = site, row, project, actor, mine
        self.kind: ProjectKind = kind_of(project)
        self.is_going = row.is_open and row.state == RUNNING
        self.people = list(project.people.order_by("at", "id"))

    @property
    def is_staff(self) -> bool:
        return bool(self.mine - {ASKING})

    def can(self, said: Milestone, one: ProjectMilestone) -> tuple[str, ...]:
        """What the actor may do with a milestone now, in the order a page offers it."""
        if not self.is_going:
            return ()
        found = []
        works = LIBRARIAN in self.mine or (
            ASKING in self.mine and self.kind.roles[said.by].held_by == READER
        )
        if one.state == OPEN and works:
            found += ["add", "hand_in"] if said.documents else ["hand_in"]
        if one.state == HANDED_IN and self.agrees(said, one):
            found += ["approve", "send_back"]
        if LIBRARIAN in self.mine:
            found += ["move"] if one.state in GOING else ["reopen"]
        if one.state in GOING and self.drops(said, one):
            found.append("drop")
        return tuple(found)

    def agrees(self, said: Milestone, one: ProjectMilestone) -> bool:
        """Whether the actor holds the role that approves, and is not who handed it in."""
        if not said.approved_by:
            return False
        held_by = self.kind.roles[said.approved_by].held_by
        if held_by == READER:
            return ASKING in self.mine
        if held_by == OUTSIDE:  # they have no account: what they said is entered by a librarian
            return LIBRARIAN in self.mine
        holders = {p.account for p in self.people if p.role == said.approved_by}
        return self.is_staff and self.actor.id in holders and self.actor.id != one.handed_by

    def drops(self, said: Milestone, one: ProjectMilestone) -> bool:
        """An approval is not got round by dropping what needs it."""
        if MANAGER in self.mine or not said.approved_by:
            return bool(self.mine & {LIBRARIAN, MANAGER})
        is_ours = self.kind.roles[said.approved_by].held_by == STAFF
        return is_ours and self.agrees(said, one)

    def missing(self, said: Milestone) -> tuple[dict[str, str], ...]:
        there = set(
            self.project.papers.filter(milestone=said.id).values_list("document", flat=True)
        )
        return tuple(one.title for one in said.documents if one.required and one.id not in there)

    def view(self) -> ProjectView:
        project = self.project
        until = project.paused_on or day_of(self.site, self.row.closed_at or now())
        papers = list(project.papers.defer("sealed").order_by("milestone", "document", "-version"))
        rows = {one.name: one for one in project.milestones.all()}
        milestones = [self._milestone(m, rows[m.id], papers, until) for m in self.kind.milestones]
        return ProjectView(
            project.pk, project.kind, self.kind.title, project.begun_on, project.paused_on,
            self.is_going, tuple(self._person(one) for one in self.people),
            tuple(self.kind.roles.values()), vacant(project, self.kind),
            tuple(milestones), LIBRARIAN in self.mine and self.row.is_open,
            name_of(self.row, self.kind),
        )  # fmt: skip

    def _milestone(
        self, said: Milestone, one: ProjectMilestone, papers: Sequence[ProjectPaper], until: date
    ) -> MilestoneView:
        shown = self._papers(said, [paper for paper in papers if paper.milestone == said.id])
        late = late_days(self.site, one, until)
        return MilestoneView(
            said.id, said.title, said.help, one.state, one.due_on, one.planned_on, one.ended_on,
            late, said.by, said.approved_by, one.note, one.handed_by if self.is_staff else "",
            one.ended_by if self.is_staff else "", shown,
            self.missing(said) if one.state == OPEN else (), said.documents, self.can(said, one),
        )  # fmt: skip

    def _papers(self, said: Milestone, papers: Sequence[ProjectPaper]) -> tuple[PaperView, ...]:
        known = {one.id: one for one in said.documents}
        newest = {one.document: one.version for one in reversed(papers)}
        return tuple(
            PaperView(
                one.pk, one.document, known[one.document].title, one.version, one.name, one.size,
                one.digest, one.at, one.account if self.is_staff else "",
                one.version == newest[one.document],
            )
            for one in papers
            if self.reads(one)
        )  # fmt: skip

    def reads(self, paper: ProjectPaper) -> bool:
        """Staff read all; the reader what is declared for them, and what they gave."""
        said = self.kind.milestone(paper.milestone)
        known = {one.id: one for one in said.documents} if said else {}
        return self.is_staff or not paper.account or known[paper.document].for_reader

    def _person(self, one: ProjectPerson) -> PersonView:
        role = self.kind.roles[one.role]
        name = ""
        if self.is_staff and one.sealed_name:
            name = unseal(self.site, bytes(one.sealed_name), name_context(one.pk)).decode()
        return PersonView(
            one.pk, role.id, role.title, role.held_by, one.account if self.is_staff else "", name
        )


def late_days(site: Site, one: ProjectMilestone, until: date) -> int:
    """Working days past its day; 0 for what is over or not yet due."""
    if one.state not in GOING or until <= one.due_on:
        return 0
    return between(working_time(site), one.due_on, until)
