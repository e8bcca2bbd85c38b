"""The circulation page: made for a scanner, says why not, and never shows a card again."""

import pytest
from django.urls import reverse

from shuren.service import ils
from shuren.trust.actions import create_account
from tests.service.circulating import ANN, ANYBODY, BEN, EAST, WEST, reader_of, title_of
from tests.service.circulating import circulation_built as circulation_built
from tests.service.circulating import library as library

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, library):
    client.force_login(create_account("li", "a long enough phrase", "front_desk"))
    client.cookies["shuren_language"] = "en"

    def send(**said):
        answer = client.post(reverse("workbench:circulation"), said)
        assert ANN not in answer.text
        assert BEN not in answer.text
        return answer

    return send


def test_several_copies_are_lent_with_one_card_and_each_says_what_became_of_it(desk):
    answer = desk(do="lend", card=BEN, items="B1\nB6\r\nB99 B1")
    assert answer.status_code == 200
    for said in (
        "三体 · B1",
        "Lent, due",
        "use in the library only",
        "No copy has the barcode B99",
    ):
        assert said in answer.text
    assert answer.text.count("三体 · B1") == 1


def test_a_copy_comes_back_without_a_card_and_is_told_where_it_goes(desk, library):
    assert "Back: to the shelf" in desk(do="return", items="B4").text
    title = title_of(library, "B1")
    ils.place_hold(library, title, actor=reader_of(library, BEN), pickup=WEST)
    assert (
        f"Somebody waits for it: to the hold shelf of {WEST}" in desk(do="return", items="B3").text
    )
    assert f"Send it to {EAST}" not in desk(do="return", items="B2").text


def test_a_renewal_says_the_new_day_or_why_not(desk):
    assert "Renewed, due" in desk(do="renew", card=ANN, items="B4").text
    assert "renewed 1 times" in desk(do="renew", card=ANN, items="B4").text


@pytest.mark.parametrize(
    "said, why",
    [
        ({"do": "lend", "items": "B1"}, "Scan the reader&#x27;s card first."),
        ({"do": "lend", "card": BEN}, "No barcode was scanned."),
        ({"do": "lend", "card": "99999", "items": "B1"}, "No reader&#x27;s card has this number."),
        ({"do": "lend", "card": "1" * 99, "items": "B1"}, "cannot be the number of a card"),
        ({"do": "return", "items": " ".join(f"X{n}" for n in range(61))}, "At most 60"),
    ],
)
def test_what_was_scanned_wrongly_is_said_in_one_sentence(desk, library, said, why):
    answer = desk(**said)
    assert answer.status_code == 400
    assert why in answer.text
    assert not any(
        copy.status == "on_loan"
        for copies in ils.copies(library, [title_of(library, "B1")], actor=ANYBODY).values()
        for copy in copies
    )


def test_a_check_out_at_the_desk_is_in_the_readers_library_at_once(desk, client, library):
    desk(do="lend", card=BEN, items="B1")
    key = reader_of(library, BEN).reader_key
    client.force_login(create_account("ben", "a long enough phrase", "student", reader_key=key))
    page = client.get(reverse("my")).text
    assert "三体" in page
    assert "Due" in page


def test_what_nobody_collected_is_listed_to_be_cleared(desk, client, library, monkeypatch):
    ben = reader_of(library, BEN)
    ils.place_hold(library, title_of(library, "B4"), actor=ben, pickup=EAST)
    desk(do="return", items="B4")
    assert "To take off the hold shelf" not in client.get(reverse("workbench:circulation")).text
    [hold] = ils.holds(library, actor=ben)
    ils.cancel_hold(library, hold.id, actor=ben)
    page = client.get(reverse("workbench:circulation")).text
    assert "To take off the hold shelf" in page
    assert "B4" in page
    desk(do="return", items="B4")
    assert "To take off the hold shelf" not in client.get(reverse("workbench:circulation")).text
