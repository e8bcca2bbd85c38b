"""What bookings, events and gifts come to rises as sums: worked by hand, and without a reader."""

import orjson
import pytest

from shuren.data import queries as data
from shuren.data.actions import build
from shuren.kernel.shapes import Actor
from shuren.service import actions, bookings, cases, event_after, gifts, place_desk
from shuren.service import events as event_actions
from shuren.service.cases import act, fire_timers, open_case
from shuren.service.internals import opening, rising, use_rising
from shuren.service.internals.booking_rows import Booking
from shuren.service.internals.event_rows import Event
from tests.data.loading import OPERATOR
from tests.service.desk_of_cases import LIBRARIAN, MANAGER
from tests.service.places_library import DESK, at, reader
from tests.service.places_library import clock as clock
from tests.service.places_library import library as library
from tests.service.places_library import places_built as places_built
from tests.service.test_events import HOUR, TITLE

pytestmark = pytest.mark.django_db(transaction=True)
DIRECTOR = Actor("guan", "director", doing="dashboards.read")


@pytest.fixture(autouse=True)
def served(library, settings) -> None:
    settings.SITE = library


def risen(site, contract: str) -> list[str]:
    """Lines of what was handed in."""
    folder = site.data / "events" / contract
    return [
        line
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]


def seated(site, clock, count: int, *, missed: int = 0, seat: int = 1) -> None:
    """So many readers book ten to twelve; who comes checks in at ten and goes at half past
    eleven, the last `missed` do not come."""
    made = []
    clock("11-16T09:50")
    for number in range(1, count + 1):
        place = f"A-{seat + number - 1:03}"
        made.append(
            bookings.book(
                site, place, at("11-16T10:00"), at("11-16T12:00"), actor=reader(site, number)
            )
        )
    clock("11-16T10:00")
    for case in made[: count - missed]:
        place_desk.act(site, case.id, "check_in", actor=DESK)
    clock("11-16T11:30")
    for case in made[: count - missed]:
        place_desk.act(site, case.id, "leave", actor=DESK)
    clock("11-16T12:30")
    fire_timers(site)


def test_bookings_rise_as_sums_by_hour_and_without_a_reader(library, clock):
    seated(library, clock, 6, missed=1)
    assert rising.tell(library)
    lines = risen(library, "place_hours")
    rows = {row["hour"]: row for row in map(orjson.loads, lines)}
    assert set(rows) == {10, 11}
    ten, eleven = rows[10], rows[11]
    assert (ten["persons"], ten["bookings"], ten["no_shows"]) == (6, 6, 1)
    assert (ten["booked_hours"], ten["used_hours"]) == (6.0, 5.0)
    assert (eleven["persons"], eleven["bookings"], eleven["no_shows"]) == (6, 0, 0)
    assert (eleven["booked_hours"], eleven["used_hours"]) == (6.0, 2.5)
    assert (ten["month_from"], ten["zone_id"], ten["room"]) == ("2026-11-01", "A", "-")
    for number in range(1, 7):
        assert reader(library, number).reader_key not in "".join(lines)
    for booking in Booking.objects.all():
        assert booking.case_id not in "".join(lines)
    assert not use_rising.places_wait()


def test_sums_of_fewer_than_five_readers_stay_where_they_are(library, clock):
    seated(library, clock, 4)
    rising.tell(library)
    assert risen(library, "place_hours") == []
    assert not use_rising.places_wait(), "they are looked at once"


def test_a_later_booking_tells_its_month_anew(library, clock):
    seated(library, clock, 5)
    rising.tell(library)
    clock("11-17T09:50")
    made = bookings.book(
        library, "A-009", at("11-17T10:00"), at("11-17T11:00"), actor=reader(library, 9)
    )
    clock("11-17T10:00")
    place_desk.act(library, made.id, "check_in", actor=DESK)
    clock("11-17T11:30")
    fire_timers(library)
    rising.tell(library)
    newest = orjson.loads(risen(library, "place_hours")[-2])
    assert (newest["hour"], newest["persons"], newest["bookings"]) == (10, 6, 6)


