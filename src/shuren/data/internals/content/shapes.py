"""What readers of documents hand on: pages with their lines, or why a page cannot be read."""

from dataclasses import dataclass, field
from pathlib import Path

# Where the text of a page comes from.
LAYER, OCR, PLAIN, NONE = "layer", "ocr", "plain", "none"

# left, top, right, bottom as fractions of the page's width and height from its top left corner
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Line:
    """A line of text where it stands; `box` is None where text has no place (plain text).

    confidence  0..1
    """

    text: str
    box: Box | None
    confidence: float


@dataclass(frozen=True)
class Page:
    """One page, read.

    number          from 1 in its document
    width, height   in points for PDF, pixels for pictures, 0 for plain text
    text_from       LAYER, OCR, PLAIN or NONE (nothing on it was read)
    """

    number: int
    width: float
    height: float
    lines: tuple[Line, ...]
    text_from: str
    engine: str
    engine_version: str

    @property
    def confidence(self) -> float | None:
        """The mean over its characters; None for an empty page."""
        letters = sum(len(line.text) for line in self.lines)
        if not letters:
            return None
        return sum(line.confidence * len(line.text) for line in self.lines) / letters


@dataclass(frozen=True)
class Unreadable:
    """A page that cannot be read, 0 for a whole document: the rule, and its original bytes."""

    number: int
    rule: str
    raw: bytes
    detail: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Original:
    """A document as it came: a file, or a member of an archive.

    id     SHA-256 of its bytes; where  the file it lies in; member  its name there or ""
    stated what a list beside it says of it: title, record_id, rights, licence
    """

    id: str
    name: str
    kind: str
    where: Path
    member: str = ""
    stated: dict[str, str] = field(default_factory=dict)


class Damaged(Exception):
    """Bytes that no reader takes. rule  S17 … S20; detail  for its sentence"""

    def __init__(self, rule: str, **detail: str) -> None:
        super().__init__(rule)
        self.rule, self.detail = rule, detail
