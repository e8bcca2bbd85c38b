"""What happens in the service room rises into the lake: all of it, once, and none of it after an
erasure."""

import contextlib
import json
from datetime import timedelta

import pytest
from django.db import transaction

from shuren.data import actions as data_actions
from shuren.data import queries as data
from shuren.data.rising import hand_in
from shuren.kernel.clock import now
from shuren.kernel.shapes import Actor
from shuren.service import actions, cases, ils
from shuren.service.internals import rising
from shuren.service.internals.case_rows import Case
from shuren.service.internals.circulation.rows import CopyHold, CopyMove
from tests.data.loading import OPERATOR
from tests.service.circulating import ANN, BEN, LI, build, reader_of, title_of
from tests.service.circulating import circulation_built as circulation_built
from tests.service.circulating import library as library
from tests.service.desk_of_cases import LIBRARIAN, TITLE, held, reader

pytestmark = pytest.mark.django_db(transaction=True)


class Killed(BaseException):
    pass


@pytest.fixture
def here(site, settings):
    settings.SITE = site
    return site


def raise_and_build(site):
    actions.rise(site, actor=OPERATOR)
    build(site)


def own_cases(site, actor):
    return data.read(
        site, "conformed.reader_case", columns=["case_id", "service", "state", "ending"],
        order_by=["case_id"], purpose="own_records", actor=actor,
    ).dicts()  # fmt: skip


def counts(site, table):
    return {t: f.rows for t, f in data.current_snapshot(site).tables.items()}[table]


def test_a_case_and_its_steps_stand_in_the_lake_as_they_are(here):
    ann = reader(here)
    opened = held(here, ann)
    raise_and_build(here)
    assert own_cases(here, ann) == [
        {"case_id": opened.id, "service": "book_hold", "state": opened.state, "ending": ""}
    ]
    cases.act(here, opened.id, "cancel", actor=ann)
    raise_and_build(here)
    [told] = own_cases(here, ann)
    assert told["ending"] == "withdrawn"
    assert counts(here, "conformed.case_step") == len(cases.case(here, opened.id, ann).history)
    assert counts(here, "conformed.service_case") == 1


def test_what_has_been_told_is_not_told_again(here):
    held(here, reader(here))
    assert actions.rise(here, actor=OPERATOR) == 1
    assert actions.rise(here, actor=OPERATOR) == 0
    assert not rising.waits()


def test_a_step_that_was_not_made_is_not_told(here):
    ann = reader(here)
    with contextlib.suppress(Killed), transaction.atomic():
        held(here, ann)
        raise Killed
    assert not rising.waits()


def test_a_kill_between_the_spool_and_the_database_loses_nothing_and_doubles_nothing(
    here, monkeypatch
):
    ann = reader(here)
    opened = held(here, ann)
    with monkeypatch.context() as patch:

        def killed(*_args, **_more):
            raise Killed

        patch.setattr(rising.transaction, "atomic", killed)
        with pytest.raises(Killed):
            rising.tell(here)
    assert rising.waits()
    raise_and_build(here)
    assert [one["case_id"] for one in own_cases(here, ann)] == [opened.id]
    assert all(not receipt.refused for receipt in data.receipts(here))


def test_a_step_made_while_the_case_was_told_is_told_the_next_time(here, monkeypatch):
    ann = reader(here)
    opened = held(here, ann)
    told = []

    def hand_in_and_move(site, contract, some):
        hand_in(site, contract, some)
        if not told:
            told.append(contract)
            cases.act(site, opened.id, "cancel", actor=ann)

    monkeypatch.setattr(rising, "hand_in", hand_in_and_move)
    raise_and_build(here)
    assert own_cases(here, ann)[0]["ending"] == "withdrawn"


def test_what_a_consent_would_have_to_allow_is_not_handed_in(here):
    with pytest.raises(ValueError, match="consent"):
        hand_in(here, "reader_searches", [{"event_id": "1"}])


def test_nothing_of_the_reader_but_the_pseudonym_rises(here):
    ann = reader(here, "2020001")
    opened = held(here, ann, note="请电话 13912345678", fields={"pickup": "东门"})
    cases.act(here, opened.id, "cancel", actor=ann)
    rising.tell(here)
    lines = [
        json.loads(line)
        for path in (here.data / "events").rglob("*.jsonl")
        for line in path.read_text("utf-8").splitlines()
    ]
    said = json.dumps(lines, ensure_ascii=False)
    for secret in ("2020001", "139", "东门", "三体", ann.id):
        assert secret not in said
    assert ann.reader_key in said


def test_after_an_erasure_the_lake_knows_neither_the_reader_nor_what_waits_in_the_spool(here):
    ann = reader(here)
    over = held(here, ann)
    cases.act(here, over.id, "cancel", actor=ann)
    raise_and_build(here)
    again = held(here, ann)
    cases.act(here, again.id, "cancel", actor=ann)
    rising.tell(here)  # in the spool, and no further
    actions.erase(here, ann)
    assert own_cases(here, ann) == []
    actions.rise(here, actor=OPERATOR)
    data_actions.build(here, actor=OPERATOR)
    assert counts(here, "conformed.reader_case") == 0
    assert counts(here, "conformed.case_step") == 0


