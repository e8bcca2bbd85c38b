"""Shifts: planned by the calendar, taken once, passed on, checked in by code, counted, certified.

The calendar of the tests is the general one: 1 to 8 October 2025 are days off, Sunday 28 September
and Saturday 11 October 2025 are worked for them; finals begin on Monday 29 December 2025.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, connections

from shuren.kernel.calendar import load_calendar
from shuren.kernel.errors import DefinitionError
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import calendars, cases, documents, shift_desk, shift_hours, shifts
from shuren.service.definitions import rosters, services
from shuren.service.errors import NotNow, NotOffered, PlaceTaken, WrongField
from shuren.service.internals.messaging.rows import Message
from shuren.service.internals.shift_rows import Shift, ShiftHours, ShiftTurn
from shuren.service.internals.shifts import hours, keeping, planning
from shuren.service.shift_shapes import (
    AWAY,
    BACK,
    DONE,
    MISSED,
    OFF,
    SWAP,
    TAKEN,
    WORKING,
    Need,
    Roster,
)
from shuren.trust.errors import NotAllowed
from tests.service.desk_of_cases import LIBRARIAN, reader
from tests.service.library import NAME, fill

ZONE = ZoneInfo("Asia/Shanghai")
PLACE, TITLE = {"zh": "三楼", "en": "Floor 3"}, {"zh": "值班", "en": "Shift"}
SERVICE = "student_librarians"


def at(text: str) -> datetime:
    """Wall clock in Shanghai."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=ZONE).astimezone(UTC)


def roster(*days: str, building: str = "", weeks=(), span=("18:00", "21:00"), **more) -> Roster:
    need = Need("n", TITLE, days, weeks, *span, 2, more.pop("people_in", {}))
    return Roster("r", TITLE, PLACE, SERVICE, building, (need,), **more)


def days_of(one: Roster, first: str, count: int, calendar: str = "china-university") -> list[str]:
    """The days of a span on which there is a shift, as MM-DD."""
    known = load_calendar(None, calendar)
    return [
        f"{day:%m-%d}"
        for day in planning.days(date.fromisoformat(first), count)
        if planning.planned(one, known, ZONE, day)
    ]


def test_working_days_are_those_of_the_notice_not_of_the_week():
    """From Friday 26 September to Sunday 12 October 2025."""
    span = ("2025-09-26", 17)
    worked = ["09-26", "09-28", "09-29", "09-30", "10-09", "10-10", "10-11"]
    assert days_of(roster("workday"), *span) == worked
    off = ["09-27", *(f"10-0{n}" for n in range(1, 9)), "10-12"]
    assert days_of(roster("dayoff"), *span) == off


def test_a_weekday_by_name_holds_on_its_usual_kind_of_day():
    span = ("2025-09-26", 17)
    # Wednesdays 1 and 8 October are holidays; Sunday 28 September and Saturday 11 are worked.
    assert days_of(roster("wed", "thu"), *span) == ["10-09"]
    assert days_of(roster("sun"), *span) == ["10-05", "10-12"]
    assert days_of(roster("sat"), *span) == ["09-27", "10-04"]


def test_exam_weeks_have_shifts_and_numbers_of_their_own():
    calendar = load_calendar(None, "china-university")
    monday, finals = date(2025, 12, 8), date(2025, 12, 29)
    assert calendar.week_kind(finals) == "finals"
    assert calendar.week_kind(monday) != "finals"
    only = roster("mon", weeks=("finals",))
    assert planning.planned(only, calendar, ZONE, monday) == []
    assert len(planning.planned(only, calendar, ZONE, finals)) == 1
    more = roster("mon", people_in={"finals": 4, "break": 0})
    counts = [planning.planned(more, calendar, ZONE, day)[0].people for day in (monday, finals)]
    assert counts == [2, 4]
    assert planning.planned(more, calendar, ZONE, date(2026, 2, 2)) == []  # the winter break
    assert planning.planned(roster("mon"), calendar, ZONE, date(1990, 1, 1)) == []  # unknown


