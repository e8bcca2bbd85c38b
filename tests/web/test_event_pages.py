"""Pages of events: the month, enrolling with one press, the door, the certificate."""

import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shuren.kernel.clock import now
from shuren.service import cases, events
from shuren.service.internals.event_rows import Event
from shuren.trust.actions import create_account, pseudonymise
from tests.service.desk_of_cases import LIBRARIAN, MANAGER
from tests.service.test_events import begun
from tests.web.library import LETTERS
from tests.web.test_privacy_panel import see

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


def signed_in(name: str, role: str, key: str = "") -> Client:
    client = Client()
    client.force_login(create_account(name, "a long enough phrase", role, reader_key=key))
    client.cookies["shuren_language"] = "en"
    return client


@pytest.fixture
def desk(library) -> Client:
    return signed_in("lin", "front_desk")


@pytest.fixture
def student(library) -> Client:
    return signed_in("ann", "student", pseudonymise(library, [LETTERS[0]])[0])


def plan(desk: Client, **more: str):
    day = timezone.localtime(now() + DAY)
    said = {
        "service": "shangyue_sharing", "title_zh": "读《活着》<b>", "title_en": "Reading To Live",
        "sessions": f"{day:%Y-%m-%d} 19:00-20:30", "places": "1", "place": "尚悦斋",
        "certificate": "100",
    } | more  # fmt: skip
    return desk.post(reverse("workbench:events"), said)


def opened(site, desk: Client, **more: str) -> Event:
    assert plan(desk, **more).status_code == 302
    row = Event.objects.latest("changed_at")
    cases.act(site, row.case_id, "approve", actor=MANAGER)
    cases.act(site, row.case_id, "publish", actor=LIBRARIAN)
    return row


def test_staff_plans_an_event_and_what_is_wrong_is_said_beside_the_field(desk):
    bad = plan(desk, sessions="tomorrow evening")
    assert bad.status_code == 400
    assert "This is no day with an hour" in bad.content.decode()
    assert "尚悦斋" in bad.content.decode()
    assert plan(desk, places="many").status_code == 400
    assert plan(desk, service="book_hold").status_code == 404
    made = plan(desk)
    assert made.status_code == 302
    page = see(desk, made["Location"])
    assert "Code to show at the place" in page
    assert "Reading To Live" in see(desk, reverse("workbench:events"))


def test_the_month_shows_what_is_published_and_the_page_says_it_to_machines(library, desk):
    assert plan(desk).status_code == 302
    anybody = Client()
    month = f"{timezone.localtime(now() + DAY):%Y-%m}"
    assert "尚悦斋" not in see(anybody, f"/events/?month={month}")
    row = Event.objects.get()
    assert anybody.get(reverse("event", args=[row.pk])).status_code == 404
    cases.act(library, row.case_id, "approve", actor=MANAGER)
    cases.act(library, row.case_id, "publish", actor=LIBRARIAN)
    url = reverse("event", args=[row.pk])
    assert url in see(anybody, f"/events/?month={month}")
    page = see(anybody, url)
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    said = json.loads(found[1])
    assert (said["@type"], said["name"], said["remainingAttendeeCapacity"]) == (
        "Event", "读《活着》<b>", 1,
    )  # fmt: skip
    calendar = anybody.get(reverse("event-calendar", args=[row.pk]))
    assert calendar["Content-Type"].startswith("text/calendar")
    assert "SUMMARY:读《活着》<b>" in calendar.content.decode()
    for odd in ("2026-13", "x", "9999-01", ""):
        assert anybody.get("/events/", {"month": odd}).status_code == 200


def test_one_press_enrols_and_the_next_waits(library, desk, student):
    row = opened(library, desk)
    url = reverse("event", args=[row.pk])
    nobody = Client().post(url, {"do": "enrol"})
    assert nobody["Location"].startswith(reverse("sign-in"))
    assert student.post(url, {"do": "enrol"}).status_code == 302
    page = see(student, url)
    assert "You have a place" in page
    assert "Show it at the door" in page
    other = signed_in("ben", "student", pseudonymise(library, [LETTERS[1]])[0])
    assert "Stand in the waiting list" in see(other, url)
    other.post(url, {"do": "enrol"})
    assert "Waiting: number 1" in see(other, url)
    assert "You have a place" in see(student, "/events/")
    student.post(url, {"do": "cancel"})
    assert "You have a place" in see(other, url)
    assert "You have a place" not in see(student, "/events/")


def test_at_the_door_and_after(library, desk, student):
    row = opened(library, desk)
    url, door = reverse("event", args=[row.pk]), reverse("workbench:event", args=[row.pk])
    student.post(url, {"do": "enrol"})
    begun(events.event(row.pk))
    code, [seat] = events.seats(row.pk, actor=LIBRARIAN)
    wrong = student.post(url, {"do": "check_in", "code": "nothing"})
    assert (wrong.status_code, "not the code" in wrong.content.decode()) == (400, True)
    assert student.post(url, {"do": "check_in", "code": code}).status_code == 302
    refused = desk.post(door, {"do": "mark", "meeting": "1", "numbers": "ZZZZZ"})
    assert "Nobody here has this number: ZZZZZ" in refused.content.decode()
    assert desk.post(door, {"do": "mark", "meeting": "1", "seat": seat.number}).status_code == 302
    begun(events.event(row.pk), DAY)
    page = see(student, url)
    assert "Get my certificate" in page
    assert student.post(url, {"do": "certificate"})["Location"] == "/my/documents/"
    assert "Certificate of attendance" in see(student, "/my/documents/")
    student.post(url, {"do": "rate", "rating": "5", "words": "很好"})
    assert "很好" in see(desk, door)
    desk.post(door, {"do": "recap", "zh": "大家读了书", "en": "We read"})
    assert "We read" in see(student, url)
    assert student.post(door, {"do": "recap"}).status_code == 403


def test_what_a_reader_proposed_leads_to_the_plan(library, desk, student):
    from shuren.trust.models import Account
    from shuren.trust.queries import actor_of

    actor = actor_of(Account.objects.get(username="ann"))
    case = cases.open_case(
        library, "reader_salon", actor=actor,
        fields={"topic": "延长开放", "wanted_on": "2026-12-20"},
    )  # fmt: skip
    page = see(desk, reverse("workbench:case", args=[case.id]))
    assert f"?case={case.id}&amp;service=reader_salon" in page
    assert plan(desk, case=case.id, service="reader_salon").status_code == 302
    assert Event.objects.get().case_id == case.id
