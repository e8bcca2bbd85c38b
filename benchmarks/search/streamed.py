"""An index of any number of generated records, whose rows never reach the disk: for 21.4 million.

setsid nohup python benchmarks/search/streamed.py 21400000 --keep FOLDER > log 2>&1 &

Every process makes its records and writes them at once, as writing from buckets does but for the
reading of these (2 µs a record). What counts is CPU time: making the records is measured apart
and left out, and the processes may be stopped (kill -STOP -- -GROUP) and go on later (-CONT).
The clock is meaningless then. Afterwards speed.py and compare.py with the same --keep ask it.
"""

import argparse
import gc
import json
import resource
import subprocess
import sys
import time
from itertools import groupby, islice
from pathlib import Path

from speed import cpu_time, made_site

AT_ONCE = 20_000  # rows made before any is put together
SAMPLED = 80_000  # rows by which it is judged what stands in front


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("records", type=int)
    ask.add_argument("--keep", required=True, help="a folder for the index")
    ask.add_argument("--processes", type=int, default=2)
    ask.add_argument("--heap", type=int, default=2_000, help="megabytes of postings each holds")
    ask.add_argument("--seed", type=int, default=7)
    ask.add_argument("--front", type=float, help="what the records in front are raised by")
    ask.add_argument("--part", default="", help="folder of a process of ours, with its number")
    options = ask.parse_args()
    site = made_site(options.keep)
    if options.part:
        return part(site, options)
    from generate import rows

    from shuren.discovery.internals import layout, parts, store

    folder = store.new_folder(site)
    begun = time.monotonic()
    front = str(layout.front_from(rows(SAMPLED, options.seed)))
    made = [folder / f"part-{number}" for number in range(options.processes)]
    running = [
        subprocess.Popen([sys.executable, *sys.argv, "--part", path, "--front", front])
        for path in made
    ]
    ended = [one.wait() for one in running]
    if any(ended):
        sys.exit("a part was not made; nothing is put to use")
    told = [json.loads(path.with_suffix(".json").read_text("utf-8")) for path in made]
    spent = cpu_time()
    written = [parts.Written(one["records"], one["segments"]) for one in told]
    laid_out = parts.put_together_large(folder, made, written)
    for path in made:
        path.with_suffix(".json").unlink()
    count = sum(one["records"] for one in told)
    manifest = store.Manifest(store.schema.VERSION, "generated", count, "", laid_out)
    store.write_manifest(folder, manifest)
    store.put_to_use(site, folder)
    cpu = sum(one["cpu"] for one in told) + cpu_time() - spent
    size = sum(path.stat().st_size for path in folder.iterdir())
    print(f"{count:,} records: {cpu:,.0f} CPU-s, {count / cpu:,.0f} per CPU-s; making them "
          f"{sum(one['making'] for one in told):,.0f} CPU-s more, left out; {size / count:,.0f} "
          f"bytes a record; most memory of one process {max(one['memory'] for one in told):,} MB; "
          f"{time.monotonic() - begun:,.0f} s by the clock, pauses and making included",
          flush=True)  # fmt: skip


def part(site, options):
    """One share of the records, in a folder of its own; its figures go into a file beside it."""
    from generate import rows

    from shuren.discovery.definitions import shelving
    from shuren.discovery.internals import layout, parts
    from shuren.discovery.internals.records import TITLE, put_together
    from shuren.discovery.internals.spilling import BUCKETS

    gc.disable()
    folder = Path(options.part)
    number = int(folder.name.rpartition("-")[2])
    first, last = (options.records * at // options.processes for at in (number, number + 1))
    source, making, done = rows(last - first, options.seed, first), [0.0], [0]

    def records():
        while True:
            begun = time.thread_time()
            made = list(islice(source, AT_ONCE))
            making[0] += time.thread_time() - begun
            # A record's rows follow one another; the last may go on in the next lot.
            if made and made[-1][1] == TITLE:
                made.append(next(source))
            if not made:
                return
            for _number, group in groupby(made, key=lambda row: row[0]):
                yield from put_together(group)

    def counted(more):
        done[0] += more
        if done[0] % 100_000 == 0:
            print(f"part {number}: {done[0]:,} of {last - first:,}, "
                  f"{cpu_time() - making[0]:,.0f} CPU-s", flush=True)  # fmt: skip

    # Made in the order of buckets, the first ones are what chance has picked: so are ours.
    samples = [(last - first) * size // BUCKETS for size in layout.SAMPLES]
    every = records()
    portions = [islice(every, size) for size in samples] + [every]
    made = parts.write(
        folder, portions, shelving(site), counted, options.heap << 20, front=options.front
    )
    told = {
        "records": made.records,
        "segments": made.segments,
        "cpu": cpu_time() - making[0],
        "making": making[0],
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    folder.with_suffix(".json").write_text(json.dumps(told), "utf-8")


if __name__ == "__main__":
    main()
