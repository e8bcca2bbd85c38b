"""What the data room hands to others: contracts, receipts, refused rows, tables read."""

import dataclasses
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from shuren.data.asset import NO_TERMS, AssetTerms
from shuren.data.contract_shapes import (
    CLASSES,
    DATA_CLASSES,
    DROP,
    KEEP,
    PSEUDONYM,
    VAULT,
    ColumnSource,
    Contract,
    Field,
    Mapping,
    RowRule,
)

__all__ = [
    "CLASSES",
    "DATA_CLASSES",
    "DROP",
    "KEEP",
    "PSEUDONYM",
    "VAULT",
    "BuildReport",
    "BuiltTable",
    "Collected",
    "Column",
    "ColumnSource",
    "Contract",
    "Expired",
    "Field",
    "Mapping",
    "Model",
    "Planned",
    "Problem",
    "QuarantineCount",
    "Receipt",
    "RefusedRow",
    "RetentionState",
    "RowRule",
    "SnapshotInfo",
    "SnapshotTable",
    "Step",
    "Table",
    "TopicRule",
]


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
    merges     ids of the loads that were put together into this one, oldest first; their rows
               keep their ids. A load of its own has none
    barren     those of them that brought no accepted row
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
    merges: Sequence[str] = ()
    barren: tuple[str, ...] = ()

    @property
    def loads(self) -> tuple[str, ...]:
        """The ids that its rows have."""
        return tuple(self.merges) or (self.id,)

    @property
    def bearing(self) -> tuple[str, ...]:
        """Those of them that brought accepted rows."""
        barren = set(self.barren)
        return tuple(load for load in self.loads if load not in barren)

    def is_in(self, loads: Collection[str]) -> bool:
        """Whether a snapshot made of these loads holds it."""
        return self.id in loads or (bool(self.merges) and set(self.merges) <= set(loads))


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
class TopicRule:
    """What the rows of a table about people are about; see internals/topics.py.

    by      'title' or 'class': what the column holds
    tells   columns from which the topic of a row can be known, `column` among them
    """

    by: str
    column: str
    tells: tuple[str, ...]


# Of a table published before models said it.
NOT_SAID = TopicRule("", "", ())


@dataclass(frozen=True)
class Model:
    """One table of the lake, made by one SELECT (definitions/models/<layer>/<id>.sql).

    key      columns no two rows may share
    person   the column that says whose row it is, or ""; such a table is about people
    counted_by  the column that tells persons apart where one may have several cards, or ""
    person_number  a column of whole numbers, one for each person, or ""
    headcount  the column that says how many persons stand behind a row, or ""
    public   anybody may read its columns of class 1
    speaks_until  the column whose greatest value is the data date, or ""
    materialised  False for a live view: not stored, evaluated whenever it is read
    looked_up  kept in small pages, so that a row is found by the key without reading many
    topic    how rows of a sensitive topic are known, or None
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
    counted_by: str = ""
    person_number: str = ""
    headcount: str = ""
    public: bool = False
    speaks_until: str = ""
    hash: str = ""
    local: bool = False
    materialised: bool = True
    looked_up: bool = False
    topic: TopicRule | None = None
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
    topic  how rows of a sensitive topic are known, or None
    """

    name: str
    rows: int
    columns: tuple[Column, ...]
    title: dict[str, str]
    person: str = ""
    counted_by: str = ""
    person_number: str = ""
    headcount: str = ""
    public: bool = False
    order: tuple[str, ...] = ()
    changed_at: str = ""
    live: str = ""
    topic: TopicRule | None = None

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
class Moved:
    """A snapshot on its way to or from a store. files, bytes: what travelled; 0 where the other
    side had it all."""

    snapshot: str
    files: int = 0
    bytes: int = 0


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
