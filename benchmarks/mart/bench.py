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


def bare(site_folder: Path, target: Path) -> float:
    """The SELECT of every stored model into Parquet, one after another, by DuckDB alone: no
    deduplication by key, no casts, no order, no checks, no manifest."""
    from shuren.data.internals.embedded import open_engine
    from shuren.data.internals.models import load_models
    from shuren.data.internals.receipts import all_receipts
    from shuren.kernel.site import Site

    site = Site(site_folder)
    begun = time.monotonic()
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
    return time.monotonic() - begun


def built(site_folder: Path, everything: bool = False) -> tuple[float, int]:
    """Seconds, and how many models ran."""
    from shuren.data.actions import build
    from shuren.kernel.shapes import Actor
    from shuren.kernel.site import Site

    begun = time.monotonic()
    report = build(Site(site_folder), actor=Actor("cli", "administrator"), everything=everything)
    return time.monotonic() - begun, sum(table.ran for table in report.tables)


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        lake.begin(site)
        lake.put(site, "items", lake.items(), 1)
        lake.put(site, "readers", lake.readers(), 2)
        assert lake.put(site, "loans", lake.loans(0, count), 3) == count
        size = sum(path.stat().st_size for path in site.rglob("*.parquet"))
        print(f"{count:,} loans, {size / 1e6:.0f} MB of Parquet")
        first = bare(site, Path(folder) / "bare-1")
        ours, _ran = built(site)
        again = bare(site, Path(folder) / "bare-2")
        peer = min(first, again)
        print(f"bare SQL            {peer:7.2f} s")
        print(f"shuren build        {ours:7.2f} s, {ours / peer:.2f} times as long")
        nothing, ran = built(site)
        print(f"again, nothing new  {nothing:7.2f} s, {ran} models ran")
        lake.put(site, "loans", lake.loans(count, 1_000), 4)
        small, ran = built(site)
        print(f"after 1,000 loans   {small:7.2f} s, {ran} models ran")
        events = "SELECT range AS number, 'a' AS zone_id, CAST(range AS VARCHAR) AS seat_no, "
        events += (
            "concat('e', range) AS event_id, 'free' AS state, TIMESTAMP '2026-11-01' AS changed_at"
        )
        lake.put(site, "seat_events", f"{events} FROM range(1000)", 5)
        other, others = built(site)
        print(f"after seat events   {other:7.2f} s, {others} models ran")
        from shuren.data.internals import snapshots
        from shuren.kernel.site import Site

        info = snapshots.required(Site(site))
        assert info.tables["mart.loan_fact"].rows == count + 1_000
        made = site / "data" / "lake" / "snapshots" / info.id / "mart" / "loan_fact.parquet"
        with duckdb.connect() as engine:
            twice = engine.execute(
                f"SELECT count(*) FROM read_parquet('{made}') AS ours ANTI JOIN "
                f"read_parquet('{Path(folder)}/bare-2/mart.loan_fact.parquet') AS peer"
                " USING (loan_id, reader_key, title_id, day, campus)"
            ).fetchall()[0][0]
        assert twice == 1_000, twice
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        print(f"most memory {memory} MB; loan facts equal the bare SQL's")
        result = {
            "loans": count, "bare_s": round(peer, 2), "ours_s": round(ours, 2),
            "ratio": round(ours / peer, 2), "nothing_new_s": round(nothing, 2),
            "after_1000_loans_s": round(small, 2), "after_seat_events_s": round(other, 2),
            "memory_mb": memory,
        }  # fmt: skip
        Path(__file__).with_name("results.json").write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
