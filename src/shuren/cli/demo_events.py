"""Events and courses of the demo, those that are over and those to come. Through the ordinary
actions, each once: planned, enrolled in, attended, rated and looked back on at their own times."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from shuren.campus.programme import OFF, OVER, PLANNED, PROGRAMME, Happening
from shuren.cli.demo_clock import Days, as_if
from shuren.kernel.clock import now
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site

DESK, DIRECTOR = Actor("desk", "front_desk"), Actor("director", "director")
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
OPINIONS = ("讲得清楚，例子很实用。", "", "希望多留些提问时间。", "", "")


def hold_events(site: Site, student: Actor, others: Sequence[Actor]) -> None:
    """All of the programme; what a set-up that was stopped has planned already is left."""
    from shuren.service import events

    known = {one.title["zh"] for one in events.planned(DESK)}
    days = Days(site)
    for number, one in enumerate(PROGRAMME):
        if one.title["zh"] in known:
            continue
        turn = number * 11 % max(1, len(others))
        guests = [*others[turn:], *others[:turn]][: one.readers]
        if one.is_students:  # the student is late for what is full
            is_full = 0 < one.places <= one.readers
            guests = [*guests, student] if is_full else [student, *guests]
        _hold(site, one, days, guests)


def _hold(site: Site, one: Happening, days: Days, readers: Sequence[Actor]) -> None:
    from shuren.service import events

    first = days.at(one.days, one.hour, is_taught=True)
    sessions = [(at, at + 1.5 * HOUR) for at in (first + WEEK * n for n in range(one.meetings))]
    # What is over was planned three weeks before; of what is to come some of that is past.
    planned_at = min(first - 21 * DAY, now() - 3 * DAY)
    with as_if(planned_at):
        made = events.plan(
            site, one.service, title=one.title, summary=one.summary, place=one.place,
            sessions=sessions, places=one.places, certificate=one.certificate,
            reading=one.reading, actor=DESK,
        )  # fmt: skip
        if one.stands == PLANNED:
            return
        _announce(site, one, made.case)
    with as_if(planned_at + 2 * DAY):
        numbers = [events.enrol(site, made.id, actor=reader).number for reader in readers]
    if one.stands == OFF:
        _call_off(site, made.case)
    elif one.stands == OVER:
        _be_over(site, one, made.id, made.case, sessions, list(zip(readers, numbers, strict=True)))


def _announce(site: Site, one: Happening, case: str) -> None:
    from shuren.service.cases import act

    if one.is_course:
        act(site, case, "schedule", actor=DESK)
        act(site, case, "open_enrol", actor=DESK)
    else:
        act(site, case, "approve", actor=DIRECTOR)
        act(site, case, "publish", actor=DESK)


def _call_off(site: Site, case: str) -> None:
    from shuren.service.cases import act

    act(site, case, "cancel", actor=DIRECTOR, note="与学校活动冲突，改期另行通知。")


def _be_over(
    site: Site,
    one: Happening,
    id: str,
    case: str,
    sessions: Sequence[tuple[datetime, datetime]],
    guests: Sequence[tuple[Actor, str]],
) -> None:
    """Who was there is marked at the door, rates it afterwards, and gets their certificate."""
    from shuren.service import event_after, events
    from shuren.service.cases import act

    with as_if(sessions[0][0] - HOUR / 2):
        act(site, case, "start" if one.is_course else "fill_or_close", actor=DESK)
        seated = {
            seat.number for seat in events.seats(id, actor=DESK)[1] if seat.state == "enrolled"
        }
    came: set[str] = set()
    for meeting, (begins, _ends) in enumerate(sessions, 1):
        # One of six stays away, another one each time; the demo's student always comes.
        there = [
            number
            for at, (_reader, number) in enumerate(guests)
            if (number in seated and (at + meeting) % 6) or (at == 0 and one.is_students)
        ]
        came.update(there)
        with as_if(begins + HOUR / 2):
            events.mark(id, there, meeting, actor=DESK)
    with as_if(sessions[-1][1] + HOUR):
        act(site, case, "assess" if one.is_course else "hold", actor=DESK)
        for at, (reader, number) in enumerate(guests):
            if number in came and at % 5 != 4:
                said = OPINIONS[at % len(OPINIONS)]
                event_after.rate(id, 5 - (at % 4 == 1) - (at % 9 == 5), said, actor=reader)
        event_after.write_recap(id, {"zh": one.recap, "en": ""}, actor=DESK)
        if not one.is_course:
            act(site, case, "archive", actor=DESK)
        if one.certificate and one.is_students:
            event_after.certify(site, id, actor=guests[0][0])
