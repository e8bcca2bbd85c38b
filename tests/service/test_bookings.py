"""Seats and rooms: booked once, kept to, given away; rules from the service's file."""

from datetime import timedelta

import pytest

from shuren.data.errors import MustStay
from shuren.kernel.clock import now
from shuren.kernel.i18n import use_language
from shuren.kernel.site import Site
from shuren.service import bookings, cases, messages, place_desk, places
from shuren.service.case_shapes import BY_ITSELF, subject_title
from shuren.service.cases import fire_timers
from shuren.service.errors import (
    NoSuchCase,
    NotNow,
    NotOffered,
    PlaceTaken,
    UnknownName,
    WrongCode,
    WrongField,
)
from shuren.service.internals import booking_stores, rising
from shuren.service.internals.booking_rows import Booking, Breach, PlaceSlot
from shuren.service.internals.case_rows import Case
from tests.service.places_library import DESK, at, reader
from tests.service.places_library import clock as clock
from tests.service.places_library import library as library
from tests.service.places_library import places_built as places_built

pytestmark = pytest.mark.django_db


def book(site: Site, actor, place: str = "A-001", begins="11-16T10:00", ends="11-16T12:00", **more):
    return bookings.book(site, place, at(begins), at(ends), actor=actor, **more)


def credit_of(site: Site, actor):
    return {one.service: one for one in bookings.credit(site, actor)}["seat_booking"]


def code_of(site: Site, scope: str = "A") -> str:
    return place_desk.code(site, scope, actor=DESK).text


@pytest.mark.parametrize(
    "begins, ends, fits",
    [("08:00", "10:00", False), ("10:45", "11:45", False), ("11:45", "12:30", False),
     ("12:00", "13:00", True), ("09:30", "10:00", True)],
    ids=["before now", "inside", "over its end", "touches its end", "touches its start"],
)  # fmt: skip
def test_a_seat_is_never_booked_twice(library, clock, begins, ends, fits):
    book(library, reader(library))
    other = reader(library, 2)
    if fits:
        book(library, other, begins=f"11-16T{begins}", ends=f"11-16T{ends}")
        assert Booking.objects.count() == 2
        return
    with pytest.raises((PlaceTaken, WrongField)):
        book(library, other, begins=f"11-16T{begins}", ends=f"11-16T{ends}")
    assert Booking.objects.count() == Case.objects.count() == 1


def test_nobody_is_at_two_places_at_once(library, clock):
    ann = reader(library)
    book(library, ann)
    with pytest.raises(PlaceTaken, match="another place"):
        book(library, ann, "A-002", "11-16T11:45", "11-16T12:30")
    with pytest.raises(PlaceTaken, match="another place"):
        book(library, ann, "R1", "11-16T11:00", "11-16T12:00", people=3)
    assert PlaceSlot.objects.count() == 8


@pytest.mark.parametrize(
    "place, begins, ends, said",
    [
        ("A-001", "11-18T10:00", "11-18T12:00", "1 days ahead"),
        ("A-001", "11-16T22:00", "11-16T23:15", "open from 07:00 to 23:00"),
        ("B-001", "11-17T07:00", "11-17T09:00", "open from 08:00 to 22:00"),
        ("A-001", "11-16T08:00", "11-16T10:00", "is over"),
        ("A-001", "11-16T10:07", "11-16T12:00", "quarter of an hour"),
        ("A-001", "11-16T10:00", "11-16T10:15", "from 30 minutes"),
        ("A-001", "11-16T12:00", "11-16T10:00", "from 30 minutes"),
    ],
    ids=["too far ahead", "after closing", "before the zone opens", "past", "odd", "short", "back"],
)
def test_what_a_booking_may_not_be_is_said(library, clock, place, begins, ends, said):
    with pytest.raises(WrongField, match=said):
        book(library, reader(library), place, begins, ends)
    assert not Case.objects.exists()


