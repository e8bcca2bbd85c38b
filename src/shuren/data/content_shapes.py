"""What reads of content hand out: passages found, places on pages, what an index came to."""

from collections.abc import Sequence
from dataclasses import dataclass, field

INDEX = "content"  # the name of the index among learned models
PURPOSE = "public_information"


@dataclass(frozen=True)
class Mark:
    """A place on a page, in fractions of its width and height from the top left corner. Inside a
    line it is worked out by the width of its signs."""

    line_no: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Piece:
    """A part of a snippet; `found`: it is what was asked for."""

    text: str
    found: bool


@dataclass(frozen=True)
class Hit:
    """A passage.

    is_open     the whole text and the page may be shown; else the snippet alone
    by_words    it has words of the question; else it is near to it in meaning
    confidence  0..1 of the reading; text_from  layer, ocr or plain
    """

    segment_id: str
    document_id: str
    page_no: int
    pieces: tuple[Piece, ...]
    marks: tuple[Mark, ...]
    confidence: float
    text_from: str
    is_open: bool
    by_words: bool


@dataclass(frozen=True)
class Found:
    """version, snapshot  of the index that answered, "" when there is none; against  what speaks
    against its use now, as sentences"""

    hits: tuple[Hit, ...] = ()
    version: str = ""
    snapshot: str = ""
    against: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Indexed:
    """What a run came to. entities  {kind: how many}; load  of those that differ, or ''."""

    version: str
    segments: int
    evaluation: dict[str, float]
    promoted: bool
    notes: Sequence[str] = ()
    entities: dict[str, int] = field(default_factory=dict)
    load: str = ""
