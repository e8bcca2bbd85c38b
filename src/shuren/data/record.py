"""One bibliographic record as a cataloguer edits it, with what it said before."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class MarcField:
    """content  of a control field its text, else its subfields as `$aTitle$cAuthor`"""

    tag: str
    indicators: str
    content: str


@dataclass(frozen=True)
class RecordVersion:
    """What one load said of a record.

    id       load and line, such as `L20261128T101500-4f9c21:1`
    text     as line-MARC
    removed, added   lines that differ from the version before it
    """

    id: str
    load: str
    at: datetime
    actor: str
    source: str
    text: str
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()


@dataclass(frozen=True)
class EditableRecord:
    """history  newest first; fields: of the newest; missing: core columns it says nothing in"""

    bib_id: str
    title: str
    format: str
    fields: tuple[MarcField, ...]
    history: tuple[RecordVersion, ...]
    missing: tuple[dict[str, str], ...]

    @property
    def newest(self) -> RecordVersion:
        return self.history[0]
