"""p95 of resolving an OpenURL over a large set of e-holdings. See README.md."""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
PER_FILE, PACKAGES = 1_000_000, 3
TODAY = date(2026, 11, 22)
NAMES = ("publication_title print_identifier online_identifier date_first_issue_online "
         "num_first_vol_online num_first_issue_online date_last_issue_online num_last_vol_online "
         "num_last_issue_online title_url first_author title_id embargo_info coverage_depth notes "
         "publisher_name publication_type access_type")  # fmt: skip


class Spent(NamedTuple):
    seconds: float
    cpu: float


def issn(number: int) -> str:
    digits = f"{number:07d}"
    check = -sum(weight * int(d) for weight, d in zip(range(8, 1, -1), digits, strict=True)) % 11
    return f"{digits[:4]}-{digits[4:]}{'X' if check == 10 else check}"


def isbn(number: int) -> str:
    digits = f"979{number:09d}"
    return digits + str(-sum((3 if n % 2 else 1) * int(d) for n, d in enumerate(digits)) % 10)


def is_serial(number: int) -> bool:
    return number % 6 < PACKAGES


def line(number: int) -> str:
    """Rows 6k, 6k+1, 6k+2 are one serial in three packages; the others are books."""
    if is_serial(number):
        title = number // 6
        cells = [f"Journal of Field {title}", issn(title), "", str(1950 + title % 70), "1", "1", "",
                 "", "", f"https://v.example/j/{number}", "", f"j{title}", "P1Y", "fulltext", "",
                 f"Publisher {title % 900}", "serial", "P"]  # fmt: skip
    else:
        cells = [f"Book {number} on Subject {number % 7919}", "", isbn(number), "", "", "", "", "",
                 "", f"https://v.example/b/{number}", f"Author {number % 90001}", f"b{number}", "",
                 "fulltext", "", f"Publisher {number % 900}", "monograph", "P"]  # fmt: skip
    return "\t".join(cells)


def make_lists(folder: Path, rows: int) -> list[Path]:
    paths = []
    for part, first in enumerate(range(0, rows, PER_FILE)):
        path = folder / f"Vendor_World_Part{part:03d}_2026-01-01.txt"
        with path.open("w", encoding="utf-8") as file:
            file.write("\t".join(NAMES.split()) + "\n")
            file.writelines(line(n) + "\n" for n in range(first, min(rows, first + PER_FILE)))
        paths.append(path)
    return paths


def run(*command: str) -> Spent:
    begun, spent = time.monotonic(), cpu_time()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return Spent(time.monotonic() - begun, cpu_time() - spent)


def cpu_time() -> float:
    """CPU seconds of the commands that are over."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def build(site_folder: Path) -> None:
    """All tables, as `shuren build` makes them before it turns to the search index."""
    site = opened(site_folder)
    from shuren.data.actions import build as build_tables
    from shuren.kernel.shapes import Actor

    build_tables(site, actor=Actor("cli:bench", "administrator"), everything=True)


def opened(site_folder: Path) -> Any:
    os.environ["SHUREN_SITE"] = str(site_folder)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shuren.settings")
    import django

    django.setup()
    from shuren.kernel.site import open_site

    return open_site(site_folder)


def questions(rows: int, count: int) -> list[tuple[str, dict[str, list[str]], int]]:
    """(kind, question, places that hold it)"""
    chance = random.Random(7)
    found = []
    for place in range(count):
        title = chance.randrange(rows // 6)
        book = title * 6 + PACKAGES
        kinds: list[tuple[str, dict[str, list[str]], int]] = [
            ("issn", {"rft.issn": [issn(title)], "rft.date": ["2020"]}, PACKAGES),
            ("isbn", {"rft.isbn": [isbn(book)]}, 1),
            ("title", {"rft.jtitle": [f"Journal of Field {title}"], "rft.date": ["2020"]},
             PACKAGES),
            ("nothing", {"rft.issn": [issn(9_999_999 - title % 99)]}, 0),
        ]  # fmt: skip
        found.append(kinds[place % len(kinds)])
    return found


def ask(site_folder: Path, rows: int, count: int) -> dict[str, Any]:
    site = opened(site_folder)
    from shuren.discovery.queries import resolve
    from shuren.kernel.shapes import Actor

    visitor = Actor("", "anonymous")
    resolve(site, {"rft.issn": [issn(0)]}, actor=visitor, today=TODAY)  # the process warms up
    times: dict[str, list[float]] = {}
    for kind, question, places in questions(rows, count):
        begun = time.perf_counter()
        answer = resolve(site, question, actor=visitor, today=TODAY)
        times.setdefault(kind, []).append((time.perf_counter() - begun) * 1000)
        assert sum(place.holds is True for place in answer.places) == places, question
    return {kind: at(values) for kind, values in times.items()} | {
        "all": at([value for values in times.values() for value in values])
    }


def told(spent: list[Spent]) -> dict[str, float]:
    return {
        "seconds": round(sum(one.seconds for one in spent)),
        "cpu_seconds": round(sum(one.cpu for one in spent)),
    }


def at(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {
        "median_ms": round(ordered[len(ordered) // 2], 1),
        "p95_ms": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))], 1),
        "longest_ms": round(ordered[-1], 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--questions", type=int, default=500)
    parser.add_argument("--folder", type=Path, help="kept, and used again")
    parser.add_argument("--build", action="store_true", help="the tables of --folder, no more")
    arguments = parser.parse_args()
    if arguments.build:
        return build(arguments.folder / "site")
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        site, shuren = folder / "site", str(Path(sys.executable).parent / "shuren")
        result: dict[str, Any] = {"rows": arguments.rows, "cpus": os.cpu_count()}
        if not (site / "data/lake/CURRENT").exists():
            folder.mkdir(parents=True, exist_ok=True)
            run(shuren, "init", str(site))
            loading = []
            for path in make_lists(folder, arguments.rows):
                loading.append(run(shuren, "--site", str(site), "load", "eholdings", str(path)))
                path.unlink()
            result["load"] = told(loading)
            alone = (sys.executable, __file__, "--build", "--folder", str(folder))
            result["build"] = told([run(*alone)])
        result["resolve"] = ask(site, arguments.rows, arguments.questions)
    print(json.dumps(result, indent=1))
    Path(__file__).with_name("results.json").write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
