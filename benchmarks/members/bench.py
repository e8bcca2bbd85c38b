"""A roster of 100,001 alumni: loading it, and applying against it, beside the bare look-up by key.

python benchmarks/members/bench.py [--people 100001] [--applications 200]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]


def measure(people: int, applications: int) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from shuren.campus.alumni import write_roster
    from shuren.kernel.shapes import Actor
    from shuren.service import members
    from shuren.service.internals.member_rows import AlumniRecord
    from shuren.service.internals.members.roster import mark_of
    from shuren.trust.actions import pseudonymise

    call_command("migrate", verbosity=0)
    site, desk = settings.SITE, Actor("desk", "front_desk")
    path = write_roster(site.root / "alumni.csv", seed=1, people=people - 1)
    clock, cpu = time.perf_counter(), time.process_time()
    found = members.load_roster(site, path, actor=desk)
    loading = {"s": time.perf_counter() - clock, "CPU-s": time.process_time() - cpu}
    lines = [line.split(",") for line in path.read_text("utf-8").splitlines()[1:]]
    keys = pseudonymise(site, [f"X{n}" for n in range(applications)])
    took, spent, bare = [], [], []
    for key, line in zip(keys, lines, strict=False):
        clock, cpu = time.perf_counter(), time.process_time()
        made = members.apply(
            site, number=line[0], name=line[1],
            fields={"cohort": int(line[2]), "consent": True}, actor=Actor("x", "alumni", key),
        )  # fmt: skip
        took.append(time.perf_counter() - clock)
        spent.append(time.process_time() - cpu)
        assert made.state == "active", made.state
        cpu = time.process_time()
        AlumniRecord.objects.filter(pk=mark_of(site, [line[0]], [line[1]])[0][0]).first()
        bare.append(time.process_time() - cpu)
    print(json.dumps({
        "lines": found.rows, "refused": found.refused,
        "loading": {name: round(value, 1) for name, value in loading.items()},
        "apply ms p50": _at(took, 0.5), "apply ms p95": _at(took, 0.95),
        "apply CPU-ms p50": _at(spent, 0.5), "apply CPU-ms p95": _at(spent, 0.95),
        "bare look-up CPU-ms p50": _at(bare, 0.5),
        "load": round(os.getloadavg()[0], 1),
    }, indent=1))  # fmt: skip


def _at(values: list[float], share: float) -> float:
    return round(sorted(values)[min(len(values) - 1, int(share * len(values)))] * 1000, 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_001)
    parser.add_argument("--applications", type=int, default=200)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    choice = parser.parse_args()
    if choice.inside:
        measure(choice.people, choice.applications)
        return
    with tempfile.TemporaryDirectory(prefix="shuren-members-") as folder:
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
