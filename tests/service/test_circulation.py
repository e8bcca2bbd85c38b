"""Our own circulation: what is lent to whom, why not, and where a copy goes that comes back."""

import threading
from datetime import date

import pytest
from django.db import connection

from shuren.data.errors import MustStay
from shuren.kernel.shapes import Actor
from shuren.service import actions, cases, desk, ils
from shuren.service.errors import NoSuchReader
from shuren.service.ils_errors import CannotCirculate, CopyJustMoved, NoSuchCopy
from shuren.service.internals.circulation import moves, queue
from shuren.service.internals.circulation.rows import CopyMove
from shuren.service.queries import own_loans
from shuren.trust import ledger
from shuren.trust.actions import pseudonymise
from shuren.trust.errors import NotAllowed
from tests.data.raw_helper import put_raw
from tests.service.circulating import (
    ANN,
    ANYBODY,
    BEN,
    CAI,
    EAST,
    LI,
    WEST,
    build,
    loan_row,
    reader_of,
    title_of,
)
from tests.service.circulating import circulation_built as circulation_built
from tests.service.circulating import library as library

pytestmark = pytest.mark.django_db


def statuses(site, *items: str) -> list[str]:
    titles = [title_of(site, item) for item in items]
    found = ils.copies(site, titles, actor=ANYBODY)
    at = {copy.item_id: copy.status for copies in found.values() for copy in copies}
    return [at[item] for item in items]


def test_every_copy_is_told_by_title_and_campus_and_a_withdrawn_one_is_not(library):
    titles = [title_of(library, item) for item in ("B1", "B4", "B6", "B7")]
    found = ils.copies(library, [*titles, "no such title"], actor=ANYBODY)
    told = {
        copy.item_id: (copy.status, copy.campus, copy.branch) for c in found.values() for copy in c
    }
    floor = "总馆三楼"
    assert told == {
        "B1": ("available", EAST, floor),
        "B2": ("available", EAST, floor),
        "B3": ("available", WEST, floor),
        "B4": ("on_loan", EAST, floor),
        "B5": ("missing", EAST, floor),
        "B6": ("reference_only", EAST, floor),
    }
    assert found["no such title"] == []
    assert all(copy.is_live for copies in found.values() for copy in copies)


def test_a_check_out_is_seen_by_the_next_who_looks_and_a_check_in_too(library):
    lent = ils.check_out(library, " B1 ", card=BEN, actor=LI)
    assert (lent.title, lent.due_at.isoformat()) == ("三体", "2026-03-20T23:59:00+08:00")
    assert statuses(library, "B1", "B2") == ["on_loan", "available"]
    assert ils.check_in(library, "B1", actor=LI).goes_to == "shelf"
    assert statuses(library, "B1", "B2") == ["available", "available"]
    kinds = CopyMove.objects.filter(item="B1").order_by("place").values_list("place", "kind")
    assert list(kinds) == [(1, "check_out"), (2, "check_in")]


def test_nothing_that_says_where_copies_are_says_who_has_them(library):
    ils.check_out(library, "B1", card=BEN, actor=LI)
    [ben] = pseudonymise(library, [BEN])
    told = str(ils.copies(library, [title_of(library, "B1")], actor=ANYBODY))
    assert ben not in told
    assert BEN not in told
    assert not CopyMove.objects.filter(pseudonym=BEN).exists()


@pytest.mark.parametrize(
    "item, card, why",
    [
        ("B4", BEN, "on loan"),
        ("B5", BEN, "missing"),
        ("B6", BEN, "in the library only"),
        ("B7", BEN, "withdrawn"),
        ("B1", CAI, "suspended"),
    ],
)
def test_what_cannot_be_lent_says_why(library, item, card, why):
    with pytest.raises(CannotCirculate, match=why):
        ils.check_out(library, item, card=card, actor=LI)
    assert not CopyMove.objects.exists()


def test_an_unknown_copy_or_card_is_no_copy_or_card(library):
    with pytest.raises(NoSuchCopy, match="B99"):
        ils.check_out(library, "B99", card=BEN, actor=LI)
    with pytest.raises(NoSuchReader) as error:
        ils.check_out(library, "B1", card="99999999", actor=LI)
    assert "99999999" not in str(error.value)


def test_the_limit_counts_what_the_snapshot_has_out_and_what_was_lent_since(library):
    ils.check_out(library, "B1", card=ANN, actor=LI)  # B4 is hers already
    assert ils.reader_standing(library, actor=reader_of(library, ANN)).loans_out == 2
    with pytest.raises(CannotCirculate, match="limit is 2"):
        ils.check_out(library, "B2", card=ANN, actor=LI)
    ils.check_in(library, "B4", actor=LI)
    assert ils.check_out(library, "B2", card=ANN, actor=LI).renewals_left == 1


