"""Events: places given out once, the waiting list, attendance, certificates, what was said."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connections

from shuren.kernel.clock import now
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import actions, documents, event_after, events
from shuren.service.cases import act, open_case
from shuren.service.errors import NotNow, NotOffered, UnknownName, WrongField
from shuren.service.event_shapes import CANCELLED, ENROLLED, WAITING, EventView
from shuren.service.internals.event_rows import Enrolment, Event
from shuren.service.internals.messaging.rows import Message
from shuren.trust.errors import NotAllowed
from tests.service.desk_of_cases import LIBRARIAN, MANAGER, reader
from tests.service.library import NAME, fill

pytestmark = pytest.mark.django_db(transaction=True)
TITLE = {"zh": "尚悦斋分享会", "en": "Shangyue reading circle"}
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def served(site: Site, settings) -> None:
    settings.SITE = site


def planned(site: Site, service: str = "shangyue_sharing", **more) -> EventView:
    starts = more.pop("starts", now() + 2 * DAY)
    sessions = more.pop("sessions", [(starts, starts + HOUR)])
    return events.plan(
        site, service, title=TITLE, sessions=sessions, place="尚悦斋", actor=LIBRARIAN, **more
    )


def opened(site: Site, **more) -> EventView:
    made = planned(site, **more)
    act(site, made.case, "approve", actor=MANAGER)
    act(site, made.case, "publish", actor=LIBRARIAN)
    return events.event(made.id)


def begun(event: EventView, ago: timedelta = timedelta(minutes=5)) -> None:
    """The event's clock is put so that it began a while ago."""
    row = Event.objects.get(pk=event.id)
    shift = now() - ago - row.starts_at
    row.sessions = [
        [(datetime.fromisoformat(one) + shift).isoformat() for one in pair] for pair in row.sessions
    ]
    row.starts_at, row.ends_at, row.enrol_until = (
        row.starts_at + shift, row.ends_at + shift, row.enrol_until + shift,
    )  # fmt: skip
    row.save()


def people(site: Site, count: int, role: str = "student") -> list[Actor]:
    return [reader(site, f"20300{at:03}", role) for at in range(count)]


def test_an_event_is_seen_when_it_is_published_and_by_staff_before(site: Site) -> None:
    made = planned(site)
    with pytest.raises(events.NoSuchEvent):
        events.event(made.id)
    assert events.event(made.id, actor=LIBRARIAN).state == "planned"
    assert [one.id for one in events.planned(LIBRARIAN)] == [made.id]
    act(site, made.case, "approve", actor=MANAGER)
    act(site, made.case, "publish", actor=LIBRARIAN)
    found = events.calendar(since=now(), until=now() + 7 * DAY)
    assert [(one.id, one.state) for one in found] == [(made.id, "open")]
    assert events.calendar(since=now() + 7 * DAY, until=now() + 9 * DAY) == []
    assert events.calendar(since=now(), until=now() + 7 * DAY, service="reader_salon") == []


def test_a_readers_proposal_becomes_an_event_once(site: Site) -> None:
    [ann] = people(site, 1)
    case = open_case(
        site, "reader_salon", actor=ann, fields={"topic": "延长开放", "wanted_on": "2026-12-20"}
    )
    made = planned(site, "reader_salon", case_id=case.id)
    assert made.case == case.id
    with pytest.raises(NotNow, match="over, or has one"):
        planned(site, "reader_salon", case_id=case.id)


@pytest.mark.parametrize(
    "change, field",
    [
        ({"sessions": []}, "sessions"),
        ({"sessions": [(now() + DAY, now())]}, "sessions"),
        ({"enrol_until": now() + 9 * DAY}, "enrol_until"),
        ({"places": -1}, "places"),
        ({"certificate": 101}, "certificate"),
    ],
    ids=["no meeting", "ends before it begins", "enrolment too late", "places", "per cent"],
)
def test_a_plan_that_cannot_be_held_is_refused(site: Site, change, field) -> None:
    with pytest.raises(WrongField) as refused:
        planned(site, **change)
    assert refused.value.name == field
    assert not Event.objects.exists()


def test_only_staff_plans_and_only_for_a_service_with_events(site: Site) -> None:
    [ann] = people(site, 1)
    with pytest.raises(UnknownName):
        planned(site, "book_hold")
    with pytest.raises(NotAllowed):
        events.plan(site, "reader_salon", title=TITLE, sessions=[(now(), now() + HOUR)], actor=ann)


