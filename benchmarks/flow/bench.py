"""How quick the flow engine is: transitions a second beside a bare update, and the desk's page over
50,000 open cases.

python benchmarks/flow/bench.py [--moves 3000] [--cases 50000] [--pages 200] [--postgres]
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SERVICES = ("book_hold", "cross_campus_loan", "document_delivery", "article_purchase")
STATES = {
    "book_hold": ("queued", "in_transit", "ready"),
    "cross_campus_loan": ("queued", "in_transit", "ready"),
    "document_delivery": ("submitted", "sourcing", "delivered"),
    "article_purchase": ("submitted", "sourcing", "delivered"),
}
BRANCHES = ("江湾图书馆", "江湾理工分馆", "云溪图书馆", "云溪医学分馆")


def measure(moves: int, cases: int, pages: int) -> dict[str, Any]:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    found: dict[str, Any] = {"database": connection.vendor, "load": os.getloadavg()[0]}
    return found | transitions(moves) | desk(cases, pages)


def transitions(moves: int) -> dict[str, Any]:
    """Each in a transaction of its own: by the engine, by a bare update of the same row, and the
    update with the insert of a step. One process, taking turns, so that the machine is the same."""
    from django.conf import settings
    from django.db import transaction

    from shuren.kernel.clock import now
    from shuren.kernel.shapes import Actor
    from shuren.service.case_shapes import BY_ITSELF
    from shuren.service.cases import act, open_case
    from shuren.service.internals.case_rows import Case, CaseStep
    from shuren.trust.actions import pseudonymise

    site = settings.SITE
    keys = pseudonymise(site, [f"flow{n}" for n in range(moves // 3 + 1)])
    desk = Actor("bench", "front_desk")
    about = {"kind": "title", "id": "b1", "title": "三体"}
    opened = []

    def openings() -> None:
        for key in keys:
            reader = Actor("r", "student", key)
            opened.append(open_case(site, "book_hold", actor=reader, subject=about).id)

    def engine() -> None:
        for case, key in zip(opened[: moves // 3], keys, strict=False):
            act(site, case, "copy_free", actor=BY_ITSELF)
            act(site, case, "arrive", actor=desk)
            act(site, case, "collect", actor=Actor("r", "student", key))

    def floor() -> None:
        for at in range(moves):
            with transaction.atomic():
                Case.objects.filter(pk=opened[at % len(opened)], version__gt=0).update(
                    changed_at=now()
                )

    def with_step() -> None:
        for at in range(moves):
            case = opened[at % len(opened)]
            with transaction.atomic():
                Case.objects.filter(pk=case).update(changed_at=now())
                CaseStep.objects.create(
                    case_id=case, number=100 + at, at=now(), by="system", event="x", to_state="y"
                )

    found = {
        "opened": rate(openings, len(keys)),
        "engine": rate(engine, moves // 3 * 3),
        "bare update": rate(floor, moves),
        "update and step": rate(with_step, moves),
    }
    CaseStep.objects.all().delete()
    Case.objects.all().delete()
    return {"transitions": found}


def rate(work: Callable[[], None], count: int) -> dict[str, float]:
    clock, cpu = time.perf_counter(), time.process_time()
    work()
    clock, cpu = time.perf_counter() - clock, time.process_time() - cpu
    return {"count": count, "a second": round(count / clock), "CPU-ms": round(cpu / count * 1e3, 2)}


def desk(cases: int, pages: int) -> dict[str, Any]:
    """The page as a librarian's browser gets it, template and ledger entry included."""
    from django.test import Client
    from django.urls import reverse

    from shuren.trust.actions import create_account

    fill(cases)
    client = Client(SERVER_NAME="localhost")
    client.force_login(create_account("bench", "a long enough phrase", "front_desk"))
    draw = random.Random(7)
    url = reverse("workbench:cases")
    asked = {
        "first page": lambda: {},
        "any page": lambda: {"page": draw.randrange(1, 200)},
        "overdue": lambda: {"show": "overdue"},
        "mine": lambda: {"show": "mine"},
        "service and state": lambda: narrowed(draw),
        "branch": lambda: {"branch": draw.choice(BRANCHES), "page": draw.randrange(1, 50)},
        "desk": lambda: {"desk": "circulation", "page": draw.randrange(1, 50)},
        "newest first": lambda: {"sort": "newest", "page": draw.randrange(1, 200)},
        "oldest of a service": lambda: {"sort": "oldest", "service": draw.choice(SERVICES)},
        "search, many hits": lambda: {"q": f"书名 {draw.randrange(10)}"},
        "search, one hit or two": lambda: {"q": f"{draw.randrange(10_000, cases)}"},
        "search, no hit": lambda: {"q": f"没有 {draw.randrange(10_000)}"},
    }
    found = {}
    for name, query in asked.items():
        times, work = [], []
        for _page in range(pages):
            clock, cpu = time.perf_counter(), time.process_time()
            answer = client.get(url, query())
            times.append(time.perf_counter() - clock)
            work.append(time.process_time() - cpu)
            assert answer.status_code == 200, answer.status_code
        found[name] = spread("", times) | spread("CPU ", work)
    return {"open cases": cases, "desk": found}


