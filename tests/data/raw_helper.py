"""Puts accepted rows into a site as a load would leave them: raw Parquet and a receipt."""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from shuren.data.definitions import contracts
from shuren.data.shapes import KEEP, PSEUDONYM
from shuren.kernel.site import Site

TYPES = {
    "string": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "boolean": pa.bool_(),
}
_FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def reader(number: int) -> str:
    """A pseudonym as `trust` makes them; the same number is the same person."""
    letters = (
        hashlib.sha256(str(number).encode()).hexdigest().translate(str.maketrans("0189", "ghij"))
    )
    return f"r_{letters[:26]}"


def put_raw(site: Site, contract_id: str, rows: list[dict[str, Any]], place: int = 0) -> str:
    """Store one load of `rows`; `place` orders loads in time. Returns the load's id.

    Columns left out are empty. ISO text becomes dates and timestamps. `_key` is the hash
    of the key columns, or of the whole row where they are empty.
    """
    contract = contracts(site)[contract_id]
    kept = [f for f in contract.fields if f.storage in (KEEP, PSEUDONYM)]
    load = f"L{place:04}-{contract_id}"
    columns: dict[str, Any] = {
        f.name: pa.array([_value(f.type, row.get(f.name)) for row in rows], TYPES[f.type])
        for f in kept
    }
    columns["_line"] = pa.array(range(2, len(rows) + 2), pa.int64())
    columns["_key"] = pa.array([_key(contract.key, row) for row in rows], pa.string())
    columns["_load"] = pa.array([load] * len(rows), pa.string())
    path = site.raw / contract_id / f"{load}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path)
    moment = (_FIRST + timedelta(minutes=place)).isoformat()
    receipt = {
        "id": load,
        "contract": contract_id,
        "contract_version": contract.version,
        "mapping": "",
        "source_name": f"{contract_id}.csv",
        "source_hash": hashlib.sha256(load.encode()).hexdigest(),
        "source_bytes": 0,
        "encoding": "utf-8",
        "dialect": {},
        "records": len(rows),
        "accepted": len(rows),
        "refused": 0,
        "blank_lines": 0,
        "rules": {},
        "started_at": moment,
        "finished_at": moment,
        "actor": "cli:test",
        "replays": "",
        "took": [],
        "notes": [],
    }
    site.receipts.mkdir(parents=True, exist_ok=True)
    (site.receipts / f"{load}.json").write_text(json.dumps(receipt), "utf-8")
    return load


def _key(columns: tuple[str, ...], row: dict[str, Any]) -> str:
    values = [row.get(column) for column in columns]
    known = values if any(values) else json.dumps(row, sort_keys=True, default=str)
    text = str(known[0]) if len(columns) == 1 and any(values) else str(known)
    return hashlib.sha256(text.encode()).hexdigest()


def _value(type_: str, value: Any) -> Any:
    if isinstance(value, str) and type_ == "date":
        return date.fromisoformat(value)
    if isinstance(value, str) and type_ == "timestamp":
        return datetime.fromisoformat(value)
    return value
