"""Are editions and copies of one work found, and nothing else? Planted truth, and real numbers
hidden from the matcher."""

import argparse
import os
import re
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
SHARED = HERE.parents[2] / "shared" / "data" / "marc21-real"
FILES = (
    "uva/uva_001_2000.mrc", "evergreen/jazz_1k.mrc", "evergreen/oss.marc", "loc/loc.mrc",
    "qa-catalogue/BooksAll.2014.part01-0001.mrc",
)  # fmt: skip


def make_site(folder, load):
    """An empty site with what `load(site, actor)` brings in, built."""
    from shuren.cli.init import make_site as new

    site = new(folder, name_zh="评测馆", name_en="Bench")
    os.environ["SHUREN_SITE"] = str(site.root)
    os.environ["DJANGO_SETTINGS_MODULE"] = "shuren.settings"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    from shuren.data.actions import build
    from shuren.kernel.shapes import Actor

    operator = Actor("cli:bench", "administrator", doing="loads.run")
    load(site, operator)
    build(site, actor=operator)
    return site


def campus(scale, seed):
    import numpy as np

    from shuren.campus.catalogue import make_catalogue
    from shuren.data.internals.resolution.records import title_book

    return [
        title_book({"title_id": f"{n:06}", "title": t.title, "author": t.author,
                    "publisher": t.publisher, "published_year": t.year, "isbn": t.isbn})
        for n, t in enumerate(make_catalogue(scale, np.random.default_rng([seed, 0])).titles)
    ]  # fmt: skip


def planted(books, each, seed, folder):
    from shuren.data.internals.resolution import matching, planting, works

    lesson = planting.plant(books, each, seed=1)
    began = time.process_time()
    learned = matching.train([*books, *(p.record for p in lesson)], folder)
    exam = planting.plant(books, each, seed=seed)
    everything = [*books, *(p.record for p in exam)]
    results = {}
    for name, weights in (("numbers and keys", None), ("and the model", learned)):
        groups = works.group(everything, weights, folder)
        results[name] = planting.score(groups, exam)
    seconds = time.process_time() - began
    print(
        f"\n{len(books):,} records, {len(exam):,} planted beside them; {seconds:.1f} CPU-seconds\n"
    )
    print("| by | precision | recall | without a number | edition | slip | author missing |"
          " volumes apart | namesakes apart |\n|---|---|---|---|---|---|---|---|---|")  # fmt: skip
    for name, r in results.items():
        print(f"| {name} | {r['precision']:.3f} | {r['recall']:.3f} | {r['recall_no_isbn']:.3f} | "
              f"{r['recall_edition']:.3f} | {r.get('recall_slip', 0):.3f} | "
              f"{r['recall_no_author']:.3f} | "
              f"{min(r['apart_volume'], r.get('apart_set_number', 1)):.3f} | "
              f"{r['apart_namesake']:.3f} |")  # fmt: skip


def real(folder):
    """Records of one LCCN or OCLC number, which our columns do not hold, are one book."""
    from pymarc import MARCReader

    def load(site, actor):
        from shuren.data.actions import load_file

        for name in FILES:
            load_file(site, "bib_records", SHARED / name, actor=actor)

    site = make_site(folder / "site", load)
    from shuren.data.internals.resolution import matching, records, works
    from shuren.data.queries import read
    from shuren.kernel.shapes import Actor

    operator = Actor("cli:bench", "administrator", doing="loads.run")
    columns = ["bib_id", "record_id", "title"]
    rows = read(site, "conformed.bib_record", purpose="data_quality", actor=operator,
                columns=columns).dicts()  # fmt: skip
    ref = {row["record_id"].strip(): f"bib:{row['bib_id']}" for row in rows}
    titles = {f"bib:{row['bib_id']}": row["title"] for row in rows}
    numbers = {}
    silent = os.open(os.devnull, os.O_WRONLY)
    spoken = os.dup(2)
    os.dup2(silent, 2)  # pymarc reports each odd byte
    for name in FILES:
        with open(SHARED / name, "rb") as file:
            for record in MARCReader(file, permissive=True, utf8_handling="replace"):
                if record is not None and "001" in record:
                    own = ref.get(record["001"].data.strip())
                    for number in _numbers(record):
                        numbers.setdefault(number, set()).add(own)
    os.dup2(spoken, 2)
    truth = {tuple(sorted(filter(None, refs))) for refs in numbers.values()}
    truth = sorted(pair for pair in truth if len(pair) == 2)
    books = records.books(site, operator)
    groups = works.group(books, matching.train(books, folder / "w"), folder / "w")
    found = [pair for pair in truth if groups.root(pair[0]) == groups.root(pair[1])]
    members = [refs for refs in groups.members(b.ref for b in books).values() if len(refs) > 1]
    print(f"\nReal records: {len(books):,}. Pairs that share a hidden LCCN or OCLC number: "
          f"{len(truth)}; found: {len(found)}.")  # fmt: skip
    for pair in truth:
        if pair not in found:
            print(f"  not joined: {titles[pair[0]]!r} and {titles[pair[1]]!r}")
    print(f"Works of several records: {len(members)}. To be judged by eye:")
    for refs in members:
        print("  " + " | ".join(sorted(titles[one] for one in refs))[:150])


def _numbers(record):
    for field in record.get_fields("010"):
        for value in field.get_subfields("a"):
            if digits := re.sub(r"\D", "", value):
                yield f"lccn{digits}"
    for field in record.get_fields("035"):
        for value in field.get_subfields("a"):
            if found := re.search(r"\(OCoLC\)\D*(\d+)", value):
                yield f"oclc{found[1].lstrip('0')}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--scale", type=float, default=1.0, help="of the campus catalogue")
    parser.add_argument("--planted", type=int, default=150, help="of each of ten kinds")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if SHARED.is_dir():
            real(folder)
        else:
            print("../shared/data/marc21-real is not here: real records are left out.")
            make_site(folder / "site", lambda site, actor: None)
        planted(campus(given.scale, 2029), given.planted, 77, folder / "w")


if __name__ == "__main__":
    main()
