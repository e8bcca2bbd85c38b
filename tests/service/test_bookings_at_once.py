"""Many who book at the same moment, walks by chance, and kills: no place is ever taken twice."""

import os
import random
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Count
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shuren.kernel.errors import ShurenError
from shuren.kernel.shapes import Actor
from shuren.service import bookings, cases, place_desk, places
from shuren.service.case_shapes import BY_ITSELF
from shuren.service.cases import fire_timers
from shuren.service.errors import PlaceTaken
from shuren.service.internals import slots
from shuren.service.internals.booking_rows import Booking, PlaceBlock, PlaceSlot, PlaceWish
from shuren.service.internals.case_rows import Case
from shuren.trust.actions import pseudonymise
from tests.conftest import ROOT
from tests.service.places_library import DESK, at, reader
from tests.service.places_library import clock as clock
from tests.service.places_library import library as library
from tests.service.places_library import places_built as places_built

READERS, SEATS = 200, 20


def whole() -> None:
    """Every open booking has exactly its quarters from now on, nothing else has any, and neither a
    place nor a reader is in two."""
    held = PlaceSlot.objects.exclude(booking=None)
    assert not held.exclude(booking__case__is_open=True).exists()
    for booking in Booking.objects.filter(case__is_open=True):
        mine = sorted(held.filter(booking=booking).values_list("slot", flat=True))
        assert mine == list(slots.span(booking.starts_at, booking.ends_at)), booking
        assert set(held.filter(booking=booking).values_list("pseudonym", "place")) == {
            (booking.case.pseudonym, booking.place)
        }
    for key in (("place", "slot"), ("pseudonym", "slot")):
        rows = PlaceSlot.objects.exclude(pseudonym="").values(*key)
        assert not rows.annotate(n=Count("id")).filter(n__gt=1).exists()
    assert not Booking.objects.exclude(case__in=Case.objects.all()).exists()


def be_patient() -> None:
    """No library has two hundred writers on SQLite, whose turn comes by chance: on a slow machine
    one may wait for longer than a server would."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 300000")


@pytest.mark.django_db(transaction=True)
def test_of_two_hundred_readers_twenty_get_the_last_twenty_seats(library, clock):
    keys = pseudonymise(library, [f"2026{n:04}" for n in range(READERS)])
    readers = [Actor("", "student", key) for key in keys]
    begins, ends = at("11-16T10:00"), at("11-16T12:00")
    seats = places.seats_of(places.zone(library, "A", readers[0]))
    assert len(seats) == SEATS
    # PostgreSQL of the tests takes a hundred connections; the others wait for one of sixty.
    workers = READERS if connection.vendor == "sqlite" else 60
    gate, told = threading.Barrier(workers), threading.local()

    def try_hard(one: Actor) -> str:
        """As long as a seat is free on the plan, try one of them."""
        try:
            if not getattr(told, "there", False):
                told.there = True
                gate.wait(60)
            be_patient()
            while True:
                free = places.free_in(seats, begins, ends)
                if not free:
                    return ""
                wanted = random.choice(free)
                with suppress(PlaceTaken):
                    return bookings.book(library, wanted.id, begins, ends, actor=one).id
        finally:
            connection.close()

    with ThreadPoolExecutor(workers) as pool:
        got = [case for case in pool.map(try_hard, readers) if case]
    assert len(set(got)) == len(got) == SEATS
    assert Booking.objects.count() == Case.objects.count() == SEATS
    assert set(Booking.objects.values_list("place", flat=True)) == {one.id for one in seats}
    assert Case.objects.values("pseudonym").distinct().count() == SEATS
    whole()


@pytest.mark.django_db
@pytest.mark.parametrize("same", ["place", "pseudonym"])
def test_the_database_itself_refuses_a_second_row(library, clock, same):
    one = {"place": "A-001", "slot": 7, "pseudonym": "r_a"}
    other = one | ({"pseudonym": "r_b"} if same == "place" else {"place": "A-002"})
    PlaceSlot.objects.create(**one)
    with pytest.raises(IntegrityError), transaction.atomic():
        PlaceSlot.objects.create(**other)


def start(keys: list[str]) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.service.booking_worker",
         str(connection.settings_dict["NAME"]), *keys],
        cwd=ROOT,
        env=os.environ | {"SHUREN_SITE": str(django_settings.SITE.root),
                          "DJANGO_SETTINGS_MODULE": "shuren.settings"},
        stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_processes_that_are_killed_while_booking_leave_nothing_by_half(library, clock):
    keys = pseudonymise(library, [f"2026{n:04}" for n in range(8)])
    running, promised = [], {}
    try:
        for _round in range(2):
            running = [start(keys) for _each in range(2)]
            for process in running:
                for _line in range(4):
                    what, case = process.stdout.readline().split()
                    promised[case] = what
            for process in running:
                process.kill()  # SIGKILL: nobody tidies up
                for line in process.communicate()[0].splitlines():
                    if len(line.split()) == 2:
                        what, case = line.split()
                        promised[case] = what
    finally:
        for process in running:
            process.kill()
            process.wait()
    whole()
    assert set(promised) <= set(Case.objects.values_list("pk", flat=True))
    assert Case.objects.filter(state="booked").count() <= len(keys) * 2


_STEP = st.tuples(
    st.sampled_from(
        ["book", "book", "book", "check_in", "step_out", "come_back", "extend", "leave", "cancel",
         "wait", "accept", "block", "unblock", "time"]
    ),
    st.integers(0, 3), st.integers(1, 4), st.integers(0, 20), st.integers(1, 12),
)  # fmt: skip


@pytest.mark.django_db
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(walk=st.lists(_STEP, max_size=25))
def test_a_walk_by_chance_never_lets_two_bookings_overlap(walk, library, clock, db):
    for table in (PlaceSlot, PlaceWish, PlaceBlock, Case):
        table.objects.all().delete()
    readers = [reader(library, number) for number in range(4)]
    moment = at("11-16T08:00")
    for what, who, seat, ahead, length in walk:
        actor, place = readers[who], f"B-00{seat}"
        clock(f"{moment:%m-%dT%H:%M}")
        begins = moment.replace(minute=0) + slots.QUARTER * ahead
        ends = begins + slots.QUARTER * length
        ours = bookings.mine(library, actor)[0]
        case = ours[0].case if ours else ""
        with suppress(ShurenError):
            if what == "book":
                bookings.book(library, place, begins, ends, actor=actor)
            elif what == "wait":
                bookings.wait(library, "B", begins, ends, actor=actor)
            elif what == "accept":
                for wish in bookings.waiting(library, actor):
                    bookings.accept(library, wish.id, actor=actor)
            elif what == "block":
                place_desk.block(library, place, begins, ends, "修", actor=DESK)
            elif what == "unblock":
                for block in place_desk.blocks(library, actor=DESK):
                    place_desk.unblock(library, block.id, actor=DESK)
            elif what == "time":
                moment += timedelta(minutes=7 * length)
                clock(f"{moment:%m-%dT%H:%M}")
                fire_timers(library)
                bookings.work(library)
            elif not ours:
                continue
            elif what == "check_in":
                cases.act(library, case, "check_in", actor=BY_ITSELF)
            elif what == "extend":
                bookings.extend(library, case, ours[0].ends_at + slots.QUARTER * length,
                                actor=actor)  # fmt: skip
            else:
                getattr(bookings, what)(library, case, actor=actor)
        whole()
