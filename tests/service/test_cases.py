"""Cases: opened, moved on, refused with a sentence, kept with their trace."""

import pytest

from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.case_shapes import BY_ITSELF
from shuren.service.cases import (
    act,
    add_note,
    case,
    give_back,
    my_cases,
    open_case,
    queue,
    take,
)
from shuren.service.errors import CaseChanged, NoSuchCase, NotNow, NotOffered, WrongField
from shuren.trust.errors import NotAllowed
from shuren.trust.models import UseRecord
from tests.service.desk_of_cases import LIBRARIAN, MANAGER, SECOND, TITLE, held, reader

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(site: Site, settings) -> Actor:
    settings.SITE = site
    return reader(site)


def test_a_hold_runs_from_the_readers_tap_to_the_shelf_and_home(site: Site, ann: Actor) -> None:
    opened = held(site, ann)
    assert (opened.state, opened.version, opened.service_title["zh"]) == ("queued", 2, "图书预约")
    free = act(site, opened.id, "copy_free", actor=BY_ITSELF)
    assert free.matched_at is not None
    ready = act(site, opened.id, "arrive", actor=LIBRARIAN)
    assert (ready.clock, ready.waits_for) == ("paused", "reader")
    done = act(site, opened.id, "collect", actor=ann)
    assert (done.is_over, done.is_success, done.state) == (True, True, "collected")
    assert [step.event for step in done.history] == [
        "opened", "enqueue", "copy_free", "arrive", "collect",
    ]  # fmt: skip
    assert [step.by for step in done.history] == [
        "reader", "system", "system", "librarian", "reader",
    ]  # fmt: skip
    stamps = (done.needed_at, done.matched_at, done.delivered_at, done.feedback_at)
    assert None not in stamps
    assert list(stamps) == sorted(stamps)
    assert done.trace == opened.trace != ""


def test_what_cannot_be_done_now_is_refused_with_what_can(site: Site, ann: Actor) -> None:
    opened = held(site, ann)
    with pytest.raises(NotNow) as refused:
        act(site, opened.id, "collect", actor=ann)
    assert "“Collect” cannot be done now: the case is “In the queue”." in str(refused.value)
    assert "A copy is free (a librarian, by itself)" in str(refused.value)
    assert "Cancel (the reader, a librarian)" in str(refused.value)
    with pytest.raises(NotNow, match="is not yours to do: it is for a librarian"):
        act(site, opened.id, "copy_free", actor=ann)
    act(site, opened.id, "cancel", actor=ann)
    with pytest.raises(NotNow, match="The case is over"):
        act(site, opened.id, "cancel", actor=ann)
    with pytest.raises(NotNow):
        act(site, opened.id, "no such thing", actor=ann)


def test_another_readers_case_does_not_exist(site: Site, ann: Actor) -> None:
    opened = held(site, ann)
    ben = reader(site, "2020002")
    for ask in (
        lambda: case(site, opened.id, ben),
        lambda: act(site, opened.id, "cancel", actor=ben),
        lambda: add_note(site, opened.id, "hello", actor=ben),
        lambda: case(site, opened.id, Actor("", "anonymous")),
        lambda: case(site, "C-nothing", ann),
    ):
        with pytest.raises(NoSuchCase):
            ask()
    assert my_cases(site, ben) == []
    assert [one.id for one in my_cases(site, ann)] == [opened.id]


def test_readers_never_see_the_desk_and_who_is_no_reader_opens_nothing(site: Site, ann) -> None:
    with pytest.raises(NotAllowed):
        queue(site, ann)
    with pytest.raises(NotAllowed):
        take(site, held(site, ann).id, actor=ann)
    with pytest.raises(NotAllowed):
        open_case(site, "book_hold", actor=Actor("", "anonymous"), subject=TITLE)
    with pytest.raises(NotAllowed):
        open_case(site, "book_hold", actor=Actor("x", "student"), subject=TITLE)


def test_staff_who_read_a_case_are_in_the_readers_ledger(site: Site, ann: Actor) -> None:
    opened = held(site, ann)
    before = UseRecord.objects.count()
    seen = case(site, opened.id, LIBRARIAN)
    assert seen.reader == ann.reader_key
    line = UseRecord.objects.order_by("-id")[0]
    assert UseRecord.objects.count() == before + 1
    assert (line.actor, line.purpose, line.table) == ("lin", "case_handling", "service.case")
    queue(site, LIBRARIAN)
    assert UseRecord.objects.count() == before + 2
    assert case(site, opened.id, ann).reader == ""


def test_of_two_who_saw_the_same_version_one_acts_and_the_other_is_told(site: Site, ann) -> None:
    opened = held(site, ann)
    first = act(site, opened.id, "copy_free", actor=LIBRARIAN, expected_version=opened.version)
    with pytest.raises(CaseChanged, match="has changed since you looked at it"):
        act(site, opened.id, "cancel", actor=ann, expected_version=opened.version)
    again = act(site, opened.id, "copy_free", actor=LIBRARIAN, expected_version=opened.version)
    assert again.version == first.version
    with pytest.raises(CaseChanged):
        act(site, opened.id, "copy_free", actor=SECOND, expected_version=opened.version)


def test_what_is_done_twice_with_a_key_is_done_once(site: Site, ann: Actor) -> None:
    first, second = held(site, ann, key="tap-1"), held(site, ann, key="tap-1")
    assert first.id == second.id
    act(site, first.id, "copy_free", actor=BY_ITSELF, key="checked-in-7")
    again = act(site, first.id, "copy_free", actor=BY_ITSELF, key="checked-in-7")
    assert (again.state, again.version) == ("in_transit", 3)


