"""What the live state of copies costs beside reading the snapshot. See README.md."""

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks import lake

HITS, QUESTIONS, WARM = 20, 400, 20


def make(folder: Path, titles: int) -> None:
    """Two copies a title; three loans for every two copies, one in six still out."""
    lake.begin(folder)
    lake.put(
        folder,
        "items",
        f"""SELECT range AS number, concat('B', range) AS item_id,
        concat('书', range // 2) AS title, '作者' AS author,
        concat('TP', range // 2 % 999) AS class_number,
        concat('TP', range // 2 % 999, '/', range // 2) AS call_number,
        CASE WHEN range % 2 = 0 THEN '东校区' ELSE '西校区' END AS campus,
        '总馆' AS location, 'available' AS status FROM range({2 * titles})""",
        1,
    )
    lake.put(
        folder,
        "loans",
        f"""SELECT range AS number, concat('L', range) AS loan_id,
        concat('r_', substr(translate(md5(CAST(range % 5000 AS VARCHAR)), '0189', 'ghij'), 1, 26))
          AS reader_id,
        concat('B', range * 7 % {2 * titles}) AS item_id,
        concat('书', range * 7 % {2 * titles} // 2) AS title,
        TIMESTAMP '2026-01-01 09:00:00' + INTERVAL 1 MINUTE * (range % 400000) AS loaned_at,
        TIMESTAMP '2026-12-31 00:00:00' AS due_at,
        CASE WHEN range % 6 > 0 THEN TIMESTAMP '2026-01-01 10:00:00'
          + INTERVAL 1 MINUTE * (range % 400000) END AS returned_at
        FROM range({3 * titles})""",
        2,
    )
    from shuren.data.actions import build
    from shuren.kernel.shapes import Actor
    from shuren.kernel.site import Site

    build(Site(folder), actor=Actor("cli:bench", "administrator"))


def move(rows: list[tuple[str, str, str]], count: int, rng: random.Random) -> dict[str, bool]:
    """{item: whether it is out by its newest move} of copies moved; rows: (title, item, status)."""
    from shuren.kernel.clock import now
    from shuren.service.models import CopyMove

    at, made, out = now(), [], {}
    for title, item, status in rng.sample(rows, count):
        is_lent = status == "available" and rng.random() < 0.9
        kind = "check_out" if is_lent else "check_in"
        made.append(
            CopyMove(item=item, place=1, title=title, kind=kind, at=at, loan=f"own-{item}",
                     due_at=at + timedelta(days=30) if is_lent else None)
        )  # fmt: skip
        out[item] = is_lent
    CopyMove.objects.bulk_create(made, batch_size=2000)
    return out


def timed(
    ask: Callable[[list[str]], object], questions: list[list[str]]
) -> tuple[dict[str, float], list[object]]:
    """Milliseconds by the clock and of the processor, and the answers."""
    for question in questions[:WARM]:
        ask(question)
    wall, cpu, answers = [], [], []
    for question in questions:
        began, began_cpu = time.perf_counter(), time.process_time()
        answers.append(ask(question))
        wall.append((time.perf_counter() - began) * 1000)
        cpu.append((time.process_time() - began_cpu) * 1000)
    shares = statistics.quantiles(wall, n=100)
    of_cpu = statistics.quantiles(cpu, n=100)
    figures = {
        "p50_ms": shares[49], "p95_ms": shares[94], "cpu_p50_ms": of_cpu[49],
        "cpu_p95_ms": of_cpu[94],
    }  # fmt: skip
    return {name: round(value, 2) for name, value in figures.items()}, answers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--titles", type=int, default=100_000)
    parser.add_argument("--moves", type=int, default=20_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "site"
        make(folder, asked.titles)
        figures = measure(folder, asked.titles, asked.moves)
    path = Path(__file__).with_name("results.json")
    path.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    print(json.dumps(figures, indent=1))


def measure(folder: Path, titles: int, count: int) -> dict[str, object]:
    from shuren.data import queries as data
    from shuren.kernel.shapes import Actor
    from shuren.kernel.site import Site
    from shuren.service import ils
    from shuren.service.ils_shapes import ON_LOAN

    site, rng, anybody = Site(folder), random.Random(5), Actor("", "anonymous")
    ask = {"purpose": "public_information", "actor": anybody}
    columns = ["title_id", "item_id", "status"]
    rows = data.read(site, "mart.copy_state", columns=columns, **ask).rows
    out = {item: status == "on_loan" for _title, item, status in rows}
    out |= move(rows, count, rng)
    ids = sorted({title for title, _item, _status in rows})
    questions = [rng.sample(ids, HITS) for _question in range(QUESTIONS)]

    def counts(wanted: list[str]) -> object:
        named = ["title_id", "campus", "copies", "on_loan", "available"]
        where = [("title_id", "in", wanted)]
        return data.read(site, "mart.title_availability", columns=named, where=where, **ask).rows

    def snapshot(wanted: list[str]) -> object:
        named = ["title_id", "item_id", "call_number", "campus", "location", "status", "due_at"]
        where = [("title_id", "in", wanted)]
        return data.read(site, "mart.copy_state", columns=named, where=where, **ask).rows

    def live(wanted: list[str]) -> object:
        return ils.copies(site, wanted, actor=anybody)

    told = {"titles": titles, "copies": len(rows), "moves": count, "hits": HITS}
    of_counts, _answers = timed(counts, questions)
    of_snapshot, _answers = timed(snapshot, questions)
    of_live, answers = timed(live, questions)
    for answer in answers[::10]:
        for copies in answer.values():  # type: ignore[attr-defined]
            for copy in copies:
                assert (copy.status == ON_LOAN) == out[copy.item_id], copy
    return told | {"counts": of_counts, "copies of the snapshot": of_snapshot, "live": of_live}


if __name__ == "__main__":
    main()
