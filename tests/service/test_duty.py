"""Day duty: any student takes a shift, and has its round while checked in, not a minute more."""

from datetime import timedelta
from importlib.resources import files

import orjson
import pytest

from shuren.kernel.clock import now
from shuren.kernel.errors import DefinitionError
from shuren.kernel.shapes import Actor
from shuren.management import phone_notes
from shuren.management.internals.voice_rows import Opinion
from shuren.service import duty, shift_desk, shifts
from shuren.service.definitions import rosters
from shuren.service.errors import NotNow, NotOffered, WrongField
from shuren.service.internals import shift_rising
from shuren.service.internals.case_rows import Case
from shuren.service.internals.shift_rows import Shift, ShiftTurn
from shuren.service.internals.shifts import turns
from shuren.service.shift_shapes import DONE, MISSED, PAUSED, WORKING
from tests.service.desk_of_cases import LIBRARIAN, reader

pytestmark = pytest.mark.django_db(transaction=True)
ROSTER, SERVICE = "demo-day-duty", "librarian_for_a_day"
ZONES = ["entrance", "shelves", "reading_room", "machines", "lost"]
TITLE = {"zh": "今日我值班", "en": "Day duty"}


@pytest.fixture(autouse=True)
def served(site, settings) -> None:
    settings.SITE = site


def shift(days: int = 1, people: int = 2) -> Shift:
    begins = now() + timedelta(days=days)
    return Shift.objects.create(
        id=f"S{Shift.objects.count()}", roster=ROSTER, need="morning", service=SERVICE, title=TITLE,
        place=TITLE, day=begins.date(), starts_at=begins, ends_at=begins + timedelta(hours=2),
        people=people, code="123456", missed_at=begins + timedelta(minutes=15), changed_at=now(),
    )  # fmt: skip


def begin(row: Shift) -> None:
    """It is ten minutes into the shift."""
    begun = now() - timedelta(minutes=10)
    Shift.objects.filter(pk=row.pk).update(
        starts_at=begun, ends_at=begun + timedelta(hours=2), missed_at=begun + timedelta(minutes=15)
    )


def on_duty(site, one: Actor, row: Shift) -> int:
    turn = shifts.take(site, row.pk, actor=one)
    begin(row)
    shifts.check_in(site, turn.id, row.code, actor=one)
    return turn.id


def test_any_student_takes_it_without_applying_and_nobody_of_another_role(site):
    student = reader(site)
    row = shift()
    assert [one.id for one in shifts.open_shifts(site, student)] == [row.pk]
    assert shifts.take(site, row.pk, actor=student).shift.id == row.pk
    assert shifts.open_shifts(site, student) == []
    teacher = Actor("teacher", "faculty", "r" * 26)
    assert shifts.open_shifts(site, teacher) == []
    with pytest.raises(NotOffered):
        shifts.take(site, row.pk, actor=teacher)
    assert SERVICE not in shifts.needed_services(site, to_apply=True)
    assert SERVICE in shifts.needed_services(site)


def test_the_round_is_open_from_the_check_in_until_one_leaves(site):
    student, row = reader(site), shift()
    turn = shifts.take(site, row.pk, actor=student)
    begin(row)
    assert duty.on_duty(site, student) is None
    with pytest.raises(NotNow):
        duty.look_at(site, "lost", True, actor=student)
    shifts.check_in(site, turn.id, row.code, actor=student)
    assert [one.zone.id for one in duty.on_duty(site, student).checklist] == ZONES
    shifts.pause(site, turn.id, actor=student)
    assert duty.on_duty(site, student) is None
    assert ShiftTurn.objects.get().state == PAUSED
    shifts.resume(site, turn.id, actor=student)
    Shift.objects.filter(pk=row.pk).update(ends_at=now() - timedelta(seconds=1))
    assert duty.on_duty(site, student) is None
    assert ShiftTurn.objects.get().state == WORKING
    shifts.leave(site, turn.id, actor=student)
    assert duty.on_duty(site, student) is None
    with pytest.raises(NotNow):
        phone_notes.note(site, "太冷了", actor=student, letter="a")
    assert not Opinion.objects.exists()