def months(site) -> dict[tuple[str, str], dict]:
    """{(month, zone): its newest row} of what was handed in."""
    rows = map(orjson.loads, risen(site, "place_months"))
    return {(row["month_from"], row["zone_id"]): row for row in rows}


def said(row: dict) -> tuple:
    return row["persons"], row["booked_hours"], row["used_hours"]


def test_a_month_says_every_zone_that_is_booked_and_how_many_places_it_has(library, clock):
    seated(library, clock, 6, missed=1)
    rising.tell(library)
    told = months(library)
    assert {key: row["places"] for key, row in told.items()} == {
        ("2026-11-01", "A"): 20, ("2026-11-01", "B"): 4, ("2026-11-01", "N"): 6,
    }  # fmt: skip
    assert said(told["2026-11-01", "A"]) == (6, 12.0, 7.5)  # two hours each; 1.5 of five who came
    assert said(told["2026-11-01", "B"]) == (0, 0.0, 0.0)
    assert {row["told_on"] for row in told.values()} == {"2026-11-16"}
    assert reader(library, 1).reader_key not in "".join(risen(library, "place_months"))


def test_of_one_to_four_readers_a_month_says_nothing_but_the_places(library, clock):
    seated(library, clock, 4)
    rising.tell(library)
    row = months(library)["2026-11-01", "A"]
    assert (row["places"], *said(row)) == (20, None, None, None)


def night(site, clock) -> None:
    """Five book from 22:00 on 30 November to 02:00, check in at 22:00 and go at 01:00."""
    clock("11-30T21:50")
    made = [
        bookings.book(
            site, f"N-{number:03}", at("11-30T22:00"), at("12-01T02:00"),
            actor=reader(site, number),
        )
        for number in range(1, 6)
    ]  # fmt: skip
    clock("11-30T22:00")
    for case in made:
        place_desk.act(site, case.id, "check_in", actor=DESK)
    clock("12-01T01:00")
    for case in made:
        place_desk.act(site, case.id, "leave", actor=DESK)
    fire_timers(site)


def test_a_night_over_the_end_of_a_month_counts_in_both(library, clock):
    night(library, clock)
    rising.tell(library)
    told = months(library)
    assert said(told["2026-11-01", "N"]) == (5, 10.0, 10.0)
    assert said(told["2026-12-01", "N"]) == (5, 10.0, 5.0)
    assert {row["told_on"] for row in told.values()} == {"2026-12-01"}


def test_what_was_told_of_a_month_becomes_its_share_of_the_open_hours(library, clock):
    """In November, all teaching: N is open 24 hours, B 14; of A four readers booked."""
    seated(library, clock, 4)
    night(library, clock)
    actions.rise(library, actor=OPERATOR)
    build(library, actor=OPERATOR)
    found = data.summarise(
        library, "mart.place_occupancy", by=["month", "zone_id"],
        measures={"open": "sum:open_hours", "booked": "sum:booked_hours",
                  "used": "share:used_hours/open_hours"},
        order_by=["zone_id"], purpose="library_statistics", actor=DIRECTOR,
    ).rows  # fmt: skip
    assert [tuple(row) for row in found] == [
        ("2026-11", "B", 4 * 30 * 14, 0.0, 0.0),
        ("2026-11", "N", 6 * 30 * 24, 10.0, pytest.approx(100 * 10 / (6 * 30 * 24))),
    ]


def test_hours_in_which_it_was_closed_after_all_count_for_nothing(library, clock):
    """Five book ten to twelve; then the calendar says the house opens at eleven."""
    seated(library, clock, 5)
    file = library.definitions / "calendars" / "hand.yaml"
    text = file.read_text("utf-8").replace('default: "07:00-23:00"', 'default: "11:00-23:00"')
    file.write_text(text, "utf-8")
    opening.calendar.cache_clear()
    rising.tell(library)
    assert said(months(library)["2026-11-01", "A"]) == (5, 5.0, 2.5)


