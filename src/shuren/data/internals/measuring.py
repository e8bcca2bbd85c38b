"""Measures each load once: how many of its rows are incomplete, invalid, repeated, at odds or late.

A measure is one file below data/quality, written whole. A load that has none is measured by the
next look, so a process killed between a load and its measure loses nothing.
"""

import dataclasses
import json
import statistics
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from shuren.data.definitions import contracts
from shuren.data.internals import forgotten
from shuren.data.internals.receipts import all_receipts, raw_file
from shuren.data.internals.sources import quoted
from shuren.data.quality import OF_RULE, Flag, Measure
from shuren.data.shapes import KEEP, PSEUDONYM, Contract, Field, Receipt
from shuren.kernel.files import write_atomically
from shuren.kernel.site import Site

FORMAT = 1  # of the JSON: 1 since the first release
USUAL = 0.95  # a field filled in so many rows is usually filled
# Sensors bring a few rows every second; a share of so few says nothing.
FEWEST = 20


def measure_new(site: Site) -> list[Measure]:
    """Measure the loads that have no measure yet, oldest first; returns the new ones."""
    known = contracts(site)
    past: dict[str, list[Measure]] = {}
    found = []
    for receipt in reversed(all_receipts(site)):
        wanted = receipt.contract in known and not receipt.replays and receipt.records
        before = past.setdefault(receipt.contract, [])
        if receipt.merges:
            before += _of_loads(site, receipt.merges)
            continue
        if not wanted or (receipt.connector and receipt.records < FEWEST):
            continue
        measure = _read(_path(site, receipt.id))
        if measure is None:
            measure = _measure(site, known[receipt.contract], receipt, before)
            content = json.dumps({"format": FORMAT, **_plain(measure)}, ensure_ascii=False)
            write_atomically(_path(site, receipt.id), content.encode())
            found.append(measure)
        before.append(measure)
    return found


def measures(site: Site, contract: str) -> list[Measure]:
    """Of one contract's loads, oldest first."""
    receipts = reversed(all_receipts(site, contract))
    return _of_loads(site, [load for receipt in receipts for load in receipt.loads])


def _of_loads(site: Site, loads: Iterable[str]) -> list[Measure]:
    return [m for load in loads if (m := _read(_path(site, load))) is not None]


def flags(site: Site, contract: Contract, receipt: Receipt) -> list[Flag]:
    """The accepted rows of a load that have a gap, are late or ahead, by line."""
    path = raw_file(site, contract.id, receipt.id)
    if not path.exists():
        return []
    before = _before(site, receipt)
    with duckdb.connect() as engine:
        _remember(engine, site, contract, path)
        usual = _usual(engine, contract, before)
        queries = [(f'"{name}" IS NULL', "gap", name) for name in usual]
        clock = clock_of(contract)
        if clock is not None:
            tests = _moment_tests(contract, clock, before, receipt)
            queries += [(test, kind, clock.name) for kind, test in tests.items()]
        found = [
            Flag(line, kind, name)
            for test, kind, name in queries
            for (line,) in engine.execute(f"SELECT _line FROM load WHERE {test}").fetchall()
        ]
    return sorted(found, key=lambda flag: (flag.line, flag.kind, flag.field))


def clock_of(contract: Contract) -> Field | None:
    """The column that says when a row happened: the first required date or moment."""
    timed = (f for f in contract.fields if f.required and f.type in ("date", "timestamp"))
    return next(timed, None)


def _measure(
    site: Site, contract: Contract, receipt: Receipt, before: Sequence[Measure]
) -> Measure:
    faults = {"complete": 0, "valid": 0, "unique": 0, "consistent": 0}
    for rule, rows in receipt.rules.items():
        faults[OF_RULE.get(rule, "valid")] += rows
    path = raw_file(site, contract.id, receipt.id)
    clock = clock_of(contract)
    filled: dict[str, float] = {}
    moments = ("", "")
    if clock is not None:
        faults["timely"] = 0
    if receipt.accepted and path.exists():
        with duckdb.connect() as engine:
            _remember(engine, site, contract, path)
            filled = _filled(engine, contract)
            gaps = [f'"{name}" IS NULL' for name in _usual_of(filled, contract, before)]
            faults["complete"] += _count(engine, " OR ".join(gaps)) if gaps else 0
            if clock is not None:
                tests = _moment_tests(contract, clock, before, receipt).values()
                faults["timely"] = _count(engine, " OR ".join(f"({t})" for t in tests))
                moments = _moments(engine, clock)
    return Measure(
        receipt.id, contract.id, receipt.finished_at, receipt.records, faults, filled, moments
    )


