"""What models may read besides each other: raw.<contract>, calendar.*, vocabulary.*.

raw.<contract> holds the accepted rows of every load that has a receipt. Where two loads
bring rows of the same key the later load's row stands. Which engine reads them is not said here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from shuren.data.definitions import contracts
from shuren.data.errors import BuildFailed, ModelError
from shuren.data.internals import retention_log
from shuren.data.internals.receipts import raw_file, receipt_file
from shuren.data.internals.vocabularies import clc
from shuren.data.shapes import KEEP, PSEUDONYM, Contract, Receipt
from shuren.kernel.calendar import load_calendar
from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site
from shuren.kernel.suggestions import did_you_mean

SQL_TYPES = {
    "string": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "boolean": "BOOLEAN",
}
# What loading adds to each row.
ADDED = (("_line", "BIGINT"), ("_key", "VARCHAR"), ("_load", "VARCHAR"))
_CALENDAR = {
    "day": pa.schema(
        [
            ("day", pa.date32()),
            ("weekday", pa.int64()),
            ("term", pa.string()),
            ("teaching_week", pa.int64()),
            ("week_kind", pa.string()),
            ("holiday", pa.string()),
            ("is_working_day", pa.bool_()),
            ("is_open", pa.bool_()),
        ]
    ),
    "hours": pa.schema(
        [
            ("day", pa.date32()),
            ("campus", pa.string()),
            ("building", pa.string()),
            ("is_open", pa.bool_()),
            ("opens_minute", pa.int64()),
            ("closes_minute", pa.int64()),
        ]
    ),
}


@dataclass(frozen=True)
class RawSource:
    """raw.<contract>: one Parquet file per receipt, the oldest load first.

    columns    (name, SQL type) in order; a file of an older contract may lack some
    loads      the ids that rows have in `_load`; a file may hold the rows of several
    tombstone  the boolean column that is true in a row that takes its key away, or ""

    Of the rows of one `_key` the one of the last load stands, within a load the one of the
    greatest `_line`; then tombstones go.
    """

    contract: Contract
    columns: tuple[tuple[str, str], ...]
    files: tuple[Path, ...]
    loads: tuple[str, ...]
    tombstone: str = ""


def raw_source(site: Site, name: str, loads: Sequence[Receipt]) -> RawSource:
    """What there is of a contract.

    loads   all of them, oldest first
    raises  ModelError if there is no such contract; BuildFailed if a load's rows are not there
    """
    contract = contract_of(site, name)
    holding = holding_rows(site, name, loads)
    return RawSource(
        contract,
        raw_columns(contract),
        tuple(_file_of(site, load) for load in holding),
        tuple(id for load in holding for id in load.bearing),
        contract.tombstone,
    )


def contract_of(site: Site, name: str) -> Contract:
    """raises  ModelError if there is no such contract"""
    known = contracts(site)
    if name not in known:
        raise ModelError(
            _("A model reads raw.%(name)s, for which there is no contract.", name=name),
            fix=did_you_mean(name, known),
        )
    return known[name]


def raw_columns(contract: Contract) -> tuple[tuple[str, str], ...]:
    """(name, SQL type) of what is kept of a row, and what loading adds to it."""
    kept = [f for f in contract.fields if f.storage in (KEEP, PSEUDONYM)]
    return (*((f.name, SQL_TYPES[f.type]) for f in kept), *ADDED)


def holding_rows(site: Site, contract: str, loads: Sequence[Receipt]) -> list[Receipt]:
    """The loads of a contract that have rows in the lake still, in the order given."""
    left = retention_log.rows_left(site, contract)
    own = [load for load in loads if load.contract == contract]
    return [load for load in own if left.get(load.id, load.accepted)]


def check_files(site: Site, tables: Iterable[str], loads: Sequence[Receipt]) -> None:
    """Raise BuildFailed if the rows of a load that one of the raw tables holds are not there."""
    for table in sorted(tables):
        schema, name = table.split(".")
        if schema == "raw":
            for load in holding_rows(site, name, loads):
                _file_of(site, load)


def _file_of(site: Site, load: Receipt) -> Path:
    """Without it figures would shrink in silence: better the snapshot of yesterday."""
    path = raw_file(site, load.contract, load.id)
    try:
        pq.read_metadata(path)
    except (OSError, pa.ArrowException):
        raise BuildFailed(
            _(
                "The rows of load %(load)s (%(file)s) are missing or damaged: %(path)s. "
                "Nothing was published.",
                load=load.id,
                file=load.source_name,
                path=path,
            ),
            fix=_(
                "Bring the file back from a backup. If there is none, remove %(receipt)s "
                "and load %(file)s again.",
                receipt=receipt_file(site, load.id),
                file=load.source_name,
            ),
        ) from None
    return path


# What widens the calendar beside loans: a library may count visits and lend nothing here.
_DATED = (
    ("visit_counts", "hour_start_at"),
    ("occupancy_counts", "hour_start_at"),
    ("gate_events", "passed_at"),
    ("seat_events", "changed_at"),
    ("place_months", "month_from"),
)


def widened(
    site: Site, loads: Sequence[Receipt], first: date | None = None, last: date | None = None
) -> tuple[date | None, date | None]:
    """A span of days, and all days of visits and seats, by what the files say of themselves,
    widened to whole years: a day of news would else make every table anew that names its week."""
    days = [day for day in (first, last) if day is not None]
    known = contracts(site)
    for contract, column in _DATED:
        if contract in known:
            for load in holding_rows(site, contract, loads):
                days += _least_and_greatest(_file_of(site, load), column)
    return (date(min(days).year, 1, 1), date(max(days).year, 12, 31)) if days else (None, None)


def _least_and_greatest(path: Path, column: str) -> list[date]:
    file = pq.ParquetFile(path)
    if column not in file.schema_arrow.names:
        return []
    place = file.schema_arrow.names.index(column)
    found: list[date] = []
    for number in range(file.metadata.num_row_groups):
        statistics = file.metadata.row_group(number).column(place).statistics
        if statistics is not None and statistics.has_min_max:
            found += [
                one.date() if isinstance(one, datetime) else one
                for one in (statistics.min, statistics.max)
            ]
    return found


def calendar_rows(
    site: Site | None, first: date | None, last: date | None, table: str = "day"
) -> pa.Table:
    """Every day of a span, or with `hours` every building and day; none where there is no span."""
    rows: list[dict[str, Any]] = []
    if first and last:
        known = load_calendar(site)
        rows = known.days(first, last) if table == "day" else known.hours(first, last)
    return pa.Table.from_pylist(rows, schema=_CALENDAR[table])


def vocabulary_rows(site: Site | None, name: str) -> pa.Table:
    """`clc`: the classes; `clc_prefix`: which class of the second level a number begins."""
    headings = clc(site).values()
    if name == "clc":
        columns: dict[str, list[object]] = {
            "code": [h.code for h in headings],
            "level": [h.level for h in headings],
            "parent": [h.parent for h in headings],
            "title_zh": [h.title["zh"] for h in headings],
            "title_en": [h.title["en"] for h in headings],
        }
    else:
        pairs = [(prefix, h.code) for h in headings if h.level == 2 for prefix in h.prefixes]
        columns = {"prefix": [p for p, _code in pairs], "code": [code for _p, code in pairs]}
    return pa.table(columns)


def table_file(table: str) -> Path:
    """Where a table of the lake lies below a snapshot's folder."""
    layer, name = table.split(".")
    return Path(layer) / f"{name}.parquet"


def quoted(path: Path) -> str:
    """A path as SQL text."""
    return "'" + str(path).replace("'", "''") + "'"