def test_who_keeps_a_copy_too_long_borrows_nothing_more(library, monkeypatch):
    ann = reader_of(library, ANN)
    monkeypatch.setenv("SHUREN_NOW", "2026-03-23T02:00")  # three days late are let pass
    assert ils.reader_standing(library, actor=ann).may_borrow
    monkeypatch.setenv("SHUREN_NOW", "2026-03-24T02:00")
    assert [one.code for one in ils.reader_standing(library, actor=ann).blocks] == ["overdue"]
    back = ils.check_in(library, "B4", actor=LI)
    assert back.remarks == ("It is 4 days late.",)
    assert ils.reader_standing(library, actor=ann).may_borrow


def test_a_renewal_counts_from_the_day_it_was_due_and_there_is_one(library):
    ann = reader_of(library, ANN)
    again = ils.renew(library, "B4", actor=ann)
    assert (again.due_at.date(), again.renewals_left) == (date(2026, 3, 27), 0)
    [loan] = own_loans(library, ann).out
    assert (loan.loan_id, loan.renewals, str(loan.due_at)) == ("L1", 1, "2026-03-27 23:59:00")
    assert (str(loan.loaned_at), loan.title) == ("2026-03-01 09:00:00", "活着")
    with pytest.raises(CannotCirculate, match="renewed 1 times"):
        ils.renew(library, "B4", actor=ann)


def test_only_the_readers_own_loan_is_renewed_and_not_when_late_or_wanted(library, monkeypatch):
    ann, ben = reader_of(library, ANN), reader_of(library, BEN)
    with pytest.raises(CannotCirculate, match="does not have this copy"):
        ils.renew(library, "B4", actor=ben)
    ils.place_hold(library, title_of(library, "B4"), actor=ben, pickup=EAST)
    with pytest.raises(CannotCirculate, match="waiting for this title"):
        ils.renew(library, "B4", actor=ann)
    [hold] = ils.holds(library, actor=ben)
    ils.cancel_hold(library, hold.id, actor=ben)
    monkeypatch.setenv("SHUREN_NOW", "2026-03-21T02:00")
    with pytest.raises(CannotCirculate, match="overdue"):
        ils.renew(library, "B4", actor=ann)


def test_a_copy_that_comes_back_goes_to_the_first_who_waits(library):
    title = title_of(library, "B4")
    ben, ann = reader_of(library, BEN), reader_of(library, ANN)
    first = ils.place_hold(library, title, actor=ben, pickup=EAST)
    assert (first.state, first.place) == ("waiting", 1)
    assert ils.copies(library, [title], actor=ANYBODY)[title][0].queue == 1
    back = ils.check_in(library, "B4", actor=LI)
    assert (back.goes_to, back.destination) == ("hold_shelf", EAST)
    assert statuses(library, "B4") == ["on_hold_shelf"]
    [ready] = ils.holds(library, actor=ben)
    assert (ready.state, ready.item_id, ready.place) == ("ready", "B4", 0)
    assert ready.ready_until.isoformat() == "2026-03-12T15:59:00+00:00"  # two open days on
    with pytest.raises(CannotCirculate, match="set aside for another reader"):
        ils.check_out(library, "B4", card=ANN, actor=LI)
    ils.check_out(library, "B4", card=BEN, actor=LI)
    assert ils.holds(library, actor=ben) == []
    assert [loan.item_id for loan in own_loans(library, ben).out] == ["B4"]
    assert [(loan.loan_id, loan.returned_at) for loan in own_loans(library, ann).out] == []


def test_a_hold_collected_elsewhere_travels_there_first(library):
    ben = reader_of(library, BEN)
    ils.place_hold(library, title_of(library, "B4"), actor=ben, pickup=WEST)
    back = ils.check_in(library, "B4", actor=LI, campus=EAST)
    assert (back.goes_to, back.destination) == ("transit", WEST)
    assert statuses(library, "B4") == ["in_transit"]
    assert [one.state for one in ils.holds(library, actor=ben)] == ["on_its_way"]
    there = ils.check_in(library, "B4", actor=LI, campus=WEST)
    assert (there.goes_to, there.destination) == ("hold_shelf", WEST)
    assert [one.state for one in ils.holds(library, actor=ben)] == ["ready"]
    again = ils.check_in(library, "B4", actor=LI, campus=WEST)
    assert (again.goes_to, CopyMove.objects.filter(item="B4").count()) == ("hold_shelf", 3)


