"""Ten dashboard figures over many events, asked on and on while builds swap the snapshot.

python benchmarks/dashboards/bench.py [EVENTS] [LOANS] [BUILDS] [FOLDER]

With a FOLDER the site is kept there, and used again when it is there already.
"""

import json
import multiprocessing
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
import lake

ZONES = 48
MONTHS = [f"{2024 + (8 + n) // 12}-{1 + (8 + n) % 12:02}" for n in range(26)]
CAMPUSES, KINDS = ["虎溪", "A区", "B区"], ["student", "faculty"]
CLASSES = ["I", "TP", "O", "H", "K", "F", "D", "G", "B", "J"]
Filters = dict[str, str]


def seat_events(count: int) -> str:
    """Each seat is taken and left in turn, over 730 days and 5,481 seats."""
    return f"""SELECT range AS number, concat('e', range) AS event_id,
        concat('z', (range % 5481) % {ZONES}) AS zone_id, CAST(range % 5481 AS VARCHAR) AS seat_no,
        CASE WHEN (range // 5481) % 2 = 0 THEN 'occupied' ELSE 'free' END AS state,
        TIMESTAMP '2024-11-25 08:00:00'
            + to_seconds(CAST((range // 5481) * (62000000 // greatest(1, {count} // 5481))
                + range % 1800 AS BIGINT)) AS changed_at
        FROM range({count})"""


def later_seat_events(nth: int) -> str:
    return f"""SELECT range AS number, concat('later', {nth}, '-', range) AS event_id,
        concat('z', range % {ZONES}) AS zone_id, CAST(range AS VARCHAR) AS seat_no,
        'occupied' AS state,
        TIMESTAMP '2026-11-13 09:00:00' + to_seconds(range + {nth} * 2000) AS changed_at
        FROM range(1000)"""


def visit_counts(first: int, days: int) -> str:
    return f"""SELECT (d * 24 + h) * 3 + c AS number, {CAMPUSES}[CAST(c + 1 AS BIGINT)] AS campus,
        concat('馆', c) AS building,
        TIMESTAMP '2024-09-02' + to_days(CAST(d AS INTEGER)) + to_hours(CAST(h AS INTEGER))
            AS hour_start_at,
        100 + (d * 7 + h * 13) % 400 AS entries, 90 + (d * 5 + h * 11) % 400 AS exits
        FROM (SELECT {first} + range AS d FROM range({days})),
            (SELECT range AS h FROM range(7, 23)), (SELECT range AS c FROM range(3))"""


def zones() -> str:
    return f"""SELECT range AS number, concat('z', range) AS zone_id,
        {CAMPUSES}[CAST(1 + range % 3 AS BIGINT)] AS campus,
        concat('馆', range % 9) AS building, 1 + range % 6 AS floor, concat('区', range) AS title,
        115 AS seats FROM range({ZONES})"""


def fill(site: Path, events: int, loans: int) -> None:
    lake.put(site, "items", lake.items(), 1)
    lake.put(site, "readers", lake.readers(), 2)
    lake.put(site, "loans", lake.loans(0, loans), 3)
    lake.put(site, "seat_zones", zones(), 4)
    lake.put(site, "visit_counts", visit_counts(0, 780), 5)
    each = 5_000_000
    for nth, first in enumerate(range(0, events, each)):
        rows = f"SELECT * FROM ({seat_events(events)}) AS made"
        rows += f" WHERE number >= {first} AND number < {min(events, first + each)}"
        lake.put(site, "seat_events", rows, 10 + nth)