def test_no_shift_while_the_building_is_closed_and_a_shorter_one_where_it_opens_less():
    calendar = load_calendar(None, "demo-university")
    late = roster("dayoff", "workday", building="jw-main", span=("20:00", "23:30"))
    [one] = planning.planned(late, calendar, ZONE, date(2026, 3, 10))  # open 7 to 23
    assert (one.starts_at, one.ends_at) == (at("03-10T20:00"), at("03-10T23:00"))
    assert planning.planned(late, calendar, ZONE, date(2026, 2, 16)) == []  # closed
    assert planning.planned(late, calendar, ZONE, date(2026, 2, 3)) == []  # a break: until 17:30
    nowhere = roster("workday", building="no such house")
    assert planning.planned(nowhere, calendar, ZONE, date(2026, 3, 10)) == []


def test_a_shift_that_ends_before_it_begins_ends_the_next_day():
    calendar = load_calendar(None, "china-university")
    [night] = planning.planned(
        roster("workday", span=("22:00", "02:00")), calendar, ZONE, date(2026, 3, 10)
    )
    assert (night.starts_at, night.ends_at) == (at("03-10T22:00"), at("03-11T02:00"))


NIGHT = (at("03-10T22:00"), at("03-11T02:00"))


@pytest.mark.parametrize(
    "come, gone, pauses, minutes, before_midnight",
    [
        ("03-10T22:00", "03-11T02:00", [], 240, 120),
        ("03-10T21:50", "03-11T02:30", [], 240, 120),
        ("03-10T22:10", "03-11T01:40", [], 210, 110),
        ("03-10T22:00", "03-11T02:00", [("03-10T23:50", "03-11T00:20")], 210, 110),
        ("03-10T22:00", "03-11T02:00",
         [("03-11T00:10", "03-11T00:30"), ("03-10T22:30", "03-10T23:00")], 190, 90),
        ("03-10T22:00", "03-11T02:00", [("03-11T01:30", "03-11T03:00")], 210, 120),
        ("03-10T22:00", "03-11T02:00",
         [("03-10T22:30", "03-10T23:00"), ("03-10T22:45", "03-10T23:15")], 195, 75),
        ("03-10T21:30", "03-11T02:00", [("03-10T21:40", "03-10T22:15")], 225, 105),
        ("03-11T02:10", "03-11T02:20", [], 0, 0),
    ],
    ids=["whole", "early and late do not count", "late and gone early", "a pause over midnight",
         "two pauses", "a pause nobody came back from", "pauses that overlap",
         "a pause before the start", "after the end"],
)  # fmt: skip
def test_hours_are_exact_over_midnight_and_without_pauses(
    come, gone, pauses, minutes, before_midnight
):
    spans = hours.worked(at(come), at(gone), NIGHT, [(at(out), at(back)) for out, back in pauses])
    assert hours.total(spans) == timedelta(minutes=minutes)
    tenth, eleventh = date(2026, 3, 10), date(2026, 3, 11)
    first = hours.within(spans, tenth, tenth, ZONE)
    assert first == timedelta(minutes=before_midnight)
    assert first + hours.within(spans, eleventh, eleventh, ZONE) == timedelta(minutes=minutes)
    assert hours.within(spans, tenth, eleventh, ZONE) == timedelta(minutes=minutes)