def test_a_case_that_stays_after_an_erasure_goes_on_in_the_lake_under_the_new_name(here):
    ann = reader(here)
    opened = held(here, ann)
    raise_and_build(here)
    actions.erase(here, ann)
    row = Case.objects.get()
    assert row.pseudonym != ann.reader_key
    cases.act(here, opened.id, "copy_free", actor=LIBRARIAN)
    raise_and_build(here)
    assert own_cases(here, ann) == []
    assert len(own_cases(here, Actor("x", "student", row.pseudonym))) == 1


def loans(site, card=ANN):
    found = data.read(
        site, "mart.loan_fact",
        columns=["loan_id", "item_id", "loaned_at", "due_at", "returned_at", "renewals", "is_out"],
        order_by=["item_id", "loan_id"], purpose="own_records", actor=reader_of(site, card),
    )  # fmt: skip
    return found.dicts()


def test_a_loan_made_here_is_among_the_loan_facts_and_ends_there(library):
    ils.check_out(library, item="B1", card=ANN, actor=LI)
    raise_and_build(library)
    lent = loans(library)[0]
    assert lent["item_id"] == "B1"
    assert lent["is_out"]
    assert str(lent["loaned_at"]) == "2026-03-10 10:00:00"
    ils.check_in(library, "B1", actor=LI)
    raise_and_build(library)
    assert len([one for one in loans(library) if one["item_id"] == "B1"]) == 1
    assert not loans(library)[0]["is_out"]


def test_a_loan_of_another_system_that_comes_back_here_is_over_and_still_one(library):
    assert [(one["loan_id"], one["is_out"]) for one in loans(library)] == [("L1", True)]
    ils.check_in(library, "B4", actor=LI)
    raise_and_build(library)
    [over] = loans(library)
    assert (over["loan_id"], over["is_out"]) == ("L1", False)
    assert str(over["returned_at"]) == "2026-03-10 10:00:00"


def test_a_loan_that_both_we_and_the_export_of_the_library_tell_counts_once(library):
    ils.check_out(library, item="B1", card=ANN, actor=LI)
    ils.check_out(library, item="B3", card=BEN, actor=LI)
    head = "loan_id,reader_id,item_id,title,loaned_at,due_at,returned_at\n"
    export = library.root.parent / "export.csv"
    export.write_text(
        f"{head}X1,{ANN},B1,三体,2026-03-10 10:00:07,2026-03-20,\n"  # the same, as the ILS saw it
        f"X2,{ANN},B1,三体,2026-02-01 10:00:00,2026-02-11,2026-02-05 10:00:00\n",  # an earlier one
        "utf-8",
    )
    data_actions.load_file(library, "loans", export, actor=OPERATOR)
    raise_and_build(library)
    assert sorted(one["loan_id"][:4] for one in loans(library)) == ["L1", "X2", "own-"]


def test_a_hold_rises_without_who_waits(library):
    ann, title = reader_of(library, ANN), title_of(library, "B4")
    ils.place_hold(library, title, actor=ann, pickup="")
    rising.tell(library)
    told = (library.data / "events" / "own_holds").glob("*.jsonl")
    assert ann.reader_key not in "".join(path.read_text("utf-8") for path in told)
    raise_and_build(library)
    assert counts(library, "conformed.own_hold") == 1
    assert CopyHold.objects.get().risen == CopyHold.objects.get().version
    assert not CopyMove.objects.filter(is_risen=False).exists()


def test_hours_are_those_of_the_library_on_the_clock_of_the_service(here, monkeypatch):
    """Opened Monday 9:00, a copy set aside at 11:00, collected on Wednesday: two hours."""
    monkeypatch.setenv("SHUREN_NOW", "2026-03-09T01:00")
    ann = reader(here)
    opened = cases.open_case(here, "book_hold", actor=ann, subject=TITLE)
    for moment, event in (("2026-03-09T03:00", "copy_free"), ("2026-03-09T03:00", "arrive"),
                          ("2026-03-11T02:00", "collect")):  # fmt: skip
        monkeypatch.setenv("SHUREN_NOW", moment)
        cases.act(here, opened.id, event, actor=LIBRARIAN)
    raise_and_build(here)
    found = data.read(
        here, "conformed.reader_case", columns=["hours", "in_time"],
        purpose="own_records", actor=ann,
    ).dicts()  # fmt: skip
    assert found == [{"hours": 2.0, "in_time": True}]


def test_work_takes_in_what_waits(here):
    ann = reader(here)
    held(here, ann)
    assert "rising" in actions.work(here, actor=OPERATOR)
    build(here)
    assert len(own_cases(here, ann)) == 1
    assert "rising" not in actions.work(here, actor=OPERATOR)
    assert now() - Case.objects.get().opened_at < timedelta(days=1)