def test_places_then_the_waiting_list_and_the_next_in_line_moves_up(site: Site) -> None:
    event = opened(site, places=2)
    a, b, c, d = people(site, 4)
    places = [events.enrol(site, event.id, actor=one) for one in (a, b, c, d)]
    assert [(one.state, one.line) for one in places] == [
        (ENROLLED, 0), (ENROLLED, 0), (WAITING, 1), (WAITING, 2),
    ]  # fmt: skip
    again = events.enrol(site, event.id, actor=a)
    assert (again.state, again.number) == (ENROLLED, places[0].number)
    assert (events.event(event.id).free, events.event(event.id).waiting) == (0, 2)
    gone = events.cancel(site, event.id, actor=a)
    assert gone is not None
    assert gone.state == CANCELLED
    moved = events.own_place(event.id, actor=c)
    assert moved is not None
    assert moved.state == ENROLLED
    assert events.own_place(event.id, actor=d).line == 1
    [told] = Message.objects.filter(template="event_place")
    assert told.pseudonym == c.reader_key
    back = events.enrol(site, event.id, actor=a)
    assert (back.state, back.line) == (WAITING, 2)
    assert Event.objects.get().taken == 2


def test_who_waits_and_leaves_takes_nobodys_place(site: Site) -> None:
    event = opened(site, places=1)
    a, b = people(site, 2)
    events.enrol(site, event.id, actor=a)
    events.enrol(site, event.id, actor=b)
    events.cancel(site, event.id, actor=b)
    assert events.cancel(site, event.id, actor=b).state == CANCELLED
    assert (Event.objects.get().taken, events.event(event.id).waiting) == (1, 0)


def test_fifty_enrolling_for_the_last_ten_places_at_once_fill_just_ten(site: Site) -> None:
    event = opened(site, places=10)
    crowd = people(site, 50)
    gate = threading.Barrier(len(crowd))

    def enrol(one: Actor) -> str:
        try:
            gate.wait(120)
            return events.enrol(site, event.id, actor=one).state
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(crowd)) as pool:
        states = list(pool.map(enrol, crowd))
    assert (states.count(ENROLLED), states.count(WAITING)) == (10, 40)
    assert Event.objects.get().taken == 10
    assert Enrolment.objects.filter(state=ENROLLED).count() == 10
    assert len({one.number for one in Enrolment.objects.all()}) == 50
    first = events.cancel(site, event.id, actor=crowd[states.index(ENROLLED)])
    assert first.state == CANCELLED
    assert Enrolment.objects.filter(state=ENROLLED).count() == Event.objects.get().taken == 10


def test_enrolment_closes_and_is_only_for_whom_the_service_is(site: Site) -> None:
    event = opened(site)
    a, b = people(site, 2)
    with pytest.raises(NotOffered):
        events.enrol(site, event.id, actor=reader(site, "2030900", "school_pupil"))
    events.enrol(site, event.id, actor=a)
    begun(event)
    with pytest.raises(NotNow, match="Enrolment is closed"):
        events.enrol(site, event.id, actor=b)
    with pytest.raises(NotNow, match="has begun"):
        events.cancel(site, event.id, actor=a)


def test_called_off_everybody_is_told_and_the_event_is_no_longer_shown(site: Site) -> None:
    event = opened(site, places=1)
    a, b = people(site, 2)
    for one in (a, b):
        events.enrol(site, event.id, actor=one)
    act(site, event.case, "cancel", actor=MANAGER, note="主讲人生病")
    assert events.calendar(since=now(), until=now() + 9 * DAY) == []
    assert events.event(event.id, actor=a).state == "cancelled"
    told = set(Message.objects.filter(template="event_off").values_list("pseudonym", flat=True))
    assert told == {a.reader_key, b.reader_key}


def test_the_code_at_the_place_counts_while_the_meeting_is_on(site: Site) -> None:
    event = opened(site)
    [ann] = people(site, 1)
    code, _seats = events.seats(event.id, actor=LIBRARIAN)
    with pytest.raises(NotNow, match="no place"):
        events.check_in(event.id, code, actor=ann)
    events.enrol(site, event.id, actor=ann)
    with pytest.raises(NotNow, match="No meeting is on"):
        events.check_in(event.id, code, actor=ann)
    begun(event)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    with pytest.raises(WrongField, match="not the code"):
        events.check_in(event.id, wrong, actor=ann)
    assert events.check_in(event.id, f" {code} ", actor=ann).attended == (1,)
    for _at in range(9):
        with pytest.raises(WrongField):
            events.check_in(event.id, wrong, actor=ann)
    with pytest.raises(NotNow, match="Too many wrong codes"):
        events.check_in(event.id, code, actor=ann)


