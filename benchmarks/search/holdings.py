"""W1: so many copies from a file to the answer: loaded, tables built, indexed, titles searched.

python benchmarks/search/holdings.py 5390000 --keep FOLDER [--queries 400]
"""

import argparse
import csv
import random
import resource
import time
from pathlib import Path

from freshness import COLUMNS, load
from speed import cpu_time, made_site, said


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("copies", type=int)
    ask.add_argument("--keep", required=True)
    ask.add_argument("--seed", type=int, default=7)
    ask.add_argument("--queries", type=int, default=400)
    options = ask.parse_args()
    site = made_site(options.keep)
    import sites

    from shuren.data.queries import current_snapshot
    from shuren.discovery.internals import store

    sites.start(site)
    path, titles = Path(options.keep) / "items.csv", Path(options.keep) / "titles.txt"
    if not path.is_file():
        written(path, titles, options)
    if current_snapshot(site) is None:
        step("loaded and built", lambda: load(site, path, sites))
    if not store.live_name(site):
        from shuren.discovery.actions import index

        made = step("indexed", lambda: index(site, actor=sites.operator()))
        print(f"  {made.records:,} titles", flush=True)
    asked(site, titles.read_text("utf-8").splitlines(), options)


def step(what, work):
    begun, spent = time.monotonic(), cpu_time()
    made = work()
    most = max(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(f"{what}: {time.monotonic() - begun:.0f} s, {cpu_time() - spent:.0f} CPU-s; most memory "
          f"of a process so far {most / 1024:,.0f} MB", flush=True)  # fmt: skip
    return made


def written(path, titles, options):
    """A line a copy; beside it every thousandth title."""
    from generate import rows

    from shuren.discovery.internals.records import COLUMNS as TABLES
    from shuren.discovery.internals.records import TITLE

    made = count = 0
    with path.open("w", newline="") as file, titles.open("w", encoding="utf-8") as some:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for _number, table, id, values, held in rows(4 * options.copies, options.seed):
            if table != TITLE:
                continue
            row = dict(zip(TABLES[TITLE], values, strict=True))
            count += 1
            if count % 1_000 == 1:
                some.write(f"{row['title']}\n")
            _id, campus, copies, out, _in = held[0]
            for number in range(min(copies, options.copies - made)):
                status = "on_loan" if number < out else "available"
                writer.writerow([f"{id}-{number}", *(row[name] for name in COLUMNS[1:-2]), campus,
                                 status])  # fmt: skip
            made += copies
            if made >= options.copies:
                break
    print(f"{options.copies:,} copies of {count:,} titles, {path.stat().st_size >> 20:,} MB",
          flush=True)  # fmt: skip


def asked(site, titles, options):
    """Titles, beginnings of titles and their words, with all filters, as if for the first time."""
    from shuren.discovery.internals import kept, searching, store
    from shuren.discovery.search_shapes import Query

    rng, reader = random.Random(options.seed), store.reader(site)
    some = [rng.choice(titles) for _ in range(options.queries)]
    texts = [text[: rng.choice((2, 4, 8, 200))] for text in some]
    clock, cpu, without = [], [], 0
    for turn in range(2):
        for text in texts:
            kept.forget()
            begun, spent = time.perf_counter(), time.process_time()
            answer = searching.answer(reader, Query(text))
            if turn:
                clock.append(time.perf_counter() - begun)
                cpu.append(time.process_time() - spent)
                without += not answer.total
    said(f"{len(texts)} searches by title, {without} without a hit", clock, cpu)


if __name__ == "__main__":
    main()
