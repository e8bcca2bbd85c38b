"""What `service.cases` hands to others: a case, its trace, what may be done now, a page of a queue.

Every title is bilingual {zh, en}, to be shown with `kernel.i18n.pick`. All times are aware, UTC.
A case names its reader by pseudonym and staff by account: no name, card number or address.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor

# What a case is about. `id` is a title_id, an item_id, an article's identifier (DOI, or "" where
# none is known), a column of the reader's own record, a seat or room (service/bookings.py), or
# the station of a college (service/stations.py);
# `title` is shown as it stands.
SUBJECT_KINDS = ("title", "item", "article", "own_record", "place", "college", "none")

# Who acts in a flow, as a transition's `by` and `also` name them.
READER, LIBRARIAN, MANAGER, SYSTEM, PARTNER = "reader", "librarian", "manager", "system", "partner"
FLOW_ACTORS = (READER, LIBRARIAN, MANAGER, SYSTEM, PARTNER)

# The actor behind what happens by itself: a timer, a check-in, a purchase file that came. Rooms may
# act as it where the fact has been established; no account can sign in as it.
BY_ITSELF = Actor("cases:itself", "itself")

# The pseudonym of a case that no reader asked for; it is nobody's, so no person finds it by it.
NOBODY = "library"

# Where a case's clock stands: `none` of a case over or without a deadline, `paused` while the
# library waits for the reader.
CLOCKS = ("none", "ahead", "near", "over", "paused")


@dataclass(frozen=True)
class AskedField:
    """One field of a service's form, or one that an event asks for.

    type      text (≤ 200 characters), long_text (≤ 4,000), choice, date (YYYY-MM-DD),
              moment (ISO 8601), number, boolean,
              declaration (true or nothing), title (a title_id of the catalogue) or
              file (an Incoming)
    required  then `purpose` and `why` say which need it serves
    choices   of a choice: {value: {zh, en}}
    minimum, maximum  of a number
    accepts   of a file: endings it may have, of reading_forms.ENDINGS
    max_mb    of a file: megabytes it may have
    """

    name: str
    type: str
    title: dict[str, str]
    required: bool = False
    purpose: str = ""
    why: Mapping[str, str] = field(default_factory=dict)
    help: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, dict[str, str]] = field(default_factory=dict)
    minimum: float | None = None
    maximum: float | None = None
    accepts: tuple[str, ...] = ()
    max_mb: float = 0


@dataclass(frozen=True)
class Incoming:
    """A file as it comes in, the value of a `file` field. size in bytes; chunks: its bytes, anew at
    each call."""

    name: str
    size: int
    chunks: Callable[[], Iterable[bytes]]


@dataclass(frozen=True)
class Move:
    """Something this actor can do with this case now: `act(site, id, move.event, …)`.

    needs_note  a note must say why
    fields      what the event asks for, as `fields` of `act`
    is_away     it ends the case without success, so a page asks once more
    """

    event: str
    title: dict[str, str]
    to: str
    to_title: dict[str, str]
    needs_note: bool = False
    fields: tuple[AskedField, ...] = ()
    is_away: bool = False


@dataclass(frozen=True)
class Step:
    """One line of the trace, never changed.

    number   1 is the opening; the case's version after it
    by       one of FLOW_ACTORS
    role     of the role files, "" for what happened by itself
    account  of staff; "" for readers, and for everybody when a reader looks
    event    of the flow, or opened, taken, given_back, noted, assigned, to:<desk>
    """

    number: int
    at: datetime
    by: str
    role: str
    account: str
    event: str
    title: dict[str, str]
    from_state: str
    to_state: str
    to_title: dict[str, str]
    note: str = ""


def subject_title(subject: Mapping[str, str]) -> str:
    """What a case is about, in the reader's language where it has names in both; "" for nothing."""
    title = subject.get("title", "")
    return pick({"zh": title, "en": subject.get("title_en") or title})


@dataclass(frozen=True)
class CaseLine:
    """A case in a list.

    clock    of CLOCKS; `due_at` is the end of the service's promise, None without one
    subject  {kind, id, title}, see SUBJECT_KINDS; title_en where a place has an English name
    desk     id and title of the post it is with: its service's, or the one it was handed to
    """

    id: str
    service: str
    service_title: dict[str, str]
    state: str
    state_title: dict[str, str]
    subject: dict[str, str]
    branch: str
    opened_at: datetime
    changed_at: datetime
    due_at: datetime | None
    clock: str
    is_over: bool
    is_success: bool
    waits_for: str
    assignee: str
    version: int
    desk: str = ""
    desk_title: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CaseView(CaseLine):
    """One case whole, as one actor may see it.

    trace    one id over need, match, delivery and feedback
    flow     id of its flow; `declared` is the version of flow and service it runs by
    reader   the pseudonym; "" when the reader looks
    party    the pseudonym of a second reader (a hand-over), "" as `reader`
    fields   {name: value} of the form and of what events asked for; `form` gives their titles
    moves    what this actor can do now
    history  oldest first
    needed_at, matched_at, delivered_at, feedback_at   the four stamps, None while not reached
    respond_due_at, responded_at, closed_at            the promise, and how it was kept
    """

    trace: str = ""
    flow: str = ""
    declared: str = ""
    reader: str = ""
    party: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    form: tuple[AskedField, ...] = ()
    moves: tuple[Move, ...] = ()
    history: tuple[Step, ...] = ()
    needed_at: datetime | None = None
    matched_at: datetime | None = None
    delivered_at: datetime | None = None
    feedback_at: datetime | None = None
    respond_due_at: datetime | None = None
    responded_at: datetime | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True)
class Queue:
    """One page of the desk's list, the soonest due first.

    total     cases that match; counted no further than 10,000
    services, states, branches, desks  {value: how many open cases}, for the filters
    """

    lines: tuple[CaseLine, ...]
    total: int
    page: int
    pages: int
    services: Mapping[str, int] = field(default_factory=dict)
    states: Mapping[str, int] = field(default_factory=dict)
    branches: Mapping[str, int] = field(default_factory=dict)
    desks: Mapping[str, int] = field(default_factory=dict)
