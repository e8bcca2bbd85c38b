"""Desk and emergency access as pages: typed, never in an address; told to the reader."""

import logging

import pytest
from django.test import Client
from django.urls import reverse

from shuren.trust.actions import create_account, keep_identities, pseudonymise
from shuren.trust.ledger import entries_about
from tests.web.conftest import PASSWORD
from tests.web.library import LETTERS, NAMES, remember_cards

pytestmark = pytest.mark.django_db
CARD = LETTERS[0]
FORM = {
    "card": CARD,
    "kind": "health",
    "reason": "该读者在阅览室昏倒，需要联系家属",
    "minutes": "15",
}


def signed_in(name, role, reader_key=""):
    client = Client()
    client.force_login(create_account(name, PASSWORD, role, reader_key=reader_key))
    client.cookies["shuren_language"] = "en"
    return client


@pytest.fixture(autouse=True)
def known_cards(library):
    remember_cards(library)


@pytest.fixture
def director(library):
    return signed_in("jin", "director")


@pytest.fixture
def board(library):
    return signed_in("su", "ethics_board")


def text(answer):
    return answer.content.decode()


def test_the_desk_types_a_card_and_sees_the_loans_and_no_number_comes_back(library, caplog):
    client, url = signed_in("li", "front_desk"), reverse("workbench:desk")
    assert "Number on the card" in text(client.get(url))
    with caplog.at_level(logging.DEBUG):
        answer = client.post(url, {"card": CARD})
    assert answer.status_code == 200
    assert "文学院" in text(answer)
    assert CARD not in text(answer)
    assert CARD not in caplog.text
    answer = client.get(url, {"card": CARD})  # an address is kept by logs and histories
    assert "The reader at the desk" not in text(answer)


def test_a_wrong_card_is_told_without_repeating_it(library):
    answer = signed_in("li", "front_desk").post(reverse("workbench:desk"), {"card": "31415926"})
    assert answer.status_code == 400
    assert "31415926" not in text(answer)


def test_an_emergency_from_the_reason_to_the_review(director, board, library):
    page, look = reverse("workbench:break-glass"), reverse("workbench:break-glass-look")
    key = pseudonymise(library, [CARD])[0]
    keep_identities(library, [(key, {"reader_id": CARD, "name": NAMES[CARD]})])
    assert director.post(look, {"what": "who"}).status_code == 400
    refused = director.post(page, FORM | {"reason": "急"})
    assert refused.status_code == 400
    assert CARD not in text(refused)
    assert director.post(page, FORM).status_code == 302
    opened = text(director.get(page))
    assert "One reader's records are open to you" in opened
    assert "郑重其" not in opened, "a page that is only opened shows nobody"
    assert NAMES[CARD] in text(director.post(look, {"what": "who"}))
    assert "文学院" in text(director.post(look, {"what": "card"}))
    reviews = reverse("workbench:break-glass-reviews")
    assert "open" in text(board.get(reviews))
    director.post(reverse("workbench:break-glass-end"))
    assert director.post(look, {"what": "who"}).status_code == 400
    waiting = text(board.get(reviews))
    assert "1 waits for a review" in waiting
    assert FORM["reason"] in waiting
    number = waiting.split('name="opened" value="')[1].split('"')[0]
    assert board.post(reviews, {"opened": number, "verdict": "justified"}).status_code == 302
    assert "0 wait for a review" in text(board.get(reviews))
    reader = signed_in("ann", "student", key)
    for place in ("my", "my-privacy"):
        mine = text(reader.get(reverse(place)))
        assert "Director opened them on" in mine
        assert "It was justified" in mine
        assert FORM["reason"] not in mine
    assert [e.kind for e in entries_about(key)].count("break_glass") == 3


def test_a_reader_of_whom_nothing_was_opened_sees_no_notice(library):
    reader = signed_in("ann", "student", pseudonymise(library, [CARD])[0])
    assert "opened in an emergency" not in text(reader.get(reverse("my")))