def test_a_copy_given_back_on_another_campus_goes_home(library):
    back = ils.check_in(library, "B4", actor=LI, campus=WEST)
    assert (back.goes_to, back.destination) == ("transit", EAST)
    assert statuses(library, "B4") == ["in_transit"]
    assert ils.check_in(library, "B4", actor=LI, campus=EAST).goes_to == "shelf"
    assert statuses(library, "B4") == ["available"]


def test_a_hold_nobody_collects_ends_and_the_copy_goes_on_when_it_is_scanned(library, monkeypatch):
    ben = reader_of(library, BEN)
    ils.place_hold(library, title_of(library, "B4"), actor=ben, pickup=EAST)
    ils.check_in(library, "B4", actor=LI)
    monkeypatch.setenv("SHUREN_NOW", "2026-03-12T15:58")
    assert queue.lapse() == 0
    monkeypatch.setenv("SHUREN_NOW", "2026-03-12T16:00")
    assert queue.lapse() == 1
    assert ils.holds(library, actor=ben) == []
    assert statuses(library, "B4") == ["on_hold_shelf"]
    assert ils.check_in(library, "B4", actor=LI).goes_to == "shelf"
    assert statuses(library, "B4") == ["available"]


def test_holds_are_limited_and_one_title_is_held_once(library):
    ben = reader_of(library, BEN)
    title = title_of(library, "B4")
    ils.place_hold(library, title, actor=ben, pickup=EAST)
    with pytest.raises(CannotCirculate, match="already"):
        ils.place_hold(library, title, actor=ben, pickup=EAST)
    with pytest.raises(CannotCirculate, match="may have 1"):
        ils.place_hold(library, title_of(library, "B1"), actor=ben, pickup=EAST)
    with pytest.raises(NoSuchCopy):
        ils.place_hold(library, "no such title", actor=reader_of(library, ANN), pickup=EAST)
    with pytest.raises(CannotCirculate, match="no such hold"):
        ils.cancel_hold(library, "1", actor=reader_of(library, ANN))


def test_two_desks_cannot_move_one_copy_at_the_same_moment(library):
    listed = ils.listing.at_desk(library, "B1", LI)
    moves.add(None, listed, moves.LOST)
    with pytest.raises(CopyJustMoved):
        moves.add(None, listed, moves.LOST)
    assert CopyMove.objects.count() == 1


def test_a_missing_copy_is_found_by_saying_so_or_by_the_scanner(library):
    ils.mark_missing(library, "B1", actor=LI)
    assert statuses(library, "B1") == ["missing"]
    with pytest.raises(CannotCirculate, match="missing already"):
        ils.mark_missing(library, "B1", actor=LI)
    ils.mark_found(library, "B1", actor=LI)
    assert statuses(library, "B1") == ["available"]
    with pytest.raises(CannotCirculate, match="not marked"):
        ils.mark_found(library, "B1", actor=LI)
    assert "found" in ils.check_in(library, "B5", actor=LI).remarks[0]
    assert statuses(library, "B5") == ["available"]


def test_only_the_desk_lends_and_only_readers_act_for_themselves(library):
    for role in ("student", "director", "administrator", "data_librarian"):
        with pytest.raises(NotAllowed):
            ils.check_out(library, "B1", card=BEN, actor=LI.__class__("x", role))
        with pytest.raises(NotAllowed):
            ils.check_in(library, "B4", actor=LI.__class__("x", role))
    with pytest.raises(NotAllowed):
        ils.renew(library, "B4", actor=LI)
    with pytest.raises(NotAllowed):
        ils.reader_standing(library, card=ANN, actor=reader_of(library, BEN))


def test_each_verb_about_a_reader_is_in_the_ledger_under_their_alias(library):
    ils.check_out(library, "B1", card=BEN, actor=LI)
    [ben] = pseudonymise(library, [BEN])
    entries = ledger.entries_about(ben)
    said = {(e.actor, e.body["purpose"], e.body["table"]) for e in entries}
    assert ("li", "service_operation", "service.circulation") in said
    assert not any(BEN in entry.leaf or ben in entry.leaf for entry in entries)


def test_the_desk_sees_what_was_lent_since_the_snapshot_but_no_sensitive_title(library):
    ils.check_out(library, "B8", card=BEN, actor=LI)
    ils.check_in(library, "B4", actor=LI)
    [lent] = desk.reader_at_desk(library, BEN, actor=LI).loans
    assert (lent.title, lent.call_number) == ("Title not shown: a sensitive topic", "")
    assert desk.reader_at_desk(library, ANN, actor=LI).loans == ()
    [loan] = own_loans(library, reader_of(library, BEN)).out
    assert loan.title == "佛教史"