def _before(site: Site, receipt: Receipt) -> list[Measure]:
    """Measures of the contract's loads that came before this one."""
    place = (receipt.finished_at, receipt.id)
    return [m for m in measures(site, receipt.contract) if (m.at, m.load) < place]


def _kept(contract: Contract) -> list[Field]:
    return [f for f in contract.fields if f.storage in (KEEP, PSEUDONYM)]


def _remember(
    engine: duckdb.DuckDBPyConnection, site: Site, contract: Contract, path: Path
) -> None:
    """The view `load`: the file's rows without those that somebody has had forgotten, which may
    be on the disk still."""
    there = pq.read_schema(path).names
    still = forgotten.raw_test(site, contract, there) or "TRUE"
    engine.execute(f"CREATE VIEW load AS FROM read_parquet({quoted(path)}) WHERE {still}")


def _filled(engine: duckdb.DuckDBPyConnection, contract: Contract) -> dict[str, float]:
    """{field: share of the rows that have it}; {} where there are no rows any more."""
    names = [f.name for f in _kept(contract)]
    shares = ", ".join(f'count("{name}") / count(*)' for name in names)
    rows = engine.execute(f"SELECT {shares} FROM load HAVING count(*) > 0").fetchall()
    if not rows:
        return {}
    return {name: float(share) for name, share in zip(names, rows[0], strict=True)}


def _usual(
    engine: duckdb.DuckDBPyConnection, contract: Contract, before: Sequence[Measure]
) -> list[str]:
    return _usual_of(_filled(engine, contract), contract, before)


def _usual_of(filled: dict[str, float], contract: Contract, before: Sequence[Measure]) -> list[str]:
    """Fields filled in nearly every row of the loads before, or of this one if it is the first."""
    past = [m for m in before if m.filled]
    names = []
    for f in _kept(contract):
        if f.required or not f.expected:
            continue
        shares = [m.filled[f.name] for m in past if f.name in m.filled]
        shares = shares or ([filled[f.name]] if f.name in filled else [])
        if shares and statistics.median(shares) >= USUAL:
            names.append(f.name)
    return names


def _moment_tests(
    contract: Contract, clock: Field, before: Sequence[Measure], receipt: Receipt
) -> dict[str, str]:
    """{kind: SQL that is true of such rows}. A row is late when it comes long after rows of later
    days came. What lies before everything known is history being loaded, not lateness."""
    ahead = receipt.finished_at + timedelta(days=1)
    column = f'CAST("{clock.name}" AS TIMESTAMP)'
    tests = {"ahead": f"{column} > TIMESTAMP '{ahead:%Y-%m-%d %H:%M:%S}'"}
    spans = [m.moments for m in before if m.moments[0]]
    if spans and contract.late_after_days:
        late_after = timedelta(days=contract.late_after_days)
        oldest = min(datetime.fromisoformat(first) for first, _last in spans)
        newest = max(datetime.fromisoformat(last) for _first, last in spans) - late_after
        tests["late"] = (
            f"{column} >= TIMESTAMP '{oldest:%Y-%m-%d %H:%M:%S}'"
            f" AND {column} < TIMESTAMP '{newest:%Y-%m-%d %H:%M:%S}'"
        )
    return tests


def _moments(engine: duckdb.DuckDBPyConnection, clock: Field) -> tuple[str, str]:
    column = f'CAST("{clock.name}" AS TIMESTAMP)'
    first, last = engine.execute(f"SELECT min({column}), max({column}) FROM load").fetchall()[0]
    return (first.isoformat(), last.isoformat()) if first else ("", "")


def _count(engine: duckdb.DuckDBPyConnection, test: str) -> int:
    return int(engine.execute(f"SELECT count(*) FROM load WHERE {test}").fetchall()[0][0])


def _path(site: Site, load: str) -> Path:
    return site.data / "quality" / f"{load}.json"


def _plain(measure: Measure) -> dict[str, Any]:
    return {**dataclasses.asdict(measure), "at": measure.at.isoformat()}


def _read(path: Path) -> Measure | None:
    """None where there is no measure, or one of another version: it is measured anew then."""
    try:
        content = json.loads(path.read_text("utf-8"))
        if content.pop("format") != FORMAT:
            raise ValueError
        content["at"] = datetime.fromisoformat(content["at"])
        content["moments"] = tuple(content["moments"])
        return Measure(**content)
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        path.unlink(missing_ok=True)
        return None
