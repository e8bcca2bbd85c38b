"""What a librarian decides stands: the next build says it, the next run keeps to it."""

import pytest

from shuren.data import actions, queries, review
from shuren.data.errors import NothingToDecide
from shuren.kernel.shapes import Actor
from shuren.trust.errors import NotAllowed
from shuren.trust.models import UseRecord
from tests.data.loading import OPERATOR, load
from tests.data.raw_helper import put_raw, reader

LIBRARIAN = Actor("wang", "data_librarian")
pytestmark = pytest.mark.django_db


def rows(site, table, columns, purpose="data_quality"):
    return queries.read(
        site, table, purpose=purpose, actor=OPERATOR, columns=columns, order_by=columns
    ).rows


@pytest.fixture
def suggested(site):
    """Two names that an authority record writes otherwise."""
    put_raw(site, "bib_records", [
        {"record_id": "1", "source_system": "T", "title": "朝花夕拾", "authors": "周树人"},
        {"record_id": "2", "source_system": "T", "title": "野草", "authors": "周树人"},
    ])  # fmt: skip
    put_raw(site, "authority_records", [
        {"record_id": "a1", "source_system": "T", "heading": "鲁迅", "other_forms": "周树人"}
    ], place=1)  # fmt: skip
    for what in ("", "authorities"):
        if what:
            actions.resolve(site, what, actor=OPERATOR)
        actions.build(site, actor=OPERATOR)
    return site


def waiting(site, kind):
    return review.suggestions(site, kind, actor=LIBRARIAN)


def test_an_accepted_name_stands_beside_the_record_and_a_refused_one_is_not_asked_again(suggested):
    site = suggested
    first, second = waiting(site, "authorities")
    decide(site, "authorities", [first], True)
    decide(site, "authorities", [second], False)
    assert waiting(site, "authorities") == []  # before any build
    assert actions.resolve(site, "authorities", actor=OPERATOR).changed == 0
    actions.build(site, actor=OPERATOR)
    added = rows(site, "conformed.bib_addition", ["bib_id", "given", "added", "added_ref"])
    assert [row[:3] for row in added] == [(first.one, "周树人", "鲁迅")]
    assert {row[0] for row in rows(site, "conformed.bib_record", ["authors"])} == {"周树人"}
    states = rows(site, "conformed.suggestion", ["state"])
    assert [row[0] for row in states] == ["accepted", "refused"]
    decided = review.decisions(site, "authorities", actor=LIBRARIAN)
    assert {(one.accepted, one.decided_by) for one in decided} == {(True, "wang"), (False, "wang")}


def test_a_decision_is_taken_back_once(suggested):
    site = suggested
    [one, _other] = waiting(site, "authorities")
    decide(site, "authorities", [one], True)
    assert actions.undo_decisions(site, "authorities", [one.id], actor=LIBRARIAN) == 1
    assert one.id in {w.id for w in waiting(site, "authorities")}
    actions.build(site, actor=OPERATOR)
    assert rows(site, "conformed.bib_addition", ["bib_id"]) == []
    with pytest.raises(NothingToDecide):
        actions.undo_decisions(site, "authorities", [one.id], actor=LIBRARIAN)


def decide(site, kind, chosen, accept):
    ids = [one.id for one in chosen]
    return actions.decide_suggestions(site, kind, ids, accept=accept, actor=LIBRARIAN)


def test_who_may_not_decide_sees_nothing(suggested):
    desk = Actor("li", "front_desk", doing="desk.serve")
    for kind in review.KINDS:
        with pytest.raises(NotAllowed):
            review.suggestions(suggested, kind, actor=desk)
        with pytest.raises(NotAllowed):
            actions.decide_suggestions(suggested, kind, ["x"], accept=True, actor=desk)
    assert review.kinds(desk) == []
    with pytest.raises(NothingToDecide):
        actions.decide_suggestions(suggested, "works", ["x"], accept=True, actor=LIBRARIAN)


