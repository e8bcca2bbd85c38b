"""Plants 1,000 faults of five kinds in 20,000 loans and counts how many are found."""

import json
import os
import random
import tempfile
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

HERE = Path(__file__).parent
KINDS = ("complete", "valid", "unique", "consistent", "timely")
HEADER = "loan_id,reader_id,item_id,title,loaned_at,due_at,returned_at,renewals,campus"
ROWS, FAULTS = 20_000, 1_000
READER, ITEM, TITLE, LENT, DUE, BACK, RENEWALS = 1, 2, 3, 4, 5, 6, 7


def clean(number: int, day: date, chance: random.Random) -> list[str]:
    back = day + timedelta(days=chance.randint(1, 29))
    return [
        f"L{number}", f"S{chance.randrange(4000):05}", f"B{chance.randrange(9000):06}",
        chance.choice(["高等数学", "三体", "线性代数", "活着"]), f"{day} 10:00:00",
        f"{day + timedelta(days=30)} 00:00:00", f"{back} 15:00:00", str(chance.randrange(3)), "A",
    ]  # fmt: skip


def spoil(kind: str, row: list[str], chance: random.Random, before: list[list[str]]) -> bytes:
    """The row with one fault of the kind, as a line of the file."""
    if kind == "complete":
        row[chance.choice([READER, ITEM, TITLE])] = chance.choice(["", " ", "NULL", "　"])
    elif kind == "valid":
        how = chance.randrange(5)
        if how == 0:
            row[LENT] = chance.choice(["2026-13-01", "2026-02-30", "someday", "1025-01-01"])
        elif how == 1:
            row[RENEWALS] = "many"
        elif how == 2:
            del row[chance.randrange(9)]
        elif how == 3:
            row[TITLE] = '"' + row[TITLE]
        else:
            return ",".join(row).encode().replace(row[TITLE].encode(), b"\xff\xfe\xfa")
    elif kind == "unique":
        row = list(chance.choice(before))
        if chance.randrange(2):
            row[TITLE] = "另一本书"
    elif kind == "consistent":
        column = chance.choice([DUE, BACK])
        row[column] = f"{date.fromisoformat(row[LENT][:10]) - timedelta(days=9)} 00:00:00"
    else:
        day = date(2027, 9, 1) if chance.randrange(2) else date(2025, 11, 20)
        for column in (LENT, DUE, BACK):
            row[column] = f"{day + timedelta(days=3 * (column - LENT))} 10:00:00"
    return ",".join(row).encode()


def write_files(folder: Path, seed: int) -> tuple[Path, Path, dict[int, str]]:
    """Clean history, the file with faults, and {line: kind} of what was planted."""
    chance = random.Random(seed)
    first = date(2025, 9, 1)
    history = [clean(n, first + timedelta(days=n % 250), chance) for n in range(ROWS)]
    lines, planted, good = [], {}, []
    places = set(chance.sample(range(100, ROWS), FAULTS))
    for number in range(ROWS):
        row = clean(ROWS + number, first + timedelta(days=250 + number % 20), chance)
        if number in places:
            kind = KINDS[len(planted) % len(KINDS)]
            planted[number + 2] = kind
            lines.append(spoil(kind, row, chance, good))
        else:
            good.append(row)
            lines.append(",".join(row).encode())
    known, faulty = folder / "history.csv", folder / "faulty.csv"
    known.write_text("\n".join([HEADER, *(",".join(row) for row in history)]) + "\n", "utf-8")
    faulty.write_bytes(b"\n".join([HEADER.encode(), *lines]) + b"\n")
    return known, faulty, planted


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        site_folder = folder / "site"
        site_folder.mkdir()
        (site_folder / "shuren.toml").touch()
        os.environ["SHUREN_SITE"] = str(site_folder)
        os.environ["DJANGO_SETTINGS_MODULE"] = "shuren.settings"
        os.environ["SHUREN_NOW"] = "2026-06-10T00:00:00+00:00"
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        print(json.dumps(run(folder), indent=1, ensure_ascii=False))


def run(folder: Path) -> dict[str, object]:
    from shuren.data import actions, queries
    from shuren.kernel.shapes import Actor
    from shuren.kernel.site import open_site

    site, actor = open_site(), Actor("cli:bench", "administrator")
    known, faulty, planted = write_files(folder, seed=20261122)
    actions.load_file(site, "loans", known, actor=actor)
    actions.measure_quality(site, actor=actor)
    before = queries.quality(site)[0].newest.score
    os.environ["SHUREN_NOW"] = "2026-06-11T00:00:00+00:00"  # the next day
    receipt = actions.load_file(site, "loans", faulty, actor=actor)
    tasks = actions.measure_quality(site, actor=actor)
    rows = queries.refused_rows(site, receipt.id, actor=actor, limit=ROWS)
    found = {row.line for row in rows}
    found |= {flag.line for flag in queries.flagged_rows(site, receipt.id, actor=actor)}
    hits = Counter(kind for line, kind in planted.items() if line in found)
    sown = Counter(planted.values())
    return {
        "planted": len(planted),
        "found": sum(hits.values()),
        "found_of_each": {kind: f"{hits[kind]} of {sown[kind]}" for kind in KINDS},
        "clean_rows_accused": len(found - set(planted)),
        "score_before": round(before, 2),
        "score_after": round(queries.quality(site)[0].newest.score, 2),
        "tasks_opened": sorted(task.dimension for task in tasks),
        "balance": receipt.accepted + receipt.refused == receipt.records,
    }


if __name__ == "__main__":
    main()