@pytest.mark.parametrize("place", ["A-021", "A-1", "A-000", "X-001", "R-001", "L-001", "", "R9"])
def test_a_place_there_is_not_or_that_nobody_books_is_refused(library, clock, place):
    with pytest.raises((UnknownName, NotOffered)):
        book(library, reader(library), place)


def test_a_holiday_has_its_own_hours_and_a_closed_day_none(library, clock):
    clock("09-30T12:00")
    ann = reader(library)
    book(library, ann, begins="10-01T08:30", ends="10-01T12:00")
    with pytest.raises(WrongField, match="08:30 to 12:00"):
        book(library, ann, begins="10-01T12:00", ends="10-01T14:00")
    clock("10-09T12:00")
    with pytest.raises(WrongField, match="closed that day"):
        book(library, ann, begins="10-10T09:00", ends="10-10T12:00")


def test_who_books_over_midnight_stays_where_it_is_open_all_night(library, clock):
    clock("11-16T21:00")
    ann, bob = reader(library), reader(library, 2)
    opened = book(library, ann, "N-001", "11-16T22:00", "11-17T02:00")
    clock("11-16T22:00")
    cases.act(library, opened.id, "check_in", actor=BY_ITSELF)
    clock("11-17T01:59")
    assert fire_timers(library) == 0
    clock("11-17T02:00")
    assert fire_timers(library) == 1
    with pytest.raises(WrongField):
        book(library, bob, "A-001", "11-17T22:00", "11-18T02:00")


def test_a_day_from_booking_to_leaving(library, clock):
    ann = reader(library)
    opened = book(library, ann)
    with pytest.raises(NotNow, match="11-16 09:45"):
        bookings.check_in(library, opened.id, code_of(library), actor=ann)
    clock("11-16T09:50")
    with pytest.raises(WrongCode):
        bookings.check_in(library, opened.id, "AAAAAA", actor=ann)
    seen = bookings.check_in(library, opened.id, code_of(library).lower(), actor=ann)
    assert (seen.state, "code" in seen.fields) == ("in_use", False)
    clock("11-16T10:30")
    bookings.step_out(library, opened.id, actor=ann)
    clock("11-16T10:59")
    bookings.come_back(library, opened.id, actor=ann)
    assert fire_timers(library, at("11-16T11:10")) == 0
    line = bookings.mine(library, ann)[0][0]
    assert line.extend_to[:2] == (at("11-16T12:30"), at("11-16T13:00"))
    bookings.extend(library, opened.id, at("11-16T13:00"), actor=ann)
    assert fire_timers(library, at("11-16T12:30")) == 0
    clock("11-16T12:40")
    over = bookings.leave(library, opened.id, actor=ann)
    assert (over.state, over.is_success) == ("released", True)
    assert None not in (over.needed_at, over.matched_at, over.delivered_at, over.feedback_at)
    assert not PlaceSlot.objects.exists()
    book(library, reader(library, 2), begins="11-16T12:45", ends="11-16T13:30")


def test_the_code_of_another_place_or_of_five_minutes_ago_is_none(library, clock):
    ann = reader(library)
    opened = book(library, ann)
    clock("11-16T10:00")
    old = code_of(library)
    with pytest.raises(WrongCode):
        bookings.check_in(library, opened.id, code_of(library, "B"), actor=ann)
    clock("11-16T10:05")
    with pytest.raises(WrongCode):
        bookings.check_in(library, opened.id, old, actor=ann)
    with pytest.raises(WrongCode):
        cases.act(library, opened.id, "check_in", actor=ann)  # the case's page asks for it too
    assert cases.act(library, opened.id, "check_in", actor=DESK).state == "in_use"


def test_who_does_not_come_loses_the_place_after_half_an_hour_and_it_is_written_down(
    library, clock
):
    ann, bob = reader(library), reader(library, 2)
    opened = book(library, ann)
    assert fire_timers(library, at("11-16T10:29")) == 0
    clock("11-16T10:30")
    assert fire_timers(library) == 1
    assert cases.case(library, opened.id, ann).state == "no_show"
    assert [one.kind for one in bookings.breaches(library, ann)] == ["no_show"]
    book(library, bob, begins="11-16T10:30", ends="11-16T12:00")


