"""Work passed on: to a colleague, to another desk, many at once, by views that were saved."""

import pytest

from shuren.kernel.shapes import Actor
from shuren.service import desk_views, handing
from shuren.service.cases import act, add_note, case, queue, take
from shuren.service.errors import CaseChanged, NotOffered, UnknownName, WrongField
from shuren.service.internals.case_rows import Case
from shuren.service.messages import inbox
from shuren.trust.actions import create_account
from shuren.trust.errors import NotAllowed
from tests.service.desk_of_cases import LIBRARIAN, MANAGER, SECOND, held, reader

pytestmark = pytest.mark.django_db
OVERSEER = Actor("du", "overseer")


@pytest.fixture
def ann(site, settings) -> Actor:
    settings.SITE = site
    for who in (LIBRARIAN, SECOND):
        create_account(who.id, "a long enough phrase", who.role)
    create_account("pupil", "a long enough phrase", "student")
    return reader(site)


def test_a_case_is_with_the_desk_its_service_names_until_it_is_handed_over(site, ann):
    opened = take(site, held(site, ann).id, actor=LIBRARIAN)
    assert (opened.desk, opened.desk_title["zh"]) == ("circulation", "流通")
    assert queue(site, SECOND, desk="circulation").desks == {"circulation": 1}
    away = handing.hand_over(site, opened.id, "reference", actor=LIBRARIAN, note="要查原书")
    assert (away.desk, away.assignee, away.due_at) == ("reference", "", opened.due_at)
    assert queue(site, SECOND, desk="circulation").total == 0
    found = queue(site, SECOND, desk="reference")
    assert ([one.id for one in found.lines], found.desks) == ([opened.id], {"reference": 1})
    back = handing.hand_over(site, opened.id, "circulation", actor=SECOND)
    assert back.desk == "circulation"
    assert Case.objects.get().desk == ""


def test_the_trace_says_to_which_desk_and_the_reader_sees_it_without_names(site, ann):
    opened = held(site, ann)
    handing.hand_over(site, opened.id, "reference", actor=LIBRARIAN, note="要查原书")
    step = case(site, opened.id, ann).history[-1]
    assert step.title == {"zh": "转交：参考咨询", "en": "Handed over to: Reference"}
    assert (step.note, step.account) == ("要查原书", "")
    assert case(site, opened.id, SECOND).history[-1].account == "lin"


def test_handing_over_twice_is_once_and_to_nowhere_is_refused(site, ann):
    opened = held(site, ann)
    for _each in range(2):
        done = handing.hand_over(
            site, opened.id, "reference", actor=LIBRARIAN, expected_version=opened.version
        )
    assert done.version == opened.version + 1
    with pytest.raises(CaseChanged):
        handing.hand_over(site, opened.id, "novelty", actor=SECOND, expected_version=opened.version)
    with pytest.raises(UnknownName, match="There is no desk called 'referense'"):
        handing.hand_over(site, opened.id, "referense", actor=LIBRARIAN)


def test_a_colleague_who_is_given_a_case_is_told_and_what_it_is_about_is_not_in_it(site, ann):
    opened = held(site, ann)
    given = handing.assign(site, opened.id, "bai", actor=LIBRARIAN, note="她在柜台等")
    assert given.assignee == "bai"
    assert queue(site, LIBRARIAN, person="bai").total == 1
    [told] = inbox(site, SECOND).messages
    assert told.title == {
        "zh": "图书预约：一张服务单交给您办理", "en": "Holds: a case was given to you",
    }  # fmt: skip
    assert "三体" not in str(told)
    assert "她在柜台等" in told.body["zh"]
    handing.assign(site, opened.id, "lin", actor=LIBRARIAN)
    assert inbox(site, LIBRARIAN).messages == ()


@pytest.mark.parametrize("to", ["pupil", "nobody", ""], ids=["a reader", "no account", "nothing"])
def test_only_who_works_on_cases_is_given_one(site, ann, to):
    with pytest.raises(WrongField, match="Choose a colleague"):
        handing.assign(site, held(site, ann).id, to, actor=LIBRARIAN)


def test_colleagues_are_the_accounts_that_work_on_cases(site, ann):
    assert [one.account for one in handing.colleagues(LIBRARIAN)] == ["bai", "lin"]
    with pytest.raises(NotAllowed):
        handing.colleagues(ann)


def test_a_manager_passes_work_on_and_who_only_looks_does_not(site, ann):
    opened = held(site, ann)
    assert handing.assign(site, opened.id, "bai", actor=MANAGER).assignee == "bai"
    for verb in (
        lambda: handing.assign(site, opened.id, "lin", actor=ann),
        lambda: handing.hand_over(site, opened.id, "reference", actor=ann),
    ):
        with pytest.raises(NotAllowed):
            verb()


def test_who_may_read_cases_and_no_more_writes_nothing_into_one(site, ann, settings, monkeypatch):
    """An onlooker was written down as the reader."""
    from shuren.service.internals import acting

    opened = held(site, ann)
    monkeypatch.setattr(acting, "parts", lambda actor, row: frozenset({acting.ONLOOKER}))
    with pytest.raises(NotAllowed):
        take(site, opened.id, actor=OVERSEER)
    with pytest.raises(NotAllowed):
        add_note(site, opened.id, "看过了", actor=OVERSEER)
    assert [step.event for step in opened.history] == ["opened", "enqueue"]


def test_cases_looked_at_together_come_with_what_can_be_done_with_each(site, ann):
    first, second = held(site, ann), held(site, reader(site, "2020002"))
    act(site, second.id, "cancel", actor=LIBRARIAN)
    third = held(site, reader(site, "2020003"))
    found = handing.chosen(site, [third.id, second.id, first.id, "C-nothing"], LIBRARIAN)
    assert {one.line.id for one in found} == {first.id, third.id}
    assert all("cancel" in [way.event for way in one.moves] for one in found)
    with pytest.raises(NotAllowed):
        handing.chosen(site, [first.id], ann)


def test_a_view_is_ones_own_and_its_name_is_used_once(site, ann):
    saved = desk_views.save(
        " 今早 ", {"desk": "circulation", "state": "", "x": "y"}, actor=LIBRARIAN
    )
    assert (saved.name, saved.asked) == ("今早", {"desk": "circulation"})
    desk_views.save("今早", {"show": "overdue"}, actor=LIBRARIAN)
    assert [dict(one.asked) for one in desk_views.views(LIBRARIAN)] == [{"show": "overdue"}]
    assert desk_views.views(SECOND) == []
    desk_views.forget(saved.id, actor=SECOND)
    assert len(desk_views.views(LIBRARIAN)) == 1
    desk_views.forget(saved.id, actor=LIBRARIAN)
    assert desk_views.views(LIBRARIAN) == []


def test_a_view_has_a_name_and_there_are_twelve_at_most(site, ann):
    with pytest.raises(WrongField, match="Give the view a name"):
        desk_views.save("  ", {}, actor=LIBRARIAN)
    for number in range(desk_views.MOST):
        desk_views.save(f"视图{number}", {}, actor=LIBRARIAN)
    with pytest.raises(NotOffered, match="12 saved views already"):
        desk_views.save("又一个", {}, actor=LIBRARIAN)
    desk_views.save("视图3", {"show": "mine"}, actor=LIBRARIAN)
    with pytest.raises(NotAllowed):
        desk_views.save("x", {}, actor=ann)
