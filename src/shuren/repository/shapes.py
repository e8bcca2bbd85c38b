"""What the repository hands out: datasets as declared, versions as frozen, licences."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Text = dict[str, str]

OPEN, SIGNED_IN, ON_REQUEST, CLOSED = "open", "signed_in", "on_request", "closed"
TIERS: dict[str, Text] = {
    OPEN: {"zh": "开放", "en": "Open"},
    SIGNED_IN: {"zh": "登录后可下载", "en": "After signing in"},
    ON_REQUEST: {"zh": "申请后提供", "en": "On request"},
    CLOSED: {"zh": "仅公开说明", "en": "Description only"},
}


@dataclass(frozen=True)
class Licence:
    """id is an SPDX id; summary: what it allows and asks for, in plain words, by lines."""

    id: str
    title: Text
    url: str
    summary: dict[str, list[str]]


@dataclass(frozen=True)
class Measure:
    """what  as data.queries.summarise takes it"""

    what: str
    title: Text
    unit: str = ""


@dataclass(frozen=True)
class Part:
    """One table of a dataset: rows of a table in which there is no person, or counts over groups.

    columns   of rows; () for counts
    by        columns to group by, with `measures`
    where     fixed conditions: column → values, any of which
    """

    name: str
    title: Text
    table: str
    columns: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    measures: dict[str, Measure] = field(default_factory=dict)
    where: tuple[tuple[str, tuple[Any, ...]], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return self.columns or (*self.by, *self.measures)


@dataclass(frozen=True)
class Dataset:
    """definitions/datasets/<id>.yaml.

    period    the column that says when, in every part, or ""
    running   whether the month or year that is not over yet is given out too
    training  whether models may be trained on it; training_reason: why, or why not
    purpose   the purpose that its tables are opened for
    """

    id: str
    title: Text
    description: Text
    owner: str
    contact: str
    licence: str
    access: str
    training: bool
    training_reason: Text
    purpose: str
    anonymity: Text
    keywords: dict[str, list[str]]
    parts: tuple[Part, ...]
    period: str = ""
    running: bool = False


@dataclass(frozen=True)
class Field:
    name: str
    type: str
    title: Text
    unit: str = ""


@dataclass(frozen=True)
class FrozenPart:
    """hidden  groups behind which too few persons stand, or from which such a one could be worked
            out; their row is there, its values are empty
    kept      groups that go on saying what an earlier version said of them, because the difference
              would speak of too few persons"""

    name: str
    title: Text
    fields: tuple[Field, ...]
    rows: int
    hidden: int = 0
    kept: int = 0
    people: bool = False


@dataclass(frozen=True)
class File:
    """One file of a version; part: the table it holds, or "" for what describes the whole."""

    name: str
    bytes: int
    sha256: str
    media_type: str
    part: str = ""


@dataclass(frozen=True)
class Tombstone:
    at: datetime
    reason: str


@dataclass(frozen=True)
class Version:
    """One frozen state of a dataset, with what was declared then. Never changes but by withdrawal.

    identifier  <prefix>/shuren.<dataset>.v<number>
    begin, end  first and last value of the period column, "" without one
    """

    dataset: str
    number: int
    identifier: str
    at: datetime
    by: str
    snapshot: str
    data_date: str
    begin: str
    end: str
    title: Text
    description: Text
    owner: str
    contact: str
    licence: str
    access: str
    training: bool
    training_reason: Text
    anonymity: Text
    keywords: dict[str, list[str]]
    parts: tuple[FrozenPart, ...]
    files: tuple[File, ...]
    withdrawn: Tombstone | None = None

    def file(self, name: str) -> File | None:
        return next((one for one in self.files if one.name == name), None)

    @property
    def label(self) -> str:
        return f"v{self.number}"


@dataclass(frozen=True)
class Preview:
    """What a version would hold were it published now: `rows` are the first ones of each part.

    differs  whether it differs from the version before
    """

    parts: tuple[FrozenPart, ...]
    rows: dict[str, list[tuple[Any, ...]]]
    begin: str
    end: str
    data_date: str
    next_number: int
    differs: bool


@dataclass(frozen=True)
class Shelf:
    """A dataset with its versions, newest first; `accepted`: how often its licence was accepted."""

    dataset: Dataset
    licence: Licence
    versions: tuple[Version, ...]
    accepted: int = 0

    @property
    def current(self) -> Version | None:
        """The newest version that was not withdrawn."""
        return next((one for one in self.versions if one.withdrawn is None), None)


@dataclass(frozen=True)
class Handed:
    """Files of an export for reuse or training, and what was left out with the reason."""

    included: tuple[str, ...]
    left_out: tuple[tuple[str, Text], ...]
    files: int