@pytest.mark.parametrize(
    "out, back_by",
    [("10:40", "11:10"), ("11:30", "13:00"), ("12:59", "14:29"), ("17:00", "18:30"),
     ("18:30", "19:00")],
    ids=["in the morning", "lunch begins", "lunch ends", "supper begins", "supper is over"],
)  # fmt: skip
def test_meals_allow_ninety_minutes_and_other_times_thirty(library, clock, out, back_by):
    ann = reader(library)
    opened = book(library, ann, ends="11-16T21:00")
    clock("11-16T10:00")
    bookings.check_in(library, opened.id, code_of(library), actor=ann)
    clock(f"11-16T{out}")
    bookings.step_out(library, opened.id, actor=ann)
    assert bookings.mine(library, ann)[0][0].away_until == at(f"11-16T{back_by}")
    assert fire_timers(library, at(f"11-16T{back_by}").replace(second=0)) == 1
    assert [one.kind for one in bookings.breaches(library, ann)] == ["away"]


def test_a_booking_that_ends_while_its_reader_is_out_ends_well(library, clock):
    ann = reader(library)
    opened = book(library, ann)
    clock("11-16T10:00")
    bookings.check_in(library, opened.id, code_of(library), actor=ann)
    clock("11-16T11:45")
    bookings.step_out(library, opened.id, actor=ann)
    clock("11-16T14:00")
    fire_timers(library)
    assert cases.case(library, opened.id, ann).state == "released"
    assert not Breach.objects.exists()


def test_three_breaches_in_thirty_days_are_a_day_without_and_the_fourth_block_is_ten(
    library, clock
):
    ann, day = reader(library), 16
    for block, days in enumerate((1, 1, 1, 10)):
        for time_ in range(3):
            clock(f"11-{day}T09:00")
            book(library, ann, begins=f"11-{day}T10:00", ends=f"11-{day}T11:00")
            clock(f"11-{day}T10:30")
            fire_timers(library)
            if time_ < 2:
                assert credit_of(library, ann).count == time_ + 1
        last = Breach.objects.order_by("-id")[0]
        assert (last.blocked_until - last.at).days == days, block
        with pytest.raises(NotOffered, match="You cannot book until"):
            book(library, ann, begins=f"11-{day}T12:00", ends=f"11-{day}T13:00")
        clock(f"11-{day + 1}T10:30")
        day += 2 if days == 1 else 0
    assert reader(library, 2).reader_key not in set(Breach.objects.values_list("pseudonym"))


def test_breaches_older_than_thirty_days_do_not_count(library, clock):
    ann = reader(library)
    for day in ("09-14", "09-15", "10-20"):
        clock(f"{day}T09:00")
        book(library, ann, begins=f"{day}T10:00", ends=f"{day}T11:00")
        clock(f"{day}T10:30")
        fire_timers(library)
    assert credit_of(library, ann).count == 1
    assert credit_of(library, ann).blocked_until is None


def test_rooms_are_for_their_number_of_people_and_fifteen_minutes(library, clock):
    ann = reader(library)
    for people in (None, 1, 7):
        with pytest.raises(WrongField, match="2 to 6" if people else "must be filled in"):
            book(library, ann, "R1", people=people)
    with pytest.raises(WrongField, match="6 to 19"):
        book(library, ann, "R2", people=5)
    with pytest.raises(WrongField, match="3 days ahead"):
        book(library, ann, "R1", "11-20T10:00", "11-20T11:00", people=3)
    opened = book(library, ann, "R1", "11-19T10:00", "11-19T11:00", people=3)
    assert fire_timers(library, at("11-19T10:14")) == 0
    clock("11-19T10:15")
    assert fire_timers(library) == 1
    assert cases.case(library, opened.id, ann).state == "no_show"


