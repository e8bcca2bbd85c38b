"""A gift of 5,125 volumes from the list to the shelf: matched, decided, thanked for, found, then
catalogued by sheet, out as CNMARC and back from the library's own system without being there twice.

python benchmarks/gifts/bench.py [--volumes 5125] [--held 20000]
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
HEADS = "赠书登录号,索书号,分馆,条码\n"


def measure(volumes: int, held: int) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from shuren.data import actions
    from shuren.data.queries import read
    from shuren.discovery.actions import index
    from shuren.kernel.shapes import Actor
    from shuren.service import gift_copies, gifts
    from shuren.service.cases import act, open_case
    from shuren.service.internals import rising
    from shuren.trust.actions import pseudonymise

    call_command("migrate", verbosity=0)
    site, root = settings.SITE, settings.SITE.root
    operator = Actor("cli:bench", "administrator")
    desk, bian = Actor("desk", "front_desk"), Actor("bian", "data_librarian")
    times: dict[str, float] = {}
    clock = time.process_time()

    def lap(name: str) -> None:
        nonlocal clock
        times[name] = round(time.process_time() - clock, 1)
        clock = time.process_time()

    known = volumes // 10
    with open(root / "items.csv", "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["item_id", "title", "author", "isbn", "call_number", "campus"])
        writer.writerows(
            [f"B{n}", f"馆藏第{n}种", f"作者{n}著", isbn(n), f"I247/{n}", "本部"]
            for n in range(held)
        )
    actions.load_file(site, "items", root / "items.csv", actor=operator)
    actions.build(site, actor=operator)
    index(site, actor=operator)
    lap("the catalogue as it was")
    donor = Actor("han", "alumni", pseudonymise(site, ["A1"])[0])
    fields = {"volumes": volumes, "what": "文史"}
    case = open_case(site, "book_donation", actor=donor, fields=fields).id
    act(site, case, "screen_ok", actor=desk)
    with open(root / "gift.csv", "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["题名", "著者", "出版社", "年份", "ISBN", "册数"])
        for n in range(volumes):
            title, number = (f"馆藏第{n}种", n) if n < known else (f"赠书第{n}种", held + n)
            writer.writerow([title, f"作者{n}", "某社", 1990 + n % 30, isbn(number), 1])
    gifts.load_list(site, case, root / "gift.csv", actor=desk)
    lap("list loaded and matched")
    act(site, case, "receive", actor=desk)
    gifts.decide(case, "accepted", view="open", actor=desk)
    act(site, case, "select_and_process", actor=desk)
    act(site, case, "certify", actor=desk)
    lap("decided, certificate, copies made")
    rising.take_in(site, operator)
    lap("into the lake")
    report = actions.build(site, actor=operator)
    lap("build")
    changed = index(site, actor=operator)
    lap("index renewed")

    def stand() -> dict[str, int]:
        ask: dict[str, Any] = {"purpose": "public_information", "actor": bian}
        titles = read(site, "conformed.title", columns=["title_id"], **ask).rows
        copies = read(site, "mart.copy_state", columns=["status"], **ask).rows
        return {
            "titles": len(titles), "copies": len(copies),
            "being catalogued": sum(row[0] == "in_process" for row in copies),
        }  # fmt: skip

    came = stand()
    with open(root / "sheet.csv", "w", encoding="utf-8") as out:
        out.write(HEADS)
        for at, row in enumerate(gift_copies.sheet(case, actor=bian)[1:]):
            out.write(f"{row[0]},I267/{at},本部,G{at:06}\n")
    done = gift_copies.take_sheet(site, root / "sheet.csv", actor=bian)
    assert (done.changed, done.problems) == (volumes, ()), done.problems[:3]
    lap("sheet taken back")
    content, left = gift_copies.cnmarc(site, case, actor=bian)
    (root / "back.mrc").write_bytes(content)
    lap("CNMARC written")
    back = actions.load_file(
        site, "items", root / "back.mrc", mapping_id="cnmarc-holdings", actor=operator
    )
    rising.take_in(site, operator)
    actions.build(site, actor=operator)
    lap("back from the library's system, built")
    returned = stand()
    again = rising.take_in(site, operator)
    assert came == {"titles": held + volumes - known, "copies": held + volumes,
                    "being catalogued": volumes}, came  # fmt: skip
    assert returned == came | {"being catalogued": 0}, returned
    assert (left, back.accepted, again) == (0, volumes, 0), (left, back.accepted, again)
    print(json.dumps({
        "volumes": volumes, "held before": held, "known": known, "came": came,
        "after it came back": returned, "tables": len(report.tables),
        "index": str(changed), "CPU-s": times, "load": round(os.getloadavg()[0], 1),
    }, indent=1, ensure_ascii=False))  # fmt: skip


def isbn(number: int) -> str:
    stem = f"9787{number:08}"
    return stem + str(-(sum(map(int, stem[::2])) + 3 * sum(map(int, stem[1::2]))) % 10)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--volumes", type=int, default=5_125)
    parser.add_argument("--held", type=int, default=20_000)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    choice = parser.parse_args()
    if choice.inside:
        measure(choice.volumes, choice.held)
        return
    with tempfile.TemporaryDirectory(prefix="shuren-gifts-") as folder:
        (Path(folder) / "shuren.toml").write_text('[sign_in]\nsecond_step = "nobody"\n', "utf-8")
        (Path(folder) / "data" / "tmp").mkdir(parents=True)
        environment = os.environ | {
            "SHUREN_SITE": folder, "DJANGO_SETTINGS_MODULE": "shuren.settings",
            "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        subprocess.run([sys.executable, __file__, "--inside", *sys.argv[1:]],
                       env=environment, check=True)  # fmt: skip


if __name__ == "__main__":
    main()
