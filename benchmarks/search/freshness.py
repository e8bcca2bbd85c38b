"""How soon a change is found: rows loaded, tables built, the index renewed, in a site of this size.

python benchmarks/search/freshness.py 1000000 [--keep FOLDER] [--kills 50]

--kills  end the renewal with SIGKILL so many times, at moments spread over its length; after each,
         the index must answer, and when nobody kills any more everything must be there
"""

import argparse
import csv
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time

from speed import cpu_time, made_site

COLUMNS = ("item_id", "title", "author", "publisher", "published_year", "isbn", "language",
           "call_number", "class_number", "campus", "status")  # fmt: skip


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("titles", type=int)
    ask.add_argument("--seed", type=int, default=7)
    ask.add_argument("--keep", default="")
    ask.add_argument("--kills", type=int, default=0)
    options = ask.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        site = made_site(options.keep or f"{scratch}/site")
        import sites

        from shuren.data.queries import current_snapshot

        sites.start(site)
        if current_snapshot(site) is None:
            whole(site, options, sites)
        number = int(time.time())
        for what, rows in (
            ("one new title", [new(number)]),
            ("1,000 copies that come or go", moved(options, 1_000)),
        ):
            changed(site, what, rows, sites)
        if options.kills:
            killed(site, options, sites)


def whole(site, options, sites):
    begun, spent = time.monotonic(), cpu_time()
    path = site.root / "items.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(items(options.titles, options.seed))
    print(f"{options.titles:,} titles written in {time.monotonic() - begun:.0f} s", flush=True)
    begun, spent = time.monotonic(), cpu_time()
    load(site, path, sites)
    print(f"loaded and built in {time.monotonic() - begun:.0f} s, {cpu_time() - spent:.0f} CPU-s",
          flush=True)  # fmt: skip
    from shuren.discovery.actions import index

    begun, spent = time.monotonic(), cpu_time()
    made = index(site, actor=sites.operator())
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds, used = time.monotonic() - begun, cpu_time() - spent
    print(f"whole index: {made.records:,} records, {seconds:.0f} s, {used:.0f} CPU-s "
          f"({made.records / used:,.0f} per CPU-s), most memory of this process since it "
          f"began to load {most:,.0f} MB", flush=True)  # fmt: skip


def items(count, seed):
    from generate import rows

    from shuren.discovery.internals.records import COLUMNS as TABLES
    from shuren.discovery.internals.records import TITLE

    made = 0
    for _number, table, id, values, held in rows(2 * count, seed):
        if table != TITLE or made >= count:
            continue
        row = dict(zip(TABLES[TITLE], values, strict=True))
        made += 1
        yield (id, row["title"], row["author"], row["publisher"], row["published_year"],
               row["isbn"], row["language"], row["call_number"], row["class_number"], held[0][1],
               "available")  # fmt: skip


def new(number):
    return (f"n{number}", f"新到书目{number}", "新作者", "评测出版社", 2026, "", "chi",
            f"Z9/{number}", "Z9", "A区", "available")  # fmt: skip


def moved(options, count):
    rng = random.Random(time.time())
    some = list(items(min(options.titles, 20_000), options.seed))
    return [(*row[:-2], rng.choice(("A区", "B区")), "on_loan") for row in rng.sample(some, count)]


def load(site, path, sites):
    from shuren.data.actions import build, load_file

    load_file(site, "items", path, actor=sites.operator(), mapping_id="")
    build(site, actor=sites.operator())


def changed(site, what, rows, sites):
    from shuren.discovery.actions import index
    from shuren.discovery.internals import searching, store
    from shuren.discovery.search_shapes import Query

    path = site.root / f"change-{time.time_ns()}.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    begun = time.monotonic()
    load(site, path, sites)
    built = time.monotonic() - begun
    begun, spent = time.monotonic(), cpu_time()
    made = index(site, actor=sites.operator())
    found = searching.answer(store.reader(site), Query(rows[0][1]))
    assert found.total, "it is not found"
    seconds, used = time.monotonic() - begun, cpu_time() - spent
    print(f"{what}: loaded and built in {built:.1f} s; from the snapshot to the answer that has it "
          f"{seconds:.2f} s, {used:.2f} CPU-s; {made.written} records written of {made.records:,}",
          flush=True)  # fmt: skip


def killed(site, options, sites):
    from shuren.discovery.internals import searching, store
    from shuren.discovery.search_shapes import Query

    numbers = [int(time.time()) + 1_000 + n for n in range(20)]
    path = site.root / f"change-{time.time_ns()}.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *map(new, numbers)])
    load(site, path, sites)
    command = [sys.executable, "-m", "shuren", "--site", str(site.root), "index", "--all"]
    begun = time.monotonic()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(command, check=True, **quiet)
    length = time.monotonic() - begun
    wanted = store.reader(site).searcher.num_docs
    for kill in range(options.kills):
        process = subprocess.Popen([*command[:-1], *(["--all"] if kill % 2 else [])], **quiet)
        time.sleep(length * (kill * 7 % options.kills) / options.kills)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert store.reader(site).searcher.num_docs == wanted, "records are lost"
        assert searching.answer(store.reader(site), Query(f"新到书目{numbers[0]}")).total
    subprocess.run(command, check=True, **quiet)
    assert store.reader(site).searcher.num_docs == wanted
    print(f"killed {options.kills} times within {length:.1f} s: {wanted:,} records, none lost")


if __name__ == "__main__":
    main()