def questions(seed: int) -> Iterator[tuple[str, Filters]]:
    """The ten figures in turn, without end, each narrowed as a person who looks around would."""
    chance = random.Random(seed)

    def period() -> Filters:
        first = chance.randrange(len(MONTHS) - 5)
        last = first + chance.choice([0, 2, 3, 5])
        return chance.choice([{}, {}, {"from": MONTHS[first], "to": MONTHS[last]}])

    def one_of(name: str, values: list[str]) -> Filters:
        return {name: chance.choice(values)} if chance.random() < 0.4 else {}

    def lent() -> Filters:
        own = period() | one_of("campus", CAMPUSES)
        return own | chance.choice([one_of("reader_kind", KINDS), one_of("clc_main", CLASSES)])

    def counted() -> Filters:
        return period() | one_of("campus", CAMPUSES)

    while True:
        for id in ("loans_by_month", "loans_by_campus", "loans_by_college"):
            yield id, lent()
        for id in ("visits_by_day", "visits_heat", "visits_by_month"):
            yield id, counted()
        for id in ("occupancy_heat", "occupancy_by_zone", "occupancy_by_building"):
            yield id, counted()
        yield "zones_now", one_of("campus", CAMPUSES)


def loads(site: Path, contract: str) -> tuple[int, int]:
    """Loads of a contract so far, and rows in them."""
    from shuren.data.internals.receipts import all_receipts
    from shuren.kernel.site import Site

    found = all_receipts(Site(site), contract)
    return len(found), sum(load.accepted for load in found)


def swap(site: Path, builds: int, with_events: bool) -> None:
    """Load a little and build, again and again; the seat events come before the last build."""
    os.environ["SHUREN_SITE"] = str(site)
    os.nice(10)  # as docs/how-to/scale-out.md advises
    import django

    django.setup()
    from shuren.data.actions import build
    from shuren.kernel.shapes import Actor
    from shuren.kernel.site import Site

    for nth in range(builds):
        number, rows = loads(site, "loans")
        lake.put(site, "loans", lake.loans(rows, 500), 100 + number)
        days, _rows = loads(site, "visit_counts")
        lake.put(site, "visit_counts", visit_counts(780 + days, 1), 10_000 + days)
        more = with_events and nth == builds - 1
        if more:
            times, _rows = loads(site, "seat_events")
            lake.put(site, "seat_events", later_seat_events(times), 50_000 + times)
        begun, cpu = time.monotonic(), time.process_time()
        build(Site(site), actor=Actor("cli", "administrator"))
        what = "500 loans, a day of visits" + (", 1,000 seat events" if more else "")
        took, cpu = time.monotonic() - begun, time.process_time() - cpu
        print(f"  build {nth + 1} after {what}: {took:.1f} s, {cpu:.1f} CPU-s", flush=True)


def ask(site: Path, worker: Any) -> tuple[list[dict[str, Any]], int]:
    """What each question took while the builds go on, and snapshots seen.

    An answer is kept when the process had it already: asked before, or warmed after a swap; any
    other is asked of the engine. `swap` marks the first ten questions after a swap.
    """
    from shuren.data.actions import keep_answers_warm
    from shuren.data.internals import snapshots
    from shuren.insight.queries import figure
    from shuren.kernel.shapes import Actor
    from shuren.kernel.site import Site

    director, seen, asked = Actor("d", "director", doing="dashboards.read"), [], []
    engine, sent = snapshots.query, [0]

    def counted(*given: Any) -> Any:
        sent[0] += 1
        return engine(*given)

    keep_answers_warm(Site(site))
    since = 0
    for id, filters in questions(1):
        if not worker.is_alive():
            break
        own = threading_query(snapshots, counted)
        begun, cpu = time.perf_counter(), time.thread_time()
        with own:
            sent[0] = 0
            result = figure(Site(site), id, actor=director, filters=filters)
        took = 1_000 * (time.perf_counter() - begun)
        if not seen or seen[-1] != result.table.snapshot:
            seen.append(result.table.snapshot)
            since = 0
        since += 1
        asked.append({
            "figure": id, "ms": took, "cpu_ms": 1_000 * (time.thread_time() - cpu),
            "cold": bool(sent[0]), "swap": len(seen) > 1 and since <= 10,
        })  # fmt: skip
        assert result.table.rows or result.table.suppressed or filters, id
        time.sleep(0.05)  # a person reads
    return asked, len(seen)


