"""A copy is where its newest move says, unless the snapshot knows a later loan: old snapshots undo
nothing, and one that has taken a move in does not count it twice."""

from zoneinfo import ZoneInfo

import pytest

from shuren.data.errors import MustStay
from shuren.kernel.shapes import Actor
from shuren.service import actions, ils, queries
from shuren.service.internals import clocks
from shuren.service.internals.circulation import history
from shuren.service.internals.circulation.rows import CopyHold, CopyMove
from shuren.service.queries import own_loans
from shuren.trust import consent
from shuren.trust.actions import create_account, pseudonymise
from shuren.trust.models import Account
from tests.data.raw_helper import put_raw
from tests.service.circulating import (
    ANN,
    ANYBODY,
    BEN,
    EAST,
    LI,
    build,
    loan_row,
    reader_of,
    title_of,
)
from tests.service.circulating import circulation_built as circulation_built
from tests.service.circulating import library as library

pytestmark = pytest.mark.django_db
ROOT = Actor("root", "administrator")


def copy_of(site, item):
    title = title_of(site, item)
    return next(c for c in ils.copies(site, [title], actor=ANYBODY)[title] if c.item_id == item)


def loaded(site, *rows, place=5):
    put_raw(site, "loans", list(rows), place=place)
    build(site)


def out(site, card):
    """Loans out of a reader by both ways they are counted, which must agree."""
    loans = own_loans(site, reader_of(site, card)).out
    assert ils.reader_standing(site, actor=reader_of(site, card)).loans_out == len(loans)
    return sorted(loan.item_id for loan in loans)


def as_loaded(site, card, item):
    """The row a source would write of our newest loan of a copy."""
    move = CopyMove.objects.filter(item=item, kind="check_out").order_by("-pk")[0]
    back = CopyMove.objects.filter(loan=move.loan, kind="check_in").first()
    wall = "{:%Y-%m-%dT%H:%M:%S}".format
    zone = ZoneInfo("Asia/Shanghai")
    lent, due = (wall(moment.astimezone(zone)) for moment in (move.at, move.due_at))
    returned = wall(back.at.astimezone(zone)) if back else ""
    return loan_row(site, move.loan, card, item, lent, due, returned)


def test_a_rebuild_without_the_move_undoes_nothing(library):
    ils.check_out(library, "B1", card=BEN, actor=LI)
    ils.check_in(library, "B4", actor=LI)
    build(library)
    assert (copy_of(library, "B1").status, copy_of(library, "B4").status) == (
        "on_loan",
        "available",
    )
    assert (out(library, BEN), out(library, ANN)) == (["B1"], [])


def test_a_snapshot_that_has_taken_the_loan_in_does_not_count_it_twice(library):
    ils.check_out(library, "B1", card=BEN, actor=LI)
    loaded(library, as_loaded(library, BEN, "B1"))
    assert copy_of(library, "B1").status == "on_loan"
    assert out(library, BEN) == ["B1"]


def test_a_return_after_the_snapshot_took_the_loan_in_counts_on_the_same_day(library):
    ils.check_out(library, "B1", card=BEN, actor=LI)
    row = as_loaded(library, BEN, "B1")
    ils.check_in(library, "B1", actor=LI)
    loaded(library, row)
    assert copy_of(library, "B1").status == "available"
    assert out(library, BEN) == []


def test_lent_twice_on_one_day_and_taken_in_half_way(library, monkeypatch):
    ils.check_out(library, "B1", card=BEN, actor=LI)
    monkeypatch.setenv("SHUREN_NOW", "2026-03-10T03:00")
    ils.check_in(library, "B1", actor=LI)
    row = as_loaded(library, BEN, "B1")
    monkeypatch.setenv("SHUREN_NOW", "2026-03-10T04:00")
    ils.check_out(library, "B1", card=ANN, actor=LI)
    loaded(library, row)
    assert copy_of(library, "B1").status == "on_loan"
    assert (out(library, BEN), out(library, ANN)) == ([], ["B1", "B4"])


def test_a_loan_another_system_made_on_a_later_day_counts(library, monkeypatch):
    ils.check_in(library, "B4", actor=LI)
    loaded(
        library, loan_row(library, "L7", BEN, "B4", "2026-03-11T00:00:00", "2026-03-30T00:00:00")
    )
    monkeypatch.setenv("SHUREN_NOW", "2026-03-12T02:00")
    assert copy_of(library, "B4").status == "on_loan"
    assert (out(library, BEN), out(library, ANN)) == (["B4"], [])
    assert ils.check_in(library, "B4", actor=LI).goes_to == "shelf"
    assert (copy_of(library, "B4").status, out(library, BEN)) == ("available", [])


