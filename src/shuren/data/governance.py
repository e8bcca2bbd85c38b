"""《图书馆数据治理规范》: the rules of the library's data as one document with versions."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Text = dict[str, str]

TITLE: Text = {"zh": "图书馆数据治理规范", "en": "Rules for the library's data"}


@dataclass(frozen=True)
class Grid:
    """A table of the document; cells are texts in both languages, or the same in both."""

    head: tuple[Text, ...]
    rows: tuple[tuple[Text, ...], ...]


@dataclass(frozen=True)
class Section:
    """level  2 for a chapter, 3 below it; id: its anchor"""

    id: str
    title: Text
    level: int = 2
    paragraphs: tuple[Text, ...] = ()
    grid: Grid | None = None


@dataclass(frozen=True)
class RuleChange:
    """what  the rule's place, such as `contract loans / field renewals`; kind: added, removed or
    changed"""

    what: str
    kind: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Version:
    """A published state of the rules. number: major.minor.patch; a field dropped, retyped or kept
    otherwise is major, something new minor, the rest patch. hash: of all rules together"""

    number: str
    hash: str
    at: datetime | None
    actor: str
    changes: tuple[RuleChange, ...] = ()
    state: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Document:
    """version   the rules as they are: the published one, or the next one while unpublished
    published  whether it is in force as it stands; history: newest first"""

    version: Version
    published: bool
    history: tuple[Version, ...]
    sections: tuple[Section, ...]
