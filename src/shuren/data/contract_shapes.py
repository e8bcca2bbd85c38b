"""Contracts and mappings as the data room hands them out."""

import dataclasses
from dataclasses import dataclass
from typing import Any

from shuren.data.asset import NO_TERMS, AssetTerms

# How a column is kept: as it is; as a pseudonym; sealed in the identity vault and
# nowhere else; or dropped at the door because no purpose needs it.
KEEP, PSEUDONYM, VAULT, DROP = "keep", "pseudonym", "vault", "drop"

# What a record is about: the top level of the catalogue, and nothing else.
DATA_CLASSES = ("bibliographic", "content", "operations", "behaviour", "knowledge", "zero")

# What a table can be handed out as, and how the web calls it.
MEDIA_TYPES = {
    "json": "application/json",
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
}

CLASSES = {1: "public", 2: "internal", 3: "personal", 4: "sensitive"}


@dataclass(frozen=True)
class Field:
    """One column of a contract.

    type       ODCS logicalType: string, integer, number, date, timestamp, boolean
    classification  1 public, 2 internal, 3 personal, 4 sensitive
    allowed    the values it may have, or () for any
    values     other words for those values in real exports: {本科生: student}
    extract    RE2 pattern whose first group is taken before anything else
    max_length longest text in characters
    names      other names the column has in real exports, ours first
    formats    strptime formats tried in order for date and timestamp, ISO 8601 before them
    expected   False: it may well be empty (not returned yet) and does not count as a gap
    """

    name: str
    type: str
    title: dict[str, str]
    description: dict[str, str]
    required: bool = False
    unique: bool = False
    unit: str = ""
    classification: int = 2
    storage: str = KEEP
    purposes: tuple[str, ...] = ()
    pattern: str = ""
    minimum: str | None = None
    maximum: str | None = None
    allowed: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    values: dict[str, str] = dataclasses.field(default_factory=dict)
    extract: str = ""
    max_length: int | None = None
    expected: bool = True


@dataclass(frozen=True)
class RowRule:
    """A rule over several columns of one row: a SQL predicate that is true for good rows."""

    id: str
    sql: str
    message: dict[str, str]


@dataclass(frozen=True)
class Contract:
    """A data contract (Open Data Contract Standard v3).

    key           the columns that identify a row; () means all of them together
    fallback_key  used for a row whose `key` columns are empty (a source without loan numbers)
    retention_days    how long a row is kept, counted from `retention_column`; None: for ever
    term_of           the purpose whose keep_days shortened that, or "" where the contract says it
    retention_column  a date or timestamp column
    tombstone     the boolean column that is true in a row that takes its key away, or ""
    open_while    SQL that is true while something is still to come of a row, or ""; open_because
                  says what, {zh, en}: an erasure leaves such a row until it is over
    """

    id: str
    version: str
    status: str
    title: dict[str, str]
    description: dict[str, str]
    owner: str
    data_class: str
    purposes: tuple[str, ...]
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    row_rules: tuple[RowRule, ...] = ()
    retention_days: int | None = None
    term_of: str = ""
    local: bool = False
    fallback_key: tuple[str, ...] = ()
    late_after_days: int = 31
    retention_column: str = ""
    tombstone: str = ""
    open_while: str = ""
    open_because: dict[str, str] = dataclasses.field(default_factory=dict)
    asset: AssetTerms = NO_TERMS

    @property
    def is_about_persons(self) -> bool:
        """Whether a field tells about one person: of level 3 (personal) or 4 (sensitive)."""
        return any(f.classification >= 3 for f in self.fields)

    def field(self, name: str) -> Field:
        return next(f for f in self.fields if f.name == name)


@dataclass(frozen=True)
class ColumnSource:
    """Where a field comes from: header names or 1-based positions, tried in order;
    or a constant; then an optional RE2 pattern (its first group) and a value table."""

    names: tuple[str | int, ...] = ()
    value: str | None = None
    extract: str = ""
    values: dict[str, str] = dataclasses.field(default_factory=dict)
    formats: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mapping:
    """How one system's export becomes rows of a contract (definitions/mappings/*.yaml).

    source   the source that reads the file; "" for the one that recognises it
    options  what that source wants to know besides
    """

    id: str
    contract: str
    source: str = ""
    options: dict[str, Any] = dataclasses.field(default_factory=dict)
    title: dict[str, str] = dataclasses.field(default_factory=dict)
    files: tuple[str, ...] = ()
    encoding: str = "auto"
    delimiter: str = "auto"
    quote: str = '"'
    header: bool = True
    skip_lines: int = 0
    quoted_newlines: bool = True
    short_rows: str = "refuse"  # or "fill": missing columns at the end are empty
    minimum_columns: int | None = None
    columns_expected: int | None = None
    sheet: str = ""
    null_values: tuple[str, ...] = ("", "NULL", "null", "N/A", "\\N")
    duplicates: str = "refuse"  # or "keep": a row that repeats another word for word
    columns: dict[str, ColumnSource] = dataclasses.field(default_factory=dict)
