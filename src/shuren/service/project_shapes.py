"""A project as others take it: how its kind is declared, and how far one is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

FLOW = "project"  # the flow whose cases have projects

# Who holds a role: an account of staff, the reader who asked, or somebody outside by a sealed name.
STAFF, READER, OUTSIDE = "staff", "reader", "outside"
HOLDERS = (STAFF, READER, OUTSIDE)

# Where a milestone stands. `handed_in` waits for the approval that its declaration names.
OPEN, HANDED_IN, DONE, DROPPED = "open", "handed_in", "done", "dropped"
STATES = (OPEN, HANDED_IN, DONE, DROPPED)
GOING = (OPEN, HANDED_IN)


@dataclass(frozen=True)
class Role:
    """held_by  of HOLDERS; required: the project does not close while nobody holds it"""

    id: str
    title: dict[str, str]
    held_by: str
    required: bool = False


@dataclass(frozen=True)
class Document:
    """for_reader  the reader who asked may read it; accepts: endings, as reading_forms.ENDINGS"""

    id: str
    title: dict[str, str]
    accepts: tuple[str, ...]
    required: bool = False
    for_reader: bool = False


@dataclass(frozen=True)
class Milestone:
    """days  working days after `after` is due, or after the project begins where that is ""
    by, approved_by  roles; approved_by "" where nobody has to agree
    """

    id: str
    title: dict[str, str]
    days: int
    by: str
    after: str = ""
    approved_by: str = ""
    documents: tuple[Document, ...] = ()
    help: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ProjectKind:
    """A declared kind of project; `said` is the file's content, kept with running projects.

    remind_days    working days before a milestone is due on which its holders are reminded
    escalate_days  working days after which a late one is told to managers
    named_by       the field of the form whose answer is the project's title, "" for none
    """

    id: str
    title: dict[str, str]
    services: tuple[str, ...]
    roles: Mapping[str, Role]
    milestones: tuple[Milestone, ...]
    remind_days: int = 3
    escalate_days: int = 5
    said: Mapping[str, Any] = field(default_factory=dict, repr=False)
    named_by: str = ""

    def milestone(self, id: str) -> Milestone | None:
        return next((one for one in self.milestones if one.id == id), None)


@dataclass(frozen=True)
class PersonView:
    """One who holds a role: `account` of staff, or `name` of somebody outside, "" for whoever may
    not see it; is_reader: the reader who asked."""

    id: str
    role: str
    role_title: dict[str, str]
    held_by: str
    account: str = ""
    name: str = ""
    is_reader: bool = False


@dataclass(frozen=True)
class PaperView:
    """One version of a document. size in bytes; digest: SHA-256, hexadecimal; is_newest: no later
    version of it; account "" where the reader gave it."""

    id: str
    document: str
    title: dict[str, str]
    version: int
    name: str
    size: int
    digest: str
    at: datetime
    account: str
    is_newest: bool


@dataclass(frozen=True)
class MilestoneView:
    """One milestone now.

    due_on, planned_on  the day it is due, and the day that was planned at first
    late      working days past its day while it is going, else 0
    missing   titles of documents it cannot be handed in without
    needs     documents it may have
    can       what this actor may do: add, hand_in, approve, send_back, drop, move, reopen
    """

    id: str
    title: dict[str, str]
    help: Mapping[str, str]
    state: str
    due_on: date
    planned_on: date
    ended_on: date | None
    late: int
    by: str
    approved_by: str
    note: str
    handed_by: str
    ended_by: str
    papers: tuple[PaperView, ...]
    missing: tuple[dict[str, str], ...]
    needs: tuple[Document, ...]
    can: tuple[str, ...]


@dataclass(frozen=True)
class ProjectView:
    """One project as an actor may see it.

    vacant  roles that must be held and that nobody holds
    name    its own title, "" where it has none but its service's
    """

    case: str
    kind: str
    title: dict[str, str]
    begun_on: date
    paused_on: date | None
    is_going: bool
    people: tuple[PersonView, ...]
    roles: tuple[Role, ...]
    vacant: tuple[Role, ...]
    milestones: tuple[MilestoneView, ...]
    may_work: bool = False
    name: str = ""

    @property
    def done(self) -> int:
        return sum(one.state == DONE for one in self.milestones)

    @property
    def late(self) -> int:
        return sum(one.late > 0 for one in self.milestones)


@dataclass(frozen=True)
class ProjectLine:
    """One project in the list of all: its own title or "", milestones ended of how many, how many
    late, and the next."""

    case: str
    service_title: dict[str, str]
    state_title: dict[str, str]
    name: str
    ended: int
    total: int
    late: int
    next_title: dict[str, str]
    next_due: date | None
    assignee: str
