"""Erasing many readers of a large lake: until no query sees them, and until the disk is clean.

python benchmarks/erasure/bench.py [LOANS] [READERS_ERASED]
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
import lake

READERS = 200_000


def measured(what: Callable[[], Any]) -> dict[str, float]:
    begun, cpu = time.monotonic(), time.process_time()
    what()
    return {
        "seconds": round(time.monotonic() - begun, 1),
        "cpu_seconds": round(time.process_time() - cpu, 1),
    }


def fill(folder: Path, loans: int) -> None:
    """Loans and a register of 200,000 readers under surrogates, in five loads of each year."""
    from shuren.trust.internals.surrogate_rows import Surrogate

    reader = "'r_' || substr(translate(md5(concat('r', {n})), '0189', 'wxyz'), 1, 26)"
    part = loans // 5
    for place in range(5):
        lake.put(
            folder,
            "loans",
            f"SELECT i AS number, concat('L', i) AS loan_id, concat('B', i % 400000) AS item_id,"
            f" {reader.format(n=f'(i * 7919) % {READERS}')} AS reader_id,"
            f" concat('题名', i % 90000) AS title, 'TP312/' || (i % 90000) AS call_number,"
            " TIMESTAMP '2021-01-01' + to_minutes(CAST(i % 2600000 AS BIGINT)) AS loaned_at,"
            " TIMESTAMP '2021-02-01' + to_minutes(CAST(i % 2600000 AS BIGINT)) AS due_at,"
            " CASE WHEN i % 50 = 0 THEN NULL ELSE"
            " TIMESTAMP '2021-01-20' + to_minutes(CAST(i % 2600000 AS BIGINT)) END AS returned_at"
            f" FROM range({place * part}, {(place + 1) * part}) AS t(i)",
            place + 10,
        )
    lake.put(
        folder,
        "readers",
        f"SELECT i AS number, {reader.format(n='i')} AS reader_id, 'student' AS kind,"
        f" concat('学院', i % 20) AS college FROM range({READERS}) AS t(i)",
        1,
    )
    import duckdb

    names = duckdb.sql(f"SELECT {reader.format(n='i')} FROM range({READERS}) AS t(i)").fetchall()
    Surrogate.objects.bulk_create(
        [Surrogate(blind=f"{n:026d}", pseudonym=name) for n, (name,) in enumerate(names)],
        batch_size=300,
    )


def main(loans: int, erased: int) -> None:
    folder = Path(tempfile.mkdtemp(prefix="erasure-")) / "site"
    lake.begin(folder)
    fill(folder, loans)
    from shuren.data import actions as data
    from shuren.data import queries
    from shuren.kernel.shapes import Actor
    from shuren.kernel.site import Site
    from shuren.service import actions
    from shuren.trust.internals.surrogate_rows import Surrogate

    site, operator = Site(folder), Actor("cli:bench", "administrator")
    found: dict[str, Any] = {"loans": loans, "readers": READERS, "erased": erased}
    found["first_build"] = measured(lambda: data.build(site, actor=operator))
    chosen = list(Surrogate.objects.order_by("blind").values_list("pseudonym", flat=True)[:erased])

    def counted() -> int:
        [row] = queries.summarise(
            site, "mart.loan_fact", measures={"loans": "count"}, by=[],
            purpose="library_statistics", actor=Actor("d", "director", doing="dashboards.read"),
        ).rows  # fmt: skip
        return int(row[0])

    before = counted()
    found["one_reader"] = measured(lambda: actions.erase_readers(site, chosen[:1], actor=operator))
    found["many_readers"] = measured(lambda: actions.erase_readers(site, chosen, actor=operator))
    at_once = counted()
    found["sweep"] = measured(lambda: actions.sweep(site, actor=operator))
    assert counted() - at_once >= 0
    found["loans_gone_at_once"] = before - at_once
    found["minutes_in_all"] = round(
        (found["many_readers"]["seconds"] + found["sweep"]["seconds"]) / 60, 1
    )
    found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    given = [int(one.replace(",", "")) for one in sys.argv[1:]]
    main(*[*given, 5_000_000, 1_000][:2] if len(given) != 1 else (given[0], 1_000))
