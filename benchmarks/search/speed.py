"""How quickly is indexed and searched: generated records, queries with all facets, completions.

python benchmarks/search/speed.py 200000 [--queries 1000] [--threads 1] [--keep FOLDER]
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("records", type=int)
    ask.add_argument("--queries", type=int, default=1_000)
    ask.add_argument("--threads", type=int, default=1, help="of the engine's writer")
    ask.add_argument("--seed", type=int, default=7)
    ask.add_argument("--keep", default="", help="a folder for the index, used again if it is there")
    options = ask.parse_args()
    import os

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(options.keep or f"{scratch}/site")
        from shuren.cli.init import make_site
        from shuren.kernel.site import Site

        site = Site(folder.resolve())
        if not site.settings_file.is_file():
            site = make_site(folder, name_zh="评测馆", name_en="Bench")
        os.environ |= {"SHUREN_SITE": str(site.root), "DJANGO_SETTINGS_MODULE": "shuren.settings"}
        import django

        django.setup()
        from shuren.discovery.internals import store

        if not store.live_name(site):
            make(site, options)
        search(site, options)


def make(site, options):
    from generate import records

    from shuren.discovery.definitions import shelving
    from shuren.discovery.internals import store, writing
    from shuren.kernel.shapes import no_progress

    begun, spent = time.monotonic(), time.process_time()
    folder = store.new_folder(site)
    made = writing.write_new(
        folder, records(options.records, options.seed), shelving(site), no_progress,
        threads=options.threads,
    )  # fmt: skip
    store.write_manifest(folder, store.Manifest(store.schema.VERSION, "generated", made, ""))
    store.put_to_use(site, folder)
    seconds, cpu = time.monotonic() - begun, time.process_time() - spent
    generated = time.process_time()
    for _one in records(min(made, 20_000), options.seed):
        pass
    generated = (time.process_time() - generated) * made / min(made, 20_000)
    size = sum(path.stat().st_size for path in folder.iterdir())
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{made:,} records indexed in {seconds:.0f} s: {made / seconds:,.0f}/s; "
          f"{cpu - generated:.0f} CPU-s without making them, {made / (cpu - generated):,.0f} per "
          f"CPU-s; {size / made:,.0f} bytes a record; most memory {memory:,.0f} MB")  # fmt: skip


def search(site, options):
    from generate import queries

    from shuren.discovery.internals import completing, searching, store
    from shuren.discovery.search_shapes import Query

    reader = store.reader(site)
    asked = queries(options.queries, options.seed, reader.searcher.num_docs)
    for text in asked[:30]:
        searching.answer(reader, Query(text))
    clock, cpu, hits, near = [], [], [], 0
    for text in asked:
        begun, spent = time.perf_counter(), time.process_time()
        answer = searching.answer(reader, Query(text))
        clock.append(time.perf_counter() - begun)
        cpu.append(time.process_time() - spent)
        hits.append(answer.total)
        near += answer.near
    said("search with all facets", clock, cpu)
    print(f"  hits p50 {at(hits, 0.5):,}, p95 {at(hits, 0.95):,}, most {max(hits):,}; near {near}")
    clock, cpu = [], []
    for text in asked:
        for typed in (text[:1], text[:2], text[:4]):
            begun, spent = time.perf_counter(), time.process_time()
            completing.complete(reader, typed, 8)
            clock.append(time.perf_counter() - begun)
            cpu.append(time.process_time() - spent)
    said("completions", clock, cpu)


def said(name, clock, cpu):
    print(f"{name}: p50 {at(clock, 0.5) * 1e3:.1f} ms, p95 {at(clock, 0.95) * 1e3:.1f} ms, "
          f"p99 {at(clock, 0.99) * 1e3:.1f} ms; CPU p50 {at(cpu, 0.5) * 1e3:.1f} ms, "
          f"p95 {at(cpu, 0.95) * 1e3:.1f} ms")  # fmt: skip


def at(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


if __name__ == "__main__":
    main()