def spread(kind: str, seconds: list[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    return {
        f"{kind}p50 ms": round(statistics.median(ordered) * 1e3, 1),
        f"{kind}p95 ms": round(ordered[int(len(ordered) * 0.95)] * 1e3, 1),
    }


def narrowed(draw: random.Random) -> dict[str, str]:
    service = draw.choice(SERVICES)
    return {"service": service, "state": draw.choice(STATES[service])}


def fill(cases: int) -> None:
    """Open cases of four services, ages up to two weeks, a tenth in somebody's hand."""
    from django.conf import settings

    from shuren.kernel.clock import now
    from shuren.service.internals import versions
    from shuren.service.internals.case_rows import Case

    draw, at = random.Random(3), now()
    known = {id: versions.current(settings.SITE, id) for id in SERVICES}
    for one in known.values():
        versions.keep(one)
    rows = []
    for number in range(cases):
        service = draw.choice(SERVICES)
        state = draw.choice(STATES[service])
        opened = at - timedelta(minutes=draw.randrange(20_000))
        waits = state in ("ready", "delivered")
        due = None if waits else opened + timedelta(hours=draw.randrange(1, 400))
        rows.append(
            Case(
                id=f"B{number:08}", trace=f"T{number:08}", service=service,
                flow=known[service].flow.id, declared=known[service].print, state=state,
                version=2, pseudonym=f"r_{number:026}", branch=draw.choice(BRANCHES),
                assignee="bench" if draw.random() < 0.1 else "",
                subject={"kind": "title", "id": f"b{number}", "title": f"书名 {number}"},
                subject_id=f"b{number}", title=f"书名 {number}", opened_at=opened,
                changed_at=opened, needed_at=opened,
                due_at=due, left=3600.0 if waits else None,
                rank_at=due or opened + timedelta(days=36_525),
            )
        )  # fmt: skip
    Case.objects.bulk_create(rows, batch_size=500)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moves", type=int, default=3000)
    parser.add_argument("--cases", type=int, default=50_000)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--postgres", action="store_true", help="on a server of its own")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    choice = parser.parse_args()
    if choice.inside:
        print(json.dumps(measure(choice.moves, choice.cases, choice.pages), indent=1,
                         ensure_ascii=False))  # fmt: skip
        return
    with tempfile.TemporaryDirectory(prefix="shuren-flow-") as folder:
        (Path(folder) / "shuren.toml").write_text('[sign_in]\nsecond_step = "nobody"\n', "utf-8")
        (Path(folder) / "data" / "tmp").mkdir(parents=True)
        environment = os.environ | {
            "SHUREN_SITE": folder, "DJANGO_SETTINGS_MODULE": "shuren.settings",
        }  # fmt: skip
        command = [sys.executable, __file__, "--inside", *sys.argv[1:]]
        if not choice.postgres:
            subprocess.run(command, env=environment, check=True)
            return
        sys.path.insert(0, str(ROOT))
        from tools.postgres import running_postgres

        with running_postgres() as address:
            environment["SHUREN_DATABASE_URL"] = address
            subprocess.run(command, env=environment, check=True)


if __name__ == "__main__":
    main()
