"""What models may read besides each other: raw.<contract>, calendar.day, vocabulary.*.

raw.<contract> holds the accepted rows of every load that has a receipt. Where two loads
bring rows of the same key the later load's row stands.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from shuren.data.definitions import contracts
from shuren.data.errors import BuildFailed, ModelError
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
_CALENDAR = pa.schema(
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
)


def attach(
    connection: duckdb.DuckDBPyConnection,
    site: Site,
    tables: Iterable[str],
    loads: Sequence[Receipt],
) -> None:
    """Make the sources among `tables` (`raw.loans`, `calendar.day` …) readable.

    loads   all of them, oldest first
    raises  ModelError if a raw table has no contract; BuildFailed if a load's rows are not there
    """
    wanted = {table for table in tables if table.split(".")[0] in ("raw", "calendar", "vocabulary")}
    if "calendar.day" in wanted:
        wanted.add("raw.loans")
    known = contracts(site)
    for schema in ("raw", "calendar", "vocabulary"):
        connection.execute(f"CREATE SCHEMA {schema}")
    for table in sorted(wanted, reverse=True):  # raw before calendar, which looks at the loans
        schema, name = table.split(".")
        if schema == "raw":
            if name not in known:
                raise ModelError(
                    _("A model reads raw.%(name)s, for which there is no contract.", name=name),
                    fix=did_you_mean(name, known),
                )
            _attach_raw(connection, site, known[name], loads)
        elif schema == "calendar":
            _attach_calendar(connection, site)
        else:
            _attach_clc(connection, site, name)


def _attach_raw(
    connection: duckdb.DuckDBPyConnection,
    site: Site,
    contract: Contract,
    loads: Sequence[Receipt],
) -> None:
    declared = {
        f.name: SQL_TYPES[f.type] for f in contract.fields if f.storage in (KEEP, PSEUDONYM)
    }
    declared |= {"_line": "BIGINT", "_key": "VARCHAR", "_load": "VARCHAR"}
    holding = [load for load in loads if load.contract == contract.id and load.accepted]
    own = [load.id for load in holding]
    files = [_quoted(_file_of(site, load)) for load in holding]
    if not files:
        empty = ", ".join(f'CAST(NULL AS {type_}) AS "{name}"' for name, type_ in declared.items())
        connection.execute(f"CREATE TABLE raw.{contract.id} AS SELECT {empty} WHERE FALSE")
        return
    source = f"read_parquet([{', '.join(files)}], union_by_name = true)"
    present = {row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
    # A field the contract gained after these loads is empty in them.
    columns = ", ".join(
        f"CAST({_column(name) if name in present else 'NULL'} AS {type_}) AS {_column(name)}"
        for name, type_ in declared.items()
    )
    order = {"load": own, "place": list(range(len(own)))}
    _create(connection, "load_order", pa.table(order))
    connection.execute(
        f"CREATE TABLE raw.{contract.id} AS SELECT {columns} FROM {source} AS rows"
        " JOIN load_order ON load_order.load = rows._load"
        " QUALIFY row_number() OVER (PARTITION BY _key ORDER BY place DESC, _line DESC) = 1"
    )


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


def _attach_calendar(connection: duckdb.DuckDBPyConnection, site: Site) -> None:
    """Every day from the first loan to the last; none when there are no loans."""
    span = "SELECT CAST(min(loaned_at) AS DATE), CAST(max(loaned_at) AS DATE) FROM raw.loans"
    first, last = connection.execute(span).fetchall()[0]
    rows = load_calendar(site).days(first, last) if first else []
    _create(connection, "calendar.day", pa.Table.from_pylist(rows, schema=_CALENDAR))


def _attach_clc(connection: duckdb.DuckDBPyConnection, site: Site, name: str) -> None:
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
    _create(connection, f"vocabulary.{name}", pa.table(columns))


def _create(connection: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    """A table of the rows given; hundreds of single INSERTs would take a second."""
    connection.register("given_rows", rows)
    connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM given_rows")
    connection.unregister("given_rows")


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _column(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
