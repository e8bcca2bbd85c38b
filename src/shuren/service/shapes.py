"""What the service room hands to others."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from shuren.discovery.shapes import FoundTitle


@dataclass(frozen=True)
class OwnLoan:
    """One loan of the person who asks; due and returned are None when not recorded."""

    loan_id: str
    title_id: str
    title: str
    author: str
    call_number: str
    campus: str
    loaned_at: datetime
    due_at: datetime | None
    returned_at: datetime | None
    renewals: int
    item_id: str = ""


@dataclass(frozen=True)
class OwnLoans:
    """`out`: still with the reader, soonest due first; `past`: newest first.

    is_whole  `past` is everything ever lent, by the reader's consent; else the last weeks only
    """

    out: tuple[OwnLoan, ...]
    past: tuple[OwnLoan, ...]
    data_date: str = ""
    is_whole: bool = False


@dataclass(frozen=True)
class HeldFact:
    """One thing that is held about a reader.

    values  {what it is called: what it says}, both as a page shows them
    keep    why it has to stay when everything is erased, or ""
    until   the last day it is kept, where it goes by itself
    """

    id: str
    title: str
    at: date | datetime | None = None
    values: dict[str, str] = field(default_factory=dict)
    keep: str = ""
    until: date | None = None


@dataclass(frozen=True)
class HeldStore:
    """One place that holds something about a reader, in the reader's language.

    count       facts there are; `facts` are those asked for, newest first
    can_forget  whether the reader may delete single facts
    can_correct  whether another system says it, so that a mistake is put right there
    """

    id: str
    title: str
    why: str
    where: str
    term: str
    count: int
    facts: tuple[HeldFact, ...]
    can_forget: bool = False
    can_correct: bool = False


@dataclass(frozen=True)
class Certificate:
    """What the reader holds after an erasure; `content` is the JSON that is verified offline."""

    id: str
    state: str
    content: dict[str, Any]


@dataclass(frozen=True)
class Subject:
    """A class of books that a reader may choose as an interest.

    code       class number of the second level
    title      {zh, en}
    chosen_at  when the reader chose it, or None
    """

    code: str
    title: dict[str, str]
    chosen_at: datetime | None = None


@dataclass(frozen=True)
class NewTitles:
    """The newest titles of a subject, newest first."""

    subject: Subject
    titles: tuple[FoundTitle, ...]
