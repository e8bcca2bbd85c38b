"""Statements that are made once read and write what the ORM would."""

from datetime import UTC, datetime, timedelta

import pytest

from shuren.service.internals import statements
from shuren.service.internals.case_rows import Case, CaseStep, CaseTimer
from shuren.service.internals.statements import Select

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 1, 2, 3, 456789, tzinfo=UTC)


def case(id: str = "C1", **more) -> Case:
    said = {
        "trace": "T1", "service": "book_hold", "flow": "hold", "declared": "0" * 16,
        "state": "queued", "pseudonym": "r_a", "opened_at": AT, "changed_at": AT, "rank_at": AT,
        "needed_at": AT, "subject": {"kind": "title", "title": "三体 “%s” 'x'"},
        "fields": {"n": [1, 2.5, None, True], "深": {"x": "y"}}, "left": 12.5,
        "due_at": AT + timedelta(days=1),
    }  # fmt: skip
    return Case.objects.create(id=id, **said | more)


def test_a_row_is_read_as_the_orm_reads_it():
    wanted = case()
    case("C2", is_open=False, fields={})
    found = Select(Case, "pk").first("C1")
    by_orm = Case.objects.get(pk="C1")
    for field in Case._meta.concrete_fields:
        assert getattr(found, field.attname) == getattr(by_orm, field.attname), field.name
        assert type(getattr(found, field.attname)) is type(getattr(by_orm, field.attname))
    assert found.fields == wanted.fields
    assert not found._state.adding
    assert Select(Case, "pk").first("C'1 OR 1=1") is None


def test_rows_are_written_as_the_orm_writes_them_and_read_in_order():
    case()
    steps = [
        CaseStep(case_id="C1", number=number, at=AT, by="reader", event="e", to_state="s",
                 note="100% “好” '; --")
        for number in (2, 1)
    ]  # fmt: skip
    statements.insert(steps)
    statements.insert([CaseTimer(case_id="C1", event="expire", due_at=AT)])
    read = Select(CaseStep, "case", "number", ("number", "at", "note"))
    assert read.values("C1") == [[1, AT, "100% “好” '; --"], [2, AT, "100% “好” '; --"]]
    assert list(CaseStep.objects.order_by("number").values_list("number", "role")) == [
        (1, ""), (2, ""),
    ]  # fmt: skip
    assert CaseTimer.objects.get().due_at == AT


def test_only_the_row_with_the_version_that_was_read_is_written():
    case(version=3)
    case("C2", version=3)
    new = {"fields": {"a": [1]}, "due_at": None, "is_open": False, "changed_at": AT, "version": 4}
    assert statements.update(Case, new, {"id": "C1", "version": 2}) == 0
    assert statements.update(Case, new, {"id": "C1", "version": 3}) == 1
    row = Case.objects.get(pk="C1")
    assert {name: getattr(row, name) for name in new} == new
    assert Case.objects.get(pk="C2").version == 3
    assert Case.objects.filter(is_open=False, fields__a=[1]).count() == 1


def test_a_column_that_is_no_text_is_no_way_in():
    with pytest.raises(ValueError, match="no column of text"):
        Select(Case, "subject").values("1")