def test_three_rooms_not_kept_are_a_month_without(library, clock):
    ann = reader(library)
    for day in (16, 17, 18):
        clock(f"11-{day}T09:00")
        book(library, ann, "R1", f"11-{day}T10:00", f"11-{day}T11:00", people=3)
        clock(f"11-{day}T10:15")
        fire_timers(library)
    until = {one.service: one.blocked_until for one in bookings.credit(library, ann)}
    assert until["group_study_room"] == at("12-18T10:15")
    assert until["seat_booking"] is None
    book(library, ann, begins="11-18T12:00", ends="11-18T13:00")  # seats are another service


def test_an_alumnus_has_no_group_room_and_staff_none_by_itself(library, clock):
    with pytest.raises(NotOffered, match="is not offered to you"):
        book(library, reader(library, 5, "alumni"), "R1", people=3)
    book(library, reader(library, 5, "alumni"))


def test_a_rule_that_changes_touches_no_running_booking(library, clock):
    ann = reader(library)
    opened = book(library, ann)
    folder = library.definitions / "services"
    folder.mkdir(exist_ok=True)
    from tests.service.test_flow_files import SHIPPED

    text = (SHIPPED / "services" / "seat_booking.yaml").read_text("utf-8")
    changed = text.replace("grace_minutes: {is: 30,", "grace_minutes: {is: 15,")
    assert changed != text
    (folder / "seat_booking.yaml").write_text(changed, "utf-8")
    from shuren.service import definitions

    for cached in (definitions.services, definitions.declared):
        cached.cache_clear()
    second = book(library, reader(library, 2), "A-002")
    clock("11-16T10:15")
    assert fire_timers(library) == 1
    assert cases.case(library, opened.id, ann).state == "booked"
    assert cases.case(library, second.id, reader(library, 2)).state == "no_show"


def test_booking_twice_by_a_double_tap_is_one(library, clock):
    ann = reader(library)
    first = book(library, ann, key="tap")
    assert book(library, ann, key="tap").id == first.id
    assert Booking.objects.count() == 1


def test_a_case_about_a_place_cannot_be_opened_round_the_rules(library, clock):
    """The generic form opens cases too: the same hooks take the place."""
    ann = reader(library)
    about = {"kind": "place", "id": "A-001", "title": "x"}
    with pytest.raises(WrongField):
        cases.open_case(library, "seat_booking", actor=ann, subject=about)
    fields = {"starts_at": "2026-11-16T10:00", "ends_at": "2026-11-16T12:00"}
    cases.open_case(library, "seat_booking", actor=ann, subject=about, fields=fields)
    with pytest.raises(PlaceTaken):
        book(library, reader(library, 2))
    room = {"kind": "place", "id": "R1", "title": "x"}
    with pytest.raises(NotOffered):
        cases.open_case(library, "seat_booking", actor=ann, subject=room, fields=fields)


def test_the_first_in_line_gets_what_comes_free_and_then_the_next(library, clock):
    holders = [reader(library, number) for number in range(1, 5)]
    opened = [book(library, one, f"B-00{n}") for n, one in enumerate(holders, 1)]
    first, second = reader(library, 11), reader(library, 12)
    span = {"starts_at": at("11-16T10:00"), "ends_at": at("11-16T12:00")}
    assert bookings.wait(library, "B", **span, actor=first).ahead == 0
    assert bookings.wait(library, "B", **span, actor=second).ahead == 1
    assert bookings.wait(library, "B", **span, actor=second).ahead == 1  # asking again
    bookings.cancel(library, opened[2].id, actor=holders[2])
    mine, theirs = bookings.waiting(library, first)[0], bookings.waiting(library, second)[0]
    assert (mine.place, mine.offered_until) == ("B-003", at("11-16T09:15"))
    assert theirs.offered_until is None
    with pytest.raises(PlaceTaken):  # kept: nobody can be quicker
        book(library, reader(library, 13), "B-003")
    clock("11-16T09:15")
    assert bookings.work(library) == 1
    assert bookings.waiting(library, first) == []
    theirs = bookings.waiting(library, second)[0]
    booked = bookings.accept(library, theirs.id, actor=second)
    assert (booked.state, booked.subject["id"]) == ("booked", "B-003")
    assert bookings.waiting(library, second) == []
    with pytest.raises(UnknownName):
        bookings.accept(library, theirs.id, actor=second)