def test_the_shipped_roster_is_read_and_what_cannot_be_meant_is_named(site: Site):
    assert rosters(None)["demo-jiangwan"].needs[0].people_in == {"break": 1, "finals": 3}
    text = (
        "id: own\ntitle: {zh: 一, en: A}\nplace: {zh: 一, en: A}\nneeds:\n"
        "- {id: n, title: {zh: 一, en: A}, days: [mon], from: '08:00', to: '09:00', people: 1}\n"
    )
    folder = site.definitions / "rosters"
    folder.mkdir(parents=True)
    for was, now_, why in (
        ("[mon]", "[monday]", "days"), ("[mon]", "[]", "days"), ("'08:00'", "'8'", "from"),
        ("'09:00'", "'08:00'", "to"), ("people: 1", "people: -1", "people"),
        ("needs:", "service: nothing\nneeds:", "service"),
        ("needs:", "ahead_days: -1\nneeds:", "ahead"),
    ):  # fmt: skip
        (folder / "own.yaml").write_text(text.replace(was, now_), "utf-8")
        rosters.cache_clear()
        with pytest.raises(DefinitionError, match=why):
            rosters(site)
    (folder / "own.yaml").write_text(text, "utf-8")
    rosters.cache_clear()
    assert rosters(site)["own"].needs[0].opens == "08:00"


# From here on a reader and a clock: Tuesday 10 March 2026.


@pytest.fixture
def clock(monkeypatch):
    def put(text: str) -> None:
        monkeypatch.setenv("SHUREN_NOW", at(text).isoformat())

    put("03-09T09:00")
    return put


@pytest.fixture
def here(site: Site, settings, clock, monkeypatch) -> Site:
    settings.SITE = site
    monkeypatch.setenv("SHUREN_LANG", "en")
    return site


def member(site: Site, card: str = "2020001") -> Actor:
    """A reader whose application to be a student librarian was approved."""
    one = reader(site, card)
    asked = {"kind": "volunteer", "week_hours": "4"}
    opened = cases.open_case(site, SERVICE, actor=one, fields=asked)
    assert opened.state == "checking"
    cases.act(site, opened.id, "approve", actor=LIBRARIAN)
    return one


def shift(site: Site, starts: str = "03-10T18:00", ends: str = "03-10T21:00", people: int = 1):
    return shift_desk.add(
        site, SERVICE, title=TITLE, place=PLACE, starts_at=at(starts), ends_at=at(ends),
        people=people, actor=LIBRARIAN,
    )  # fmt: skip


def told(actor: Actor) -> list[str]:
    rows = Message.objects.filter(pseudonym=actor.reader_key, template__startswith="shift_")
    return list(rows.order_by("pk").values_list("template", flat=True))


@pytest.mark.django_db
def test_only_who_was_taken_on_takes_a_shift(here: Site):
    one, ann = shift(here), reader(here)
    with pytest.raises(NotOffered, match="for members"):
        shifts.take(here, one.id, actor=ann)
    assert shifts.open_shifts(here, ann) == []
    ann = member(here)
    assert [found.id for found in shifts.open_shifts(here, ann)] == [one.id]
    mine = shifts.take(here, one.id, actor=ann)
    assert mine.state == TAKEN
    assert shifts.take(here, one.id, actor=ann).id == mine.id, "twice is once"
    assert (Shift.objects.get().taken, shifts.open_shifts(here, ann)) == (1, [])
    with pytest.raises(PlaceTaken):
        shifts.take(here, one.id, actor=member(here, "2020002"))
    with pytest.raises(NotAllowed):
        shift_desk.week(here, date(2026, 3, 9), actor=ann)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_want_the_last_place_exactly_one_has_it(here: Site):
    """On the database the tests run with; with PostgreSQL by SHUREN_TEST_DATABASE_URL."""
    one = shift(here, people=1)
    wanting = [member(here, f"2020{n:03}") for n in range(8)]
    gate = threading.Barrier(len(wanting))

    def try_once(actor: Actor) -> bool:
        try:
            gate.wait(60)
            shifts.take(here, one.id, actor=actor)
            return True
        except PlaceTaken:
            return False
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(wanting)) as pool:
        got = list(pool.map(try_once, wanting))
    assert sum(got) == 1
    assert Shift.objects.get().taken == ShiftTurn.objects.filter(state=TAKEN).count() == 1
    assert connection.vendor in ("sqlite", "postgresql")


