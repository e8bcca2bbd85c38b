"""Calendar files, read back by a library that is not ours."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from shuren.service.ics import CalendarEvent, calendar

SHANGHAI, PARIS = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Paris")
CHANGED = datetime(2026, 11, 28, 10, 0, tzinfo=UTC)


def seat(uid: str = "booking-B1", **more: object) -> CalendarEvent:
    said: dict[str, object] = {
        "uid": uid, "title": "座位 A-101", "changed": CHANGED,
        "starts": datetime(2026, 12, 1, 0, 30, tzinfo=UTC),
        "ends": datetime(2026, 12, 1, 4, 0, tzinfo=UTC),
    } | more  # fmt: skip
    return CalendarEvent(**said)  # type: ignore[arg-type]


def read(text: str) -> Calendar:
    return Calendar.from_ical(text)  # type: ignore[no-any-return]


def only(text: str):
    [one] = read(text).walk("VEVENT")
    return one


def test_an_appointment_is_at_its_hour_on_the_librarys_clock() -> None:
    one = only(calendar([seat(place="东校区 3 楼; A", text="甲, 乙\n丙\\丁")], zone=SHANGHAI))
    start = one.decoded("dtstart")
    assert (start.hour, start.minute) == (8, 30)
    assert start.astimezone(UTC) == datetime(2026, 12, 1, 0, 30, tzinfo=UTC)
    assert str(one["uid"]) == "booking-B1@shuren"
    assert str(one["location"]) == "东校区 3 楼; A"
    assert str(one["description"]) == "甲, 乙\n丙\\丁"


def test_the_zones_rules_stand_beside_it_also_where_summer_has_its_own_time() -> None:
    summer = seat(
        starts=datetime(2026, 7, 1, 7, 0, tzinfo=UTC), ends=datetime(2026, 7, 1, 8, 0, tzinfo=UTC)
    )
    text = calendar([seat("w"), summer], zone=PARIS)
    starts = {e.decoded("dtstart").hour for e in read(text).walk("VEVENT")}
    assert starts == {1, 9}
    assert "TZOFFSETTO:+0200" in text
    # The last Sundays of March and October, at 2 and at 3 o'clock as it was before.
    assert "BEGIN:DAYLIGHT\r\nDTSTART:20260329T020000\r\n" in text
    assert "BEGIN:STANDARD\r\nDTSTART:20261025T030000\r\n" in text


def test_the_end_of_a_whole_day_is_the_day_after() -> None:
    due = seat("due", starts=date(2026, 12, 31), ends=date(2026, 12, 31))
    one = only(calendar([due], zone=SHANGHAI))
    assert one.decoded("dtstart") == date(2026, 12, 31)
    assert one.decoded("dtend") == date(2027, 1, 1)


def test_what_is_called_off_is_the_same_event_cancelled() -> None:
    first = only(calendar([seat()], zone=SHANGHAI))
    text = calendar([seat(is_cancelled=True, sequence=1)], zone=SHANGHAI)
    then = only(text)
    assert first["uid"] == then["uid"]
    assert (str(then["status"]), int(then["sequence"])) == ("CANCELLED", 1)
    assert "METHOD:CANCEL\r\n" in text
    assert "METHOD:PUBLISH" in calendar([seat(), seat("x", is_cancelled=True)], zone=SHANGHAI)


def test_a_device_reminds_before() -> None:
    [alarm] = read(calendar([seat(alarm=timedelta(minutes=15))], zone=SHANGHAI)).walk("VALARM")
    assert alarm.decoded("trigger") == timedelta(minutes=-15)


@pytest.mark.parametrize("title", ["长" * 60, "a" * 200, "é" * 80, "书😀" * 30, ""])
def test_no_line_is_longer_than_75_octets_and_no_character_is_cut(title: str) -> None:
    text = calendar([seat(title=title)], zone=SHANGHAI, name=title)
    for line in text.encode().split(b"\r\n"):
        assert len(line) <= 75
        line.decode()
    assert str(only(text)["summary"]) == title


def test_a_title_cannot_add_a_line_of_its_own() -> None:
    text = calendar([seat(title="甲\r\nATTENDEE:mailto:x@y.z\x00")], zone=SHANGHAI)
    assert not any(line.startswith("ATTENDEE") for line in text.split("\r\n"))


def test_the_same_events_make_the_same_file_in_any_order() -> None:
    some = [seat("a"), seat("b"), seat("c", starts=date(2026, 1, 1), ends=date(2026, 1, 2))]
    assert calendar(some, zone=SHANGHAI) == calendar(reversed(some), zone=SHANGHAI)


def test_slips_are_told() -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        calendar([seat(starts=datetime(2026, 1, 1))], zone=SHANGHAI)
    with pytest.raises(ValueError, match="before it starts"):
        calendar([seat(ends=datetime(2026, 11, 1, tzinfo=UTC))], zone=SHANGHAI)


def test_an_empty_calendar_is_a_calendar() -> None:
    assert read(calendar([], zone=SHANGHAI)).walk("VEVENT") == []
