"""A month of document delivery, 4,000 requests, run through in simulated time.

python benchmarks/delivery/bench.py [--requests 4000] [--kill-every 997]
"""

import argparse
import dataclasses
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]


def measure(requests: int, kill_every: int) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from tests.service.delivery_month import run

    call_command("migrate", verbosity=0)
    clock, cpu = time.perf_counter(), time.process_time()
    month = run(settings.SITE, requests, kill_every=kill_every)
    spent = {
        "minutes by the clock": round((time.perf_counter() - clock) / 60, 1),
        "CPU-seconds": round(time.process_time() - cpu, 1),
        "load": os.getloadavg()[0],
    }
    print(json.dumps(dataclasses.asdict(month) | spent, indent=1, ensure_ascii=False))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=4000)
    parser.add_argument("--kill-every", type=int, default=997, help="statements; 0 for never")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    choice = parser.parse_args()
    if choice.inside:
        measure(choice.requests, choice.kill_every)
        return
    with tempfile.TemporaryDirectory(prefix="shuren-delivery-") as folder:
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
