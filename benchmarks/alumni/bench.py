"""A year of alumni at the size the library told of: 70,008 loans of which 70,000 come back within
the year, 300,000 uses of licensed resources, 50,001 entries, one reader with 386 loans; every total
must come out exactly.

python benchmarks/alumni/bench.py [--loans 70008] [--uses 300000] [--entries 50001] [--pages 500]

Uses: each asks the licence whether it is open to this member and is counted; the
first `--pages` of them go through the page itself, as a browser would.
"""

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
YEAR, ALUMNI, MOST, OTHERS = 2025, 8_000, 386, 2_000
PACKAGES = ("Journals", "Books", "Theses")
TERMS = """id: journals
title: {zh: 测试, en: Test}
provider: V
packages: [Journals, Books, Theses]
readers: [student, faculty, alumni]
copies: forbidden
"""


def write_files(folder: Path, loans: int, entries: int) -> dict[str, int]:
    """readers.csv, loans.csv, gates.csv in the form of exports; what they come to for alumni,
    counted one by one as the lines are written."""
    rng = random.Random(1)
    planted = dict.fromkeys(("loans", "returns", "entries"), 0)
    cards = [f"A{n:05}" for n in range(ALUMNI)] + [f"S{n:05}" for n in range(OTHERS)]
    with open(folder / "readers.csv", "w", encoding="utf-8") as out:
        out.write("reader_id,kind\n")
        out.writelines(f"{c},{'alumni' if c[0] == 'A' else 'student'}\n" for c in cards)
    first = datetime(YEAR, 1, 1, 8)
    with open(folder / "loans.csv", "w", encoding="utf-8") as out:
        out.write("loan_id,reader_id,item_id,title,loaned_at,due_at,returned_at\n")
        for n in range(loans + 20_000):
            is_alumni = n < loans
            # The first 386 are one reader's; the others are shared out evenly, so that nobody
            # has more; what is lent last is not brought back within the year.
            who = 0 if n < MOST else 1 + n % (ALUMNI - 1) if is_alumni else ALUMNI + n % OTHERS
            lent = first + timedelta(minutes=rng.randrange(300 * 24 * 60))
            back = lent + timedelta(days=rng.randrange(1, 60))
            if loans - 8 <= n < loans:
                back = datetime(YEAR + 1, 1, 5, 9)
            out.write(f"L{n},{cards[who]},B{n % 30_000},书{n % 30_000},{lent},"
                      f"{lent + timedelta(days=60)},{back}\n")  # fmt: skip
            if is_alumni:
                planted["loans"] += lent.year == YEAR
                planted["returns"] += back.year == YEAR
    with open(folder / "gates.csv", "w", encoding="utf-8") as out:
        out.write("event_id,gate_id,building,direction,passed_at,reader_id\n")
        for n in range(2 * entries + 30_000):
            way = "in" if n % 2 == 0 else "out"
            who = cards[n // 2 % ALUMNI] if n < 2 * entries else cards[ALUMNI + n % OTHERS]
            passed = first + timedelta(minutes=rng.randrange(360 * 24 * 60))
            out.write(f"G{n},g1,甲馆,{way},{passed},{who}\n")
            planted["entries"] += way == "in" and who[0] == "A"
    return planted


def measure(loans: int, uses: int, entries: int, pages: int) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    site = settings.SITE
    planted: dict[str, Any] = write_files(site.root, loans, entries)
    times: dict[str, float] = {}
    from shuren.data import actions
    from shuren.insight import queries
    from shuren.kernel.shapes import Actor
    from shuren.service.internals import rising

    operator = Actor("cli:bench", "administrator")
    for contract, name in (("readers", "readers"), ("loans", "loans"), ("gate_events", "gates")):
        with timed(times, f"load {name}"):
            receipt = actions.load_file(
                site, contract, site.root / f"{name}.csv", actor=operator
            )  # fmt: skip
        assert not receipt.refused, receipt
    with timed(times, "uses"):
        go_online(site, uses, pages, times)
    with timed(times, "rise and build"):
        rising.take_in(site, operator)
        actions.build(site, actor=operator)
    director = Actor("d", "director", doing="dashboards.read")
    lent = queries.figure(site, "alumni_by_year", actor=director).table.dicts()
    online = queries.figure(site, "alumni_online_by_year", actor=director).table.dicts()
    told = next(row for row in lent if row["year"] == YEAR)
    found = {name: int(told[name]) for name in ("loans", "returns", "entries")}
    found["uses"] = int(sum(row["uses"] for row in online))
    planted["uses"] = uses
    with timed(times, "my year of the one with most"):
        found["most"] = year_of_most(site)
    planted["most"] = MOST
    print(json.dumps({
        "planted": planted, "found": found, "exact": planted == found,
        "loans and returns": found["loans"] + found["returns"], "CPU-s": times,
        "load": round(os.getloadavg()[0], 1),
    }, indent=1))  # fmt: skip
    if planted != found:
        raise SystemExit(1)


def go_online(site: Any, uses: int, pages: int, times: dict[str, float]) -> None:
    """Members open licensed packages; some others are sent away, and are not counted."""
    from django.test import Client

    from shuren.kernel.shapes import Actor
    from shuren.service import licensed, licensed_uses, members
    from shuren.trust.actions import create_account, pseudonymise
    from shuren.web.portal.licensed import door

    roster = site.root / "alumni.csv"
    roster.write_text("学号,姓名,入学年份\n9910203,韩伟,1999\n", "utf-8")
    members.load_roster(site, roster, actor=Actor("desk", "front_desk"))
    [key] = pseudonymise(site, ["A00000"])
    member = Actor("han", "alumni", key)
    made = members.apply(
        site, number="9910203", name="韩伟", fields={"cohort": 1999, "consent": True}, actor=member
    )
    assert made.state == "active", made.state
    client = Client(SERVER_NAME="localhost", headers={"user-agent": "Mozilla/5.0"})
    client.force_login(create_account("han", "a long enough phrase", "alumni", reader_key=key))
    with timed(times, f"of them {pages} by the page"):
        for n in range(pages):
            answer = client.get(door("https://v.example/x", "V", PACKAGES[n % len(PACKAGES)]))
            assert answer.status_code == 302, answer.status_code
            closed = client.get(door("https://v.example/x", "V", "Closed"))
            assert closed.status_code == 403, closed.status_code
    for n in range(pages, uses):
        place = ("V", PACKAGES[n % len(PACKAGES)])
        assert licensed.access(site, [place], actor=member)[place].is_open
        day = date(YEAR, 1 + n % 12, 3)
        licensed_uses.count(site, place, actor=member, day=day)


def year_of_most(site: Any) -> int:
    """What the page says of the year of the one with most loans."""
    from django.test import Client

    from shuren.trust import consent
    from shuren.trust.models import Account
    from shuren.trust.queries import actor_of

    account = Account.objects.get(username="han")
    consent.give("reading_history", actor=actor_of(account), version=1)
    client = Client(SERVER_NAME="localhost")
    client.force_login(account)
    client.cookies["shuren_language"] = "en"
    page = client.get(f"/my/?show=year&year={YEAR}").content.decode()
    return MOST if f"{MOST} loans of " in page else -1


class timed:
    """CPU-seconds of a block, into a table."""

    def __init__(self, times: dict[str, float], name: str) -> None:
        self.times, self.name = times, name

    def __enter__(self) -> None:
        self.began = time.process_time()

    def __exit__(self, *error: object) -> None:
        self.times[self.name] = round(time.process_time() - self.began, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--loans", type=int, default=70_008)
    parser.add_argument("--uses", type=int, default=300_000)
    parser.add_argument("--entries", type=int, default=50_001)
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    choice = parser.parse_args()
    if choice.inside:
        measure(choice.loans, choice.uses, choice.entries, choice.pages)
        return
    with tempfile.TemporaryDirectory(prefix="shuren-alumni-") as folder:
        (Path(folder) / "shuren.toml").write_text('[sign_in]\nsecond_step = "nobody"\n', "utf-8")
        (Path(folder) / "data" / "tmp").mkdir(parents=True)
        terms = Path(folder) / "definitions" / "licence_terms"
        terms.mkdir(parents=True)
        (terms / "journals.yaml").write_text(TERMS, "utf-8")
        rest = TERMS.replace("id: journals", "id: rest").replace(", alumni]", "]")
        rest = rest.replace("packages: [Journals, Books, Theses]\n", "")
        (terms / "rest.yaml").write_text(rest, "utf-8")
        # Gate records are kept for less than a year; a library that counts a year's entries says
        # in its own file that it keeps them longer.
        contracts = Path(folder) / "definitions" / "contracts"
        contracts.mkdir()
        shipped = ROOT / "src" / "shuren" / "definitions" / "contracts" / "gate_events.yaml"
        longer = re.sub(r"(retentionDays, value: )\d+", r"\g<1>400", shipped.read_text("utf-8"))
        (contracts / "gate_events.yaml").write_text(longer, "utf-8")
        environment = os.environ | {
            "SHUREN_SITE": folder, "DJANGO_SETTINGS_MODULE": "shuren.settings",
            "PYTHONPATH": str(ROOT), "SHUREN_NOW": f"{YEAR}-12-30T12:00",
        }  # fmt: skip
        subprocess.run([sys.executable, __file__, "--inside", *sys.argv[1:]],
                       env=environment, check=True)  # fmt: skip


if __name__ == "__main__":
    main()
