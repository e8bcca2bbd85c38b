"""The inbox, how messages come, the link that stops mails, the private calendar, the outbox."""

import re

import pytest
from django.test import Client
from django.urls import resolve
from icalendar import Calendar

from shuren.kernel.clock import now
from shuren.service import messages
from shuren.service.internals.messaging import mailing
from shuren.service.internals.messaging.rows import CalendarFeed, Delivery, Message
from shuren.service.message_shapes import ABOUT, Work
from shuren.trust.models import Account
from shuren.web.portal.inbox import _leads
from tests.web.library import LETTERS
from tests.web.test_consumers import borrow
from tests.web.test_privacy_panel import see

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(as_role, library):
    return as_role("student")


def key_of(name: str = "a-student") -> str:
    return str(Account.objects.get(username=name).reader_key)


def told(library, key: str = "k1", **whom: str) -> Message:
    whom = whom or {"reader": key_of()}
    values = {
        "service": {"zh": "图书预约", "en": "Holds"}, "state": {"zh": "可取书", "en": "Ready"},
        "subject": Work("<b>三体</b>"), "sentence": "", "note": "", "until": None,
    }  # fmt: skip
    messages.tell(library, template="case_moved", values=values, key=key,
                  about={"kind": "case", "id": "C1"}, **whom)  # fmt: skip
    return Message.objects.get(key=key)


def test_unread_messages_are_counted_in_the_head_until_they_are_opened(reader, library):
    assert "unread message" not in see(reader, "/")
    row = told(library)
    told(library, "k2")
    assert "2 unread messages" in see(reader, "/")
    page = see(reader, "/my/inbox/")
    assert "Holds: Ready" in page
    assert f'href="/my/inbox/{row.pk}/"' in page
    answer = reader.get(f"/my/inbox/{row.pk}/").content.decode()
    assert "&lt;b&gt;三体" in answer, "a title is text"
    assert 'href="/my/cases/C1/"' in answer
    assert "1 unread message" in see(reader, "/")


@pytest.mark.parametrize("kind", [kind for kind in ABOUT if kind])
def test_what_a_message_is_about_has_a_page_it_leads_to(kind: str):
    row = _leads({"kind": kind, "id": "X1"})
    assert resolve(row["url"]).url_name
    assert row["label"]


def test_a_message_about_an_event_leads_to_that_event():
    assert _leads({"kind": "event", "id": "E1"})["url"] == "/events/E1/"
    assert _leads({"kind": "event", "id": ""}) == {}


def test_a_message_is_put_back_deleted_or_all_are_read(reader, library):
    row = told(library)
    see(reader, f"/my/inbox/{row.pk}/")
    reader.post(f"/my/inbox/{row.pk}/", {"do": "unread"})
    assert "1 unread message" in see(reader, "/my/inbox/?show=unread")
    reader.post("/my/inbox/read/")
    assert "No such message" in see(reader, "/my/inbox/?show=unread")
    reader.post(f"/my/inbox/{row.pk}/", {"do": "delete"})
    assert reader.get(f"/my/inbox/{row.pk}/").status_code == 404
    assert "Nothing has been said to you yet" in see(reader, "/my/inbox/")


def test_nobody_opens_another_inbox(reader, library, as_role):
    row = told(library)
    other = as_role("front_desk")
    assert other.get(f"/my/inbox/{row.pk}/").status_code == 404
    assert other.post(f"/my/inbox/{row.pk}/", {"do": "delete"}).status_code == 404
    assert Client().get("/my/inbox/").status_code == 302


def test_staff_have_an_inbox_in_the_same_place(as_role, library):
    client = as_role("front_desk")
    told(library, account="a-front_desk")
    assert "1 unread message" in see(client, "/workbench/")
    assert "Holds: Ready" in see(client, "/my/inbox/")


@pytest.mark.parametrize("query", ["?page=0", "?page=99", "?page=x", "?show=nothing", "?show=%00"])
def test_an_inbox_takes_any_address(reader, library, query):
    told(library)
    assert reader.get(f"/my/inbox/{query}").status_code == 200


def test_a_reader_chooses_how_to_be_told(reader, library):
    page = see(reader, "/my/messages/")
    assert "has not connected a mail server" in page
    said = {"way-case": "daily", "way-offer": "off", "quiet_from": "23:00", "quiet_to": "07:30",
            "most": "3", "language": "en"}  # fmt: skip
    assert reader.post("/my/messages/", said).status_code == 302
    page = see(reader, "/my/messages/?kept=1")
    assert 'value="23:00"' in page
    assert '<option value="daily" selected>' in page


