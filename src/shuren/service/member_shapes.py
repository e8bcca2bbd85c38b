"""What `service.members` hands out: how a reader stands as a member, and what the desk sees.

Nothing here names a person: a member is the case of their membership.
"""

from dataclasses import dataclass
from datetime import date, datetime

# How one stands. NEEDLESS: no membership is asked for; SPENT: valid, but the year's articles are
# used; WAITING: the application is being checked.
NEEDLESS, VALID, SPENT = "needless", "valid", "spent"
LAPSED, WAITING, SUSPENDED, NONE = "lapsed", "waiting", "suspended", "none"
STANDS = (NEEDLESS, VALID, SPENT, LAPSED, WAITING, SUSPENDED, NONE)
# The same in fewer words, as decision tables ask for it.
GOOD = "good"
FACT = (GOOD, SPENT, LAPSED, NONE)
# How a membership was checked, and what may be shown at the desk.
ROSTER, DOCUMENT = "roster", "document"
DOCUMENTS = ("degree", "diploma", "student_card", "letter")
# Which part of the desk's list: applications to be checked first.
VIEWS = ("checking", "active", "ending", "expired", "all")


@dataclass(frozen=True)
class Pack:
    """The articles of one year of a membership; `last` is the year's last day."""

    size: int
    used: int
    first: date
    last: date

    @property
    def left(self) -> int:
        return self.size - self.used


@dataclass(frozen=True)
class Stand:
    """How a reader stands with a membership.

    state       of STANDS
    case        of the membership or application, "" where there is none
    began, ends  first day its years count from, last day; None before it is checked
    renew_from  the first day on which it can be renewed, None where there is nothing to renew
    can_renew   today
    pack        of the running year, None where there is none
    why, advice sentences, "" where it is valid or not needed
    """

    state: str
    service: str = ""
    case: str = ""
    began: date | None = None
    ends: date | None = None
    renew_from: date | None = None
    can_renew: bool = False
    pack: Pack | None = None
    why: str = ""
    advice: str = ""

    @property
    def is_good(self) -> bool:
        return self.state in (NEEDLESS, VALID)

    @property
    def fact(self) -> str:
        """Of FACT: who waits or is suspended has none just now."""
        if self.is_good:
            return GOOD
        return self.state if self.state in FACT else NONE


@dataclass(frozen=True)
class Compared:
    """What the roster says to a number and a name.

    agreed    of number, name, cohort those that agree
    is_good   all three do, and no other membership stands on that line
    is_taken  another membership does
    """

    agreed: tuple[str, ...]
    is_good: bool
    is_taken: bool = False


@dataclass(frozen=True)
class Evidence:
    """One check of a membership: see MemberCheck. by: the account of staff, "" by itself."""

    at: datetime
    how: str
    is_good: bool
    agreed: tuple[str, ...]
    document: str
    loaded_at: datetime | None
    by: str


@dataclass(frozen=True)
class MemberLine:
    """A membership in the desk's list. state, title {zh, en}: of its case; left: articles left in
    the running year, None without a pack."""

    case: str
    state: str
    title: dict[str, str]
    opened_at: datetime
    cohort: str
    ends: date | None
    left: int | None
    size: int | None
    is_checked: bool
    clock: str
    due_at: datetime | None


@dataclass(frozen=True)
class MemberList:
    lines: tuple[MemberLine, ...]
    total: int
    counts: dict[str, int]


@dataclass(frozen=True)
class RosterSum:
    """What a load brought. refused: (line, why) of the first hundred."""

    rows: int
    fresh: int
    refused: int
    why: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Roster:
    """What is there to check against."""

    people: int
    claimed: int
    loads: tuple[tuple[datetime, str, int, int], ...]
