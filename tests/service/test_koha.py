"""The library's own Koha, asked over HTTP at a server that holds every request against Koha's
published definitions."""

import logging

import pytest

from shuren.service import ils
from shuren.service.errors import NoSuchReader
from shuren.service.ils_errors import CannotCirculate, IlsDown, IlsRefused, NoSuchCopy
from shuren.service.internals.circulation import koha_client, link
from tests.service.circulating import ANN, ANYBODY, BEN, CAI, EAST, LI, reader_of, title_of
from tests.service.circulating import circulation_built as circulation_built
from tests.service.circulating import library as library
from tests.service.koha_server import CLIENT, SECRET, Koha, hold, item, running

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_known():
    yield
    koha_client._tokens.clear()
    link._down.clear()


@pytest.fixture
def koha():
    """三体 is record 1, 活着 record 2, the dictionary record 3."""
    with running(Koha()) as found:
        found.rows["items"] += [
            item(11, 1, "B1"),
            item(12, 1, "B2"),
            item(13, 1, "B3"),
            item(14, 2, "B4", checked_out_date="2026-03-01"),
            item(15, 2, "B5", lost_status=1),
            item(16, 3, "B6", not_for_loan_status=1),
        ]
        found.rows["patrons"] += [
            {"patron_id": 1, "cardnumber": ANN, "surname": "欧阳", "restricted": False},
            {"patron_id": 2, "cardnumber": BEN, "surname": "王", "expiry_date": "2026-03-09"},
        ]
        found.rows["checkouts"] += [
            {"checkout_id": 1, "patron_id": 1, "item_id": 14,
             "due_date": "2026-03-20T23:59:00+08:00"},
        ]  # fmt: skip
        found.rows["libraries"] += [{"library_id": "EAST", "name": "东馆"}]
        yield found
    assert found.complaints == []
    assert not any(card in address for card in (ANN, BEN, CAI) for address in found.addresses)


@pytest.fixture
def connected(library, koha, monkeypatch):
    connect(library, koha, monkeypatch)
    return library


def connect(site, koha, monkeypatch, sign_in="oauth2", secret=SECRET):
    monkeypatch.setenv("SHUREN_SECRET_KOHA", secret)
    site.settings_file.write_text(
        f'[ils]\nadapter = "koha"\n[ils.koha]\nurl = "{koha.url}"\nuser = "{CLIENT}"\n'
        f'sign_in = "{sign_in}"\ntimeout_s = 0.6\nlibraries = {{ "{EAST}" = "EAST" }}\n',
        "utf-8",
    )


def states(site, *items):
    titles = [title_of(site, one) for one in items]
    found = ils.copies(site, titles, actor=ANYBODY)
    at = {one.item_id: one for copies in found.values() for one in copies}
    return [at[one] for one in items]


def test_copies_are_as_koha_says_now_in_four_requests(connected, koha):
    koha.rows["holds"] += [
        hold(1, 2, 1, status="W", item_id="12"),
        hold(2, 3, 1, status="T", item_id="13"),
        hold(3, 4, 2),
        hold(4, 5, 2, priority=2),
    ]
    found = states(connected, "B1", "B2", "B3", "B4", "B5", "B6")
    assert [one.status for one in found] == [
        "available", "on_hold_shelf", "in_transit", "on_loan", "missing", "reference_only",
    ]  # fmt: skip
    assert (found[3].due_at.isoformat(), found[3].queue) == ("2026-03-20T23:59:00+08:00", 2)
    assert found[0].queue == 0
    assert all(one.is_live for one in found)
    wanted = ["POST /oauth/token", "GET /items", "GET /checkouts", "GET /holds"]
    assert koha.asked == wanted
    states(connected, "B1")
    assert koha.asked.count("POST /oauth/token") == 1


def test_a_copy_koha_does_not_know_stays_as_the_snapshot_has_it(connected, koha):
    koha.rows["items"] = [row for row in koha.rows["items"] if row["external_id"] != "B4"]
    [one] = states(connected, "B4")
    assert (one.status, one.is_live) == ("on_loan", False)


def test_lending_and_renewing(connected, koha):
    lent = ils.check_out(connected, "B1", card=ANN, actor=LI)
    assert (lent.title, lent.due_at.date().isoformat()) == ("三体", "2026-03-30")
    assert states(connected, "B1")[0].status == "on_loan"
    again = ils.renew(connected, "B4", actor=reader_of(connected, ANN))
    assert again.due_at.date().isoformat() == "2026-04-20"
    with pytest.raises(IlsRefused, match="too_many"):
        ils.renew(connected, "B4", card=ANN, actor=LI)
    with pytest.raises(IlsRefused, match="already checked out"):
        ils.check_out(connected, "B4", card=BEN, actor=LI)
    with pytest.raises(CannotCirculate, match="does not have this copy"):
        ils.renew(connected, "B2", card=ANN, actor=LI)
    with pytest.raises(NoSuchCopy):
        ils.check_out(connected, "B99", card=ANN, actor=LI)
    with pytest.raises(CannotCirculate, match="takes no check-in"):
        ils.check_in(connected, "B4", actor=LI)