def test_a_sensitive_loan_of_the_snapshot_ends_at_the_desk_too(library):
    row = loan_row(library, "L8", BEN, "B8", "2026-03-05T09:00:00", "2026-03-25T00:00:00")
    put_raw(library, "loans", [row], place=4)
    build(library)
    assert ils.reader_standing(library, card=BEN, actor=LI).loans_out == 1
    assert ils.renew(library, "B8", card=BEN, actor=LI).due_at.date() == date(2026, 4, 1)
    ils.check_in(library, "B8", actor=LI)
    assert ils.reader_standing(library, card=BEN, actor=LI).loans_out == 0
    assert desk.reader_at_desk(library, BEN, actor=LI).loans == ()


def test_what_happens_to_a_hold_moves_its_case(library):
    title, ben = title_of(library, "B4"), reader_of(library, BEN)
    case = open_hold(library, title, ben)
    ils.check_in(library, "B4", actor=LI, campus=EAST)
    assert cases.case(library, case, ben).state == "in_transit"
    ils.check_in(library, "B4", actor=LI, campus=WEST)
    assert cases.case(library, case, ben).state == "ready"
    ils.check_out(library, "B4", card=BEN, actor=LI, campus=WEST)
    found = cases.case(library, case, ben)
    assert (found.state, found.is_success) == ("collected", True)


def test_a_case_that_was_cancelled_waits_for_nothing_and_the_next_has_the_copy(library):
    title, ben, ann = title_of(library, "B1"), reader_of(library, BEN), reader_of(library, ANN)
    case = open_hold(library, title, ben)
    ils.place_hold(library, title, actor=ann, pickup=EAST)
    cases.act(library, case, "cancel", actor=ben)
    assert ils.check_in(library, "B2", actor=LI).goes_to == "hold_shelf"
    assert [one.state for one in ils.holds(library, actor=ann)] == ["ready"]
    assert ils.holds(library, actor=ben) == []


def test_a_hold_that_is_cancelled_cancels_its_case(library):
    ben = reader_of(library, BEN)
    case = open_hold(library, title_of(library, "B1"), ben)
    [hold] = ils.holds(library, actor=ben)
    ils.cancel_hold(library, hold.id, actor=ben)
    assert cases.case(library, case, ben).state == "cancelled"


@pytest.mark.django_db(transaction=True)
def test_who_erases_still_gets_the_book_they_wait_for(library):
    """Case and hold go on together under the new pseudonym: one without the other never ends."""
    title, ben = title_of(library, "B4"), reader_of(library, BEN)
    case = open_hold(library, title, ben)
    [hold] = ils.holds(library, actor=ben)
    with pytest.raises(MustStay, match="not over"):
        actions.forget_fact(library, ben, "circulation", f"hold-{hold.id}")
    actions.erase_readers(library, [ben.reader_key], actor=Actor("root", "administrator"))
    again = reader_of(library, BEN)
    assert again.reader_key != ben.reader_key
    assert [one.id for one in ils.holds(library, actor=again)] == [hold.id]
    ils.check_in(library, "B4", actor=LI, campus=WEST)
    assert cases.case(library, case, again).state == "ready"
    ils.check_out(library, "B4", card=BEN, actor=LI, campus=WEST)
    assert cases.case(library, case, again).state == "collected"


def open_hold(site, title, reader):
    """A case of the hold service with its hold, collected on the west campus; its id."""
    about = {"kind": "title", "id": title, "title": "书"}
    opened = cases.open_case(
        site, "book_hold", actor=reader, subject=about, fields={"pickup": "jw-main"}
    )
    ils.place_hold(site, title, actor=reader, pickup=WEST, case=opened.id)
    return opened.id


@pytest.mark.django_db(transaction=True)
def test_what_another_desk_did_is_seen_by_the_next_question(library):
    """Over another connection, as another process of the server has one: no copy is kept of what
    was said of a copy, so nothing has to run out first."""
    assert statuses(library, "B1") == ["available"]
    done = []

    def other_desk():
        done.append(ils.check_out(library, "B1", card=BEN, actor=LI))
        connection.close()

    thread = threading.Thread(target=other_desk)
    thread.start()
    thread.join(30)
    assert len(done) == 1
    assert statuses(library, "B1") == ["on_loan"]
