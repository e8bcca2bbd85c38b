"""What is due by itself: when, once, also after a kill; and two who write one case."""

import os
import signal
import subprocess
import sys
import threading
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as django_settings
from django.db import connection, transaction
from django.db.models import Count

from shuren.kernel.clock import now
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.actions import work
from shuren.service.case_shapes import BY_ITSELF
from shuren.service.cases import act, case, fire_timers, open_case, queue, timers_due
from shuren.service.errors import CaseChanged, NotNow, WrongField
from shuren.service.internals import running, versions
from shuren.service.internals.case_rows import Case, CaseStep, CaseTimer
from tests.conftest import ROOT
from tests.service.desk_of_cases import LIBRARIAN, MANAGER, SECOND, held, reader
from tests.service.test_flow_files import probe, said_of, write

ZONE = ZoneInfo("Asia/Shanghai")
WORKERS, CASES, KILLS = 3, 80, 3
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ann(site: Site, settings) -> Actor:
    settings.SITE = site
    return reader(site)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=ZONE)


@pytest.fixture
def clock(monkeypatch):
    def fix(text: str) -> None:
        monkeypatch.setenv("SHUREN_NOW", at(text).isoformat())

    return fix


def commission(site: Site) -> str:
    """A service of 24 working hours on the flow that may wait for the reader."""
    said = said_of("document_delivery")
    said |= {"id": "novelty", "flow": "commission", "about": ["none"], "form": []}
    said["rules"].pop("delivery")  # files are no part of this flow
    write(site, "services", said)
    return "novelty"


def test_a_deadline_runs_over_a_holiday_a_make_up_day_and_a_pause(site, ann, clock):
    clock("09-30T15:00")
    opened = open_case(site, commission(site), actor=ann)
    # 3 h on Wednesday, none from 1 to 7 October, 8 + 8 h, 5 h on Saturday the 10th.
    assert opened.due_at == at("10-10T15:00")
    # 8 h to answer: 3 on Wednesday, 4 on the morning of the 8th, 1 after noon.
    assert opened.respond_due_at == at("10-08T15:00")
    clock("10-08T10:00")
    asked = act(site, opened.id, "ask_more", actor=LIBRARIAN, note="请补充检索点")
    assert (asked.due_at, asked.clock) == (None, "paused")
    clock("10-10T16:00")
    back = act(site, opened.id, "supply_info", actor=ann, note="见附件")
    # 19 h were left: 2 h on Saturday, 8 on Monday, 8 on Tuesday, 1 on Wednesday.
    assert back.due_at == at("10-14T09:00")
    assert back.clock == "ahead"
    clock("10-14T08:00")
    assert case(site, opened.id, ann).clock == "near"
    clock("10-14T09:00")
    assert case(site, opened.id, ann).clock == "over"
    assert queue(site, LIBRARIAN, overdue=True).total == 1


def test_a_book_waits_three_working_days_and_not_through_a_holiday(site, ann, clock):
    clock("09-30T15:00")
    opened = held(site, ann)
    act(site, opened.id, "copy_free", actor=BY_ITSELF)
    act(site, opened.id, "arrive", actor=LIBRARIAN)
    assert CaseTimer.objects.get().due_at == at("10-10T15:00")
    clock("10-10T14:59")
    assert (fire_timers(site), timers_due()) == (0, 0)
    clock("10-10T15:00")
    assert fire_timers(site) == 1
    over = case(site, opened.id, ann)
    assert (over.state, over.is_success, over.history[-1].by) == ("expired", False, "system")
    assert fire_timers(site) == 0


def test_who_leaves_a_state_in_time_takes_its_timers_along(site, ann, clock):
    clock("09-30T15:00")
    opened = held(site, ann)
    act(site, opened.id, "copy_free", actor=BY_ITSELF)
    act(site, opened.id, "arrive", actor=LIBRARIAN)
    act(site, opened.id, "collect", actor=LIBRARIAN)
    assert not CaseTimer.objects.exists()
    clock("12-01T00:00")
    assert fire_timers(site) == 0


