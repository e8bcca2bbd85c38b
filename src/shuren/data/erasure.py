"""What the data room holds about one reader, and what an erasure left of it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True)
class OwnRow:
    """One row of the lake about a reader, as it was loaded; of several versions the newest.

    key     what names the row within its contract
    at      when it happened, where the contract has such a column
    values  {field: value}, pseudonyms left out
    is_open  something is still to come of it: a book that is out
    """

    contract: str
    key: str
    at: date | datetime | None
    values: dict[str, Any]
    is_open: bool = False


@dataclass(frozen=True)
class OwnRows:
    """Rows of one contract about a reader: how many there are, and the newest of them."""

    contract: str
    count: int
    rows: tuple[OwnRow, ...]


@dataclass(frozen=True)
class NamedRow:
    """A refused row, sealed, that names a reader.

    by  what of the reader stands in it: card, phone, email or name
    """

    load: str
    row: int
    contract: str
    file: str
    line: int
    reason: dict[str, str]
    loaded_at: datetime
    by: tuple[str, ...]


@dataclass(frozen=True)
class Forget:
    """What is to be forgotten of one reader.

    new     the pseudonym that rows take which must stay
    names   keyed hashes of card number, phone, e-mail and name: {hash: which}; see trust.erasing
    open    {contract: keys of rows that must stay}
    """

    reader: str
    new: str
    names: dict[str, str]
    open: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Rewritten:
    """What one compaction took out: rows of the lake and refused rows, files it rewrote."""

    rows: int = 0
    refused: int = 0
    files: int = 0
    seconds: float = 0.0