def test_a_limit_is_a_limit_and_a_case_that_is_over_makes_room(site: Site, ann: Actor) -> None:
    opened = [held(site, ann) for _each in range(5)]
    with pytest.raises(NotOffered, match="5 open already"):
        held(site, ann)
    act(site, opened[0].id, "cancel", actor=ann)
    assert held(site, ann).state == "queued"


def test_a_service_is_for_its_audience(site: Site, settings) -> None:
    settings.SITE = site
    with pytest.raises(NotOffered, match="is not offered to you"):
        held(site, reader(site, "77", "public_reader"))


@pytest.mark.parametrize(
    "fields, name",
    [
        ({}, "personal_study"),
        ({"personal_study": True, "language": "latin"}, "language"),
        ({"personal_study": "perhaps"}, "personal_study"),
        ({"personal_study": True, "pages": "x" * 201}, "pages"),
        ({"personal_study": True, "colour": "red"}, "colour"),
    ],
    ids=["a need is missing", "no such choice", "neither yes nor no", "too long", "not asked"],
)
def test_a_form_says_which_field_is_wrong(site: Site, ann: Actor, fields, name) -> None:
    article = {"kind": "article", "id": "10.1/x", "title": "某文"}
    with pytest.raises(WrongField) as refused:
        open_case(site, "document_delivery", actor=ann, subject=article, fields=fields)
    assert refused.value.name == name


def test_an_event_asks_for_its_reason_and_keeps_what_it_was_told(site: Site, ann: Actor) -> None:
    article = {"kind": "article", "id": "10.1/x", "title": "某文"}
    opened = open_case(
        site, "document_delivery", actor=ann, subject=article, fields={"personal_study": "on"}
    )
    with pytest.raises(WrongField, match="needs a note"):
        act(site, opened.id, "reject", actor=LIBRARIAN)
    act(site, opened.id, "accept", actor=LIBRARIAN)
    act(site, opened.id, "supply", actor=LIBRARIAN)
    with pytest.raises(WrongField):
        act(site, opened.id, "rate", actor=ann, fields={"rating": 6})
    rated = act(site, opened.id, "rate", actor=ann, fields={"rating": "5"})
    assert rated.fields == {"personal_study": True, "rating": 5}
    assert rated.is_success


def test_a_second_suggestion_of_the_same_book_is_told_so_at_once(site: Site, ann: Actor) -> None:
    ask = {
        "subject": {"kind": "title", "id": "isbn:9787536692930"},
        "fields": {"book_title": "三体"},
    }
    first = open_case(site, "purchase_suggestion", actor=ann, **ask)
    second = open_case(site, "purchase_suggestion", actor=reader(site, "2020002"), **ask)
    assert (first.state, second.state) == ("suggested", "rejected")


def test_work_is_taken_on_and_given_back_and_every_hand_is_in_the_trace(site, ann) -> None:
    opened = held(site, ann)
    assert take(site, opened.id, actor=LIBRARIAN).assignee == "lin"
    assert [one.id for one in queue(site, LIBRARIAN, mine=True).lines] == [opened.id]
    assert queue(site, SECOND, mine=True).total == 0
    back = give_back(site, opened.id, actor=LIBRARIAN, note="明天请接手")
    assert back.assignee == ""
    assert [step.event for step in back.history][-2:] == ["taken", "given_back"]
    assert [step.account for step in case(site, opened.id, ann).history] == [""] * 4


def test_a_note_keeps_no_telephone_number(site: Site, ann: Actor) -> None:
    noted = add_note(site, held(site, ann).id, "请打 13800138000", actor=LIBRARIAN)
    assert noted.history[-1].note == "请打 …"


def test_the_desk_filters_counts_and_pages(site: Site, ann: Actor) -> None:
    for card in range(60):
        held(site, reader(site, f"3{card:03}"), branch="江湾校区" if card % 2 else "云溪校区")
    found = queue(site, LIBRARIAN)
    assert (found.total, found.pages, len(found.lines)) == (60, 2, 50)
    assert found.branches == {"江湾校区": 30, "云溪校区": 30}
    assert queue(site, LIBRARIAN, branch="云溪校区", page=9).total == 30
    assert queue(site, MANAGER, overdue=True).total == 0
    assert queue(site, LIBRARIAN, service="loan_transfer").lines == ()


def test_the_desk_searches_titles_and_numbers_and_sorts(site, ann, monkeypatch):
    found = {}
    for hour, title in ((9, "三体 II 黑暗森林"), (10, "三体"), (11, "The Dark Forest")):
        monkeypatch.setenv("SHUREN_NOW", f"2026-03-02T{hour:02}:00")
        about = {"kind": "title", "id": f"b{hour}", "title": title}
        found[title] = open_case(site, "book_hold", actor=ann, subject=about).id

    def listed(**asked) -> list[str]:
        page = queue(site, LIBRARIAN, **asked)
        assert page.total == len(page.lines)
        return [one.subject["title"] for one in page.lines]

    assert listed(words="三体", sort="newest") == ["三体", "三体 II 黑暗森林"]
    assert listed(words="森林 三体") == ["三体 II 黑暗森林"]
    assert listed(words="dark FOREST") == ["The Dark Forest"]
    assert listed(words=found["三体"]) == ["三体"]
    assert listed(words="三体 100%") == listed(words="%") == []
    assert listed(sort="oldest") == listed(sort="newest")[::-1] == [
        "三体 II 黑暗森林", "三体", "The Dark Forest",
    ]  # fmt: skip
    assert listed(sort="sideways") == listed(sort="due")
    assert queue(site, LIBRARIAN, words="三体", page=9).page == 1
