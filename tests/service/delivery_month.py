"""A month of document delivery in simulated time: readers ask, the desk accepts, suppliers answer
or not, and what is due happens by itself. The clock is told; nothing waits."""

import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import suppliers
from shuren.service.cases import act, fire_timers, open_case
from shuren.service.internals.case_rows import Case, CaseTimer
from shuren.service.internals.promises import working_time
from shuren.service.internals.supply_rows import Supply
from shuren.trust.actions import pseudonymise

START = datetime(2026, 3, 2, 1, tzinfo=UTC)  # a Monday, nine in the morning
DAYS, STEP = 30, timedelta(minutes=30)
DESK = Actor("desk", "front_desk")
# How often each has it, and how much of the time it is given it takes at the least and the most:
# above 1 it answers too late, and the request has gone on.
HAVING = {"own_branches": 0.3, "calis": 0.55, "cashl": 0.5, "nstl": 0.5, "partner_libraries": 0.8}
TAKING = (0.1, 1.15)
AT_A_TIME = 40  # requests that the desk accepts in half an hour


@dataclass
class Month:
    """What came of it. answered, finished: in working hours; queue: the most open at one time."""

    asked: int = 0
    filled: int = 0
    unfilled: int = 0
    stuck: int = 0
    in_time: int = 0
    answered_in_time: int = 0
    queue: int = 0
    sent_on: int = 0
    by_supplier: dict[str, int] = field(default_factory=dict)
    cost: float = 0.0
    steps: int = 0


def run(
    site: Site, count: int, seed: int = 7, tell: Callable[[datetime], None] | None = None
) -> Month:
    """`count` requests come in `DAYS` days, most of them in working hours; then the tail."""
    draw = random.Random(seed)
    keys = pseudonymise(site, [f"dd{n:05}" for n in range(max(1, count // 5))])
    working = working_time(site)
    arrivals = sorted(_arrival(draw) for _number in range(count))
    month, at = Month(asked=count), START
    waiting: list[str] = []
    numbers: dict[str, int] = {}  # of each case: what it meets does not hang on its id
    while arrivals or Case.objects.filter(is_open=True).exists():
        _set_clock(at, tell)
        while arrivals and arrivals[0] <= at:
            arrivals.pop(0)
            waiting.append(_ask(site, draw, keys))
            numbers[waiting[-1]] = len(numbers)
        if working.is_working_day(at.astimezone(working.zone).date()) and _is_open(at, working):
            for id in waiting[:AT_A_TIME]:
                act(site, id, "accept", actor=DESK)
            waiting = waiting[AT_A_TIME:]
            _answer(site, at, working, numbers)
        month.sent_on += suppliers.send_on(site)
        fire_timers(site)
        month.queue = max(month.queue, Case.objects.filter(is_open=True).count())
        month.steps += 1
        at += STEP
        if at > START + timedelta(days=DAYS + 30):
            break
    return _summed(month)


def _set_clock(at: datetime, tell: Callable[[datetime], None] | None) -> None:
    os.environ["SHUREN_NOW"] = f"{at:%Y-%m-%dT%H:%M}"
    if tell:
        tell(at)


def _arrival(draw: random.Random) -> datetime:
    day = START + timedelta(days=draw.randrange(DAYS))
    if day.isoweekday() > 5 and draw.random() < 0.6:
        day += timedelta(days=2)
    return day.replace(hour=0) + timedelta(minutes=draw.randrange(60, 14 * 60))


def _is_open(at: datetime, working: Any) -> bool:
    """Whether the half hour that begins now is one of work."""
    return bool(working.between(at, at + STEP) > 0)


def _ask(site: Site, draw: random.Random, keys: list[str]) -> str:
    reader = Actor("r", draw.choice(("student", "faculty")), draw.choice(keys))
    about = {"kind": "article", "id": f"10.1000/{draw.randrange(10**9)}", "title": "论文"}
    fields = {"personal_study": True, "language": draw.choice(("zh", "en"))}
    return open_case(site, "document_delivery", actor=reader, subject=about, fields=fields).id


def _answer(site: Site, at: datetime, working: Any, numbers: dict[str, int]) -> None:
    """Suppliers answer when their time has come; each case's chance is its own."""
    for one in Supply.objects.filter(outcome="asked").order_by("pk"):
        chance = random.Random(f"{numbers[one.case]}{one.supplier}")
        given = working.between(one.asked_at, one.due_at)
        if working.between(one.asked_at, at) < given * chance.uniform(*TAKING) or one.due_at <= at:
            continue
        if chance.random() < HAVING[one.supplier]:
            act(site, one.case, "supply", actor=DESK)
            if chance.random() < 0.3:
                row = Case.objects.get(pk=one.case)
                reader = Actor("r", "student", row.pseudonym)
                act(site, one.case, "rate", actor=reader, fields={"rating": 5})
        else:
            suppliers.not_here(site, one.case, actor=DESK)


def _summed(month: Month) -> Month:
    for row in Case.objects.all():
        month.filled += row.state == "closed"
        month.unfilled += row.state == "unfilled"
        month.stuck += row.is_open
        month.in_time += row.left is not None and row.left >= 0
        month.answered_in_time += (
            row.responded_at is not None and row.responded_at <= row.respond_due_at
        )
    for supply in Supply.objects.filter(outcome="supplied"):
        month.by_supplier[supply.supplier] = month.by_supplier.get(supply.supplier, 0) + 1
        month.cost += supply.cost / 100
    assert not CaseTimer.objects.exists()
    return month