def test_the_list_at_the_door_has_numbers_and_no_names(site: Site) -> None:
    event = opened(site, places=2)
    a, b, c = people(site, 3)
    mine = [events.enrol(site, event.id, actor=one).number for one in (a, b, c)]
    _code, seats = events.seats(event.id, actor=LIBRARIAN)
    assert {(one.number, one.state) for one in seats} == set(
        zip(mine, (ENROLLED, ENROLLED, WAITING), strict=True)
    )
    assert events.mark(event.id, [f" {mine[0].lower()} ", ""], 1, actor=LIBRARIAN) == 1
    for strange in ("ZZZZZ", mine[2]):
        with pytest.raises(WrongField, match="Nobody here has this number"):
            events.mark(event.id, [mine[1], strange], 1, actor=LIBRARIAN)
    assert events.own_place(event.id, actor=b).attended == ()
    with pytest.raises(NotAllowed):
        events.seats(event.id, actor=a)


def test_a_certificate_is_signed_for_who_was_there_enough_in_their_own_name(site: Site) -> None:
    import pypdfium2

    ann = fill(site)
    starts = now() + DAY
    meetings = [(starts + at * DAY, starts + at * DAY + HOUR) for at in range(4)]
    event = opened(site, sessions=meetings, certificate=75)
    number = events.enrol(site, event.id, actor=ann).number
    for meeting in (1, 2):
        events.mark(event.id, [number], meeting, actor=LIBRARIAN)
    begun(event, 9 * DAY)
    with pytest.raises(NotNow, match="2 of 4 meetings attended"):
        event_after.certify(site, event.id, actor=ann)
    events.mark(event.id, [number], 4, actor=LIBRARIAN)
    made = event_after.certify(site, event.id, actor=ann)
    assert event_after.certify(site, event.id, actor=ann).code == made.code
    content = documents.file_of(site, made.code, "zh", ann)[1]
    text = pypdfium2.PdfDocument(content)[0].get_textpage().get_text_bounded()
    assert NAME in text
    assert TITLE["zh"] in text
    assert documents.verify_file(made.code, content).is_same


def test_who_was_there_rates_and_few_ratings_are_not_shown(site: Site) -> None:
    event = opened(site)
    crowd = people(site, 6)
    numbers = [events.enrol(site, event.id, actor=one).number for one in crowd]
    events.mark(event.id, numbers[:5], 1, actor=LIBRARIAN)
    for at, one in enumerate(crowd[:4]):
        event_after.rate(event.id, 4 + at % 2, "", actor=one)
    assert (events.event(event.id).rating, events.event(event.id).ratings) == (None, 0)
    event_after.rate(event.id, 1, "", actor=crowd[4])
    assert (events.event(event.id).rating, events.event(event.id).ratings) == (3.8, 5)
    with pytest.raises(NotNow, match="Only who was there"):
        event_after.rate(event.id, 5, "", actor=crowd[5])
    with pytest.raises(WrongField):
        event_after.rate(event.id, 6, "", actor=crowd[0])


def test_what_is_said_at_a_salon_goes_on_as_cases_each_once(site: Site) -> None:
    event = opened(site, service="reader_salon")
    a, b = people(site, 2)
    numbers = [events.enrol(site, event.id, actor=one).number for one in (a, b)]
    events.mark(event.id, numbers, 1, actor=LIBRARIAN)
    event_after.rate(event.id, 4, "自习室太冷，请致电 13912345678", actor=a)
    event_after.rate(event.id, 5, "", actor=b)
    [said] = event_after.opinions(event.id, actor=LIBRARIAN)
    assert said.reader == a.reader_key
    assert "13912345678" not in said.words
    assert event_after.note_case(said.id, "C-1")
    assert not event_after.note_case(said.id, "C-2")
    event_after.rate(event.id, 3, "改口了", actor=a)
    [said] = event_after.opinions(event.id, actor=LIBRARIAN)
    assert (said.case, "太冷" in said.words) == ("C-1", True)
    with pytest.raises(NotAllowed):
        event_after.opinions(event.id, actor=a)


def test_notes_become_a_recap_after_the_event(site: Site) -> None:
    event = opened(site, reading=["《三体》", "《活着》"])
    with pytest.raises(NotNow, match="not over yet"):
        event_after.write_recap(event.id, {"zh": "好"}, actor=LIBRARIAN)
    begun(event, DAY)
    event_after.write_recap(event.id, {"zh": "读了两本书", "en": "Two books"}, actor=LIBRARIAN)
    found = events.event(event.id)
    assert (found.recap["zh"], found.reading) == ("读了两本书", ("《三体》", "《活着》"))


def test_an_erasure_gives_the_place_to_whoever_waits(site: Site) -> None:
    ann = fill(site)
    event = opened(site, places=1)
    [ben] = people(site, 1)
    events.enrol(site, event.id, actor=ann)
    events.enrol(site, event.id, actor=ben)
    certificate = actions.erase(site, ann)
    assert certificate.content["statement"]["erased"]["enrolments"] == 1
    assert events.own_place(event.id, actor=ben).state == ENROLLED
    assert Event.objects.get().taken == 1