def held(site, clock, count: int, came: int) -> Event:
    """An event of so many readers, at which the first few were."""
    clock("11-16T09:00")
    made = event_actions.plan(
        site, "shangyue_sharing", title=TITLE, actor=LIBRARIAN,
        sessions=[(at("11-17T19:00"), at("11-17T19:00") + HOUR)],
    )  # fmt: skip
    act(site, made.case, "approve", actor=MANAGER)
    act(site, made.case, "publish", actor=LIBRARIAN)
    numbers = [
        event_actions.enrol(site, made.id, actor=reader(site, number)).number
        for number in range(1, count + 1)
    ]
    clock("11-17T19:10")
    fire_timers(site)
    event_actions.mark(made.id, numbers[:came], 1, actor=LIBRARIAN)
    clock("11-17T20:10")
    act(site, made.case, "hold", actor=LIBRARIAN)
    return Event.objects.get(pk=made.id)


def test_an_event_rises_with_its_heads_and_again_when_it_changes(library, clock):
    event = held(library, clock, 8, 6)
    rising.tell(library)
    [line] = risen(library, "event_results")
    row = orjson.loads(line)
    assert (row["enrolled"], row["attended"], row["completed"]) == (8, 6, 6)
    assert row["held_at"] == "2026-11-17 19:00:00"
    assert reader(library).reader_key not in line
    assert not use_rising.events_wait()
    event_after.write_recap(event.pk, {"zh": "很好", "en": ""}, actor=LIBRARIAN)
    rising.tell(library)
    assert len(risen(library, "event_results")) == 2


def test_a_gift_rises_in_volumes_and_leads_to_no_donor(library, clock, tmp_path):
    donor = reader(library, 3, "alumni")
    case = open_case(library, "book_donation", actor=donor, fields={"volumes": 3, "what": "文史"})
    act(library, case.id, "screen_ok", actor=LIBRARIAN)
    path = tmp_path / "list.csv"
    path.write_text("题名,册数\n甲,2\n乙,1\n丙,4\n", "utf-8")
    gifts.load_list(library, case.id, path, actor=LIBRARIAN)
    act(library, case.id, "receive", actor=LIBRARIAN)
    gifts.decide(case.id, "accepted", numbers=[1, 2], actor=LIBRARIAN)
    gifts.decide(case.id, "passed_on", view="open", actor=LIBRARIAN)
    act(library, case.id, "select_and_process", actor=LIBRARIAN)
    rising.tell(library)
    assert risen(library, "gift_results") == []
    act(library, case.id, "certify", actor=LIBRARIAN)
    rising.tell(library)
    [line] = risen(library, "gift_results")
    row = orjson.loads(line)
    assert (row["titles"], row["volumes"]) == (3, 7)
    assert (row["accepted"], row["given_away"], row["declined"]) == (3, 4, 0)
    assert case.id not in line
    assert donor.reader_key not in line


def test_what_has_risen_stands_on_the_dashboard(library, clock):
    seated(library, clock, 6, missed=2)
    held(library, clock, 8, 6)
    actions.rise(library, actor=OPERATOR)
    build(library, actor=OPERATOR)
    ask = {"purpose": "library_statistics", "actor": DIRECTOR}
    used = data.summarise(
        library, "mart.place_use", by=["place", "hour"],
        measures={"used": "sum:used_hours", "missed": "share:no_shows/bookings"},
        order_by=["hour"], **ask,
    ).rows  # fmt: skip
    assert [(row[0], row[1], row[2]) for row in used] == [("自习区", 10, 4.0), ("自习区", 11, 2.0)]
    assert used[0][3] == pytest.approx(100 * 2 / 6)
    came = data.summarise(
        library, "mart.event_month", by=["service"], measures={"n": "share:attended/enrolled"},
        **ask,
    ).rows  # fmt: skip
    assert [tuple(row) for row in came] == [("shangyue_sharing", 75.0)]


def test_a_cancelled_booking_counts_for_nothing(library, clock):
    made = bookings.book(
        library, "A-001", at("11-16T10:00"), at("11-16T12:00"), actor=reader(library)
    )
    bookings.cancel(library, made.id, actor=reader(library))
    assert cases.case(library, made.id, reader(library)).is_over
    assert not use_rising.places_wait()
