"""A private calendar: bookings with their place, cancelled under the same UID."""

import pytest
from icalendar import Calendar

from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import bookings, calendars
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
