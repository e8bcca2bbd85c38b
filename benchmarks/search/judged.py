"""How well is searched: known-item and subject queries with known answers, made by rules.

python benchmarks/search/judged.py demo|real [--each 30] [--seed 5] [--misses] [--site FOLDER]
"""

import argparse
import json
import math
import tempfile
from collections import defaultdict
from pathlib import Path

GOALS = {False: 0.95, True: 0.85}  # success@10 of known items: without typos; with pinyin or one


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("catalogue", choices=("demo", "real"))
    ask.add_argument("--each", type=int, default=30, help="queries of each rule")
    ask.add_argument("--seed", type=int, default=5)
    ask.add_argument("--scale", type=float, default=1.0, help="of the demo catalogue")
    ask.add_argument("--site", default="", help="a site that is there already, built")
    ask.add_argument("--misses", action="store_true", help="print queries that failed")
    ask.add_argument("--json", dest="target", default="", help="write figures here")
    options = ask.parse_args()
    import sites

    with tempfile.TemporaryDirectory() as folder:
        site = opened(options, folder, sites)
        if site is None:
            raise SystemExit("../shared/data is not here: no real records to search.")
        from shuren.discovery.actions import index

        made = index(site, actor=sites.operator())
        figures = judge(site, options, sites)
    print(f"{made.records:,} records")
    show(figures)
    if options.target:
        Path(options.target).write_text(json.dumps(figures, indent=1))


def opened(options, folder, sites):
    if options.site:
        from shuren.kernel.site import open_site

        site = open_site(options.site)
        sites.start(site)
        return site
    if options.catalogue == "demo":
        return sites.demo(f"{folder}/site", options.scale)
    return sites.real(f"{folder}/site")


def catalogue(site):
    """Records as the queries are made from, read from the tables and not from the index."""
    import sites

    from shuren.data.queries import same_snapshot
    from shuren.discovery.internals.gathering import all_records, gather
    from shuren.discovery.internals.spilling import Buckets

    with tempfile.TemporaryDirectory() as folder, same_snapshot(site):
        buckets = Buckets(Path(folder))
        gather(site, sites.visitor(), buckets)
        return [
            {
                "id": one.id,
                "title": one.titles[0],
                "authors": one.authors,
                "isbns": one.isbns,
                "call_number": next(iter(one.call_numbers), ""),
                "class_number": next(iter(one.class_numbers), ""),
                "subjects": one.subjects,
            }
            for one in sorted(all_records(buckets), key=lambda one: one.id)
        ]


def judge(site, options, sites):
    import queries

    records = catalogue(site)
    asked = queries.known_items(records, options.seed, options.each)
    asked += queries.subjects(records, options.seed, options.each * 2)
    found = defaultdict(list)
    for one in asked:
        ids = answer(site, one.text, sites.visitor())
        found[one.kind].append(measures(ids, one.answers) | {"typo": one.typo})
        if options.misses and not found[one.kind][-1]["success@10"]:
            titles = [r["title"] for r in records if r["id"] in one.answers]
            print(f"missed  {one.kind:24} {one.text!r:40} wanted {titles[:1]}")
    groups = {kind: mean(values) for kind, values in found.items()}
    known = {kind: values for kind, values in found.items() if kind != "subject"}
    for typo in (False, True):
        lines = [v for values in known.values() for v in values if v["typo"] is typo]
        name = "all with pinyin or one slip" if typo else "all known items, no typo"
        groups[name] = mean(lines) | {"goal": GOALS[typo]}
    return groups


def answer(site, text, actor):
    from shuren.discovery.queries import search

    return [hit.item.id for hit in search(site, text, actor=actor).hits][:10]


def measures(ids, answers):
    gains = [answers.get(id, 0) for id in ids]
    first = next((at for at, gain in enumerate(gains) if gain), None)
    best = sorted(answers.values(), reverse=True)[:10]
    return {
        "success@1": float(first == 0),
        "success@10": float(first is not None),
        "nDCG@10": dcg(gains) / dcg(best),
        "MRR": 1 / (first + 1) if first is not None else 0.0,
    }


def dcg(gains):
    return sum(gain / math.log2(at + 2) for at, gain in enumerate(gains))


def mean(values):
    names = ("success@1", "success@10", "nDCG@10", "MRR")
    means = {name: sum(v[name] for v in values) / max(1, len(values)) for name in names}
    return {"queries": len(values), **means}


def show(figures):
    print(f"{'':30}{'queries':>8}{'succ@1':>8}{'succ@10':>9}{'nDCG@10':>9}{'MRR':>7}")
    for name, line in figures.items():
        goal = f"  goal {line['goal']:.2f}" if "goal" in line else ""
        print(f"{name:30}{line['queries']:>8}{line['success@1']:>8.3f}{line['success@10']:>9.3f}"
              f"{line['nDCG@10']:>9.3f}{line['MRR']:>7.3f}{goal}")  # fmt: skip


if __name__ == "__main__":
    main()
