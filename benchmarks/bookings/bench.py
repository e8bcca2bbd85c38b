"""How many bookings a second when everybody books at once: readers in threads, each with its own
connection, on the last seats of a zone; and one after the other, on free seats.

python benchmarks/bookings/bench.py [--readers 200] [--seats 20] [--postgres]
"""

import argparse
import json
import os
import random
import resource
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
ZONES = (
    "zone_id,campus,building,floor,title,title_en,kind,seats,power,quiet_level,opens_at,closes_at\n"
    "A,本部,馆,1,自习区,Study,study,{last},有,3,00:00,24:00\n"
    "B,本部,馆,2,阅览室,Reading,reading,400,有,3,00:00,24:00\n"
)


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def measure(readers: int, seats: int) -> dict[str, Any]:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection, transaction

    call_command("migrate", verbosity=0)
    from shuren.data.actions import build, load_file
    from shuren.kernel.clock import now
    from shuren.kernel.shapes import Actor
    from shuren.service import bookings, places
    from shuren.service.errors import PlaceTaken
    from shuren.service.internals.booking_rows import Booking, PlaceSlot
    from shuren.trust.actions import pseudonymise

    site, operator = settings.SITE, Actor("cli:bench", "administrator")
    path = site.root / "zones.csv"
    path.write_text(ZONES.format(last=seats), "utf-8")
    load_file(site, "seat_zones", path, actor=operator)
    build(site, actor=operator)
    people = [Actor("", "student", key)
              for key in pseudonymise(site, [f"b{n}" for n in range(readers)])]  # fmt: skip
    begins = datetime.fromtimestamp((now().timestamp() // 900 + 4) * 900, now().tzinfo)
    ends = begins + timedelta(hours=2)
    found: dict[str, Any] = {"database": connection.vendor, "load": round(os.getloadavg()[0], 1)}

    alone, used = time.perf_counter(), cpu()
    for n, one in enumerate(people, 1):
        bookings.book(site, f"B-{n:03}", begins, ends, actor=one)
    spent = cpu() - used
    found["one after the other"] = {
        "a second by the clock": round(readers / (time.perf_counter() - alone), 1),
        "CPU-ms each": round(1000 * spent / readers, 2),
    }
    used = cpu()
    for n in range(readers):  # the floor: the eight rows of two hours, and nothing else
        with transaction.atomic():
            PlaceSlot.objects.bulk_create(
                [PlaceSlot(place=f"X-{n}", slot=slot, pseudonym=f"x{n}") for slot in range(8)]
            )
    found["bare rows, CPU-ms each"] = round(1000 * (cpu() - used) / readers, 2)

    later = begins + timedelta(hours=3)
    last = places.seats_of(places.zone(site, "A", people[0]))
    workers = readers if connection.vendor == "sqlite" else 60
    gate, here, waits = threading.Barrier(workers), threading.local(), []

    def go(one: Actor) -> bool:
        try:
            if not getattr(here, "came", False):
                here.came = True
                gate.wait()
            asked = time.perf_counter()
            while free := places.free_in(last, later, later + timedelta(hours=2)):
                with suppress(PlaceTaken):
                    bookings.book(
                        site, random.choice(free).id, later, later + timedelta(hours=2), actor=one
                    )
                    return True
            return False
        finally:
            waits.append(time.perf_counter() - asked)
            connection.close()

    before, used = time.perf_counter(), cpu()
    with ThreadPoolExecutor(workers) as pool:
        got = sum(pool.map(go, people))
    waits.sort()
    found["at once"] = {
        "readers": readers, "seats": seats, "got one": got,
        "all answered after, s": round(time.perf_counter() - before, 2),
        "answer p50, s": round(waits[len(waits) // 2], 2),
        "answer max, s": round(waits[-1], 2),
        "CPU-s": round(cpu() - used, 2),
    }  # fmt: skip
    assert got == seats == Booking.objects.filter(zone="A").count()
    return found


def run(options: argparse.Namespace, url: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "shuren.toml").write_text("", "utf-8")
        os.environ |= {"SHUREN_SITE": folder, "DJANGO_SETTINGS_MODULE": "shuren.settings"}
        if url:
            os.environ["SHUREN_DATABASE_URL"] = url
        Path(folder, "data", "tmp").mkdir(parents=True)
        answer = measure(options.readers, options.seats)
        print(json.dumps(answer, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    parser = argparse.ArgumentParser()
    parser.add_argument("--readers", type=int, default=200)
    parser.add_argument("--seats", type=int, default=20)
    parser.add_argument("--postgres", action="store_true")
    chosen = parser.parse_args()
    if chosen.postgres:
        from tools.postgres import running_postgres

        with running_postgres() as address:
            run(chosen, address)
    else:
        run(chosen, "")
