"""Cases on the pages: the reader's list and trace, the desk's list and what it can do."""

import pytest
from django.test import Client
from django.urls import reverse

from shuren.service import cases
from shuren.service.case_shapes import BY_ITSELF
from shuren.trust.actions import create_account, keep_identities
from shuren.trust.models import Account
from shuren.trust.queries import actor_of
from tests.service.desk_of_cases import held
from tests.web.test_privacy_panel import see

DESK = "workbench:cases"


@pytest.fixture
def reader(as_role, library) -> Client:
    return as_role("student")


@pytest.fixture
def opened(reader, library):
    return held(library, actor_of(Account.objects.get(username="a-student")), branch="江湾校区")


@pytest.fixture
def desk(db) -> Client:
    client = Client()
    client.force_login(create_account("lin", "a long enough phrase", "front_desk"))
    client.cookies["shuren_language"] = "en"
    return client


def test_a_reader_sees_what_waits_for_them_first(reader, opened, library):
    assert "Under way" in see(reader, "/my/cases/")
    cases.act(library, opened.id, "copy_free", actor=BY_ITSELF)
    cases.act(library, opened.id, "arrive", actor=BY_ITSELF)
    page = see(reader, "/my/cases/")
    assert "Waiting for you" in page
    assert "三体" in page
    assert "Ready for collection" in page
    trace = see(reader, f"/my/cases/{opened.id}/")
    assert "Arrived at the pick-up point" in trace
    assert "What you can do" in trace


def test_a_reader_cancels_with_one_form_and_the_case_is_over(reader, opened, library):
    url = reverse("my-case", args=[opened.id])
    answer = reader.post(url, {"event": "cancel", "version": opened.version, "note": "已买到"})
    assert answer.status_code == 302
    assert "Cancelled" in see(reader, "/my/cases/?show=over")
    again = reader.post(url, {"event": "cancel", "version": opened.version})
    assert again.status_code == 302  # the same press twice is one
    late = reader.post(url, {"event": "collect", "version": opened.version + 1})
    assert late.status_code == 409
    assert "The case is over" in late.content.decode()


def test_nobody_elses_case_is_found(reader, opened, db):
    other = Client()
    key = "r_" + "a" * 26
    other.force_login(create_account("x", "a long enough phrase", "student", reader_key=key))
    assert other.get(reverse("my-case", args=[opened.id])).status_code == 404
    assert other.post(reverse("my-case", args=[opened.id]), {"event": "cancel"}).status_code == 404
    assert other.get(reverse("workbench:case", args=[opened.id])).status_code == 403


def test_the_desk_sees_every_queue_and_narrows_it(opened, desk):
    page = see(desk, reverse(DESK))
    assert "1 case" in page
    assert "三体" in page
    assert "三体" in see(desk, f"{reverse(DESK)}?branch=江湾校区&service=book_hold&state=queued")
    assert "No cases here" in see(desk, f"{reverse(DESK)}?branch=nowhere")
    assert "No cases here" in see(desk, f"{reverse(DESK)}?show=overdue")
    for odd in ("page=999", "page=x", "show=zzz", "state=%00"):
        assert desk.get(f"{reverse(DESK)}?{odd}").status_code == 200


def test_the_desk_takes_on_acts_and_is_told_when_somebody_was_quicker(opened, desk, library):
    assert desk.post(reverse(DESK), {"case": [opened.id]}).status_code == 302
    assert "lin" in see(desk, f"{reverse(DESK)}?show=mine")
    url = reverse("workbench:case", args=[opened.id])
    seen = opened.version + 1
    cases.act(library, opened.id, "copy_free", actor=BY_ITSELF)
    answer = desk.post(url, {"event": "cancel", "version": seen})
    assert answer.status_code == 409
    assert "has changed since you looked at it" in answer.content.decode()
    assert desk.post(url, {"event": "arrive", "version": seen + 1}).status_code == 302
    assert desk.post(url, {"do": "note", "note": "放在一楼"}).status_code == 302
    page = see(desk, url)
    assert "放在一楼" in page
    assert "Clock stopped" in page
    assert desk.post(url, {"do": "note", "note": " "}).status_code == 400


def test_a_form_says_what_is_missing_and_keeps_what_was_typed(opened, desk, library, reader):
    actor = actor_of(Account.objects.get(username="a-student"))
    about = {"kind": "article", "id": "10.1/x", "title": "某文"}
    one = cases.open_case(
        library, "document_delivery", actor=actor, subject=about, fields={"personal_study": True}
    )
    url = reverse("workbench:case", args=[one.id])
    answer = desk.post(url, {"event": "reject", "version": one.version, "note": ""})
    assert answer.status_code == 400
    assert "needs a note that says why" in answer.content.decode()
    desk.post(url, {"event": "accept", "version": one.version})
    cases.act(library, one.id, "supply", actor=actor_of(Account.objects.get(username="lin")))
    seen = cases.case(library, one.id, actor)
    mine = reverse("my-case", args=[one.id])
    wrong = reader.post(
        mine, {"event": "rate", "version": seen.version, "f-rate-rating": "9", "note": "很快"}
    )
    assert wrong.status_code == 400
    assert "很快" in wrong.content.decode()
    right = {"event": "rate", "version": seen.version, "f-rate-rating": "5"}
    assert reader.post(mine, right).status_code == 302


def test_who_it_is_is_shown_only_when_asked_and_written_down(opened, desk, reader, library):
    url = reverse("workbench:case", args=[opened.id])
    key = Account.objects.get(username="a-student").reader_key
    keep_identities(library, [(key, {"name": "郑重其0101"})])
    assert "郑重其" not in see(desk, url)
    assert "郑重其0101" in desk.post(url, {"do": "who"}).content.decode()
    assert "郑重其" not in see(desk, url)
    privacy = see(reader, "/my/privacy/")
    assert "Front desk looked at: your cases" in privacy
    assert "Front desk looked at: your name and contact" in privacy


def test_a_manager_reads_and_signs_but_does_no_desk_work(opened, library, db):
    client = Client()
    client.force_login(create_account("guan", "a long enough phrase", "director"))
    client.cookies["shuren_language"] = "en"
    url = reverse("workbench:case", args=[opened.id])
    page = see(client, url)
    assert "Nothing here is yours to do now." in page
    assert "Only who handles this case can see who it is." in page
    assert client.post(url, {"do": "who"}).status_code == 403
    assert client.post(url, {"event": "copy_free", "version": 2}).status_code == 409