@pytest.mark.parametrize(
    "said",
    [{"quiet_from": "25:00"}, {"quiet_from": ""}, {"way-case": "hourly"}, {"most": "0"},
     {"most": "x"}, {"language": "fr"}, {"most": "99999999999999999999"}],
)  # fmt: skip
def test_a_choice_there_is_not_is_refused_and_nothing_changes(reader, library, said):
    whole = {"quiet_from": "22:00", "quiet_to": "08:00", "most": "5", "language": ""}
    assert reader.post("/my/messages/", whole | said).status_code == 400
    assert 'value="22:00"' in see(reader, "/my/messages/")


def test_one_click_stops_mails_without_signing_in(reader, library):
    token = mailing.token_of(key_of(), "case")
    assert key_of() not in token
    anybody = Client(enforce_csrf_checks=True)
    anybody.cookies["shuren_language"] = "en"
    assert "Stop these mails" in see(anybody, f"/stop/{token}/")
    assert messages.stopped_by(token) == "case"
    answer = anybody.post(f"/stop/{token}/", {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert '<option value="off" selected>' in see(reader, "/my/messages/")
    told(library)
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("token", ["x", "a.case.b", "%00", "a" * 500])
def test_a_link_that_is_none_stops_nothing(client, library, token):
    assert client.get(f"/stop/{token}/").status_code == 404
    assert client.post(f"/stop/{token}/").status_code == 404


def test_mails_lead_to_pages_that_are_there():
    assert resolve(mailing.INBOX.format(id=1)).url_name == "my-message"
    assert resolve(mailing.STOP.format(token="x")).url_name == "stop"


def address(page: str) -> str:
    found = re.search(r"/calendar/([\w-]+)\.ics", page)
    assert found
    return found[0]


def test_a_private_calendar_has_due_dates_and_no_titles_until_it_is_ended(reader, library):
    borrow(LETTERS[0])
    path = address(reader.post("/my/messages/calendar/", {"do": "make"}).content.decode())
    assert path not in see(reader, "/my/messages/"), "shown once"
    answer = Client().get(path)
    assert answer.headers["Content-Type"].startswith("text/calendar")
    text = answer.content.decode()
    events = Calendar.from_ical(text).walk("VEVENT")
    assert len(events) >= 1
    assert "三体" not in text
    assert key_of() not in text
    uids = {str(event["uid"]) for event in events}
    again = Calendar.from_ical(Client().get(path).content).walk("VEVENT")
    assert {str(event["uid"]) for event in again} == uids
    other = address(reader.post("/my/messages/calendar/", {"do": "make"}).content.decode())
    assert Client().get(path).status_code == 404
    assert Client().get(other).status_code == 200
    reader.post("/my/messages/calendar/", {"do": "end"})
    assert Client().get(other).status_code == 404
    assert not CalendarFeed.objects.exists()


def test_the_calendar_is_had_as_a_file_too(reader, library):
    borrow(LETTERS[0])
    answer = reader.get("/my/calendar.ics")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="library.ics"'
    assert Calendar.from_ical(answer.content).walk("VEVENT")
    assert Client().get("/my/calendar.ics").status_code == 302


def test_the_outbox_names_nobody_and_says_what_to_do(as_role, library):
    client = as_role("student")
    told(library)
    told(library, "k2")
    Delivery.objects.filter(message__key="k1").update(
        state="dead", why="refused_address", code=550, done_at=now()
    )
    reader = key_of()
    client = as_role("administrator")
    page = see(client, "/workbench/messages/")
    assert "No mail server is set: 1 mail stays here" in page
    assert "The address is refused (550)" in page
    assert reader not in page
    [dead] = Delivery.objects.filter(state="dead")
    assert client.post("/workbench/messages/again/", {"id": [str(dead.pk), "x", "9" * 30]}).url
    assert Delivery.objects.filter(state="waiting").count() == 2


def test_an_alert_is_offered_after_the_reader_agreed(reader, library):
    reader.post("/my/searches/save/", {"q": "三体"})
    page = see(reader, "/my/searches/")
    assert "Alerts of saved searches" in page
    assert "Tell me what is new" not in page
    from shuren.service.internals.search_rows import SavedSearch

    row = SavedSearch.objects.get()
    assert reader.post(f"/my/searches/{row.pk}/alert/", {"alert": "daily"}).status_code == 403
    reader.post("/my/privacy/consent/", {"purpose": "search_alerts", "version": "1",
                                         "answer": "yes", "next": "/my/searches/"})  # fmt: skip
    assert "Tell me what is new" in see(reader, "/my/searches/")
    assert reader.post(f"/my/searches/{row.pk}/alert/", {"alert": "daily"}).status_code == 302
    assert '<option value="daily" selected>' in see(reader, "/my/searches/")
    assert reader.post(f"/my/searches/{row.pk}/alert/", {"alert": "hourly"}).status_code == 400
