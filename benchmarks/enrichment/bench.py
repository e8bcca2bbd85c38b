"""Blind tests of enrichment: classes hidden from a fifth of the records, names without a link."""

import argparse
import json
import os
import random
import re
import tempfile
from pathlib import Path

SHARED = Path(__file__).parents[3] / "shared" / "data" / "marc21-real"
FILES = (
    "uva/uva_001_2000.mrc", "evergreen/jazz_1k.mrc", "evergreen/lul_fre_500.mrc",
    "dnb/marc-00000000-00001999.mrc", "loc/loc.mrc", "qa-catalogue/BooksAll.2014.part01-0001.mrc",
)  # fmt: skip


def rows_of(site, table, columns):
    from shuren.data.queries import read
    from shuren.kernel.shapes import Actor

    operator = Actor("cli:bench", "administrator", doing="loads.run")
    return read(site, table, purpose="data_quality", actor=operator, columns=columns).dicts()


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


def classes(site, scale):
    import numpy as np

    from shuren.campus.catalogue import make_catalogue
    from shuren.data.internals.resolution import classes as bayes
    from shuren.data.internals.resolution.running import class_of

    print("\n## Classes: a fifth of the numbers hidden\n")
    print("| records | labels | classes | precision | recall | whole number | second level |")
    print("|---|---|---|---|---|---|---|")
    catalogue = make_catalogue(scale, np.random.default_rng([2029, 0]))
    sets = {
        "campus catalogue, CLC, title alone": [
            bayes.Known(str(n), t.title, "", class_of(t.class_number))
            for n, t in enumerate(catalogue.titles)
        ]
    }
    if site:
        columns = ["bib_id", "title", "title_rest", "subjects", "lc_class", "dewey"]
        rows = rows_of(site, "conformed.bib_record", columns)
        for name, column, pattern in (
            ("real MARC 21, LC class", "lc_class", r"[A-Z]{1,3}"),
            ("real MARC 21, Dewey", "dewey", r"[0-9]{3}"),
        ):
            sets[f"{name}, title alone"] = known(bayes, rows, column, pattern, subjects=False)
            sets[f"{name}, title and subjects"] = known(bayes, rows, column, pattern, subjects=True)
    for name, records in sets.items():
        classifier, found = bayes.learn(records)
        labelled = sum(1 for r in records if r.label)
        print(f"| {name} | {labelled:,} | {len(classifier.labels)} | {found['precision']:.3f} "
              f"| {found['recall']:.3f} | {found['recall_whole']:.3f} "
              f"| {found['recall_second']:.3f} |")  # fmt: skip


def known(bayes, rows, column, pattern, subjects):
    found = []
    for row in rows:
        label = re.match(pattern, (row[column] or "").upper())
        title = f"{row['title']} {row['title_rest']}"
        said = row["subjects"] if subjects else ""
        found.append(bayes.Known(row["bib_id"], title, said, label[0] if label else ""))
    return found


def names(site):
    """Real names as the authority file; queried as others write them, half of them strangers."""
    from shuren.data.internals.resolution import authorities

    chance = random.Random(29)
    rows = rows_of(site, "conformed.bib_record", ["bib_id", "authors"])
    real = sorted({n.strip(" .,") for r in rows for n in r["authors"].split("‖") if "," in n})
    chance.shuffle(real)
    half = len(real) // 2
    inside, strangers = real[:half], real[half:]
    file = [
        {"authority_id": f"a{n}", "heading": name, "life_dates": "",
         "other_forms": " ".join(reversed(name.split(", ", 1)))}
        for n, name in enumerate(inside)
    ]  # fmt: skip
    forms = {
        "as the heading": lambda n: n,
        "capitals, no full stops": lambda n: n.upper().replace(".", ""),
        "with dates": lambda n: f"{n}, 1950-",
        "given name first": lambda n: " ".join(reversed(n.split(", ", 1))),
        "initials only": lambda n: n.split(", ")[0] + ", " + n.split(", ")[1][:1] + ".",
    }
    print(f"\n## Authorities: {len(inside):,} real headings, {len(strangers):,} strangers\n")
    print("| written | precision | recall |\n|---|---|---|")
    for name, write in forms.items():
        asked = [(f"{i}", write(n)) for i, n in enumerate(inside)]
        asked += [(f"x{i}", write(n)) for i, n in enumerate(strangers)]
        found = authorities.match(asked, file)
        right = sum(m.authority == f"a{m.record}" for m in found)
        share = right / len(found) if found else 1.0
        print(f"| {name} | {share:.3f} | {right / len(inside):.3f} |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--scale", type=float, default=1.0, help="of the campus catalogue")
    scale = parser.parse_args().scale
    with tempfile.TemporaryDirectory() as folder:
        site = None
        if SHARED.is_dir():

            def load(site, operator):
                from shuren.data.actions import load_file

                for name in FILES:
                    load_file(site, "bib_records", SHARED / name, actor=operator)

            site = make_site(Path(folder) / "site", load)
        else:
            print("../shared/data/marc21-real is not here: real records are left out.")
        classes(site, scale)
        if site:
            names(site)
            result = json.dumps({"records": len(rows_of(site, "conformed.bib_record", ["bib_id"]))})
            print(f"\n{result}")


if __name__ == "__main__":
    main()
