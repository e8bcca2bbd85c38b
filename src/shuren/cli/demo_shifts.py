"""Shifts of the demo: both students are student librarians, each has worked, missed or has shifts
to come, one is offered. Through the ordinary actions, once."""

from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shuren.cli.demo_clock import as_if
from shuren.kernel.clock import now
from shuren.kernel.errors import ShurenError
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site

DESK = Actor("desk", "front_desk")
SERVICE, WORKED, DAY = "student_librarians", (12, 8, 5), timedelta(days=1)
TITLE = {"zh": "晚间阅览室", "en": "Evening reading room"}
PLACE = {"zh": "江湾图书馆三楼服务台", "en": "Jiangwan Library, desk on floor 3"}


def roster_shifts(site: Site) -> None:
    """Only where nobody has a shift yet, so that a set-up that was stopped goes on."""
    from shuren.campus.accounts import demo_accounts
    from shuren.service import shift_desk, shifts
    from shuren.trust.actions import pseudonymise

    students = []
    for account in demo_accounts(site.root / "exports"):
        if account.role == "student" and account.card:
            key = pseudonymise(site, [account.card])[0]
            students.append(Actor(account.username, account.role, key))
    if not students or any(any(shifts.mine(site, one)) for one in students):
        return
    for student in students:
        _join(site, student)
    for place, days in enumerate(WORKED):
        _worked(site, students[place % len(students)], days, comes=days != WORKED[-1])
    shift_desk.open_ahead(site, actor=DESK)
    for student in students:
        for one in shifts.open_shifts(site, student)[:8:3]:
            with suppress(ShurenError):
                shifts.take(site, one.id, actor=student)
    ahead, _over = shifts.mine(site, students[-1])
    if ahead:
        shifts.offer(site, ahead[-1].id, "away", actor=students[-1])


def _join(site: Site, student: Actor) -> None:
    from shuren.service import cases

    with as_if(now() - 20 * DAY), suppress(ShurenError):
        fields = {"kind": "volunteer", "week_hours": "4"}
        opened = cases.open_case(site, SERVICE, actor=student, fields=fields)
        cases.act(site, opened.id, "approve", actor=DESK)


def _worked(site: Site, student: Actor, days: int, *, comes: bool) -> None:
    """A shift so many days ago, from half past six to half past nine in the evening."""
    from shuren.kernel.settings import read_settings
    from shuren.service import shift_desk, shifts

    zone = ZoneInfo(read_settings(site).time_zone)
    day = now().astimezone(zone).date() - days * DAY
    begins = datetime.combine(day, time(18, 30), zone).astimezone(UTC)
    with suppress(ShurenError):
        with as_if(begins - DAY):
            one = shift_desk.add(
                site, SERVICE, title=TITLE, place=PLACE, starts_at=begins,
                ends_at=begins + timedelta(hours=3), people=2, actor=DESK,
            )  # fmt: skip
            turn = shifts.take(site, one.id, actor=student)
        if comes:
            with as_if(begins + timedelta(minutes=4)):
                shift_desk.mark(site, one.id, turn.number, True, actor=DESK)
            with as_if(begins + timedelta(hours=2, minutes=50)):
                shifts.leave(site, turn.id, actor=student)
        else:
            with as_if(begins + timedelta(hours=1)):
                shift_desk.mark(site, one.id, turn.number, False, actor=DESK)
