"""A case of several parts closes when they have; a task's day moves on by the pause, no more."""

import pytest

from shuren.kernel.masking import mask
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import supervised
from shuren.service.case_shapes import BY_ITSELF, NOBODY, CaseView
from shuren.service.cases import act, case, fire_timers, open_case
from shuren.service.errors import NotNow, NotOffered, WrongField
from tests.service.desk_of_cases import LIBRARIAN, MANAGER, SECOND, reader
from tests.service.test_case_timers import at, clock  # noqa: F401

pytestmark = pytest.mark.django_db
RESULT = {"outcome": "已加装十盏台灯", "evidence": "验收单 2026-31"}


@pytest.fixture
def ann(site: Site, settings) -> Actor:
    settings.SITE = site
    return reader(site)


def task(site: Site, due: str, parent: str = "") -> CaseView:
    return open_case(
        site, supervised.TASK, actor=LIBRARIAN, reader=NOBODY, parent=parent,
        subject={"title": "加装台灯"}, fields={"owner": "读者服务部", "due": due, "text": "台灯"},
    )  # fmt: skip


def assigned(site: Site, ann: Actor) -> CaseView:
    opened = open_case(site, supervised.OPINION, actor=ann, fields={"text": "太暗"})
    act(site, opened.id, "decompose", actor=LIBRARIAN)
    fields = {"owner": "读者服务部", "due": "2026-10-10"}
    return act(site, opened.id, "assign_owner_and_due", actor=MANAGER, fields=fields)


def test_an_opinion_is_answered_when_all_its_parts_are_over(site, ann, clock):  # noqa: F811
    clock("09-29T09:00")
    whole = assigned(site, ann)
    one, two = (task(site, "2026-10-09", whole.id) for _part in range(2))
    assert supervised.parts(whole.id) == sorted([one.id, two.id], key=[one.id, two.id].index)
    with pytest.raises(NotNow, match="when all its parts have: 2 are open"):
        act(site, whole.id, "handle", actor=LIBRARIAN, fields=RESULT)
    for part in (one, two):
        act(site, part.id, "handle", actor=LIBRARIAN, fields=RESULT)
        with pytest.raises(NotNow):
            act(site, whole.id, "handle", actor=LIBRARIAN, fields=RESULT)
        act(site, part.id, "accept", actor=MANAGER)
    assert act(site, whole.id, "handle", actor=SECOND, fields=RESULT).state == "surveyed"
    # Who did one of the parts rates no more than who answered, though they were the reader.
    hand = Actor(LIBRARIAN.id, LIBRARIAN.role, ann.reader_key)
    with pytest.raises(NotNow, match="A second person"):
        act(site, whole.id, "satisfied", actor=hand)
    assert act(site, whole.id, "satisfied", actor=ann).is_success


def test_what_was_not_good_enough_has_new_days(site, ann, clock):  # noqa: F811
    clock("09-29T09:00")
    whole = assigned(site, ann)
    clock("10-12T10:00")
    assert fire_timers(site) >= 1
    act(site, whole.id, "handle", actor=LIBRARIAN, fields=RESULT)
    again = act(site, whole.id, "dissatisfied", actor=ann, note="还是太暗")
    # Five working days from Monday the 12th, 10:00: Monday the 19th, to its end.
    assert (again.state, again.fields["due"]) == ("supervised", "2026-10-19")
    assert again.due_at == at("10-20T00:00")
    assert fire_timers(site) == 0
    clock("10-20T00:00")
    fire_timers(site)
    assert case(site, whole.id, LIBRARIAN).state == "overdue"


def test_a_task_waits_over_the_holiday_and_its_day_moves_on_by_what_was_left(site, ann, clock):  # noqa: F811
    clock("09-29T09:00")
    one = task(site, "2026-10-10")
    assert (one.state, one.due_at, one.clock) == ("supervised", at("10-11T00:00"), "ahead")
    clock("09-30T10:00")
    waits = act(site, one.id, "wait", actor=LIBRARIAN, note="等后勤报价")
    assert waits.clock == "paused"
    clock("10-09T15:00")
    assert fire_timers(site) == 0
    # Left: 6 h of 30 September, 24 h of 8, 9 and 10 October (a Saturday worked). From Friday 9,
    # 15:00: 3 h, Saturday 8, Monday 8, Tuesday 8, and 3 h of Wednesday the 14th.
    on = act(site, one.id, "go_on", actor=LIBRARIAN)
    assert (on.fields["due"], on.due_at) == ("2026-10-14", at("10-15T00:00"))
    clock("10-14T08:00")
    assert fire_timers(site) == 1  # eight working hours before: the reminder
    clock("10-15T00:00")
    fire_timers(site)
    late = case(site, one.id, LIBRARIAN)
    assert (late.state, late.clock) == ("overdue", "over")


def test_who_waits_for_an_answer_for_ten_working_days_goes_on_without(site, ann, clock):  # noqa: F811
    clock("09-29T09:00")
    one = task(site, "2026-10-10")
    act(site, one.id, "wait", actor=LIBRARIAN, note="等后勤报价")
    clock("10-20T09:00")  # 29 and 30 September; 8, 9, 10, 12, 13, 14, 15, 16, 19 October
    fire_timers(site)
    assert case(site, one.id, LIBRARIAN).state == "supervised"


@pytest.mark.parametrize("missing", ["outcome", "evidence"])
def test_no_task_closes_without_outcome_and_evidence_nor_by_who_did_it(site, ann, clock, missing):  # noqa: F811
    clock("09-29T09:00")
    one = task(site, "2026-10-10")
    for empty in ("", "   "):
        with pytest.raises(WrongField):
            act(site, one.id, "handle", actor=LIBRARIAN, fields=RESULT | {missing: empty})
    act(site, one.id, "handle", actor=LIBRARIAN, fields=RESULT)
    with pytest.raises(NotNow):
        act(site, one.id, "accept", actor=LIBRARIAN)
    with pytest.raises(NotNow, match="A second person"):
        act(site, one.id, "accept", actor=Actor(LIBRARIAN.id, MANAGER.role))
    assert act(site, one.id, "accept", actor=MANAGER).is_success


def test_readers_open_no_supervised_task_and_the_board_shows_no_other_case(site, ann):
    with pytest.raises(NotOffered):
        open_case(site, supervised.TASK, actor=ann, fields={"owner": "x", "due": "2026-10-10"})
    opened = open_case(site, supervised.OPINION, actor=BY_ITSELF, reader=ann.reader_key,
                       fields={"text": "太暗"})  # fmt: skip
    hold = open_case(site, "book_hold", actor=ann, subject={"kind": "title", "id": "b1"})
    assert supervised.lines(site, [opened.id, hold.id]).keys() == {opened.id}


@pytest.mark.parametrize(
    "said, shown",
    [
        ("我的电话13812345678谢谢", "我的电话…谢谢"),
        ("学号20201234，邮箱：a.b@cqu.edu.cn", "学号…，邮箱：…"),
        ("版本v1.1234567不是号码", "版本v1.1234567不是号码"),
    ],
)
def test_numbers_between_chinese_characters_are_masked_too(said, shown):
    assert mask(said) == shown
