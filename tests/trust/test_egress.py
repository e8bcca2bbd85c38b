"""The egress guard: class 4 is stopped and reported, data about people wants two persons."""

import re

import orjson
import pytest

from shuren.kernel.errors import UsageError
from shuren.kernel.shapes import Actor
from shuren.trust import egress
from shuren.trust.errors import ApprovalNeeded, EgressBlocked, NotAllowed, UnknownName
from shuren.trust.internals.egress_rows import Approval
from shuren.trust.internals.ledger_rows import LedgerEntry

pytestmark = pytest.mark.django_db

LIBRARIAN = Actor("lin", "data_librarian")
OPERATOR = Actor("cli:lin", "administrator")
DIRECTOR = Actor("zhao", "director")
STUDENT = Actor("stu", "student", "r_" + "a" * 26)
CLOSED = [id for id, way in egress.POINTS.items() if way.approved < 4 and not way.own]


def entries(kind):
    """Bodies of the entries of a kind, the oldest first."""
    lines = LedgerEntry.objects.filter(kind=kind).order_by("pk")
    return [orjson.loads(line.leaf)["body"] for line in lines]


def send(point="quarantine", actor=LIBRARIAN, what="L1", code="", level=4):
    egress.check(point, actor=actor, table="quarantine.loans", columns={"raw": level}, what=what,
                 code=code)  # fmt: skip


@pytest.mark.parametrize("point", CLOSED)
def test_a_class_four_field_is_stopped_and_reported_on_every_way_out(point):
    with pytest.raises(EgressBlocked, match="reader_key of class 4 may not leave"):
        egress.check(point, actor=LIBRARIAN, table="conformed.gate_event", purpose="open_data",
                     columns={"day": 2, "reader_key": 4})  # fmt: skip
    [line] = egress.blocked(actor=DIRECTOR)
    assert (line.point, line.table, line.columns) == (
        point, "conformed.gate_event", ("reader_key",)
    )  # fmt: skip
    [body] = entries("egress_blocked")
    assert body == {"point": point, "table": "conformed.gate_event", "columns": ["reader_key"],
                    "class": 4, "purpose": "open_data"}  # fmt: skip


def test_a_pseudonym_in_what_leaves_is_found_whatever_its_column_says():
    row = b"title,reader\nx,r_" + b"b" * 26 + b"\n"
    with pytest.raises(EgressBlocked):
        egress.check("api.table", actor=LIBRARIAN, columns={"title": 1, "reader": 1}, content=row)
    assert egress.blocked(actor=DIRECTOR)[0].columns == (egress.PSEUDONYM,)
    assert "r_bbb" not in str(entries("egress_blocked"))


def test_plain_rows_leave_without_a_word():
    egress.check("api.table", actor=LIBRARIAN, columns={"title": 1, "loans": 2}, content=b"x,1")
    assert egress.blocked(actor=DIRECTOR) == []


def test_rows_about_single_persons_do_not_leave_by_the_api_even_without_a_name():
    with pytest.raises(EgressBlocked):
        egress.check("api.table", actor=LIBRARIAN, columns={"month": 2}, people=True)


def test_readers_take_their_own_data_and_who_is_no_reader_takes_nothing():
    egress.check("own", actor=STUDENT, columns={"title": 4}, content=STUDENT.reader_key.encode())
    with pytest.raises(EgressBlocked):
        egress.check("own", actor=LIBRARIAN, columns={"title": 4})


def test_the_same_try_is_counted_and_told_once_a_day(clock):
    for moment in ("2026-11-28T09:00", "2026-11-28T09:01", "2026-11-29T10:00"):
        clock(moment)
        with pytest.raises(EgressBlocked):
            send("api.table")
    assert [one.times for one in egress.blocked(actor=DIRECTOR)] == [1, 2]
    assert len(entries("egress_blocked")) == 2


def test_a_reader_who_is_stopped_is_named_by_an_alias():
    with pytest.raises(EgressBlocked):
        send("api.table", actor=STUDENT)
    assert re.fullmatch(r"s_[a-z2-7]{26}", egress.blocked(actor=DIRECTOR)[0].actor)