@pytest.mark.parametrize(
    "moment, status",
    [("2026-03-10T15:59", "on_loan"), ("2026-03-10T16:00", "available")],
    ids=["the day before the loan", "the day of the loan"],
)
def test_days_are_those_of_the_librarys_clock(library, monkeypatch, moment, status):
    monkeypatch.setenv("SHUREN_NOW", moment)
    ils.check_in(library, "B4", actor=LI)
    row = loan_row(library, "L7", BEN, "B4", "2026-03-11T00:00:00", "2026-03-30T00:00:00")
    loaded(library, row)
    assert copy_of(library, "B4").status == status


def test_before_the_first_build_there_are_no_copies(site, settings):
    settings.SITE = site
    assert ils.copies(site, ["x"], actor=ANYBODY) == {"x": []}


def test_what_came_back_here_stays_visible_thirty_days_and_then_nothing_names_the_reader(
    library, monkeypatch
):
    ils.check_out(library, "B1", card=BEN, actor=LI)
    monkeypatch.setenv("SHUREN_NOW", "2026-03-15T02:00")
    ils.check_in(library, "B1", actor=LI)
    monkeypatch.setenv("SHUREN_NOW", "2026-04-14T01:59")
    clocks._circulate(library, ROOT)
    [back] = own_loans(library, reader_of(library, BEN)).past
    assert (back.title, str(back.returned_at)) == ("三体", "2026-03-15 10:00:00")
    monkeypatch.setenv("SHUREN_NOW", "2026-04-14T02:01")
    clocks._circulate(library, ROOT)
    assert own_loans(library, reader_of(library, BEN)).past == ()
    assert not CopyMove.objects.exclude(pseudonym="").exists()
    assert CopyMove.objects.count() == 2


def test_who_keeps_a_history_keeps_it_until_the_yes_is_taken_back(library, monkeypatch):
    ben = reader_of(library, BEN)
    consent.give("reading_history", actor=ben, version=1)
    ils.check_out(library, "B1", card=BEN, actor=LI)
    ils.check_in(library, "B1", actor=LI)
    monkeypatch.setenv("SHUREN_NOW", "2027-03-10T02:00")
    clocks._circulate(library, ROOT)
    assert [loan.title for loan in own_loans(library, ben).past] == ["三体"]
    actions.withdraw_consent(library, "reading_history", actor=ben)
    assert own_loans(library, ben).past == ()
    assert not CopyMove.objects.exclude(pseudonym="").exists()


def test_what_is_held_is_told_and_one_loan_that_is_over_may_be_forgotten(library):
    ben = reader_of(library, BEN)
    ils.check_out(library, "B1", card=BEN, actor=LI)
    ils.check_in(library, "B1", actor=LI)
    ils.check_out(library, "B2", card=BEN, actor=LI)
    ils.place_hold(library, title_of(library, "B4"), actor=ben, pickup=EAST)
    [told] = [one for one in queries.held(library, ben) if one.id == "circulation"]
    assert [(fact.title, bool(fact.keep)) for fact in told.facts] == [
        ("三体", True), ("三体", False), ("活着", False),
    ]  # fmt: skip
    out_one, back_one, hold = told.facts
    with pytest.raises(MustStay, match="still out"):
        actions.forget_fact(library, ben, "circulation", out_one.id)
    assert actions.forget_fact(library, ben, "circulation", back_one.id) == 1
    assert actions.forget_fact(library, ben, "circulation", hold.id) == 1
    assert (history.stays(ben.reader_key), ils.holds(library, actor=ben)) == (1, [])
    assert CopyMove.objects.exclude(pseudonym="").count() == 1
    other = reader_of(library, ANN)
    [told] = [one for one in queries.held(library, other) if one.id == "circulation"]
    assert told.count == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("has_account", [True, False], ids=["with an account", "at the desk"])
def test_an_erasure_leaves_what_is_out_under_another_name_and_says_so(library, has_account):
    ben = reader_of(library, BEN)
    if has_account:
        create_account("ben", "a long enough phrase", "student", reader_key=ben.reader_key)
        ben = Actor("ben", "student", ben.reader_key)
    ils.check_out(library, "B1", card=BEN, actor=LI)
    ils.check_in(library, "B1", actor=LI)
    ils.check_out(library, "B2", card=BEN, actor=LI)
    ils.place_hold(library, title_of(library, "B4"), actor=ben, pickup=EAST)
    [certificate] = actions.erase_readers(library, [ben.reader_key], actor=ROOT)
    stated = certificate.content["statement"]
    assert stated["erased"]["circulation"] == 2
    [kept] = [one for one in stated["kept"] if one["store"] == "circulation"]
    assert kept["facts"] == 1
    assert "still out" in kept["because"]["en"]
    assert not CopyMove.objects.filter(pseudonym=ben.reader_key).exists()
    assert not CopyHold.objects.exclude(pseudonym="").exists()
    [new] = pseudonymise(library, [BEN])
    assert new != ben.reader_key
    if has_account:
        assert Account.objects.get(username="ben").reader_key == new
    assert history.stays(new) == 1
    assert ils.check_in(library, "B2", actor=LI).goes_to == "shelf"
    assert history.stays(new) == 0