def test_a_reader_stands_as_koha_says(connected, koha):
    found = ils.reader_standing(connected, actor=reader_of(connected, ANN))
    assert (found.loans_out, found.may_borrow) == (1, True)
    ended = ils.reader_standing(connected, card=BEN, actor=LI)
    assert [one.code for one in ended.blocks] == ["card_ended"]
    koha.rows["patrons"][0]["restricted"] = True
    koha.rows["patrons"][0]["patron_card_lost"] = True
    held_back = ils.reader_standing(connected, card=ANN, actor=LI)
    assert [one.code for one in held_back.blocks] == ["card_ended", "ils"]
    with pytest.raises(NoSuchReader):
        ils.reader_standing(connected, card=CAI, actor=LI)


def test_holds_are_placed_listed_and_cancelled(connected, koha):
    ann, title = reader_of(connected, ANN), title_of(connected, "B1")
    line = ils.place_hold(connected, title, actor=ann, pickup=EAST, case="C1")
    assert (line.title_id, line.state, line.place, line.case) == (title, "waiting", 1, "C1")
    assert koha.rows["holds"][0]["pickup_library_id"] == "EAST"
    [listed] = ils.holds(connected, actor=ann)
    assert (listed.id, listed.title_id, listed.pickup) == (line.id, title, EAST)
    with pytest.raises(IlsRefused, match="tooManyReserves"):
        ils.place_hold(connected, title, actor=ann, pickup=EAST)
    ils.cancel_hold(connected, listed.id, actor=ann)
    assert ils.holds(connected, actor=ann) == []
    with pytest.raises(CannotCirculate, match="no such hold"):
        ils.cancel_hold(connected, listed.id, actor=ann)


@pytest.mark.parametrize("fault", ["500", "hang", "text"])
def test_while_koha_is_down_the_snapshot_is_shown_and_nothing_is_waited_for(connected, koha, fault):
    states(connected, "B1")
    koha.faults = [fault]
    [one] = states(connected, "B4")
    assert (one.status, one.is_live) == ("on_loan", False)
    assert not ils.link(connected).is_up
    asked = len(koha.asked)
    assert not states(connected, "B1")[0].is_live
    assert len(koha.asked) == asked
    link._down.clear()
    assert states(connected, "B1")[0].is_live


@pytest.mark.parametrize("fault", ["500", "hang"])
def test_a_loan_whose_answer_was_lost_says_that_nobody_knows(connected, koha, fault):
    ils.reader_standing(connected, card=ANN, actor=LI)
    koha.faults = ["", "", fault]  # the copy, the reader, the loan
    with pytest.raises(IlsDown, match="may have been done, or not"):
        ils.check_out(connected, "B1", card=ANN, actor=LI)


def test_a_token_that_ran_out_early_is_renewed_once(connected, koha):
    states(connected, "B1")
    koha.faults = ["expired"]
    assert states(connected, "B4")[0].is_live
    assert koha.asked.count("POST /oauth/token") == 2


def test_basic_sign_in_works_too(library, monkeypatch):
    with running(Koha(basic=True)) as koha:
        koha.rows["items"].append(item(11, 1, "B1"))
        connect(library, koha, monkeypatch, sign_in="basic")
        assert states(library, "B1")[0].is_live
        assert koha.complaints == []


@pytest.mark.parametrize("sign_in", ["oauth2", "basic"])
def test_a_wrong_secret_is_told_in_a_sentence_and_pages_go_on(library, koha, monkeypatch, sign_in):
    connect(library, koha, monkeypatch, sign_in, "another secret")
    assert not states(library, "B1")[0].is_live
    with pytest.raises(IlsRefused, match="does not take the sign-in"):
        ils.check_out(library, "B1", card=ANN, actor=LI)


def test_no_log_names_a_reader_or_a_secret(connected, koha, caplog):
    caplog.set_level(logging.DEBUG)
    ils.check_out(connected, "B1", card=ANN, actor=LI)
    koha.faults = ["hang"]
    with pytest.raises(IlsDown):
        ils.reader_standing(connected, card=ANN, actor=LI)
    assert "Koha POST /api/v1/checkouts" in caplog.text
    for never in (ANN, SECRET, "欧阳", "token0"):
        assert never not in caplog.text
