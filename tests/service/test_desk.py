"""Serving one reader: at the desk by their card, in an emergency; each look is in the ledger."""

import pytest

from shuren.data import queries as data
from shuren.data.errors import NotOpen
from shuren.data.internals import building
from shuren.data.internals.models import load_models
from shuren.data.internals.receipts import all_receipts
from shuren.kernel.errors import UsageError
from shuren.kernel.shapes import Actor, no_progress
from shuren.service import desk
from shuren.service.errors import NoSuchReader
from shuren.trust import glass, ledger, queries
from shuren.trust.actions import keep_identities, pseudonymise
from shuren.trust.errors import NotAllowed
from tests.data.raw_helper import put_raw

pytestmark = pytest.mark.django_db

LI, JIN = (
    Actor("li", "front_desk", doing="desk.serve"),
    Actor("jin", "director", doing="break_glass.open"),
)
CARD, OTHER = "20230001", "20230002"
EMERGENCY = {"kind": "missing", "reason": "家属报告该生三天未归，公安正在寻找", "minutes": 15}


@pytest.fixture
def lake(site, settings, monkeypatch):
    settings.SITE = site
    monkeypatch.setenv("SHUREN_NOW", "2026-04-01T08:00")
    ann, ben = pseudonymise(site, [CARD, OTHER])
    keep_identities(site, [(ann, {"reader_id": CARD, "name": "安娜", "phone": "13900000001"})])
    cards = [{"reader_id": one, "kind": "student", "college": "文学院"} for one in (ann, ben)]
    put_raw(site, "readers", cards, place=1)
    loans = [
        {
            "loan_id": id,
            "reader_id": who,
            "title": f"书{id}",
            "loaned_at": f"2026-03-0{id}T09:00:00",
            "due_at": f"2026-04-2{id}T00:00:00",
            "returned_at": back,
        }
        for id, who, back in (
            ("1", ann, None),
            ("2", ann, "2026-03-20T10:00:00"),
            ("3", ben, None),
        )
    ]
    put_raw(site, "loans", loans, place=2)
    gates = [
        {
            "event_id": str(n),
            "gate_id": "g1",
            "campus": "本部",
            "building": "总馆",
            "direction": "in",
            "passed_at": f"2026-03-1{n}T09:00:00",
            "reader_id": who,
        }
        for n, who in enumerate((ann, ben, ann))
    ]
    put_raw(site, "gate_events", gates, place=3)
    building.build_snapshot(site, load_models(site), all_receipts(site)[::-1], no_progress)
    return site


def about(site, card):
    return ledger.entries_about(pseudonymise(site, [card], keep=False)[0])


def test_the_desk_sees_what_is_on_loan_and_the_reader_sees_that_it_looked(lake):
    found = desk.reader_at_desk(lake, f" {CARD} ", actor=LI)
    assert [loan.title for loan in found.loans] == ["书1"]
    assert (found.card["kind"], found.card["college"]) == ("student", "文学院")
    looks = {(e.body["purpose"], e.body["table"], e.actor, e.role) for e in about(lake, CARD)}
    assert looks == {
        ("service_operation", "conformed.reader", "li", "front_desk"),
        ("service_operation", "mart.loan_fact", "li", "front_desk"),
    }
    assert about(lake, OTHER) == []
    assert not any(CARD in entry.leaf for entry in about(lake, CARD))


def test_the_desk_is_not_told_what_a_loan_on_a_sensitive_topic_is(lake):
    [ann] = pseudonymise(lake, [CARD])
    loan = {
        "loan_id": "9",
        "reader_id": ann,
        "title": "佛教史",
        "call_number": "B949/1",
        "loaned_at": "2026-03-09T09:00:00",
        "due_at": "2026-04-29T00:00:00",
    }
    put_raw(lake, "loans", [loan], place=4)
    building.build_snapshot(lake, load_models(lake), all_receipts(lake)[::-1], no_progress)
    found = desk.reader_at_desk(lake, CARD, actor=LI).loans
    assert [loan.title for loan in found] == ["书1", "Title not shown: a sensitive topic"]
    assert (found[1].loan_id, found[1].call_number) == ("9", "")


def test_a_number_nobody_has_leaves_no_trace_and_is_not_repeated(lake):
    with pytest.raises(NoSuchReader) as error:
        desk.reader_at_desk(lake, "99999999", actor=LI)
    assert "99999999" not in str(error.value)
    assert about(lake, "99999999") == []


@pytest.mark.parametrize("typed", ["", "  ", "1" * 65, "20230001\n20230002"], ids=repr)
def test_what_cannot_be_a_card_number_is_refused(lake, typed):
    with pytest.raises(UsageError):
        desk.reader_at_desk(lake, typed, actor=LI)


def test_only_the_desk_serves(lake):
    for role in ("director", "data_librarian", "administrator", "student", "ethics_board"):
        with pytest.raises(NotAllowed):
            desk.reader_at_desk(lake, CARD, actor=Actor("x", role))
    assert about(lake, CARD) == []


def test_in_an_emergency_one_reader_is_seen_and_every_look_is_said(lake):
    opened = desk.open_in_emergency(lake, CARD, actor=JIN, **EMERGENCY)
    assert (opened.state, opened.looks) == ("open", 0)
    who = desk.look(lake, desk.WHO, actor=JIN).dicts()[0]
    assert (who["name"], who["phone"]) == ("安娜", "13900000001")
    assert [r[0] for r in desk.look(lake, desk.LOANS, actor=JIN).rows] == ["书1"]
    assert [r[0].day for r in desk.look(lake, desk.VISITS, actor=JIN).rows] == [12, 10]
    assert desk.look(lake, desk.ON_CARD, actor=JIN).dicts()[0]["college"] == "文学院"
    assert glass.open_now(JIN).looks == 4
    seen = [e.body["table"] for e in about(lake, CARD) if e.kind == "use"]
    assert {"trust.identity", "mart.loan_fact", "conformed.gate_event", "conformed.reader"} <= set(
        seen
    )
    assert about(lake, OTHER) == []


def test_what_is_opened_opens_nobody_else_however_it_is_asked(lake):
    ask = {"purpose": "emergency", "actor": JIN}
    with pytest.raises(NotAllowed, match="No reader's records"):
        data.read(lake, "mart.loan_fact", **ask)
    desk.open_in_emergency(lake, CARD, actor=JIN, **EMERGENCY)
    ben = pseudonymise(lake, [OTHER])[0]
    assert data.read(lake, "mart.loan_fact", where=[("reader_key", "=", ben)], **ask).rows == []
    assert len(data.read(lake, "mart.loan_fact", **ask).rows) == 2
    with pytest.raises(NotAllowed):
        queries.identity(lake, ben, **ask)
    with pytest.raises(NotOpen):  # no table without a reader
        data.read(lake, "conformed.title", **ask)
    with pytest.raises(NotAllowed):
        data.read(lake, "mart.loan_fact", purpose="emergency", actor=LI)


def test_after_its_time_nothing_is_open(lake, monkeypatch):
    desk.open_in_emergency(lake, CARD, actor=JIN, **EMERGENCY)
    monkeypatch.setenv("SHUREN_NOW", "2026-04-01T08:15")
    for what in desk.WHATS:
        with pytest.raises(NotAllowed):
            desk.look(lake, what, actor=JIN)


def test_for_a_card_nobody_has_nothing_is_opened(lake):
    with pytest.raises(NoSuchReader):
        desk.open_in_emergency(lake, "99999999", actor=JIN, **EMERGENCY)
    assert glass.open_now(JIN) is None
    assert about(lake, "99999999") == []
