"""What is said of a file before it is loaded: how it would fare, and which column is which."""

from dataclasses import dataclass, field

from shuren.data.shapes import Mapping


@dataclass(frozen=True)
class TriedRow:
    """A row that would be refused: why, and what it says with persons masked.

    unit  what `line` counts: lines, or records where a file has no lines
    """

    line: int
    rule: str
    field: str
    reason: dict[str, str]
    shown: str
    unit: str = "line"


@dataclass(frozen=True)
class DryRun:
    """What a load would make of a file, or of its beginning. Nothing of it is kept.

    accepted + refused == records, always
    whole   the file was read to its end
    rules   {rule code: rows whose first broken rule it is}
    rows    the first refused ones
    unused  columns that no field takes
    """

    contract: str
    mapping: str
    source: str
    encoding: str
    dialect: dict[str, object]
    records: int
    accepted: int
    refused: int
    blank: int
    whole: bool
    rules: dict[str, int]
    rows: tuple[TriedRow, ...]
    unused: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Preview:
    """The first rows of a file of tables, as they are read.

    columns  names, or their numbers where the file names none
    hidden   places of columns that look like persons; their cells are masked in `rows`
    """

    source: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    hidden: tuple[int, ...]
    encoding: str
    dialect: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class FieldGuess:
    """Which column a field of the contract probably is.

    column      name, or number from 1 where the file names none; None: no column is likely
    confidence  0 to 1
    reasons     sentences in the reader's language
    """

    field: str
    column: str | int | None
    confidence: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Suggestion:
    """How well a file fits one contract, and the mapping that would read it.

    score     0 to 1; the suggestions of a file are ranked by it
    accepted  share of the first rows that this mapping would take in
    missing   required fields without a column
    """

    contract: str
    title: dict[str, str]
    score: float
    accepted: float
    mapping: Mapping
    fields: tuple[FieldGuess, ...]
    missing: tuple[str, ...]
    unused: tuple[str, ...]
