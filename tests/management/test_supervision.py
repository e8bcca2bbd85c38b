"""The board: reminders, escalation, counting; days reckoned by hand on the calendar."""

from datetime import date

import pytest

from shuren.cli.demo_voice import let_readers_speak
from shuren.kernel.site import Site
from shuren.management import supervision, voice
from shuren.management.internals import escalating
from shuren.management.internals.voice_rows import Opinion, Task
from shuren.management.voice_shapes import Planned
from shuren.service import cases, messages
from shuren.service.actions import work
from shuren.service.cases import fire_timers
from tests.management.voice_people import (
    LIBRARIAN,
    MANAGER,
    OPERATOR,
    OVERSEER,
    RESULT,
    SECOND,
    answered,
    at,
    done,
    reader,
    said,
    staff,  # noqa: F401
    under_way,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(site: Site, settings, monkeypatch):
    settings.SITE = site

    def fix(text: str) -> None:
        monkeypatch.setenv("SHUREN_NOW", at(text).isoformat())

    fix("09-29T09:00")
    return fix


def meeting(site: Site, due: date = date(2026, 10, 9)) -> str:
    wanted = Planned("修订入馆须知", "办公室", due)
    return supervision.add_task(site, wanted, kind="meeting", actor=MANAGER, origin="馆务会")


@pytest.mark.parametrize(
    "start, days, due",
    [
        ("09-29T09:00", 1, date(2026, 9, 30)),
        ("09-30T09:00", 1, date(2026, 10, 8)),  # 1 to 7 October are a holiday
        ("10-08T09:00", 2, date(2026, 10, 10)),  # a Saturday that is worked
        ("10-09T09:00", 2, date(2026, 10, 12)),  # Saturday worked, Sunday not
        ("09-30T19:00", 1, date(2026, 10, 8)),  # after hours: counted from the next morning
        ("09-18T09:00", 1, date(2026, 9, 20)),  # a Sunday that is worked
    ],
)
def test_a_deadline_counts_the_librarys_working_days(site: Site, start, days, due):
    assert supervision.due_after(site, at(start), days) == due


@pytest.mark.parametrize(
    "due, moment, late",
    [
        (date(2026, 9, 30), "09-30T23:59", 0),
        (date(2026, 9, 30), "10-03T12:00", 1),  # past it, though no hour of work has gone by
        (date(2026, 9, 30), "10-08T18:00", 1),
        (date(2026, 9, 30), "10-10T09:00", 3),  # 8 and 9 October whole, and Saturday begun
        (date(2026, 10, 9), "10-12T18:00", 2),  # Saturday 10, Monday 12
    ],
)
def test_how_late_a_task_is_counts_working_days_begun(site: Site, due, moment, late):
    assert supervision.days_late(site, due, at(moment)) == late


def test_a_meetings_task_and_a_complaint_share_the_board(site: Site, clock, staff):  # noqa: F811
    task = meeting(site)
    [action] = under_way(site, said(site).case_id, "后勤", due=date(2026, 10, 8))
    board = voice.board(site, actor=OVERSEER)
    assert [one.id for one in board.columns["supervised"]] == [action, task]
    assert board.counted == {"办公室": (1, 0, 0), "后勤": (1, 0, 0)}
    done(site, task)
    board = voice.board(site, actor=OVERSEER)
    assert [one.id for one in board.columns["closed"]] == [task]
    assert [
        one.id for one in voice.board(site, actor=OVERSEER, owner="后勤").columns["closed"]
    ] == []


def test_past_due_the_manager_is_told_it_changes_colour_and_is_counted(
    site: Site,
    clock,
    staff,  # noqa: F811
):
    task = meeting(site)
    assert escalating.run(site, MANAGER) == 0
    clock("10-08T10:00")
    assert escalating.run(site, MANAGER) == 1  # due by the next working day: who works is told
    assert messages.inbox(site, LIBRARIAN).total == messages.inbox(site, SECOND).total == 1
    assert messages.inbox(site, LIBRARIAN).messages[0].about == {"kind": "task", "id": task}
    assert messages.inbox(site, MANAGER).total == 0
    assert voice.board(site, actor=MANAGER).near == 1
    clock("10-10T09:00")
    fire_timers(site)
    assert [escalating.run(site, MANAGER) for _again in range(3)] == [1, 0, 0]
    assert messages.inbox(site, MANAGER).total == 1
    board = voice.board(site, actor=OVERSEER)
    assert (board.late, board.columns["overdue"][0].late) == (1, 1)
    assert board.counted["办公室"] == (1, 1, 1)
    clock("10-15T09:00")
    assert escalating.run(site, MANAGER) == 1
    assert messages.inbox(site, MANAGER).total == 2
    done(site, task)
    assert voice.board(site, actor=OVERSEER).counted["办公室"] == (0, 0, 1)
    assert escalating.run(site, MANAGER) == 0


def test_what_waits_for_an_answer_is_not_pressed(site: Site, clock, staff):  # noqa: F811
    task = meeting(site)
    supervision.act_on(site, task, "wait", actor=LIBRARIAN, note="等报价")
    clock("10-12T09:00")
    assert escalating.run(site, MANAGER) == 0
    assert voice.board(site, actor=OVERSEER).late == 0
    supervision.act_on(site, task, "go_on", actor=LIBRARIAN)
    # Left on Tuesday 29 September, 9:00: 7 + 8 hours before the holiday, 16 of 8 and 9 October;
    # from Monday the 12th, 9:00: 7 + 8 + 8 + 8 = 31, to the end of Thursday the 15th.
    assert Task.objects.get().due_on == date(2026, 10, 15)


def test_a_task_that_is_sent_back_has_a_new_day_and_was_not_done(site: Site, clock, staff):  # noqa: F811
    task = meeting(site)
    supervision.act_on(site, task, "handle", actor=LIBRARIAN, fields=RESULT)
    assert Task.objects.get().done_at is not None
    supervision.act_on(
        site, task, "send_back", actor=MANAGER, note="没有附件", fields={"due": "2026-10-12"}
    )
    row = Task.objects.get()
    assert (row.done_at, row.due_on) == (None, date(2026, 10, 12))
    with pytest.raises(supervision.BadOpinion):
        supervision.act_on(
            site, task, "new_due", actor=MANAGER, note="x", fields={"due": "2026-09-01"}
        )
    supervision.act_on(site, task, "cancel", actor=MANAGER, note="不再需要")
    assert voice.board(site, actor=OVERSEER).columns["closed"][0].case.state == "cancelled"


def test_who_says_nothing_for_fourteen_days_has_it_closed(site: Site, clock, staff):  # noqa: F811
    taken = said(site)
    [task] = under_way(site, taken.case_id, "后勤")
    done(site, task)
    answered(site, taken.case_id)
    clock("10-14T09:00")
    work(site, actor=OPERATOR)
    row = Opinion.objects.get()
    assert cases.case(site, taken.case_id, LIBRARIAN).state == "closed"
    assert (row.closed_at is not None, row.rating) == (True, None)


def test_what_is_done_on_the_pages_of_cases_is_known_here_too(site: Site, clock, staff):  # noqa: F811
    ann = reader(site)
    taken = said(site, actor=ann)
    [task] = under_way(site, taken.case_id, "后勤")
    case = str(Task.objects.get().case_id)
    cases.act(site, case, "handle", actor=LIBRARIAN, fields=RESULT)
    cases.act(site, case, "accept", actor=MANAGER)
    escalating.run(site, MANAGER)
    assert Task.objects.get(pk=task).done_at is not None
    cases.act(site, taken.case_id, "handle", actor=LIBRARIAN, fields=RESULT)
    escalating.run(site, MANAGER)
    row = Opinion.objects.get()
    assert (row.answered_at is not None, row.resolution) == (True, "explained")
    assert messages.inbox(site, ann).total >= 1
    cases.act(site, taken.case_id, "dissatisfied", actor=ann, note="还是暗")
    escalating.run(site, MANAGER)
    row = Opinion.objects.get()
    assert (row.answered_at, row.reopened, row.closed_at) == (None, 1, None)
    cases.act(site, taken.case_id, "handle", actor=LIBRARIAN, fields=RESULT)
    cases.act(site, taken.case_id, "satisfied", actor=ann)
    escalating.run(site, MANAGER)
    assert Opinion.objects.get().closed_at is not None


def test_the_demos_readers_speak_once(site: Site, clock):
    for _again in range(2):
        let_readers_speak(site, MANAGER, LIBRARIAN)
    assert Opinion.objects.filter(case_id__startswith="H").count() > 1000
    assert Opinion.objects.exclude(case_id__startswith="H").count() == 7
    board = voice.board(site, actor=OVERSEER)
    assert len(board.columns["supervised"]) == 3
