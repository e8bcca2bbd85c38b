"""Build the same loads with both engines on one machine: the same rows, and what each cost."""

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shuren.settings")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from shuren.data.internals import building, snapshots
from shuren.data.internals.models import load_models
from shuren.data.internals.receipts import all_receipts
from shuren.data.shapes import BuildReport
from shuren.kernel.shapes import no_progress
from shuren.kernel.site import Site, open_site
from tests.data.raw_helper import put_raw, reader
from tests.early import make_site
from tools.spark_cluster import running_spark

SEED = 20261122
FIRST = datetime(2024, 9, 1, 8)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--loans", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=2)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="shuren-spark-") as name:
        folder = Path(name)
        site = open_site(make_site(folder / "site"))
        fill(site, chosen.loans)
        embedded, here = measured(lambda: build(site, "duckdb"))
        with running_spark(folder / "cluster", chosen.workers) as cluster:
            before = sum(map(cpu_of_group, (p.pid for p in cluster.processes)))
            spark, there = measured(lambda: build(site, f"spark@{cluster.master}"))
            after = sum(map(cpu_of_group, (p.pid for p in cluster.processes)))
        there["cpu_s"] = round(there["cpu_s"] + after - before, 2)
        models = load_models(site)
        stored = [table.name for table in embedded.tables if models[table.name].materialised]
        different = [
            name
            for name in stored
            if not content(site, embedded, name).equals(content(site, spark, name))
        ]
    result = {
        "loans": chosen.loans,
        "workers": chosen.workers,
        "cores": os.cpu_count(),
        "tables_compared": len(stored),
        "tables_with_rows": sum(table.rows > 0 for table in embedded.tables),
        "rows": sum(table.rows for table in embedded.tables),
        "embedded": here,
        "spark": there,
        "tables_that_differ": different,
    }
    print(json.dumps(result, indent=1))
    print("\n".join(f"{name}: differs" for name in different) or "every table: equal to the row")
    return 1 if different else 0


def fill(site: Site, loans: int) -> None:
    """Three loads of loans, the last correcting a tenth; readers and copies for them."""
    random = np.random.default_rng(SEED)
    readers = [reader(number) for number in range(max(loans // 20, 10))]
    copies = max(loans // 10, 10)
    put_raw(
        site,
        "items",
        [
            {"item_id": f"B{n:08}", "title": f"书{n // 3}", "call_number": f"I247/{n // 3}"}
            for n in range(copies)
        ],
        place=1,
    )
    who = random.integers(0, len(readers), loans)
    which = random.integers(0, copies, loans)
    when = random.integers(0, 700 * 86_400, loans)

    def loan(n: int, renewed: int) -> dict[str, object]:
        start = FIRST + timedelta(seconds=int(when[n]))
        return {
            "loan_id": f"L{n:09}",
            "reader_id": readers[who[n]],
            "item_id": f"B{which[n]:08}",
            "loaned_at": start,
            "due_at": start + timedelta(days=30),
            "renewals": renewed,
        }

    half = loans // 2
    put_raw(site, "loans", [loan(n, 0) for n in range(half)], place=2)
    put_raw(site, "loans", [loan(n, 0) for n in range(half, loans)], place=3)
    put_raw(site, "loans", [loan(n, 1) for n in range(0, loans, 10)], place=4)


def build(site: Site, engine: str) -> BuildReport:
    loads = all_receipts(site)[::-1]
    return building.build_snapshot(
        site, load_models(site), loads, no_progress, everything=True, engine=engine
    )


def content(site: Site, report: BuildReport, table: str) -> pa.Table:
    """Rows in their order, and types; not which columns are said to have no empty values."""
    rows = pq.read_table(site.snapshots / report.snapshot / snapshots.table_file(table))
    return pa.table(rows.columns, names=rows.schema.names)


def measured(work: Callable[[], BuildReport]) -> tuple[BuildReport, dict[str, float]]:
    """What it gave, and the seconds it took of the clock and of processors."""
    before, began = _cpu(), time.monotonic()
    report = work()
    took = {"wall_s": round(time.monotonic() - began, 2), "cpu_s": round(_cpu() - before, 2)}
    return report, took


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def cpu_of_group(leader: int) -> float:
    """Of a JVM of the cluster, and of the executors that have ended below it."""
    parts = Path(f"/proc/{leader}/stat").read_text("utf-8").rpartition(")")[2].split()
    return sum(map(int, parts[11:15])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    raise SystemExit(main())
