"""A student on day duty: every address, GET and POST, and nothing anywhere of another reader.

One reader has something in every place there is: cases, a hold, a booking, a signed document,
messages, an opinion; the student shares a shift with them. What the student is answered, from all
addresses with all ids that stand in the database, says nothing of the other's name, card,
pseudonym or words.
"""

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from shuren.kernel.clock import now
from shuren.management import opinions
from shuren.service import cases, documents, duty
from shuren.service.document_shapes import Sheet
from shuren.service.internals.booking_rows import Booking
from shuren.service.internals.case_rows import Case
from shuren.service.internals.messaging.rows import Message
from shuren.service.internals.shift_rows import ShiftTurn
from shuren.trust.actions import create_account, pseudonymise
from shuren.trust.models import Account
from shuren.trust.queries import actor_of
from tests.service.desk_of_cases import LIBRARIAN, MANAGER
from tests.service.on_duty import on_duty
from tests.web.library import LETTERS, NAMES, remember_cards
from tests.web.test_access_matrix import ALL, KNOWN, PASSWORD, api_paths

pytestmark = pytest.mark.django_db(transaction=True)
ME, THEM = LETTERS[0], LETTERS[1]
WORDS = "砗磲秘而不宣"
SEARCHES = ("find", "find-suggest", "find-export", "services", "stations", "voice", "events")


@pytest.fixture
def them(library, monkeypatch):
    """What must never be seen, by kind; and the ids that stand in addresses, of what holds it."""
    remember_cards(library)
    key, mine = pseudonymise(library, [THEM, ME])
    create_account("them", PASSWORD, "student", reader_key=key, display_name=NAMES[THEM])
    create_account("me", PASSWORD, "student", reader_key=mine)
    actor = actor_of(Account.objects.get(username="them"))
    asked = cases.open_case(
        library, "reference_desk", actor=actor, fields={"need": WORDS, "subject": "other"}
    )
    applied = cases.open_case(
        library, "student_librarians", actor=actor,
        fields={"kind": "volunteer", "week_hours": "4", "why_join": WORDS},
    )  # fmt: skip
    cases.act(library, applied.id, "approve", actor=MANAGER)
    said = opinions.take_in(
        library, channel="web", text=f"{WORDS} {NAMES[THEM]} {THEM}", actor=actor, name=NAMES[THEM]
    )
    held, seat, document = planted(library, actor, monkeypatch)
    turn, _mine = on_duty(
        library, actor, actor_of(Account.objects.get(username="me")),
    )  # fmt: skip
    told = list(Message.objects.filter(pseudonym=key).values_list("pk", flat=True))
    assert told
    secrets = {"name": NAMES[THEM], "card": THEM, "pseudonym": key, "words": WORDS,
               "document": document}  # fmt: skip
    ids = {"case_id": [asked.id, applied.id, said.case_id, held, seat],
           "kind": ["readers", "works"], "code": [document],
           "table": ["conformed.reader", "mart.loan_fact"], "contract_id": ["readers", "loans"],
           "number": [turn, *told]}  # fmt: skip
    return secrets, ids


def planted(site, actor, monkeypatch) -> tuple[str, str, str]:
    """A hold, a booking and a document of the reader, each with the words in it: their ids. Whoever
    is given the document's code verifies it; what stands in it and the code itself are theirs."""
    book = {"kind": "title", "id": "b0000001", "title": WORDS}
    held = cases.open_case(site, "book_hold", actor=actor, subject=book)
    cases.add_note(site, held.id, WORDS, actor=LIBRARIAN)
    begins = now() + timedelta(hours=30)
    times = {"starts_at": begins.isoformat(), "ends_at": (begins + timedelta(hours=1)).isoformat()}
    # The tiny library has no places: the booking is written as one that was taken somewhere.
    monkeypatch.setitem(cases.OPENING, "place", (None, None))
    seat = cases.open_case(
        site, "seat_booking", actor=actor, fields=times,
        subject={"kind": "place", "id": "Z-7", "title": WORDS},
    )  # fmt: skip
    Booking.objects.create(
        case_id=seat.id, service="seat_booking", place="Z-7", zone="Z", building=WORDS,
        starts_at=begins, ends_at=begins + timedelta(hours=1),
    )  # fmt: skip
    with transaction.atomic():
        document = documents.issue(
            site, kind="shift_hours", title={"zh": "证明", "en": "Hours"}, letters="T",
            write=lambda language, number, version: Sheet(WORDS, (), ()),
            reader=actor.reader_key, actor=LIBRARIAN,
        )  # fmt: skip
    return held.id, seat.id, document.code


