"""Ten dashboard figures over many events, asked on and on while builds swap the snapshot.

python benchmarks/dashboards/bench.py [EVENTS] [BUILDS]
"""

import json
import multiprocessing
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
import lake

# Figures as the pages ask for them, each with the filters a director would set.
QUESTIONS = [
    ("loans_by_month", {}),
    ("loans_by_campus", {"from": "2025-09", "to": "2026-01"}),
    ("loans_by_college", {"campus": "虎溪"}),
    ("visits_by_day", {}),
    ("visits_heat", {}),
    ("visits_by_month", {}),
    ("occupancy_heat", {}),
    ("occupancy_by_zone", {}),
    ("occupancy_by_building", {}),
    ("zones_now", {}),
]
LOANS = 200_000
ZONES = 48


def seat_events(count: int) -> str:
    """Each seat is taken and left in turn, over 730 days and 5,481 seats."""
    return f"""SELECT range AS number, concat('e', range) AS event_id,
        concat('z', (range % 5481) % {ZONES}) AS zone_id, CAST(range % 5481 AS VARCHAR) AS seat_no,
        CASE WHEN (range // 5481) % 2 = 0 THEN 'occupied' ELSE 'free' END AS state,
        TIMESTAMP '2024-11-25 08:00:00'
            + to_seconds(CAST((range // 5481) * (62000000 // greatest(1, {count} // 5481))
                + range % 1800 AS BIGINT)) AS changed_at
        FROM range({count})"""


def visit_counts() -> str:
    return """SELECT d * 24 + h AS number, '虎溪' AS campus, '虎溪馆' AS building,
        TIMESTAMP '2024-09-02' + to_days(CAST(d AS INTEGER)) + to_hours(CAST(h AS INTEGER))
            AS hour_start_at,
        100 + (d * 7 + h * 13) % 400 AS entries, 90 + (d * 5 + h * 11) % 400 AS exits
        FROM (SELECT range AS d FROM range(800)), (SELECT range AS h FROM range(7, 23))"""


def zones() -> str:
    return f"""SELECT range AS number, concat('z', range) AS zone_id, '虎溪' AS campus,
        concat('馆', range % 3) AS building, 1 + range % 6 AS floor, concat('区', range) AS title,
        115 AS seats FROM range({ZONES})"""


def fill(site: Path, events: int) -> None:
    lake.put(site, "items", lake.items(), 1)
    lake.put(site, "readers", lake.readers(), 2)
    lake.put(site, "loans", lake.loans(0, LOANS), 3)
    lake.put(site, "seat_zones", zones(), 4)
    lake.put(site, "visit_counts", visit_counts(), 5)
    each = 5_000_000
    for nth, first in enumerate(range(0, events, each)):
        rows = f"SELECT * FROM ({seat_events(events)}) AS made"
        rows += f" WHERE number >= {first} AND number < {min(events, first + each)}"
        lake.put(site, "seat_events", rows, 10 + nth)


def swap(site: Path, builds: int) -> None:
    """Load a little and build, again and again."""
    import os

    os.environ["SHUREN_SITE"] = str(site)
    import django

    django.setup()
    from shuren.data.actions import build
    from shuren.kernel.shapes import Actor
    from shuren.kernel.site import Site

    for nth in range(builds):
        lake.put(site, "loans", lake.loans(LOANS + nth * 500, 500), 100 + nth)
        build(Site(site), actor=Actor("cli", "administrator"))


def ask(site: Path, worker: multiprocessing.Process) -> tuple[dict[str, list[float]], int]:
    """Milliseconds of each question while the builds go on, and snapshots seen."""
    from shuren.insight.queries import figure
    from shuren.kernel.shapes import Actor
    from shuren.kernel.site import Site

    director, taken, seen = Actor("d", "director"), {}, set()
    while worker.is_alive():
        for id, filters in QUESTIONS:
            begun = time.perf_counter()
            result = figure(Site(site), id, actor=director, filters=filters)
            taken.setdefault(id, []).append(1_000 * (time.perf_counter() - begun))
            seen.add(result.table.snapshot)
            assert result.table.rows, id
            time.sleep(0.05)  # a person reads
    return taken, len(seen)


def p95(values: list[float]) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]


def main(events: int, builds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        lake.begin(site)
        fill(site, events)
        from shuren.data.actions import build
        from shuren.kernel.shapes import Actor
        from shuren.kernel.site import Site

        begun = time.monotonic()
        build(Site(site), actor=Actor("cli", "administrator"))
        print(f"{events:,} seat events, {LOANS:,} loans: built in {time.monotonic() - begun:.1f} s")
        worker = multiprocessing.get_context("spawn").Process(target=swap, args=(site, builds))
        worker.start()
        taken, seen = ask(site, worker)
        worker.join()
        assert worker.exitcode == 0
        for id, values in taken.items():
            print(f"{id:24} {len(values):5} times, p95 {p95(values):7.1f} ms")
        every = [value for values in taken.values() for value in values]
        print(f"all  p95 {p95(every):.1f} ms, greatest {max(every):.1f} ms, {seen} snapshots seen")
        result = {
            "events": events, "asked": len(every), "p95_ms": round(p95(every), 1),
            "most_ms": round(max(every), 1), "snapshots": seen,
            "by_figure_p95_ms": {id: round(p95(values), 1) for id, values in taken.items()},
        }  # fmt: skip
        Path(__file__).with_name("results.json").write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    numbers = [int(text) for text in sys.argv[1:]]
    main(*(numbers + [1_000_000, 20][len(numbers) :]))
