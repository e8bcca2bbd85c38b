"""What the data room hands to others: contracts, receipts, refused rows, tables read."""

import dataclasses
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

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
    retention_column  a date or timestamp column
    tombstone     the boolean column that is true in a row that takes its key away, or ""
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
    local: bool = False
    fallback_key: tuple[str, ...] = ()
    late_after_days: int = 31
    retention_column: str = ""
    tombstone: str = ""
    asset: AssetTerms = NO_TERMS

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


@dataclass(frozen=True)
class Receipt:
    """What became of one load. Written last; a load without a receipt never happened.

    accepted + refused == records, always. `records` counts physical records: lines that
    are not blank and not the header, a record with quoted line breaks counting once.
    rules      {rule code: refused rows whose first broken rule it is}
    replays    id of the load whose quarantine this one took up, or ""
    took       the quarantine row numbers taken from it, or () for all
    source     the source that read it; connector: the declared system that brought it, or ""
    cursor     where that connector goes on after this load
    """

    id: str
    contract: str
    contract_version: str
    mapping: str
    source_name: str
    source_hash: str
    source_bytes: int
    encoding: str
    dialect: dict[str, Any]
    records: int
    accepted: int
    refused: int
    blank_lines: int
    rules: dict[str, int]
    started_at: datetime
    finished_at: datetime
    actor: str
    replays: str = ""
    took: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    source: str = "table"
    connector: str = ""
    cursor: str = ""


@dataclass
class Collected:
    """What one connector brought in one go.

    already   files whose bytes were here; problems  sentences about files left out
    """

    connector: str
    loads: list[str] = dataclasses.field(default_factory=list)
    records: int = 0
    accepted: int = 0
    refused: int = 0
    already: int = 0
    problems: list[str] = dataclasses.field(default_factory=list)

    def add(self, receipt: Receipt) -> None:
        self.loads.append(receipt.id)
        self.records += receipt.records
        self.accepted += receipt.accepted
        self.refused += receipt.refused


class QuarantineCount(NamedTuple):
    """A load with open refused rows; rules: how many of them by the first rule they break."""

    load_id: str
    contract: str
    file: str
    open_rows: int
    rules: dict[str, int]


@dataclass(frozen=True)
class RefusedRow:
    """One row in quarantine.

    row      its number in this load's quarantine, from 1
    line     first physical line in the file, from 1 (for a spreadsheet: the row)
    rule     code from data/rules.py, e.g. 'S02'
    field    the contract's field, or "" for a rule about the whole record
    raw      the original bytes; None when the caller may not see them
    shown    the text with identity columns masked
    unit     what `line` counts: lines, or records where a file has no lines
    """

    load: str
    row: int
    file: str
    line: int
    rule: str
    field: str
    reason: dict[str, str]
    raw: bytes | None
    shown: str
    also: tuple[str, ...] = ()
    unit: str = "line"


@dataclass(frozen=True)
class Table:
    """Rows read through the door.

    suppressed  how many groups were hidden because fewer than k persons stand behind them
    data_date   the last day the data speak of, ISO, or ""
    snapshot    id of the snapshot they were read from
    """

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    suppressed: int = 0
    data_date: str = ""
    snapshot: str = ""

    def dicts(self) -> list[dict[str, Any]]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class Column:
    """One column of a modelled table. `type` is a SQL type, `classification` as in Field."""

    name: str
    type: str
    classification: int
    title: dict[str, str]
    unit: str = ""


@dataclass(frozen=True)
class Model:
    """One table of the lake, made by one SELECT (definitions/models/<layer>/<id>.sql).

    key      columns no two rows may share
    person   the column that says whose row it is, or ""; such a table is about people
    headcount  the column that says how many persons stand behind a row, or ""
    public   anybody may read its columns of class 1
    speaks_until  the column whose greatest value is the data date, or ""
    materialised  False for a live view: not stored, evaluated whenever it is read
    looked_up  kept in small pages, so that a row is found by the key without reading many
    sql      the SELECT itself, without the front matter
    """

    id: str
    layer: str
    title: dict[str, str]
    description: dict[str, str]
    grain: dict[str, str]
    data_class: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    sql: str
    reads: tuple[str, ...]
    person: str = ""
    headcount: str = ""
    public: bool = False
    speaks_until: str = ""
    hash: str = ""
    local: bool = False
    materialised: bool = True
    looked_up: bool = False
    asset: AssetTerms = NO_TERMS

    @property
    def name(self) -> str:
        """`mart.loan_fact`: how other models and the door call it."""
        return f"{self.layer}.{self.id}"


@dataclass(frozen=True)
class SnapshotTable:
    """A table as it was published; what the door needs to know to open it.

    order  columns by which its file is sorted and no two rows are alike; () in a snapshot of
           an older version
    changed_at  when rows of it were last published that differ from those before, ISO, or ""
    live   the SELECT of a live view, which has no file and says 0 rows; else ""
    """

    name: str
    rows: int
    columns: tuple[Column, ...]
    title: dict[str, str]
    person: str = ""
    headcount: str = ""
    public: bool = False
    order: tuple[str, ...] = ()
    changed_at: str = ""
    live: str = ""

    def column(self, name: str) -> Column | None:
        return next((c for c in self.columns if c.name == name), None)


@dataclass(frozen=True)
class SnapshotInfo:
    """One published state of the lake: all tables of one build, never a mixture.

    data_date  the last day the data speak of, ISO, or "" when there are no data
    loads      ids of the receipts it was built from
    """

    id: str
    built_at: datetime
    data_date: str
    tables: dict[str, SnapshotTable]
    loads: tuple[str, ...]


@dataclass(frozen=True)
class BuiltTable:
    """One line of a build's receipt.

    ran  False for a table taken over from the snapshot before; why: a sentence for either
    """

    name: str
    rows: int
    seconds: float
    ran: bool = True
    why: str = ""


@dataclass(frozen=True)
class Expired:
    """What went of one load because its term was over: rows of the lake, rows of quarantine."""

    contract: str
    load: str
    file: str
    cutoff: date
    rows: int
    refused: int


@dataclass(frozen=True)
class RetentionState:
    """How the retention clock of one contract stands.

    days    the term; None: kept for ever
    column  the date the term counts from; "" for the day of the load
    rows    rows of the lake that went so far; refused: rows of quarantine
    """

    contract: str
    days: int | None
    column: str
    last_run: datetime | None
    rows: int
    refused: int


@dataclass(frozen=True)
class Planned:
    """Whether a build would run a model, and why, as a sentence."""

    name: str
    runs: bool
    why: str


@dataclass(frozen=True)
class BuildReport:
    """What a build made and from which loads; `expired`: what retention took before it."""

    snapshot: str
    tables: tuple[BuiltTable, ...]
    data_date: str
    loads: tuple[str, ...]
    seconds: float
    expired: tuple[Expired, ...] = ()


@dataclass(frozen=True)
class Step:
    """One named step of a model with its first rows; pseudonyms in them are masked."""

    name: str
    sql: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    count: int


@dataclass(frozen=True)
class Problem:
    """Something wrong with a site, as a sentence, and what to do about it."""

    message: str
    fix: str