def test_a_wish_for_what_is_free_is_told_so_and_one_that_came_free_meanwhile_is_offered(
    library, clock
):
    ann = reader(library)
    span = {"starts_at": at("11-16T10:00"), "ends_at": at("11-16T12:00")}
    with pytest.raises(NotOffered, match="is free"):
        bookings.wait(library, "B", **span, actor=ann)
    opened = [book(library, reader(library, n + 1), f"B-00{n}") for n in range(1, 5)]
    bookings.wait(library, "B", **span, actor=ann)
    PlaceSlot.objects.filter(booking=opened[0].id).delete()  # while the line was joined
    assert bookings.work(library) == 1
    assert bookings.waiting(library, ann)[0].place == "B-001"
    bookings.stop_waiting(library, bookings.waiting(library, ann)[0].id, actor=ann)
    assert not PlaceSlot.objects.filter(place="B-001").exists()


def test_the_desk_sees_places_and_not_whose_and_checks_in_for_a_reader(library, clock):
    ann = reader(library)
    opened = book(library, ann)
    lines = place_desk.day(library, at("11-16T09:00").date(), actor=DESK)
    assert [one.place for one in lines] == ["A-001"]
    assert ann.reader_key not in str(lines)
    clock("11-16T10:00")
    assert place_desk.act(library, opened.id, "check_in", actor=DESK).state == "in_use"


def test_a_blocked_place_is_nobodys_and_one_that_is_booked_is_not_blocked(library, clock):
    book(library, reader(library))
    span = (at("11-16T08:00"), at("11-17T08:00"))
    with pytest.raises(PlaceTaken):
        place_desk.block(library, "A-001", *span, "灯坏了", actor=DESK)
    made = place_desk.block(library, "A-002", *span, "灯坏了", actor=DESK)
    with pytest.raises(PlaceTaken):
        book(library, reader(library, 2), "A-002")
    states = {
        one.place.id: one.state
        for one in places.states(
            places.seats_of(places.zone(library, "A", DESK)), at("11-16T10:00"),
            at("11-16T11:00"), reader(library),
        )
    }  # fmt: skip
    assert (states["A-001"], states["A-002"], states["A-003"]) == ("mine", "blocked", "free")
    place_desk.unblock(library, made.id, actor=DESK)
    book(library, reader(library, 2), "A-002")


def test_what_a_reader_objects_to_is_looked_at_and_taken_back(library, clock):
    ann = reader(library)
    for day in (16, 17, 18):
        clock(f"11-{day}T09:00")
        book(library, ann, begins=f"11-{day}T10:00", ends=f"11-{day}T11:00")
        clock(f"11-{day}T10:30")
        fire_timers(library)
    last = bookings.breaches(library, ann)[0]
    assert last.blocked_until == at("11-19T10:30")
    with pytest.raises(WrongField):
        bookings.object_to(library, last.id, " ", actor=ann)
    with pytest.raises(UnknownName):
        bookings.object_to(library, last.id, "那不是我", actor=reader(library, 2))
    opened = bookings.object_to(library, last.id, "屏幕坏了，签不了到", actor=ann)
    assert bookings.object_to(library, last.id, "再说一遍", actor=ann).id == opened.id
    (shown,) = place_desk.objections(library, actor=DESK)
    assert (shown.id, shown.objection) == (last.id, opened.id)
    place_desk.take_back(library, last.id, actor=DESK)
    assert credit_of(library, ann).blocked_until is None
    book(library, ann, begins="11-18T12:00", ends="11-18T13:00")


def test_only_who_serves_bookings_sees_where_a_reader_is(library, clock):
    from shuren.kernel.shapes import Actor

    subject = Actor("yu", "subject_librarian")
    opened = book(library, reader(library))
    with pytest.raises(NoSuchCase):
        cases.case(library, opened.id, subject)
    with pytest.raises(NoSuchCase):
        cases.case(library, opened.id, reader(library, 2))
    assert cases.queue(library, subject).total == 0
    assert cases.queue(library, DESK).total == 1