@pytest.mark.django_db(transaction=True)
def test_of_many_who_would_take_over_exactly_one_does(here: Site):
    one, ann = shift(here), member(here)
    turn = shifts.take(here, one.id, actor=ann)
    shifts.offer(here, turn.id, AWAY, actor=ann)
    wanting = [member(here, f"2021{n:03}") for n in range(6)]
    gate = threading.Barrier(len(wanting))

    def try_once(actor: Actor) -> bool:
        try:
            gate.wait(60)
            shifts.take_over(here, turn.id, actor=actor)
            return True
        except PlaceTaken:
            return False
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(wanting)) as pool:
        assert sum(pool.map(try_once, wanting)) == 1
    assert Shift.objects.get().taken == 1
    states = sorted(ShiftTurn.objects.values_list("state", flat=True))
    assert states == [BACK, TAKEN]
    assert told(ann) == ["shift_passed_on"]


@pytest.mark.django_db
def test_a_shift_is_given_back_a_day_before_and_only_passed_on_later(here: Site, clock):
    one, ann, ben = shift(here), member(here), member(here, "2020002")
    turn = shifts.take(here, one.id, actor=ann)
    clock("03-09T18:00")
    assert shifts.give_back(here, turn.id, actor=ann).state == BACK
    assert Shift.objects.get().taken == 0
    again = shifts.take(here, one.id, actor=ann)
    clock("03-09T18:01")
    with pytest.raises(NotNow, match="24 hours before"):
        shifts.give_back(here, again.id, actor=ann)
    with pytest.raises(PlaceTaken):  # not offered
        shifts.take_over(here, again.id, actor=ben)
    shifts.offer(here, again.id, AWAY, actor=ann)
    assert [found.id for found in shifts.offers(here, ben)] == [again.id]
    assert shifts.offers(here, ann) == [], "one's own is no offer"
    shifts.offer(here, again.id, "", actor=ann)
    assert shifts.offers(here, ben) == []
    shifts.offer(here, again.id, AWAY, actor=ann)
    assert shifts.take_over(here, again.id, actor=ben).state == TAKEN
    assert shifts.mine(here, ann)[0] == []
    assert told(ann) == ["shift_passed_on"]


@pytest.mark.django_db
def test_a_swap_changes_both_shifts_or_neither(here: Site):
    first, second = shift(here), shift(here, "03-11T18:00", "03-11T21:00")
    ann, ben = member(here), member(here, "2020002")
    of_ann = shifts.take(here, first.id, actor=ann)
    of_ben = shifts.take(here, second.id, actor=ben)
    shifts.offer(here, of_ann.id, SWAP, actor=ann)
    with pytest.raises(WrongField, match="which of your shifts"):
        shifts.take_over(here, of_ann.id, actor=ben)
    with pytest.raises(WrongField):  # not a shift of Ben's
        shifts.take_over(here, of_ann.id, actor=ben, own=of_ann.id)
    shifts.take_over(here, of_ann.id, actor=ben, own=of_ben.id)
    [now_ann], [now_ben] = shifts.mine(here, ann)[0], shifts.mine(here, ben)[0]
    assert (now_ann.shift.id, now_ben.shift.id) == (second.id, first.id)
    assert list(Shift.objects.values_list("taken", flat=True)) == [1, 1]


@pytest.mark.django_db
def test_nobody_has_two_shifts_at_once_nor_more_hours_a_week_than_there_may_be(here: Site):
    """Eight hours a week, by the service's file."""
    ann = member(here)
    shifts.take(here, shift(here, "03-10T14:00", "03-10T18:00").id, actor=ann)
    with pytest.raises(NotOffered, match="at that time"):
        shifts.take(here, shift(here, "03-10T17:00", "03-10T19:00").id, actor=ann)
    touching = shift(here, "03-10T18:00", "03-10T22:00")  # begins as the other ends
    shifts.take(here, touching.id, actor=ann)
    sunday = shift(here, "03-15T18:00", "03-15T18:30")
    with pytest.raises(NotOffered, match="at most 8 hours a week"):
        shifts.take(here, sunday.id, actor=ann)
    shifts.take(here, shift(here, "03-16T18:00", "03-16T21:00").id, actor=ann)