def addresses(route, ids):
    """The address with the examples, and with each id of what the other reader has."""
    wanted = set(route.pattern.pattern.converters) - route.pattern.default_args.keys()
    examples = {name: KNOWN[name] for name in wanted}
    yield reverse(route.name, kwargs=examples)
    for name in wanted & set(ids):
        for one in ids[name]:
            yield reverse(route.name, kwargs=examples | {name: one})


def told(answer) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return f"{dict(answer.headers)} {body.decode('utf-8', 'replace')}"


def leaks(who: str, secrets, ids, methods=("get", "post")) -> list[str]:
    account, found = Account.objects.get(username=who), []
    client = Client(raise_request_exception=False)
    asked = [(method, url) for route in ALL for url in addresses(route, ids) for method in methods]
    erasing = ("post", reverse("my-erase"))  # one tap, and they are no reader any more
    asked = [one for one in asked if one != erasing]
    asked += [("get", f"/api/v1{url.removeprefix('/api/v1')}") for _name, url in api_paths()]
    # What was asked for is repeated; the rest of what is known about them is not told for it.
    for said in (secrets["name"], secrets["card"]):
        asked += [("get", f"{reverse(name)}?q={said}") for name in SEARCHES]
    for method, url in asked:
        client.force_login(account)  # some forms end a session
        answer = getattr(client, method)(url)
        text = told(answer)
        hits = [kind for kind, one in secrets.items() if one in text and one not in url]
        found += [f"{method} {url}: {kind}" for kind in hits]
        if answer.status_code >= 500:
            found.append(f"{method} {url}: {answer.status_code}")
    return found


def test_who_is_on_duty_is_told_nothing_of_any_reader(library, them):
    secrets, ids = them
    me = actor_of(Account.objects.get(username="me"))
    assert duty.on_duty(library, me) is not None
    assert leaks("me", secrets, ids) == []
    assert duty.on_duty(library, me) is not None, "still on duty at the end of the walk"


def test_the_same_walk_finds_it_where_it_may_be_seen(library, them):
    """Or the walk above would prove nothing: the reader sees their own, the desk the words."""
    secrets, ids = them
    own = leaks("them", secrets, ids, ("get",))
    pages = {
        "the hold": f"{reverse('my-cases')}: words",
        "the booking": f"{reverse('my-bookings')}: words",
        "the document": f"{reverse('my-documents')}: document",
        "the message": f"{reverse('my-inbox')}: words",
        "the opinion": f"{reverse('my-opinions')}: words",
    }
    assert {what for what, seen in pages.items() if f"get {seen}" not in own} == set()
    create_account("lin", PASSWORD, "front_desk")
    assert "words" in "\n".join(leaks("lin", secrets, ids, ("get",)))


def test_the_page_of_who_is_on_duty(library, them):
    client = Client()
    client.force_login(Account.objects.get(username="me"))
    client.cookies["shuren_language"] = "en"
    page = client.get(reverse("my-duty")).content.decode()
    assert "5 zones are still to be looked at." in page
    for do, said in (("done", "4 zones are still"), ("again", "5 zones are still")):
        answer = client.post(reverse("my-duty"), {"do": do, "zone": "lost"})
        assert answer.status_code == 302
        assert said in client.get(reverse("my-duty")).content.decode()
    assert client.post(reverse("my-duty"), {"do": "done", "zone": "vault"}).status_code == 400
    before = Case.objects.count()
    for _time in range(2):
        note = {"do": "note", "text": "三楼太冷了", "key": "a"}
        answer = client.post(reverse("my-duty"), note)
        assert answer["Location"] == f"{reverse('my-duty')}?done=note"
    assert Case.objects.count() == before + 1
    assert client.post(reverse("my-duty"), {"do": "note", "text": " "}).status_code == 400
    turn = ShiftTurn.objects.get(pseudonym=actor_of(Account.objects.get(username="me")).reader_key)
    client.post(reverse("my-shifts"), {"do": "leave", "turn": turn.pk})
    closed = client.get(reverse("my-duty")).content.decode()
    assert "This page opens when you check in" in closed
    assert client.post(reverse("my-duty"), {"do": "done", "zone": "lost"}).status_code == 409