def test_who_is_told_what_became_of_a_booking(library, clock):
    ann = reader(library)
    for day in (16, 17, 18):
        clock(f"11-{day}T09:00")
        book(library, ann, begins=f"11-{day}T10:00", ends=f"11-{day}T11:00")
        clock(f"11-{day}T10:30")
        fire_timers(library)
    told = [one.title for one in messages.inbox(library, ann).messages]
    assert len([one for one in told if "001" in str(one)]) == 3
    assert len(told) == 4  # and once that nothing can be booked


def test_bookings_are_kept_forty_days_and_blocks_longer_without_the_place(library, clock):
    ann = reader(library)
    for day in (16, 17, 18):
        clock(f"11-{day}T09:00")
        book(library, ann, begins=f"11-{day}T10:00", ends=f"11-{day}T11:00")
        clock(f"11-{day}T10:30")
        fire_timers(library)
    clock("12-27T12:00")
    booking_stores.forget_past(now() - timedelta(days=40))
    assert Booking.objects.count() == 1  # of the 18th: 39 days
    clock("12-29T12:00")
    booking_stores.forget_past(now() - timedelta(days=40))
    assert not Booking.objects.exists()
    assert not Case.objects.exists()
    assert list(Breach.objects.values_list("place", flat=True)) == [""]


def test_an_erasure_takes_what_is_over_and_leaves_what_is_in_force(library, clock):
    ann = reader(library)
    for day in (16, 17, 18):
        clock(f"11-{day}T09:00")
        book(library, ann, begins=f"11-{day}T10:00", ends=f"11-{day}T11:00")
        clock(f"11-{day}T10:30")
        fire_timers(library)
    Breach.objects.filter(blocked_until__isnull=False).update(blocked_until=at("11-20T10:00"))
    holder = reader(library, 2)
    opened = book(library, holder, begins="11-18T12:00", ends="11-18T13:00")
    assert (booking_stores.erase(ann), booking_stores.stays(ann.reader_key)) == (2, 1)
    assert booking_stores.stays(holder.reader_key) == 1
    booking_stores.rename(holder.reader_key, "r_new")
    Case.objects.filter(pk=opened.id).update(pseudonym="r_new")
    assert set(PlaceSlot.objects.values_list("pseudonym", flat=True)) == {"r_new"}
    with pytest.raises(MustStay):
        booking_stores.forget(library, ann, "bookings", f"breach-{Breach.objects.get().pk}")


def test_neither_where_nor_at_what_time_a_reader_was_rises_into_the_lake(
    library, clock, monkeypatch
):
    ann, told = reader(library), {}
    opened = book(library, ann)
    clock("11-16T10:05")
    bookings.check_in(library, opened.id, code_of(library), actor=ann)
    clock("11-16T11:07")
    bookings.leave(library, opened.id, actor=ann)
    monkeypatch.setattr(rising, "hand_in", lambda _site, contract, rows: told.update(
        {contract: list(rows)}))  # fmt: skip
    rising._cases(library)
    (row,) = told["reader_cases"]
    assert told["case_steps"] == []
    assert (row["state"], row["ending"], row["campus"]) == ("released", "success", None)
    moments = [value for name, value in row.items() if name.endswith("_at") and value]
    assert moments == ["2026-11-16 00:00:00"] * 3
    assert "A-001" not in str(row)
    assert "江湾" not in str(row)


def test_a_bookings_case_is_called_after_its_place_in_the_readers_language(library, clock):
    ann = reader(library)
    made = book(library, ann)
    names = {}
    for language in ("en", "zh"):
        use_language(language)
        names[language] = subject_title(made.subject)
    use_language(None)
    assert names == dict(places.place(library, "A-001").title)
    assert names["en"] != names["zh"]
    assert subject_title({"kind": "title", "id": "b1", "title": "三体"}) == "三体"