@pytest.mark.django_db
def test_the_code_there_checks_in_and_what_was_worked_is_counted(here: Site, clock):
    """22:10 to the end at 02:00, out from 23:50 to 00:20: 3 h 50 min less 30 min."""
    one, ann = shift(here, "03-10T22:00", "03-11T02:00"), member(here)
    turn, code = shifts.take(here, one.id, actor=ann), Shift.objects.get().code
    clock("03-10T21:44")
    with pytest.raises(NotNow, match="15 minutes before"):
        shifts.check_in(here, turn.id, code, actor=ann)
    clock("03-10T22:10")
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    with pytest.raises(WrongField, match="not the code"):
        shifts.check_in(here, turn.id, wrong, actor=ann)
    assert shifts.check_in(here, turn.id, f" {code} ", actor=ann).state == WORKING
    clock("03-10T23:50")
    shifts.pause(here, turn.id, actor=ann)
    clock("03-11T00:20")
    shifts.resume(here, turn.id, actor=ann)
    clock("03-11T02:00")
    assert keeping.is_due()
    assert keeping.work(here) == 1
    assert keeping.work(here) == 0, "safe to repeat"
    [done] = shifts.mine(here, ann)[1]
    assert (done.state, done.worked) == (DONE, timedelta(minutes=200))
    tenth, eleventh = date(2026, 3, 10), date(2026, 3, 11)
    parts = [
        shift_hours.worked(here, ann, *span).total
        for span in ((tenth, tenth), (eleventh, eleventh), (tenth, eleventh))
    ]
    assert parts == [timedelta(minutes=n) for n in (100, 100, 200)]


@pytest.mark.django_db
def test_who_leaves_early_is_counted_until_then_and_ten_wrong_codes_are_enough(here: Site, clock):
    one, ann = shift(here), member(here)
    turn, code = shifts.take(here, one.id, actor=ann), Shift.objects.get().code
    clock("03-10T18:00")
    for _try in range(10):
        with pytest.raises(WrongField):
            shifts.check_in(here, turn.id, "x", actor=ann)
    with pytest.raises(NotNow, match="Too many"):
        shifts.check_in(here, turn.id, code, actor=ann)
    shift_desk.mark(here, one.id, turn.number.lower(), True, actor=LIBRARIAN)
    clock("03-10T19:30")
    assert shifts.leave(here, turn.id, actor=ann).worked == timedelta(minutes=90)


@pytest.mark.django_db
def test_who_does_not_come_missed_it_until_the_coordinator_says_otherwise(here: Site, clock):
    one, ann = shift(here), member(here)
    turn = shifts.take(here, one.id, actor=ann)
    clock("03-10T18:14")
    assert told(ann) == []
    assert keeping.work(here) == 0
    clock("03-10T18:15")
    assert keeping.work(here) == 1
    assert told(ann) == ["shift_missed"]
    assert shifts.mine(here, ann)[1][0].state == MISSED
    with pytest.raises(NotNow, match="written down as missed"):
        shifts.check_in(here, turn.id, Shift.objects.get().code, actor=ann)
    with pytest.raises(WrongField):
        shift_desk.mark(here, one.id, "zzzz", True, actor=LIBRARIAN)
    shift_desk.mark(here, one.id, turn.number, True, actor=LIBRARIAN)
    clock("03-10T21:00")
    keeping.work(here)
    [over] = shifts.mine(here, ann)[1]
    assert (over.state, over.worked) == (DONE, timedelta(hours=3))