def test_who_may_approve_marks_an_alert_as_seen():
    with pytest.raises(EgressBlocked):
        send("api.table")
    [line] = egress.blocked(actor=DIRECTOR, only_unseen=True)
    with pytest.raises(NotAllowed):
        egress.mark_seen(line.id, actor=LIBRARIAN)
    egress.mark_seen(line.id, actor=DIRECTOR)
    assert egress.blocked(actor=DIRECTOR, only_unseen=True) == []
    assert egress.blocked(actor=DIRECTOR)[0].seen_by == "zhao"


def test_an_export_about_people_waits_for_a_second_person_and_leaves_once():
    with pytest.raises(ApprovalNeeded, match="second person"):
        send()
    id = egress.ask("quarantine", "L1", "mend it at the source", actor=LIBRARIAN)
    with pytest.raises(ApprovalNeeded):
        send()
    code = egress.allow(id, actor=DIRECTOR)
    with pytest.raises(ApprovalNeeded):
        send()  # the approval alone does not do: the code must have been passed on
    send(code=code)
    with pytest.raises(ApprovalNeeded, match="does not open"):
        send(code=code)
    steps = [body["step"] for body in entries("approval")]
    assert steps == ["asked", "allowed", "used"]
    assert [one.state for one in egress.requests(actor=DIRECTOR)] == ["used"]


def test_a_code_is_read_with_or_without_its_dashes_and_kept_nowhere():
    code = egress.allow(egress.ask("quarantine", "L1", "x", actor=LIBRARIAN), actor=DIRECTOR)
    plain = code.replace("-", "")
    assert not [f for row in Approval.objects.values_list() for f in row if plain in str(f)]
    send(code=f" {plain.upper()} ")


@pytest.mark.parametrize(
    "change",
    [{"what": "L2"}, {"actor": Actor("wu", "data_librarian")}, {"code": "aaaa-aaaa-aaaa"}],
    ids=["another load", "another person", "another code"],
)
def test_an_approval_opens_nothing_else(change):
    code = egress.allow(egress.ask("quarantine", "L1", "x", actor=LIBRARIAN), actor=DIRECTOR)
    with pytest.raises(ApprovalNeeded):
        send(**{"code": code} | change)


@pytest.mark.parametrize(
    "asker, approver",
    [(OPERATOR, Actor("lin", "administrator")), (DIRECTOR, DIRECTOR)],
    ids=["the operator's own account", "oneself"],
)
def test_nobody_approves_their_own_request(asker, approver):
    id = egress.ask("quarantine", "L1", "x", actor=asker)
    with pytest.raises(NotAllowed, match="asked for themselves"):
        egress.allow(id, actor=approver)


def test_who_may_not_approve_cannot():
    id = egress.ask("quarantine", "L1", "x", actor=DIRECTOR)
    with pytest.raises(NotAllowed):
        egress.allow(id, actor=LIBRARIAN)
    with pytest.raises(NotAllowed):
        egress.requests(actor=LIBRARIAN)


def test_requests_and_codes_run_out_after_a_day(clock):
    clock("2026-11-28T09:00")
    old = egress.ask("quarantine", "L1", "x", actor=LIBRARIAN)
    clock("2026-11-29T09:01")
    with pytest.raises(UsageError, match="not open"):
        egress.allow(old, actor=DIRECTOR)
    id = egress.ask("quarantine", "L1", "x", actor=LIBRARIAN)
    code = egress.allow(id, actor=DIRECTOR)
    clock("2026-11-30T09:02")
    with pytest.raises(ApprovalNeeded):
        send(code=code)
    assert {one.state for one in egress.requests(actor=DIRECTOR)} == {"expired"}


def test_a_refusal_says_why_and_ends_it():
    id = egress.ask("quarantine", "L1", "x", actor=LIBRARIAN)
    with pytest.raises(UsageError, match="why"):
        egress.refuse(id, actor=DIRECTOR, remark=" ")
    egress.refuse(id, actor=DIRECTOR, remark="mend it here")
    with pytest.raises(UsageError):
        egress.allow(id, actor=DIRECTOR)
    assert egress.own_requests(actor=LIBRARIAN)[0].remark == "mend it here"


def test_a_request_needs_a_reason_and_is_not_doubled():
    with pytest.raises(UsageError, match="what the export is for"):
        egress.ask("quarantine", "L1", " ", actor=LIBRARIAN)
    first = egress.ask("quarantine", "L1", "x", actor=LIBRARIAN)
    assert egress.ask("quarantine", "L1", "x", actor=LIBRARIAN) == first
    with pytest.raises(UnknownName):
        egress.allow("nothing", actor=DIRECTOR)
