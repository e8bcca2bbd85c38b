"""Small helpers for tests of loading: write a file, load it, look at what came of it."""

from pathlib import Path
from typing import Any

import duckdb

from shuren.data import actions, queries
from shuren.data.internals.receipts import raw_file
from shuren.data.shapes import Receipt
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site

OPERATOR = Actor(id="cli:test", role="administrator", doing="loads.run")
READER = Actor(id="s1", role="student", reader_key="r_x")
LOANS = "loan_id,reader_id,item_id,title,loaned_at,due_at,returned_at,renewals,campus\n"


def write(site: Site, text: str, name: str = "export.csv") -> Path:
    """A file outside the site."""
    path = site.root.parent / name
    path.write_bytes(text.encode())
    return path


def load(site: Site, contract: str, text: str, name: str = "export.csv", **more: Any) -> Receipt:
    return actions.load_file(site, contract, write(site, text, name), actor=OPERATOR, **more)


def mapping(site: Site, id: str, text: str) -> None:
    folder = site.definitions / "mappings"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{id}.yaml").write_text(text, "utf-8")


def accepted(site: Site, receipt: Receipt) -> list[dict[str, Any]]:
    """The rows of one load in the lake, by line."""
    path = raw_file(site, receipt.contract, receipt.id)
    if not path.exists():
        return []
    with duckdb.connect() as connection:
        table = connection.sql(
            f"SELECT * FROM read_parquet('{path}') ORDER BY _line"
        ).to_arrow_table()
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def refusals(site: Site, receipt: Receipt) -> list[tuple[int, str, str]]:
    """(line, rule, field) of the open refused rows."""
    rows = queries.refused_rows(site, receipt.id, actor=OPERATOR, limit=10_000)
    return [(row.line, row.rule, row.field) for row in rows]


def balance(site: Site) -> tuple[int, int, int]:
    """Over all loads: physical records, accepted rows (counted in the lake), open refused rows."""
    receipts = queries.receipts(site)
    records = sum(r.records for r in receipts if not r.replays)
    there = sum(len(accepted(site, r)) for r in receipts)
    assert there == sum(r.accepted for r in receipts)
    return records, there, sum(line.open_rows for line in queries.quarantine_counts(site))