@pytest.mark.django_db
def test_a_day_before_it_is_reminded_of_once(here: Site, clock):
    ann = member(here)
    shifts.take(here, shift(here).id, actor=ann)
    clock("03-09T17:59")
    assert keeping.work(here) == 0
    clock("03-09T18:00")
    assert [keeping.work(here), keeping.work(here)] == [1, 0]
    assert told(ann) == ["shift_soon"]


@pytest.mark.django_db
def test_missed_shifts_stop_taking_more_where_the_roster_says_so(here: Site, clock):
    ann, later = member(here), shift(here, "03-20T18:00", "03-20T21:00")
    for day in ("10", "11"):
        shifts.take(here, shift(here, f"03-{day}T18:00", f"03-{day}T20:00").id, actor=ann)
    Shift.objects.update(missed_most=2)
    clock("03-12T09:00")
    assert keeping.work(here) == 2
    with pytest.raises(NotOffered, match="missed 2 shifts in 30 days"):
        shifts.take(here, later.id, actor=ann)


@pytest.mark.django_db
def test_what_is_called_off_tells_who_is_in_it_and_is_nobodys_fault(here: Site, clock):
    one, ann = shift(here), member(here)
    shifts.take(here, one.id, actor=ann)
    shift_desk.call_off(here, one.id, actor=LIBRARIAN)
    assert told(ann) == ["shift_off"]
    assert shifts.mine(here, ann)[1][0].state == OFF
    clock("03-11T09:00")
    assert keeping.work(here) == 0
    assert "STATUS:CANCELLED" in calendars.feed(here, ann)


ROSTER = """\
id: own
title: {zh: 阅览室, en: Reading room}
place: {zh: 三楼, en: Floor 3}
ahead_days: 7
needs:
- {id: eve, title: {zh: 晚, en: Evening}, days: [workday], from: "18:00", to: "21:00", people: 2}
"""


def put(site: Site, text: str) -> None:
    folder = site.definitions / "rosters"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "own.yaml").write_text(text, "utf-8")
    rosters.cache_clear()


@pytest.mark.django_db
def test_rosters_open_shifts_ahead_once_and_a_changed_one_leaves_what_was_taken(here: Site, clock):
    """From Monday 9 March at nine to Monday 16: six working days."""
    put(here, ROSTER)
    assert [keeping.open_ahead(here), keeping.open_ahead(here)] == [6, 0]
    assert [f"{day:%d}" for day in Shift.objects.order_by("day").values_list("day", flat=True)] == [
        "09", "10", "11", "12", "13", "16",
    ]  # fmt: skip
    ann = member(here)
    tuesday = Shift.objects.get(day=date(2026, 3, 10))
    shifts.take(here, tuesday.id, actor=ann)
    monday = Shift.objects.get(day=date(2026, 3, 16))
    shift_desk.need(here, monday.id, 5, actor=LIBRARIAN)
    put(here, ROSTER.replace("people: 2", "people: 1").replace("21:00", "20:00"))
    keeping.open_ahead(here)
    rows = {f"{one.day:%d}": one for one in Shift.objects.all()}
    assert len(rows) == Shift.objects.count() == 6
    assert (rows["10"].ends_at, rows["10"].people) == (at("03-10T21:00"), 1)
    assert rows["10"].id == tuesday.id
    assert (rows["11"].ends_at, rows["11"].people) == (at("03-11T20:00"), 1)
    assert rows["16"].people == 5, "what a person said stays"
    with pytest.raises(WrongField):
        shift_desk.need(here, tuesday.id, 0, actor=LIBRARIAN)
    (here.definitions / "rosters" / "own.yaml").unlink()
    rosters.cache_clear()
    keeping.open_ahead(here)
    assert {f"{one.day:%d}" for one in Shift.objects.all()} == {"10", "16"}