class threading_query:
    """Counts what this thread sends to the engine, not what warming sends."""

    def __init__(self, module: Any, counted: Any) -> None:
        import threading

        self.module, self.counted, self.plain = module, counted, module.query
        self.thread = threading.get_ident()

    def __enter__(self) -> None:
        import threading

        def query(*given: Any) -> Any:
            own = threading.get_ident() == self.thread
            return (self.counted if own else self.plain)(*given)

        self.module.query = query

    def __exit__(self, *_error: object) -> None:
        self.module.query = self.plain


def at(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def told(name: str, asked: list[dict[str, Any]]) -> dict[str, Any]:
    times = [one["ms"] for one in asked]
    if not times:
        return {}
    p50, p95, most = at(times, 0.5), at(times, 0.95), max(times)
    line = f"{name:24} {len(times):5} times  p50 {p50:6.1f}  p95 {p95:6.1f}  most {most:6.1f} ms"
    print(line)
    return {"asked": len(times), "p50_ms": round(p50, 1), "p95_ms": round(p95, 1),
            "most_ms": round(most, 1)}  # fmt: skip


def report(asked: list[dict[str, Any]], seen: int, about: dict[str, Any]) -> None:
    by_figure = {
        id: told(id, [one for one in asked if one["figure"] == id])
        for id in dict.fromkeys(one["figure"] for one in asked)
    }
    live = [one for one in asked if one["figure"] == "zones_now"]
    stored = [one for one in asked if one["figure"] != "zones_now"]
    result = about | {
        "snapshots": seen,
        "all": told("all", asked),
        "asked of the engine": told("asked of the engine", [o for o in stored if o["cold"]]),
        "kept": told("kept", [one for one in stored if not one["cold"]]),
        "live view": told("live view", live),
        "first ten after a swap": told("first ten after a swap", [o for o in asked if o["swap"]]),
        "by figure": by_figure,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
    }
    print(f"{seen} snapshots seen, most memory of the asking process {result['memory_mb']} MB")
    text = json.dumps(result, indent=1, ensure_ascii=False)
    Path(__file__).with_name("results.json").write_text(text + "\n", "utf-8")


def prepare(site: Path, events: int, loans: int) -> None:
    """Make the site, or take the one that is there."""
    if (site / "shuren.toml").exists():
        lake.use(site)
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
    else:
        lake.begin(site)
        fill(site, events, loans)
    from shuren.data.actions import build
    from shuren.kernel.shapes import Actor
    from shuren.kernel.site import Site

    begun, cpu = time.monotonic(), time.process_time()
    build(Site(site), actor=Actor("cli", "administrator"))
    took, cpu = time.monotonic() - begun, time.process_time() - cpu
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"first build: {took:.1f} s, {cpu:.1f} CPU-s, most memory {most} MB", flush=True)


def run(site: Path, events: int, loans: int, builds: int) -> None:
    spawn = multiprocessing.get_context("spawn")
    first = spawn.Process(target=prepare, args=(site, events, loans))
    first.start()  # in a process of its own, so that its memory is not counted with the asking
    first.join()
    assert first.exitcode == 0
    lake.use(site)
    worker = spawn.Process(target=swap, args=(site, builds, True))
    worker.start()
    asked, seen = ask(site, worker)
    worker.join()
    assert worker.exitcode == 0
    report(asked, seen, {"events": events, "loans": loans, "builds": builds})


def main(events: int, loans: int, builds: int, folder: str = "") -> None:
    if folder:
        run(Path(folder), events, loans, builds)
        return
    with tempfile.TemporaryDirectory() as made:
        run(Path(made) / "site", events, loans, builds)


if __name__ == "__main__":
    numbers = [int(text) for text in sys.argv[1:4]]
    main(*(numbers + [1_000_000, 200_000, 10][len(numbers) :]), *sys.argv[4:5])