def test_a_record_the_model_put_into_a_work_leaves_it_and_comes_back(site):
    books = [
        {"record_id": str(n), "source_system": "T", "title": title, "authors": "某人"}
        for n, title in enumerate(["概率论与数理统计教程", "概率论与数理统计敎程", "线性代数"])
    ]
    put_raw(site, "bib_records", books)
    actions.build(site, actor=OPERATOR)
    ids = dict(rows(site, "conformed.bib_record", ["title", "bib_id"]))
    one, other = (ids[book["title"]] for book in books[:2])
    header = "record_kind,record_id,work_id,method,probability,resolved_at,is_withdrawn\n"
    line = "bib,{},w1,{},0.97,2026-01-01 00:00:00,false\n"
    load(site, "work_links", header + line.format(one, "keys") + line.format(other, "model"))
    actions.build(site, actor=OPERATOR)
    [item] = waiting(site, "works")
    assert (item.title, item.suggested) == (books[1]["title"], books[0]["title"])
    decide(site, "works", [item], False)
    actions.build(site, actor=OPERATOR)
    works = dict(rows(site, "conformed.work_member", ["record_id", "work_id"]))
    assert works[one] == "w1" != works[other]
    # The next run would join both by one title and author, and keeps to what was said.
    actions.resolve(site, "works", actor=OPERATOR)
    actions.build(site, actor=OPERATOR)
    works = dict(rows(site, "conformed.work_member", ["record_id", "work_id"]))
    assert works[one] != works[other]
    actions.undo_decisions(site, "works", [item.id], actor=LIBRARIAN)
    actions.build(site, actor=OPERATOR)
    works = dict(rows(site, "conformed.work_member", ["record_id", "work_id"]))
    assert works[one] == works[other] == "w1"


A, B, C = sorted(map(reader, (1, 2, 3)))


@pytest.fixture
def pairs(site):
    """Three cards; A and B, B and C may be one person's."""
    put_raw(site, "readers", [{"reader_id": one, "kind": "student"} for one in (A, B, C)])
    pair = {"reason": "why=names_near name=near phone=same", "probability": 0.5,
            "suggested_at": "2026-01-01T00:00:00", "is_withdrawn": False}  # fmt: skip
    put_raw(site, "reader_pairs", [pair | {"reader_id": A, "other_id": B},
                                   pair | {"reader_id": B, "other_id": C}], place=1)  # fmt: skip
    actions.build(site, actor=OPERATOR)
    return site


def test_of_two_decisions_of_one_second_the_later_is_known(pairs, monkeypatch):
    site = pairs
    first, second = sorted(waiting(site, "readers"), key=lambda one: one.one)
    monkeypatch.setenv("SHUREN_NOW", "2026-11-28T12:00:00.250000")
    decide(site, "readers", [first], True)
    monkeypatch.setenv("SHUREN_NOW", "2026-11-28T12:00:00.250001")
    decide(site, "readers", [second], True)
    with pytest.raises(NothingToDecide, match="later decision"):
        actions.undo_decisions(site, "readers", [first.id], actor=LIBRARIAN)
    actions.undo_decisions(site, "readers", [second.id], actor=LIBRARIAN)
    actions.undo_decisions(site, "readers", [first.id], actor=LIBRARIAN)
    assert len(waiting(site, "readers")) == 2


def persons(site):
    actions.build(site, actor=OPERATOR)
    return dict(
        rows(site, "conformed.reader", ["reader_key", "person_key"], purpose="reader_linking")
    )


def test_accepted_cards_are_one_person_and_an_undoing_parts_them(pairs):
    site = pairs
    first, second = sorted(waiting(site, "readers"), key=lambda one: one.one)
    before = UseRecord.objects.filter(table="raw.reader_links").count()
    decide(site, "readers", [first], True)
    assert persons(site) == {A: A, B: A, C: C}
    decide(site, "readers", [second], True)
    assert persons(site) == {A: A, B: A, C: A}
    assert UseRecord.objects.filter(table="raw.reader_links").count() == before + 2
    assert waiting(site, "readers") == []
    with pytest.raises(NothingToDecide, match="later decision"):
        actions.undo_decisions(site, "readers", [first.id], actor=LIBRARIAN)
    actions.undo_decisions(site, "readers", [second.id], actor=LIBRARIAN)
    assert persons(site) == {A: A, B: A, C: C}
    actions.undo_decisions(site, "readers", [first.id], actor=LIBRARIAN)
    assert persons(site) == {A: A, B: B, C: C}
    assert len(waiting(site, "readers")) == 2


def test_the_next_run_keeps_to_what_was_said_of_cards(pairs):
    site = pairs
    first, second = sorted(waiting(site, "readers"), key=lambda one: one.one)
    decide(site, "readers", [first], True)
    decide(site, "readers", [second], False)
    found = actions.resolve(site, "readers", actor=OPERATOR)
    assert found.found["asked"] == 0
    assert persons(site) == {A: A, B: A, C: C}
    assert waiting(site, "readers") == []


def test_no_pseudonym_can_be_read_from_what_stands_in_addresses(pairs):
    for one in waiting(pairs, "readers"):
        assert one.one not in one.id
        assert len(one.id) == 16