@pytest.mark.django_db
def test_the_coordinator_sees_gaps_and_numbers_and_no_names(here: Site):
    one, ann = shift(here, people=3), member(here)
    turn = shifts.take(here, one.id, actor=ann)
    [row] = shift_desk.week(here, date(2026, 3, 9), actor=LIBRARIAN)
    assert (row.shift.taken, row.shift.free, len(row.code)) == (1, 2, 6)
    assert [seat.number for seat in row.seats] == [turn.number]
    assert ann.reader_key not in repr(row)
    assert shift_desk.week(here, date(2026, 3, 16), actor=LIBRARIAN) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "more, field",
    [
        ({"starts": "03-08T18:00"}, "starts_at"),
        ({"ends": "03-10T18:00"}, "ends_at"),
        ({"ends": "03-11T07:00"}, "ends_at"),
        ({"people": 0}, "people"),
    ],
    ids=["in the past", "ends as it begins", "too long", "nobody"],
)
def test_a_shift_that_cannot_be_is_refused_by_field(here: Site, more, field):
    with pytest.raises(WrongField) as refused:
        shift(here, **more)
    assert refused.value.name == field


@pytest.mark.django_db(transaction=True)
def test_a_certificate_is_signed_once_for_the_same_hours_and_goes_with_its_reader(
    site: Site, settings, clock, monkeypatch
):
    monkeypatch.setenv("SHUREN_LANG", "en")
    settings.SITE = site
    ann = fill(site)
    opened = cases.open_case(
        site, SERVICE, actor=ann, fields={"kind": "volunteer", "week_hours": "4"}
    )
    cases.act(site, opened.id, "approve", actor=LIBRARIAN)
    one = shift(site)
    turn = shifts.take(site, one.id, actor=ann)
    month = (date(2026, 3, 1), date(2026, 3, 31))
    with pytest.raises(NotNow, match="No hours"):
        shift_hours.certify(site, *month, actor=ann)
    clock("03-10T18:00")
    shifts.check_in(site, turn.id, Shift.objects.get().code, actor=ann)
    clock("03-10T20:30")
    shifts.leave(site, turn.id, actor=ann)
    made = shift_hours.certify(site, *month, actor=ann)
    assert shift_hours.certify(site, *month, actor=ann).code == made.code
    assert made.number.startswith("ZY-2026-")
    assert documents.verify(made.code).title == shift_hours.TITLE
    _name, content = documents.file_of(site, made.code, "zh", ann)
    assert content.startswith(b"%PDF")
    written = shift_hours.length(timedelta(minutes=150), "zh")
    assert written == "2 小时 30 分钟"
    assert NAME not in repr(ShiftTurn.objects.values().get())
    with pytest.raises(WrongField):
        shift_hours.worked(site, ann, month[1], month[0])


@pytest.mark.django_db
def test_what_is_held_is_told_and_a_place_to_come_is_free_when_it_is_forgotten(here: Site):
    from shuren.service.internals import stores

    one, ann = shift(here), member(here)
    turn = shifts.take(here, one.id, actor=ann)
    store = stores.store_of("shifts")
    [held] = store.tell(here, ann, None)
    assert (held.count, [fact.id for fact in held.facts]) == (1, [str(turn.id)])
    assert store.forget(here, reader(here, "2029999"), "shifts", str(turn.id)) == 0
    assert store.forget(here, ann, "shifts", str(turn.id)) == 1
    assert (Shift.objects.get().taken, ShiftTurn.objects.count()) == (0, 0)
    ShiftHours.objects.create(
        pseudonym=ann.reader_key, since=date(2026, 3, 1), until=date(2026, 3, 2), seconds=1,
        code="c", at=at("03-09T09:00"),
    )  # fmt: skip
    shifts.take(here, one.id, actor=ann)
    assert store.erase(ann) == 1
    assert not ShiftHours.objects.exists()
    assert Shift.objects.get().taken == 0


def test_the_service_of_shifts_asks_for_eight_hours_at_most():
    assert services(None)[SERVICE].limits["week_hours"] == 8
