"""Raw rows by the million for the benchmarks of the lake, as loads would leave them."""

import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

_FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def begin(folder: Path) -> None:
    """Make an empty site there and let everything imported after this use it."""
    folder.mkdir(parents=True)
    (folder / "shuren.toml").write_text("", "utf-8")
    use(folder)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def use(folder: Path) -> None:
    """Let everything imported after this use the site there."""
    os.environ["SHUREN_SITE"] = str(folder)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shuren.settings")
    os.environ["SHUREN_NOW"] = "2026-11-22T12:00:00+08:00"
    import django

    django.setup()


def put(folder: Path, contract_id: str, select: str, place: int) -> int:
    """One load whose rows `select` gives (columns of the contract; those left out are empty).

    It must have a column `number` from which `_line` and `_key` come. Returns the rows.
    """
    from shuren.data.definitions import contracts
    from shuren.data.internals.receipts import raw_file, receipt_file, receipt_json
    from shuren.data.internals.sources import raw_columns
    from shuren.data.shapes import Receipt
    from shuren.kernel.files import write_atomically
    from shuren.kernel.site import Site

    site, contract = Site(folder), contracts(Site(folder))[contract_id]
    load = f"L{place:04}-{contract_id}"
    path = raw_file(site, contract_id, load)
    path.parent.mkdir(parents=True, exist_ok=True)
    site.receipts.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as engine:
        engine.execute("SET enable_progress_bar = false")
        given = {row[0] for row in engine.execute(f"DESCRIBE {select}").fetchall()}
        own = {
            "_line": "number + 2",
            "_key": f"md5(concat('{contract_id}', number))",
            "_load": f"'{load}'",
        }
        columns = ", ".join(
            f"CAST({own.get(name) or (name if name in given else 'NULL')} AS {type_}) AS {name}"
            for name, type_ in raw_columns(contract)
        )
        rows = engine.execute(
            f"COPY (SELECT {columns} FROM ({select}) AS made) TO '{path}'"
            " (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
        ).fetchall()[0][0]
    moment = _FIRST + timedelta(minutes=place)
    receipt = Receipt(
        id=load, contract=contract_id, contract_version=contract.version, mapping="",
        source_name=f"{contract_id}.csv", source_hash=hashlib.sha256(load.encode()).hexdigest(),
        source_bytes=0, encoding="utf-8", dialect={}, records=rows, accepted=rows, refused=0,
        blank_lines=0, rules={}, started_at=moment, finished_at=moment, actor="cli:benchmark",
    )  # fmt: skip
    import json

    write_atomically(receipt_file(site, load), json.dumps(receipt_json(receipt)).encode())
    return int(rows)


ITEMS, READERS = 200_000, 40_000
LETTERS = "'I', 'TP', 'O', 'H', 'K', 'F', 'D', 'G', 'B', 'J'"


def items() -> str:
    return f"""SELECT range AS number, concat('b', range) AS item_id,
        concat('书名', range % 150000) AS title, concat('著者', range % 9000) AS author,
        2000 + range % 26 AS published_year,
        concat([{LETTERS}][1 + range % 10], 1 + range % 90) AS class_number,
        concat([{LETTERS}][1 + range % 10], 1 + range % 90, '/', range) AS call_number,
        ['虎溪', 'A区', 'B区'][1 + range % 3] AS campus, 'available' AS status,
        DATE '2010-01-01' + CAST(range % 5000 AS INTEGER) AS acquired_at FROM range({ITEMS})"""


def readers() -> str:
    return f"""SELECT range AS number, concat('r_', md5(CAST(range AS VARCHAR))) AS reader_id,
        CASE WHEN range % 8 = 0 THEN 'faculty' ELSE 'student' END AS kind,
        concat('学院', range % 30) AS college, ['虎溪', 'A区', 'B区'][1 + range % 3] AS campus
        FROM range({READERS})"""


def loans(first: int, count: int) -> str:
    """Spread over 790 days; some readers borrow far more than others."""
    return f"""SELECT number, concat('l', number) AS loan_id,
        concat('r_', md5(CAST(CAST(floor({READERS} * power(hash(number) % 1000000 / 1e6, 2))
            AS BIGINT) AS VARCHAR))) AS reader_id,
        concat('b', hash(number + 7) % {ITEMS}) AS item_id,
        loaned_at, loaned_at + INTERVAL 30 DAY AS due_at,
        CASE WHEN number % 50 > 0 THEN loaned_at + INTERVAL 12 DAY END AS returned_at,
        number % 3 AS renewals,
        ['虎溪', 'A区', 'B区'][CAST(1 + hash(number) % 3 AS BIGINT)] AS campus
        FROM (SELECT range AS number, TIMESTAMP '2024-09-01 08:00:00'
            + to_seconds(CAST(hash(range + 3) % 68256000 AS BIGINT)) AS loaned_at
            FROM range({first}, {first + count}))"""
