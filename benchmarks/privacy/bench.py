"""How many readers of the demo a linkage attack finds in a release, with and without the gates.

    python benchmarks/privacy/bench.py SITE [RELEASE]

SITE is a demo (`shuren demo DIR --no-serve`). Ground truth is read from its lake; the release is
exported as the library would, with two accounts that ask and allow.
"""

import csv
import json
import os
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
EXACT = {"kind": "kind", "college": "college", "grade": "grade",
         "time": "month", "subject": "clc_second"}  # fmt: skip
MOST_KNOWN = 5


def main(site_folder: str, id: str = "reading_by_term") -> None:
    os.environ["SHUREN_SITE"] = site_folder
    os.environ["DJANGO_SETTINGS_MODULE"] = "shuren.settings"
    import django

    django.setup()
    sys.path.insert(0, str(HERE))
    from attack import attack

    from shuren.data import actions, definitions
    from shuren.kernel.shapes import Actor
    from shuren.kernel.site import open_site
    from shuren.trust import egress

    site = open_site(site_folder)
    librarian, director = (
        Actor("bench", "data_librarian"),
        Actor("other", "director", doing="dashboards.read"),
    )
    what = definitions.release(site, id).what
    code = egress.allow(egress.ask("research", what, "benchmark", actor=librarian), actor=director)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "release.csv"
        made = actions.export_release(site, id, target, actor=librarian, code=code)
        with target.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    print(json.dumps(made.report, ensure_ascii=False, indent=1))
    given = [
        (r["person"], (r["kind"], r["college"], r["grade"]), (r["time"], r["subject"]))
        for r in rows
    ]
    exact, coarse = truth(site, EXACT, id), truth(site, made.report["columns"], id)
    bare = [(p, person, event) for p, (person, events) in exact.items() for event in events]
    print(f"readers who borrowed {len(exact):,}; rows without gates {len(bare):,}")
    print("known loans | without gates | behind the gates (right, wrong, nobody fits, of)")
    for known in range(1, MOST_KNOWN + 1):
        open_, gated = attack(bare, exact, known), attack(given, coarse, known)
        print(f"{known} | {open_.share:.1%} of {open_.targets:,} | {gated.share:.2%} "
              f"({gated.right}, {gated.wrong}, {gated.nobody}, {gated.targets:,})")  # fmt: skip


def truth(site, columns, release):
    """{pseudonym of the release: (person, [events])}, as coarse as these columns are."""
    import duckdb

    from shuren.trust import releases

    place = site.snapshots / site.current_pointer.read_text("utf-8").strip()
    chosen = {n: "'*'" if c == "all" else f"coalesce({c}, '')" for n, c in columns.items()}
    with duckdb.connect() as connection:
        found = connection.execute(
            "WITH loan AS (SELECT reader_key, CAST(month AS VARCHAR) AS month, term,"
            " CAST(year AS VARCHAR) AS year, clc_main, clc_second"
            f" FROM read_parquet('{place}/mart/loan_fact.parquet')),"
            " person AS (SELECT reader_key, person_key, kind, college, grade"
            f" FROM read_parquet('{place}/conformed/reader.parquet'))"
            f" SELECT DISTINCT person_key, {', '.join(chosen.values())}"
            " FROM loan JOIN person USING (reader_key)"
        ).fetchall()
    people = sorted({row[0] for row in found})
    named = dict(zip(people, releases.pseudonyms(site, release, people), strict=True))
    result = {}
    for person, *values in found:
        result.setdefault(named[person], (tuple(values[:3]), []))[1].append(tuple(values[3:]))
    return result


if __name__ == "__main__":
    main(*sys.argv[1:])
