"""Building the marts from many loans: beside the same SQL run bare, and after a small load.

python benchmarks/mart/bench.py [LOANS]
"""

import json
import resource
import sys
import tempfile
import time
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).parents[1]))
import lake

Cost = tuple[float, float]  # seconds, and CPU seconds


def bare(site_folder: Path, target: Path) -> Cost:
    """The SELECT of every stored model into Parquet, one after another, by DuckDB alone: no
    deduplication by key, no casts, no order, no checks, no manifest."""
    from shuren.data.internals.embedded import open_engine
    from shuren.data.internals.models import load_models
    from shuren.data.internals.receipts import all_receipts
    from shuren.kernel.site import Site

    site = Site(site_folder)
    begun, cpu = time.monotonic(), time.process_time()
    with open_engine(site, target, []) as helper:
        engine = helper.connection
        for name, model in load_models(site).items():
            if not model.materialised:
                continue
            for read in model.reads:
                schema, table = read.split(".")
                if schema == "raw" and list((site.raw / table).glob("*.parquet")):
                    files = f"read_parquet('{site.raw / table}/*.parquet', union_by_name = true)"
                    engine.execute(f"CREATE OR REPLACE VIEW {read} AS SELECT * FROM {files}")
                    helper._known.add(read)
                elif schema not in ("conformed", "mart"):
                    helper.source(read)
            path = target / f"{name}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            engine.execute(f"COPY ({model.sql}\n) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
            engine.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{path}')")
    assert all_receipts(site)
    return time.monotonic() - begun, time.process_time() - cpu


def built(name: str, site_folder: Path) -> tuple[Cost, int]:
    """What it took, and how many models ran."""
    from shuren.data.actions import build
    from shuren.kernel.shapes import Actor
    from shuren.kernel.site import Site

    begun, cpu = time.monotonic(), time.process_time()
    report = build(Site(site_folder), actor=Actor("cli", "administrator"))
    cost, ran = (time.monotonic() - begun, time.process_time() - cpu), 0
    for table in sorted(report.tables, key=lambda table: -table.seconds):
        ran += table.ran
        if table.seconds > 0.05 * cost[0]:
            print(f"    {table.name:28} {table.rows:11,} rows {table.seconds:7.2f} s")
    told(name, cost, f", {ran} models ran")
    return cost, ran


def told(name: str, cost: Cost, more: str = "") -> None:
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(
        f"{name:20} {cost[0]:7.2f} s, {cost[1]:7.2f} CPU-s{more}; most memory yet {most} MB",
        flush=True,
    )


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        lake.begin(site)
        lake.put(site, "items", lake.items(), 1)
        lake.put(site, "readers", lake.readers(), 2)
        assert lake.put(site, "loans", lake.loans(0, count), 3) == count
        size = sum(path.stat().st_size for path in site.rglob("*.parquet"))
        print(f"{count:,} loans, {size / 1e6:.0f} MB of Parquet")
        ours, _ran = built("shuren build", site)
        peer = bare(site, Path(folder) / "bare")
        told("bare SQL", peer, f"; ours {ours[1] / peer[1]:.2f} times its CPU seconds")
        nothing, _ran = built("again, nothing new", site)
        lake.put(site, "loans", lake.loans(count, 1_000), 4)
        small, _ran = built("after 1,000 loans", site)
        events = "SELECT range AS number, 'a' AS zone_id, CAST(range AS VARCHAR) AS seat_no, "
        events += (
            "concat('e', range) AS event_id, 'free' AS state, TIMESTAMP '2026-11-01' AS changed_at"
        )
        lake.put(site, "seat_events", f"{events} FROM range(1000)", 5)
        other, _ran = built("after seat events", site)
        from shuren.data.internals import snapshots
        from shuren.kernel.site import Site

        info = snapshots.required(Site(site))
        assert info.tables["mart.loan_fact"].rows == count + 1_000
        made = site / "data" / "lake" / "snapshots" / info.id / "mart" / "loan_fact.parquet"
        with duckdb.connect() as engine:
            twice = engine.execute(
                f"SELECT count(*) FROM read_parquet('{made}') AS ours ANTI JOIN "
                f"read_parquet('{Path(folder)}/bare/mart.loan_fact.parquet') AS peer"
                " USING (loan_id, reader_key, title_id, day, campus)"
            ).fetchall()[0][0]
        assert twice == 1_000, twice
        print("loan facts equal the bare SQL's")
        costs = {"bare": peer, "ours": ours, "nothing_new": nothing, "after_1000_loans": small,
                 "after_seat_events": other}  # fmt: skip
        result = {
            "loans": count, "ratio_cpu": round(ours[1] / peer[1], 2),
            "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
        } | {f"{name}_s": round(cost[0], 2) for name, cost in costs.items()} | {
            f"{name}_cpu_s": round(cost[1], 2) for name, cost in costs.items()
        }  # fmt: skip
        Path(__file__).with_name("results.json").write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