def test_supervision_reminds_once_and_its_deadline_is_the_one_that_was_set(site, ann, clock):
    clock("09-29T09:00")
    opened = open_case(site, probe(site, "supervision"), actor=ann)
    act(site, opened.id, "decompose", actor=LIBRARIAN)
    with pytest.raises(WrongField):
        act(site, opened.id, "assign_owner_and_due", actor=MANAGER, fields={"owner": "流通部"})
    due = {"owner": "流通部", "due": "2026-10-10"}
    seen = act(site, opened.id, "assign_owner_and_due", actor=MANAGER, fields=due)
    assert seen.due_at == at("10-11T00:00")  # the end of the 10th
    # 8 working hours before: the morning of Saturday the 10th, which is worked.
    assert CaseTimer.objects.get(event="near_due").due_at == at("10-10T08:00")
    clock("10-10T08:00")
    assert fire_timers(site) == 1
    assert fire_timers(site) == 0
    clock("10-11T00:00")
    assert fire_timers(site) == 1
    assert case(site, opened.id, LIBRARIAN).state == "overdue"
    done = {"outcome": "已加开", "evidence": "通知 2026-31"}
    handled = act(site, opened.id, "handle", actor=LIBRARIAN, fields=done)
    assert handled.state == "surveyed"
    hand = Actor(LIBRARIAN.id, LIBRARIAN.role, ann.reader_key)
    with pytest.raises(NotNow, match="A second person"):
        act(site, opened.id, "satisfied", actor=hand)
    assert act(site, opened.id, "satisfied", actor=ann).is_success


def test_the_clocks_of_shuren_work_make_it_happen(site, ann, clock):
    clock("09-30T15:00")
    opened = open_case(site, probe(site, "handover"), actor=ann)
    clock("10-02T15:00")
    assert "cases" in work(site, actor=Actor("cli:test", "administrator"))
    assert case(site, opened.id, ann).state == "lapsed"


def test_a_timer_that_is_killed_half_way_is_due_again(site, ann, clock, monkeypatch):
    clock("09-30T15:00")
    opened = open_case(site, probe(site, "handover"), actor=ann)
    clock("10-02T15:00")

    class Killed(BaseException):
        pass

    def killed(self) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(running.Running, "save", killed)
        with pytest.raises(Killed):
            fire_timers(site)
    assert case(site, opened.id, ann).state == "offered"
    assert fire_timers(site) == 1
    assert [s.event for s in case(site, opened.id, ann).history] == ["opened", "timeout"]


def start() -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.service.timer_worker", str(connection.settings_dict["NAME"])],
        cwd=ROOT,
        env=os.environ | {"SHUREN_SITE": str(django_settings.SITE.root),
                          "DJANGO_SETTINGS_MODULE": "shuren.settings"},
        stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip


def test_several_workers_that_are_killed_fire_every_timer_once(site, ann):
    service = probe(site, "handover")
    opened = [open_case(site, service, actor=ann).id for _each in range(CASES)]
    CaseTimer.objects.update(due_at=now() - timedelta(hours=1))
    running_now: list[subprocess.Popen] = []
    try:
        for _round in range(KILLS):
            running_now = [start() for _each in range(WORKERS)]
            for process in running_now:
                process.stdout.readline()  # it has fired some, and is at the next
            for process in running_now:
                process.send_signal(signal.SIGKILL)
                process.wait()
    finally:
        for process in running_now:
            process.kill()
            process.wait()
    fire_timers(site)
    steps = CaseStep.objects.filter(case__in=opened, event="timeout")
    assert steps.count() == CASES
    assert not steps.values("case").annotate(n=Count("id")).filter(n__gt=1).exists()
    assert not Case.objects.exclude(state="lapsed").exists()
    assert not CaseTimer.objects.exists()


def test_of_two_writers_on_one_version_one_wins(site, ann):
    opened = held(site, ann)
    outcomes, gate = [], threading.Barrier(4)

    def write_it(event: str, actor: Actor) -> None:
        gate.wait()
        try:
            act(site, opened.id, event, actor=actor, expected_version=opened.version)
            outcomes.append("done")
        except (CaseChanged, NotNow):
            outcomes.append("told")
        finally:
            connection.close()

    tries = [("copy_free", LIBRARIAN), ("cancel", ann), ("copy_free", SECOND), ("cancel", SECOND)]
    threads = [threading.Thread(target=write_it, args=one) for one in tries]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "told", "told", "told"]
    assert CaseStep.objects.filter(case=opened.id).count() == 3


def test_a_row_that_somebody_wrote_in_the_meantime_is_not_written_over(site, ann):
    opened = held(site, ann)
    row = Case.objects.get(pk=opened.id)
    act(site, opened.id, "copy_free", actor=LIBRARIAN)
    late = running.Running(site, row, versions.of(site, row.service, row.declared), now())
    late.do(late.flow.find("queued", "cancel"), ann, "reader")
    with pytest.raises(CaseChanged), transaction.atomic():
        late.save()
    assert case(site, opened.id, ann).state == "in_transit"
    assert CaseStep.objects.filter(case=opened.id).count() == 3


def test_opening_twice_at_the_same_moment_is_one_case(site, ann):
    gate, found = threading.Barrier(4), []

    def tap() -> None:
        gate.wait()
        found.append(held(site, ann, key="two taps").id)
        connection.close()

    threads = [threading.Thread(target=tap) for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert Case.objects.count() == 1
