"""Signed documents and the reports they are made of, as others take them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

TEXT, TABLE, PAPERS = "text", "table", "papers"
PART_TYPES = (TEXT, TABLE, PAPERS)
LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class TemplatePart:
    """type  of PART_TYPES; columns: of a table, {name: {zh, en}}"""

    id: str
    type: str
    title: dict[str, str]
    help: Mapping[str, str] = field(default_factory=dict)
    required: bool = False
    columns: Mapping[str, dict[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Template:
    """How the report of a commission is made up; number: the letters before its number."""

    id: str
    title: dict[str, str]
    number: str
    services: tuple[str, ...]
    parts: tuple[TemplatePart, ...]
    statement: dict[str, str]


@dataclass(frozen=True)
class SheetPart:
    """One part of a document in one language: paragraphs, then a table.

    heads  of the table; every row has as many cells
    """

    title: str
    paragraphs: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Sheet:
    """A whole document in one language, before it is a file.

    facts  (name, value) at its head; statement: what the library states at its end
    """

    title: str
    facts: tuple[tuple[str, str], ...]
    parts: tuple[SheetPart, ...]
    statement: str = ""
    is_certificate: bool = False


@dataclass(frozen=True)
class DocumentLine:
    """A signed document as it is listed.

    code     by which anybody verifies it; version: from 1
    files    {language: SHA-256 of the file before its proof, hexadecimal}
    replaced_by  the code of the next version, ""
    is_held  whether the file is still here: it goes when its reader erases
    """

    code: str
    number: str
    version: int
    kind: str
    title: dict[str, str]
    case: str
    issued_at: datetime
    files: Mapping[str, str]
    replaced_by: str = ""
    is_held: bool = True


@dataclass(frozen=True)
class DraftView:
    """The draft of a report as staff work on it.

    content   {part: text, or rows as {column: text}}; `indexes` of a paper: where it is indexed
    authors   accounts that wrote it: none of them may sign it
    missing   titles of parts it is not done without
    """

    template: Template
    content: Mapping[str, Any]
    version: int
    authors: tuple[str, ...] = ()
    missing: tuple[dict[str, str], ...] = ()
    indexes_of: str = ""


@dataclass(frozen=True)
class Checked:
    """What was found out about a file that somebody holds against a document's code.

    is_same   the file is the very one that was issued; language: which of its two
    """

    is_same: bool
    language: str = ""
