"""How quick the ledger is: written in batches and one by one, read and proved at its full size.

python benchmarks/ledger/bench.py [--entries 1000000] [--postgres]
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

BATCH, SINGLE, BARE = 2_000, 2_000, 50_000
TABLES = [f"mart.table_{n}" for n in range(60)]


class Watch:
    """Seconds by the clock and of this process's CPU."""

    def __enter__(self) -> "Watch":
        self._clock, self._cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.clock = time.perf_counter() - self._clock
        self.cpu = time.process_time() - self._cpu


def measure(entries: int) -> dict[str, Any]:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    found: dict[str, Any] = {"database": connection.vendor, "entries": entries,
                             "load": os.getloadavg()[0]}  # fmt: skip
    found |= one_by_one()
    found |= in_batches(entries)
    found |= at_full_size()
    return found


def one_by_one() -> dict[str, Any]:
    """What a page pays: one use of data, in a transaction of its own, before and now."""
    from django.db import connection, models

    from shuren.kernel.clock import now
    from shuren.kernel.shapes import Actor
    from shuren.trust import actions

    class OldUse(models.Model):
        """The table that was the ledger before it was a tree."""

        at = models.DateTimeField(db_index=True)
        actor = models.CharField(max_length=150)
        role = models.CharField(max_length=40)
        purpose = models.CharField(max_length=40)
        table = models.CharField(max_length=80)
        columns = models.TextField(blank=True)
        rows = models.BigIntegerField()
        detail = models.CharField(max_length=200, blank=True)

        class Meta:
            app_label = "trust"

    with connection.schema_editor() as editor:
        editor.create_model(OldUse)
    columns = ["month", "college", "reader_key", "title"]
    staff, reader = (
        Actor("chen", "director", doing="dashboards.read"),
        Actor("x", "student", "r_" + "q" * 26),
    )
    kinds: dict[str, Callable[[], object]] = {
        "before": lambda: OldUse.objects.create(
            at=now(), actor="chen", role="director", purpose="library_statistics",
            table="mart.loan_fact", columns=" ".join(columns), rows=3, detail="rows"),
        "staff": lambda: actions.record_use(
            staff, "library_statistics", "mart.loan_fact", columns, 3, "rows"),
        "reader": lambda: actions.record_use(
            reader, "own_records", "mart.loan_fact", columns, 3, "rows"),
    }  # fmt: skip
    found = {}
    for name, write in kinds.items():
        write()
        times = []
        with Watch() as watch:
            for _n in range(SINGLE):
                begun = time.perf_counter()
                write()
                times.append(time.perf_counter() - begun)
        times.sort()
        found[f"single {name}"] = {
            "p50 ms": times[SINGLE // 2] * 1000,
            "p99 ms": times[SINGLE * 99 // 100] * 1000,
            "CPU ms": watch.cpu / SINGLE * 1000,
        }
    return found


def in_batches(entries: int) -> dict[str, Any]:
    """Entries a second, to the signed head; beside rows of the same table bare."""
    from shuren.kernel.shapes import Actor
    from shuren.trust import ledger
    from shuren.trust.internals.ledger_rows import LedgerEntry

    actors = [Actor(f"staff{n}", "director") for n in range(40)]
    readers = ["r_" + "abcdefghijklmnopqrstuvwxyz"[n % 26] * 25 + "abcd"[n % 4] for n in range(80)]

    def entry(n: int) -> ledger.NewEntry:
        if n % 10 == 0:
            body: dict[str, Any] = {"purpose": "own_records", "given": n % 20 == 0}
            return ledger.NewEntry("consent", body, None, readers[n % 80])
        body = {"purpose": "library_statistics", "table": TABLES[n % 60],
                "columns": ["month", "college"], "rows": n % 500}  # fmt: skip
        return ledger.NewEntry("use", body, actors[n % 40])

    ready = [ledger._row(entry(n)) for n in range(BARE)]
    with Watch() as bare:
        for start in range(0, BARE, BATCH):
            LedgerEntry.objects.bulk_create(ready[start : start + BATCH])
    ledger.head()
    with Watch() as first:
        for start in range(0, BARE, BATCH):
            ledger.append_many(entry(n) for n in range(start, start + BATCH))
        ledger.head()
    with Watch() as rest:
        for start in range(2 * BARE, entries, BATCH):
            ledger.append_many(entry(n) for n in range(start, min(start + BATCH, entries)))
        size = ledger.head().size
    return {
        "bare bulk_create /s": BARE / bare.clock,
        "bare CPU ms per 1000": bare.cpu / BARE * 1e6,
        "append_many + sealed /s": BARE / first.clock,
        "CPU ms per 1000": first.cpu / BARE * 1e6,
        "ratio": first.clock / bare.clock,
        "rest /s": (entries - 2 * BARE) / rest.clock if entries > 2 * BARE else None,
        "size": size,
    }


def at_full_size() -> dict[str, Any]:
    """Milliseconds of each question, the best of three."""
    from shuren.kernel.shapes import Actor
    from shuren.trust import ledger, queries
    from shuren.trust.internals.ledger_rows import LedgerEntry
    from shuren.trust.ledger_reading import entries

    admin = Actor("cli:bench", "administrator")
    size = ledger.head().size
    middle = LedgerEntry.objects.get(place=size // 3).pk
    reader = "r_" + "a" * 26
    asked: dict[str, Callable[[], object]] = {
        "uses, 100": lambda: queries.uses(actor=admin),
        "uses_of a table": lambda: queries.uses_of(TABLES[7], actor=admin),
        "uses_by_table": lambda: queries.uses_by_table(actor=admin),
        "page: newest 50": lambda: entries(actor=admin),
        "page: kind and who": lambda: entries(actor=admin, kind="use", by="staff3"),
        "page: table": lambda: entries(actor=admin, table=TABLES[7]),
        "entries about a reader": lambda: ledger.entries_about(reader),
        "head": lambda: ledger.head(),
        "inclusion": lambda: ledger.inclusion(middle),
        "consistency": lambda: ledger.consistency(size // 2),
        "verify, newest 10000": lambda: ledger.verify(newest=10_000),
    }
    found: dict[str, Any] = {}
    for name, ask in asked.items():
        best = []
        for _n in range(3):
            with Watch() as watch:
                ask()
            best.append(watch.clock)
        found[f"{name}, ms"] = min(best) * 1000
    with Watch() as watch:
        assert ledger.verify().ok
    found["verify all, s"] = watch.clock
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ledger.txt"
        with Watch() as watch, open(file, "wb") as target:
            target.writelines(ledger.export())
        found["export, s"], found["export, MB"] = watch.clock, file.stat().st_size / 1e6
        script = Path(__file__).parents[2] / "docs" / "how-to" / "verify_ledger.py"
        with Watch() as watch:
            subprocess.run([sys.executable, "-I", script, file], check=True, capture_output=True)
        found["offline script, s"] = watch.clock
    return found


@contextlib.contextmanager
def server(wanted: bool) -> Iterator[str]:
    if not wanted:
        yield ""
        return
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from tools.postgres import running_postgres

    with running_postgres() as url:
        yield url


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--postgres", action="store_true")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="shuren-ledger-") as folder,
        server(options.postgres) as url,
    ):
        (Path(folder) / "shuren.toml").touch()
        (Path(folder) / "data" / "tmp").mkdir(parents=True)
        os.environ |= {"SHUREN_SITE": folder, "DJANGO_SETTINGS_MODULE": "shuren.settings"}
        if url:
            os.environ["SHUREN_DATABASE_URL"] = url
        print(json.dumps(measure(options.entries), indent=1))
        if url:
            from django.db import connection

            connection.close()


if __name__ == "__main__":
    main()
