"""How quickly is indexed and searched: generated records, queries with all facets, completions.

python benchmarks/search/speed.py 200000 [--queries 1000] [--processes 2] [--keep FOLDER]
"""

import argparse
import os
import resource
import tempfile
import time
from pathlib import Path


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("records", type=int)
    ask.add_argument("--queries", type=int, default=1_000)
    ask.add_argument("--processes", type=int, default=2)
    ask.add_argument("--heap", type=int, default=600, help="megabytes of postings a process holds")
    ask.add_argument("--clients", type=int, nargs="*", default=[1, 4, 16])
    ask.add_argument("--seed", type=int, default=7)
    ask.add_argument("--keep", default="", help="a folder for the index, used again if it is there")
    options = ask.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        site = made_site(options.keep or f"{scratch}/site")
        from shuren.discovery.internals import store

        if not store.live_name(site):
            make(site, options)
        if options.queries:
            search(site, options)


def made_site(folder):
    """A site in this folder, made if there is none, ready to be used."""
    from shuren.cli.init import make_site
    from shuren.kernel.site import Site

    site = Site(Path(folder).resolve())
    if not site.settings_file.is_file():
        site = make_site(Path(folder), name_zh="评测馆", name_en="Bench")
    os.environ |= {"SHUREN_SITE": str(site.root), "DJANGO_SETTINGS_MODULE": "shuren.settings"}
    import django

    django.setup()
    return site


def make(site, options):
    from generate import rows

    from shuren.discovery.definitions import shelving
    from shuren.discovery.internals import store, writing
    from shuren.discovery.internals.spilling import Buckets
    from shuren.kernel.shapes import no_progress

    begun, spent = time.monotonic(), cpu_time()
    buckets = Buckets(store.new_folder(site))
    for row in rows(options.records, options.seed):
        buckets.add(row)
    buckets.flush()
    print(f"{buckets.rows:,} rows made in {time.monotonic() - begun:.0f} s, "
          f"{cpu_time() - spent:.0f} CPU-s", flush=True)  # fmt: skip
    begun, spent = time.monotonic(), cpu_time()
    folder = store.new_folder(site)
    counted = writing._counter(no_progress)
    made, layout = writing.parts.write_apart(
        folder, buckets, shelving(site), counted, options.heap << 20, options.processes
    )
    manifest = store.Manifest(store.schema.VERSION, "generated", made, "", layout)
    store.write_manifest(folder, manifest)
    store.put_to_use(site, folder)
    seconds, cpu = time.monotonic() - begun, cpu_time() - spent
    size = sum(path.stat().st_size for path in folder.iterdir())
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{made:,} records indexed in {seconds:.0f} s: {made / seconds:,.0f}/s; "
          f"{cpu:.0f} CPU-s, {made / cpu:,.0f} per CPU-s; {size / made:,.0f} bytes a record; "
          f"most memory of one process {memory:,.0f} MB", flush=True)  # fmt: skip


def cpu_time():
    """CPU seconds of this process and of those it started that are over."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def search(site, options):
    """One client first, each question as if for the first time; then several at once."""
    from generate import queries

    from shuren.discovery.internals import completing, kept, searching, store
    from shuren.discovery.search_shapes import Query

    reader = store.reader(site)
    print(f"{reader.searcher.num_docs:,} records in {reader.searcher.num_segments} segments")
    asked = queries(options.queries, options.seed, reader.searcher.num_docs)
    for text in asked[:30]:
        searching.answer(reader, Query(text))
    clock, cpu, hits, near = [], [], [], 0
    for text in asked:
        kept.forget()
        begun, spent = time.perf_counter(), time.process_time()
        answer = searching.answer(reader, Query(text))
        clock.append(time.perf_counter() - begun)
        cpu.append(time.process_time() - spent)
        hits.append(answer.total)
        near += answer.near
    said("search with all facets, nothing kept from before", clock, cpu)
    print(f"  hits p50 {at(hits, 0.5):,}, p95 {at(hits, 0.95):,}, most {max(hits):,}; near {near}")
    clock, cpu = [], []
    for text in asked:
        for typed in (text[:1], text[:2], text[:4]):
            begun, spent = time.perf_counter(), time.process_time()
            completing.complete(reader, typed, 8)
            clock.append(time.perf_counter() - begun)
            cpu.append(time.process_time() - spent)
    said("completions", clock, cpu)
    for clients in options.clients:
        together(site, asked, clients)


def together(site, asked, clients):
    """Clients that ask one after another without a pause, each in a thread, as one server has
    them; counts of filters are kept as they are there."""
    import threading

    from shuren.discovery.internals import kept, searching, store
    from shuren.discovery.search_shapes import Query

    kept.forget()
    clock, cpu, lock, left = [], [], threading.Lock(), list(reversed(asked))

    def ask():
        while True:
            with lock:
                if not left:
                    return
                text = left.pop()
            begun, spent = time.perf_counter(), time.thread_time()
            searching.answer(store.reader(site), Query(text))
            spent = time.thread_time() - spent
            with lock:
                clock.append(time.perf_counter() - begun)
                cpu.append(spent)

    threads = [threading.Thread(target=ask) for _ in range(clients)]
    begun = time.perf_counter()
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    seconds = time.perf_counter() - begun
    said(f"{clients} clients, {len(asked) / seconds:,.0f} answers a second", clock, cpu)


def said(name, clock, cpu):
    print(f"{name}: p50 {at(clock, 0.5) * 1e3:.1f} ms, p95 {at(clock, 0.95) * 1e3:.1f} ms, "
          f"p99 {at(clock, 0.99) * 1e3:.1f} ms; CPU p50 {at(cpu, 0.5) * 1e3:.1f} ms, "
          f"p95 {at(cpu, 0.95) * 1e3:.1f} ms")  # fmt: skip


def at(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


if __name__ == "__main__":
    main()
