"""A month of document delivery in simulated time: readers ask, the desk accepts, suppliers answer
or not, and what is due happens by itself. The clock is told; nothing waits.

Asked to, the programme dies on the way, again and again, before a statement of its own to the
database, and is started anew; and its worker does not run from Friday evening to Monday morning.
"""

import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from django.db import connection

from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import suppliers
from shuren.service.cases import act, fire_timers, open_case
from shuren.service.definitions import flows
from shuren.service.internals.case_rows import Case, CaseStep, CaseTimer
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
PROMISED = 24 * 3600  # working seconds, by the service's file


class Killed(BaseException):
    """The programme dies here."""


@dataclass
class Month:
    """What came of it.

    in_time, answered_in_time  by the engine's own clock; kept: by the working hours between the
          first step and the end of the library's work, reckoned anew from the trace
    timed    cases that a timer closed; twice: steps that happened by themselves and not once
    unknown  traces with a step that the flow does not have
    queue    the most open at one time; killed: how often the programme died
    """

    asked: int = 0
    filled: int = 0
    unfilled: int = 0
    stuck: int = 0
    in_time: int = 0
    answered_in_time: int = 0
    kept: int = 0
    timed: int = 0
    twice: int = 0
    unknown: int = 0
    queue: int = 0
    killed: int = 0
    sent_on: int = 0
    by_supplier: dict[str, int] = field(default_factory=dict)
    cost: float = 0.0
    steps: int = 0


@dataclass(frozen=True)
class Request:
    """One that is going to come."""

    number: int
    at: datetime
    reader: Actor
    subject: dict[str, str]
    fields: dict[str, Any]


def run(
    site: Site,
    count: int,
    seed: int = 7,
    tell: Callable[[datetime], None] | None = None,
    kill_every: int = 0,
) -> Month:
    """`count` requests come in `DAYS` days, most of them in working hours; then the tail.

    kill_every  the programme dies before so many statements of its own, and the worker rests over
                the weekends; 0 for neither
    """
    draw = random.Random(seed)
    keys = pseudonymise(site, [f"dd{n:05}" for n in range(max(1, count // 5))])
    working = working_time(site)
    coming = _coming(draw, count, keys)
    month, at = Month(asked=count), START
    numbers: dict[str, int] = {}  # of each case: what it meets does not hang on its id
    death = _Death(kill_every)
    while coming or Case.objects.filter(is_open=True).exists():
        _set_clock(at, tell)
        while coming and coming[0].at <= at:
            death.survived(partial(_ask, site, coming[0], numbers))
            coming.pop(0)
        if working.is_working_day(at.astimezone(working.zone).date()) and _is_open(at, working):
            death.survived(partial(_accept, site))
            death.survived(partial(_answer, site, at, working, numbers))
        if not (kill_every and _rests(at.astimezone(working.zone))):
            death.survived(partial(suppliers.send_on, site))
            death.survived(partial(fire_timers, site))
        month.queue = max(month.queue, Case.objects.filter(is_open=True).count())
        month.steps += 1
        at += STEP
        if at > START + timedelta(days=DAYS + 30):
            break
    month.killed = death.died
    return _summed(site, month)


class _Death:
    """Lets the programme die before every so many statements, and starts it anew."""

    def __init__(self, every: int) -> None:
        self.every, self.died, self._left = every, 0, every

    def survived(self, work: Callable[[], object]) -> None:
        """Do some work, from the beginning each time it was killed."""
        while True:
            try:
                with connection.execute_wrapper(self._count):
                    work()
                return
            except Killed:
                self.died += 1
                self._left = self.every + self.died % 7  # not at the same place again

    def _count(self, execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        self._left -= 1
        if self.every and self._left <= 0 and connection.in_atomic_block:
            raise Killed
        return execute(sql, params, many, context)


def _rests(local: datetime) -> bool:
    """From Friday evening to Monday morning."""
    day, hour = local.isoweekday(), local.hour
    return day > 5 or (day == 5 and hour >= 18) or (day == 1 and hour < 8)


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


def _coming(draw: random.Random, count: int, keys: list[str]) -> list[Request]:
    """In the order they come."""
    found = []
    for number, at in enumerate(sorted(_arrival(draw) for _number in range(count))):
        reader = Actor("r", draw.choice(("student", "faculty")), draw.choice(keys))
        about = {"kind": "article", "id": f"10.1000/{draw.randrange(10**9)}", "title": "论文"}
        fields = {"personal_study": True, "language": draw.choice(("zh", "en"))}
        found.append(Request(number, at, reader, about, fields))
    return found


def _ask(site: Site, one: Request, numbers: dict[str, int]) -> None:
    made = open_case(
        site, "document_delivery", actor=one.reader, subject=one.subject, fields=one.fields,
        key=f"request-{one.number}",
    )  # fmt: skip
    numbers[made.id] = one.number


def _accept(site: Site) -> None:
    waiting = Case.objects.filter(state="submitted").order_by("opened_at", "pk")
    for id in waiting.values_list("pk", flat=True)[:AT_A_TIME]:
        act(site, id, "accept", actor=DESK)


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


def _summed(site: Site, month: Month) -> Month:
    flow, working = flows(site)["request"], working_time(site)
    for row in Case.objects.all():
        month.filled += row.state == "closed"
        month.unfilled += row.state == "unfilled"
        month.stuck += row.is_open
        month.in_time += row.left is not None and row.left >= 0
        month.answered_in_time += (
            row.responded_at is not None and row.responded_at <= row.respond_due_at
        )
        steps = list(CaseStep.objects.filter(case=row.pk).order_by("number"))
        done = next(one for one in steps if one.to_state in ("delivered", "unfilled"))
        month.kept += working.between(steps[0].at, done.at) <= PROMISED
        closed = sum(one.event == "auto_close" for one in steps)
        month.timed += closed
        month.twice += closed > 1 or [one.number for one in steps] != list(
            range(1, row.version + 1)
        )
        month.unknown += any(
            (way := flow.find(one.from_state, one.event)) is None or way.target != one.to_state
            for one in steps[1:]
        )
    month.sent_on = CaseStep.objects.filter(event="next_supplier", by="system").count()
    for supply in Supply.objects.filter(outcome="supplied"):
        month.by_supplier[supply.supplier] = month.by_supplier.get(supply.supplier, 0) + 1
        month.cost += supply.cost / 100
    assert not CaseTimer.objects.exists()
    assert not Supply.objects.filter(outcome="asked").exists()
    return month
