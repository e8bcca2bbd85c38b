"""A private calendar: bookings with their place, cancelled under the same UID."""

from datetime import datetime, timedelta

import pytest
from icalendar import Calendar

from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import bookings, calendars
from shuren.service import events as event_actions
from shuren.service.cases import act
from shuren.service.event_shapes import EventView
from tests.service.desk_of_cases import LIBRARIAN, MANAGER
from tests.service.places_library import at, reader
from tests.service.places_library import clock as clock
from tests.service.places_library import library as library
from tests.service.places_library import places_built as places_built

pytestmark = pytest.mark.django_db


def events(site: Site, actor: Actor):
    return Calendar.from_ical(calendars.feed(site, actor)).walk("VEVENT")


def test_a_booking_stands_there_at_its_hour_until_it_is_cancelled(library, clock):
    ann = reader(library)
    case = bookings.book(library, "A-001", at("11-16T10:00"), at("11-16T12:00"), actor=ann)
    [one] = events(library, ann)
    assert one.decoded("dtstart") == at("11-16T10:00")
    assert one.decoded("dtend") == at("11-16T12:00")
    assert str(one["status"]) == "CONFIRMED"
    assert ann.reader_key not in str(one["uid"])
    bookings.cancel(library, case.id, actor=ann)
    [then] = events(library, ann)
    assert (then["uid"], str(then["status"])) == (one["uid"], "CANCELLED")
    assert int(then["sequence"]) > int(one["sequence"])


def test_a_calendar_is_its_readers_alone(library, clock):
    bookings.book(library, "A-001", at("11-16T10:00"), at("11-16T12:00"), actor=reader(library))
    assert not events(library, reader(library, 2))


def course(site: Site, *starts: datetime) -> EventView:
    """An open course of one place with a meeting of an hour at each start."""
    made = event_actions.plan(
        site, "literacy_course", title={"zh": "检索课", "en": "Searching"}, place="J301", places=1,
        sessions=[(one, one + timedelta(hours=1)) for one in starts], actor=LIBRARIAN,
    )  # fmt: skip
    act(site, made.case, "schedule", actor=LIBRARIAN)
    act(site, made.case, "open_enrol", actor=LIBRARIAN)
    return made


def test_each_meeting_of_a_course_stands_there_for_who_has_a_place(library, clock, settings):
    settings.SITE = library
    made = course(library, at("11-17T19:00"), at("11-24T19:00"))
    ann, bob = reader(library), reader(library, 2)
    for one in (ann, bob):
        event_actions.enrol(library, made.id, actor=one)
    first, second = events(library, ann)
    assert [first.decoded("dtstart"), second.decoded("dtstart")] == [
        at("11-17T19:00"), at("11-24T19:00"),
    ]  # fmt: skip
    assert {str(first["location"]), str(first["status"])} == {"J301", "CONFIRMED"}
    assert ann.reader_key not in str(first["uid"])
    assert made.id not in str(first["uid"])
    assert not events(library, bob), "who waits has no appointment yet"
    event_actions.cancel(library, made.id, actor=ann)
    assert len(events(library, bob)) == 2, "the next in line moved up"
    given_back = events(library, ann)
    assert [str(one["status"]) for one in given_back] == ["CANCELLED"] * 2
    assert {str(one["uid"]) for one in given_back} == {str(first["uid"]), str(second["uid"])}
    assert int(given_back[0]["sequence"]) > int(first["sequence"])


def test_who_enrols_again_has_new_entries_and_an_event_called_off_is_cancelled(
    library, clock, settings
):
    settings.SITE = library
    made = course(library, at("11-17T19:00"))
    ann = reader(library)
    event_actions.enrol(library, made.id, actor=ann)
    [before] = events(library, ann)
    event_actions.cancel(library, made.id, actor=ann)
    event_actions.enrol(library, made.id, actor=ann)
    [again] = events(library, ann)
    assert (again["uid"] != before["uid"], str(again["status"])) == (True, "CONFIRMED")
    act(library, made.case, "cancel", actor=MANAGER, note="讲者生病")
    [off] = events(library, ann)
    assert (off["uid"], str(off["status"])) == (again["uid"], "CANCELLED")
    assert int(off["sequence"]) > int(again["sequence"])


def test_a_meeting_that_is_over_is_no_appointment_any_more(library, clock, settings):
    settings.SITE = library
    made = course(library, at("11-17T19:00"), at("11-24T19:00"))
    ann = reader(library)
    event_actions.enrol(library, made.id, actor=ann)
    clock("11-18T08:00")
    [left] = events(library, ann)
    assert left.decoded("dtstart") == at("11-24T19:00")
