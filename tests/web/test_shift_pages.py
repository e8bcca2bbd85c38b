"""Pages of shifts: a reader takes, passes on, checks in; the coordinator sees gaps, never names."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from shuren.kernel.clock import now
from shuren.service import cases, shift_desk, shifts
from shuren.service.internals.shift_rows import Shift, ShiftTurn
from shuren.service.shift_shapes import DONE, MISSED, WORKING
from shuren.trust.models import Account
from shuren.trust.queries import actor_of
from tests.service.desk_of_cases import LIBRARIAN
from tests.web.test_event_pages import desk as desk
from tests.web.test_event_pages import signed_in
from tests.web.test_event_pages import student as student
from tests.web.test_privacy_panel import see

pytestmark = pytest.mark.django_db(transaction=True)
MINE, DESK = "/my/shifts/", "/workbench/shifts/"
SERVICE = "student_librarians"


def joined(site):
    """Ann's application is approved."""
    ann = actor_of(Account.objects.get(username="ann"))
    fields = {"kind": "volunteer", "week_hours": "4"}
    opened = cases.open_case(site, SERVICE, actor=ann, fields=fields)
    cases.act(site, opened.id, "approve", actor=LIBRARIAN)
    return ann


def added(site, ahead=timedelta(days=2), people=2):
    starts = now() + ahead
    return shift_desk.add(
        site, SERVICE, title={"zh": "值班<b>", "en": "Shift<b>"},
        place={"zh": "三楼", "en": "Floor 3"},
        starts_at=starts, ends_at=starts + timedelta(hours=1), people=people, actor=LIBRARIAN,
    )  # fmt: skip


def test_who_is_no_member_is_led_to_apply(library, student):
    added(library)
    page = see(student, MINE)
    assert f'href="/services/{SERVICE}/"' in page
    assert "Take this shift" not in page
    assert student.post(MINE, {"do": "take", "shift": Shift.objects.get().pk}).status_code >= 400
    assert not ShiftTurn.objects.exists()


def test_a_shift_is_taken_offered_kept_and_given_back_on_the_page(library, student):
    joined(library)
    one = added(library)
    page = see(student, MINE)
    assert "Shift&lt;b&gt;" in page
    assert "2 of 2 places free" in page
    assert student.post(MINE, {"do": "take", "shift": one.id}).status_code == 302
    turn = ShiftTurn.objects.get()
    assert f"Your number: {turn.number}" in see(student, MINE)
    for do, said in (
        ("offer", "Offered to the others"), ("keep", "Give back"), ("swap", "Offered for a swap"),
        ("keep", "Give back"), ("give_back", "Given back or passed on"),
    ):  # fmt: skip
        answer = student.post(MINE, {"do": do, "turn": turn.pk})
        assert answer.status_code == 302, do
        assert said in see(student, answer["Location"]), do
    assert Shift.objects.get().taken == 0


def test_the_code_checks_in_and_a_wrong_one_is_said_beside_the_field(library, student):
    ann = joined(library)
    one = added(library, timedelta(minutes=5))
    turn = shifts.take(library, one.id, actor=ann)
    wrong = student.post(MINE, {"do": "check_in", "turn": turn.id, "code": "x"})
    assert wrong.status_code == 400
    assert "This is not the code of this shift." in wrong.content.decode()
    right = {"do": "check_in", "turn": turn.id, "code": Shift.objects.get().code}
    assert student.post(MINE, right).status_code == 302
    assert ShiftTurn.objects.get().state == WORKING
    page = see(student, MINE)
    assert "Step out" in page
    for do, said in (("pause", "I am back"), ("resume", "Step out"), ("leave", "My hours")):
        student.post(MINE, {"do": do, "turn": turn.id})
        assert said in see(student, MINE), do
    assert ShiftTurn.objects.get().state == DONE


@pytest.mark.parametrize(
    "said",
    [
        {"do": "take", "shift": "Sxxxx"}, {"do": "take_over", "turn": "999"}, {"do": "nonsense"},
        {"do": "leave", "turn": "abc"}, {"do": "certificate", "since": "soon", "until": ""},
        {"do": "certificate", "since": "2026-01-02", "until": "2026-01-01"},
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_a_sentence(library, student, said):
    answer = student.post(MINE, said)
    assert 400 <= answer.status_code < 500
    assert 'role="alert"' in answer.content.decode()


def test_who_is_no_reader_is_told_so(library):
    anybody = signed_in("neu", "student")
    assert anybody.get(MINE).status_code == 200


def test_the_coordinator_adds_asks_for_more_marks_and_calls_off(library, desk, student):
    ann = joined(library)
    day = timezone.localtime(now() + timedelta(days=1))
    said = {
        "do": "add", "service": SERVICE, "title_zh": "晚班", "title_en": "Evening",
        "place_zh": "三楼", "place_en": "Floor 3", "people": "2",
        "starts_at": f"{day:%Y-%m-%d}T18:00", "ends_at": f"{day:%Y-%m-%d}T21:00",
    }  # fmt: skip
    wrong = desk.post(DESK, said | {"ends_at": said["starts_at"]})
    assert wrong.status_code == 400
    assert "A shift ends after it begins" in wrong.content.decode()
    week = f"{DESK}?from={day:%Y-%m-%d}"
    assert desk.post(week, said).status_code == 302
    row = Shift.objects.get()
    page = see(desk, week)
    assert "2 missing" in page
    assert row.code in page
    turn = shifts.take(library, row.pk, actor=ann)
    assert desk.post(week, {"do": "need", "shift": row.pk, "people": "3"}).status_code == 302
    page = see(desk, week)
    assert "2 missing" in page
    assert turn.number in page
    assert ann.reader_key not in page
    early = desk.post(week, {"do": "here", "shift": row.pk, "number": turn.number})
    assert early.status_code == 409
    begun = now() - timedelta(minutes=20)
    Shift.objects.update(starts_at=begun, ends_at=begun + timedelta(hours=3))
    desk.post(week, {"do": "missed", "shift": row.pk, "number": turn.number})
    assert ShiftTurn.objects.get().state == MISSED
    desk.post(week, {"do": "here", "shift": row.pk, "number": turn.number})
    assert ShiftTurn.objects.get().state == WORKING
    assert desk.post(week, {"do": "off", "shift": row.pk}).status_code == 302
    assert "Called off" in see(desk, week)
    assert ShiftTurn.objects.get().seconds >= 20 * 60


def test_only_staff_with_cases_see_the_roster_and_only_who_works_on_them_the_code(library, student):
    added(library)
    assert student.get(DESK).status_code == 403
    director = signed_in("wei", "director")
    page = see(
        director, f"{DESK}?from={timezone.localtime(Shift.objects.get().starts_at):%Y-%m-%d}"
    )
    assert "Shift&lt;b&gt;" in page
    for path in (f"{DESK}?from=x", f"{DESK}?from=9999-12-31", f"{DESK}?from=0001-01-01"):
        assert director.get(path).status_code == 200
    assert re.search(r'href="[^"]*shifts/', see(director, reverse("workbench:events")))