def test_what_one_looked_at_the_other_sees_and_so_does_the_coordinator(site):
    first, second, row = reader(site), Actor("other", "student", "q" * 26), shift()
    other = shifts.take(site, row.pk, actor=second)
    on_duty(site, first, row)
    shifts.check_in(site, other.id, row.code, actor=second)
    duty.look_at(site, "lost", True, actor=first)
    duty.look_at(site, "shelves", True, actor=second)
    seen = {one.zone.id for one in duty.on_duty(site, second).checklist if one.at}
    assert seen == {"lost", "shelves"}
    [desk] = shift_desk.week(site, row.day, actor=LIBRARIAN)
    assert (desk.checked, desk.zones) == (2, 5)
    duty.look_at(site, "lost", False, actor=second)
    assert {one.zone.id for one in duty.on_duty(site, first).checklist if one.at} == {"shelves"}
    with pytest.raises(WrongField):
        duty.look_at(site, "vault", True, actor=first)


def test_what_was_said_by_phone_becomes_one_opinion_not_of_who_noted_it(site):
    student, row = reader(site), shift()
    on_duty(site, student, row)
    for _time in range(2):
        phone_notes.note(site, "三楼太冷了", actor=student, letter="a")
    [one] = Opinion.objects.all()
    assert Case.objects.get(pk=one.case_id).pseudonym != student.reader_key
    assert student.reader_key not in str(Opinion.objects.values_list())


def test_a_roster_that_says_it_wrongly_is_named(site):
    folder = site.root / "definitions" / "rosters"
    folder.mkdir(parents=True, exist_ok=True)
    own = (files("shuren") / "definitions/rosters/demo-day-duty.yaml").read_text("utf-8")
    own = own.replace("id: demo-day-duty", "id: own")
    for was, is_now, why in (
        ("roles: [student]", "roles: [administrator]", "roles"),
        ("id: shelves,", "id: entrance,", "Two zones"),
        ("lost, title: {zh: 遗失物品交服务台, en", "lost, title: {en", "title"),
    ):
        assert was in own
        (folder / "own.yaml").write_text(own.replace(was, is_now), "utf-8")
        rosters.cache_clear()
        with pytest.raises(DefinitionError, match=why):
            rosters(site)
    rosters.cache_clear()


def risen(site) -> list[dict]:
    folder = site.data / "events" / "shift_hours"
    return [
        orjson.loads(line)
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]


def over(row: Shift, number: int, seconds: int) -> ShiftTurn:
    """seconds: worked, 0 for who missed it"""
    return ShiftTurn.objects.create(
        shift=row, pseudonym=f"{number:026}", number=f"{number:04}", at=now(), seconds=seconds,
        state=DONE if seconds else MISSED,
    )  # fmt: skip


def test_hours_rise_by_month_from_five_people_on_and_say_nothing_of_them(site):
    """Four people: nothing. A fifth: 3 x 7200 s + 5400 s = 7.5 hours, one missed."""
    row = shift()
    for number in range(1, 4):
        over(row, number, 7200)
    over(row, 4, 5400)
    shift_rising.tell(site)
    assert risen(site) == []
    assert not shift_rising.wait()
    over(row, 5, 0)
    assert shift_rising.tell(site) == 1
    [line] = risen(site)
    assert line["month_from"] == f"{row.day:%Y-%m}-01"
    assert (line["persons"], line["turns"], line["missed"], line["hours"]) == (5, 4, 1, 7.5)
    assert not any(f"{number:026}" in str(line) for number in range(1, 6))


def test_who_was_there_after_all_is_counted_anew(site):
    row = shift()
    begin(row)
    for number in range(1, 6):
        over(row, number, 3600 if number < 5 else 0)
    shift_rising.tell(site)
    late = ShiftTurn.objects.select_related("shift").get(number="0005")
    late.begun_at = late.shift.starts_at
    turns.finish(late, late.shift.starts_at + timedelta(hours=1))
    assert shift_rising.tell(site) == 1
    assert [line["hours"] for line in risen(site)] == [4.0, 5.0]
