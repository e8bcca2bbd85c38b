"""An opinion: taken in once by any channel, put together and apart, split, handled, rated."""

from datetime import date

import pytest

from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.management import opinions, rating, supervision, voice
from shuren.management.errors import BadOpinion, NoSuchOpinion
from shuren.management.internals import showing
from shuren.management.internals.voice_rows import Opinion, OpinionSource
from shuren.management.voice_shapes import Attached, Planned
from shuren.service import cases, messages
from shuren.service.case_shapes import BY_ITSELF
from shuren.service.errors import NotNow, WrongField
from shuren.service.queries import held
from shuren.trust.errors import NotAllowed
from shuren.trust.models import UseRecord
from tests.management.voice_people import (
    DARK,
    DARK_TOO,
    LIBRARIAN,
    MANAGER,
    OVERSEER,
    RESULT,
    SECOND,
    TWO,
    answered,
    done,
    reader,
    said,
    staff,  # noqa: F401
    under_way,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def here(site: Site, settings, monkeypatch) -> None:
    settings.SITE = site
    monkeypatch.setenv("SHUREN_NOW", "2026-09-29T09:00:00+08:00")


@pytest.fixture
def ann(site: Site) -> Actor:
    return reader(site)


def asked(site: Site, actor: Actor, title: str = "请您评价") -> int:
    """How many messages with such a title the actor has; others of the flow may be there, too."""
    told = messages.inbox(site, actor).messages
    return sum(title in one.title["zh"] for one in told)


def test_five_channels_come_into_one_list_and_each_has_a_case(site: Site, ann: Actor):
    said(site, actor=ann)
    said(site, "借期能不能长一点？")
    said(site, "空调太冷", LIBRARIAN, channel="phone")
    said(site, "请延长开放时间", channel="president", letter="<1@x>", address="a@b.cn")
    said(site, "馆长您好，无线网太慢", channel="curator", letter="<2@x>", address="a@b.cn")
    opinions.hold_salon(
        site, title="十月沙龙", held_on=date(2026, 9, 28), said=["多办讲座", "", "研讨间太少"],
        actor=LIBRARIAN,
    )  # fmt: skip
    listed = voice.opinions(site, actor=LIBRARIAN)
    assert listed.total == 7
    assert {one.channel for one in listed.lines} == {
        "web",
        "phone",
        "president",
        "curator",
        "salon",
    }
    for one in listed.lines:
        assert one.case is not None
        assert cases.case(site, one.id, LIBRARIAN).state == "collected"
    about = {one.title: one.topic for one in listed.lines}
    assert about["空调太冷"] == "facilities"
    assert about["研讨间太少"] == "seats"
    assert about["借期能不能长一点？"] == "lending"


def test_the_same_letter_or_form_is_taken_once(site: Site):
    first = said(site, letter="form-1")
    again = said(site, letter="form-1")
    assert (first.is_new, again.is_new) == (True, False)
    assert again.case_id == first.case_id
    assert Opinion.objects.count() == OpinionSource.objects.count() == 1


def test_a_writer_who_repeats_themselves_makes_one_case_and_others_do_not(site: Site, ann: Actor):
    first = said(site, actor=ann)
    again = said(site, f"  {DARK.replace('，', ', ')} ", actor=ann)
    assert (again.case_id, again.repeated, again.is_new) == (first.case_id, True, True)
    other = said(site, actor=reader(site, "2020002"))
    assert other.case_id != first.case_id


def test_what_is_shown_names_nobody_and_the_original_is_sealed(site: Site):
    text = "我叫张小明，电话13812345678，微信号：xiaoming66，王老师说灯坏了。138 1234 5678"
    taken = said(site, text, LIBRARIAN, channel="phone", address="ming@example.cn", name="张小明")
    seen = voice.opinion(site, taken.case_id, actor=LIBRARIAN)
    assert seen.text == "我叫…，电话…，微信号：…，…老师说灯坏了。…"
    row = OpinionSource.objects.get()
    assert "张小明".encode() not in bytes(row.sealed)
    assert cases.case(site, taken.case_id, LIBRARIAN).fields["text"] == seen.text
    before = UseRecord.objects.count()
    assert opinions.original(site, taken.source_id, actor=LIBRARIAN)["text"] == text
    assert UseRecord.objects.count() == before + 1
    assert cases.who(site, taken.case_id, LIBRARIAN) == {
        "email": "ming@example.cn", "name": "张小明",
    }  # fmt: skip
    for nobody in (MANAGER, OVERSEER):
        with pytest.raises(NotAllowed):
            opinions.original(site, taken.source_id, actor=nobody)


def test_nobody_can_be_found_behind_an_opinion_without_a_name(site: Site):
    one, two = said(site), said(site, DARK_TOO)
    keys = set(OpinionSource.objects.values_list("pseudonym", flat=True))
    assert len(keys) == 2
    for taken in (one, two):
        assert cases.who(site, taken.case_id, LIBRARIAN) == {}


@pytest.mark.parametrize(
    "text, shown",
    [
        ("各位老师辛苦了", "各位老师辛苦了"),
        ("请问老师，书在哪", "请问老师，书在哪"),
        ("感谢前台李娟老师", "感谢前台…老师"),
        ("联系人：欧阳锋", "联系人：…"),
        ("邮箱 a.b@c.edu.cn", "邮箱 …"),
        ("学号20201234丢了证", "学号…丢了证"),
        ("023-65102345", "…"),
        ("TP311 和 9787302511 册", "TP311 和 … 册"),
    ],
)
def test_the_usual_ways_to_name_somebody_are_masked(text, shown):
    assert showing.masked(text) == shown


def test_likely_duplicates_are_suggested_merged_by_a_person_and_taken_apart(site: Site, ann: Actor):
    first, other = said(site, actor=ann), said(site, "希望多买一些日文小说")
    second = said(site, DARK_TOO, LIBRARIAN, channel="phone")
    likely = voice.opinion(site, second.case_id, actor=LIBRARIAN).likely
    assert [one.id for one in likely] == [first.case_id]
    assert likely[0].words
    opinions.merge(site, second.case_id, first.case_id, actor=LIBRARIAN)
    whole = voice.opinion(site, first.case_id, actor=LIBRARIAN)
    assert [one.channel for one in whole.sources] == ["web", "phone"]
    assert voice.opinions(site, actor=LIBRARIAN).total == 2
    with pytest.raises(BadOpinion, match="merged already"):
        opinions.merge(site, second.case_id, other.case_id, actor=LIBRARIAN)
    again = opinions.take_apart(site, second.case_id, actor=LIBRARIAN)
    assert [s.channel for s in voice.opinion(site, again, actor=LIBRARIAN).sources] == ["phone"]
    assert [s.channel for s in voice.opinion(site, first.case_id, actor=LIBRARIAN).sources] == [
        "web"
    ]
    before, after = (cases.case(site, id, LIBRARIAN) for id in (second.case_id, again))
    assert before.trace == after.trace
    assert rating.by_token(site, rating.token_of(second.source_id)).case_id == again
    with pytest.raises(BadOpinion):
        opinions.take_apart(site, again, actor=LIBRARIAN)


def test_a_letter_of_two_issues_is_two_actions_with_two_owners(site: Site, staff):  # noqa: F811
    taken = said(site, TWO)
    seen = voice.opinion(site, taken.case_id, actor=LIBRARIAN)
    assert [one.topic for one in seen.suggested] == ["eresources", "noise"]
    assert [one.owner["zh"] for one in seen.suggested] == ["资源建设部", "读者服务部"]
    # Five and three working days from Tuesday 29 September: 30 September, then 8 October on.
    assert [one.due_on for one in seen.suggested] == [date(2026, 10, 12), date(2026, 10, 9)]
    assert "知网" in seen.suggested[0].why[0]
    wanted = [Planned(s.title, s.owner["zh"], s.due_on, s.topic, s.text) for s in seen.suggested]
    supervision.plan(site, taken.case_id, wanted, actor=LIBRARIAN)
    supervision.assign(site, taken.case_id, actor=MANAGER)
    board = voice.board(site, actor=OVERSEER)
    assert {one.owner for one in board.columns["supervised"]} == {"资源建设部", "读者服务部"}
    assert cases.case(site, taken.case_id, LIBRARIAN).due_at.date() == date(2026, 10, 12)


def test_what_a_person_decided_is_learnt_and_said(site: Site):
    taught = said(site, "四楼的饮用水有一股铁锈味道")
    opinions.set_topic(site, taught.case_id, "activities", actor=LIBRARIAN)
    like = said(site, "四楼饮用水有铁锈味道，请处理")
    seen = voice.opinion(site, like.case_id, actor=LIBRARIAN)
    assert seen.suggested[0].topic == "activities"
    assert any(taught.case_id in why for why in seen.suggested[0].why)
    with pytest.raises(BadOpinion):
        opinions.set_topic(site, taught.case_id, "nothing", actor=LIBRARIAN)


def test_from_two_channels_to_a_rating(site: Site, ann: Actor, staff):  # noqa: F811
    web = said(site, actor=ann)
    phone = said(site, DARK_TOO, LIBRARIAN, channel="phone", address="ming@example.cn")
    opinions.merge(site, phone.case_id, web.case_id, actor=LIBRARIAN)
    one, two = under_way(site, web.case_id, "读者服务部", "后勤")
    done(site, one)
    with pytest.raises(NotNow, match="1 are open"):
        answered(site, web.case_id)
    done(site, two)
    with pytest.raises(WrongField):
        supervision.answer(
            site, web.case_id, actor=SECOND, outcome=" ", evidence="x", resolution="fixed"
        )
    with pytest.raises(BadOpinion, match="why it could not"):
        supervision.answer(site, web.case_id, actor=SECOND, resolution="unresolved", **RESULT)
    answered(site, web.case_id)
    assert asked(site, ann) == 1
    token = rating.token_of(phone.source_id)
    with pytest.raises(BadOpinion, match="does not rate"):
        rating.rate_by_token(site, token, score=5, comment="", agreed=True, actor=LIBRARIAN)
    rating.rate_by_token(site, token, score=4, comment="亮多了", agreed=True)
    own = rating.by_case(site, web.case_id, actor=ann)
    assert (own.may_rate, own.answer) == (True, RESULT["outcome"])
    rating.rate(site, web.case_id, score=5, comment="", agreed=True, actor=ann)
    assert cases.case(site, web.case_id, ann).is_success
    row = Opinion.objects.get(pk=web.case_id)
    assert (row.rating, row.agreed, row.was_late, row.closed_at is not None) == (
        4,
        True,
        False,
        True,
    )


@pytest.mark.parametrize("score", [1, 2])
def test_a_low_score_gives_it_back_to_who_supervises(site: Site, ann: Actor, staff, score):  # noqa: F811
    taken = said(site, actor=ann)
    [task] = under_way(site, taken.case_id, "后勤")
    done(site, task)
    answered(site, taken.case_id)
    rating.rate(site, taken.case_id, score=score, comment="还是暗", agreed=False, actor=ann)
    seen = cases.case(site, taken.case_id, LIBRARIAN)
    assert (seen.state, seen.fields["due"]) == ("supervised", "2026-10-12")
    assert asked(site, MANAGER, "退回督办") == 1
    with pytest.raises(BadOpinion, match="no answer to rate"):
        rating.rate(site, taken.case_id, score=5, comment="", agreed=False, actor=ann)
    more = supervision.add_task(
        site, Planned("换灯", "后勤", date(2026, 10, 12)), kind="opinion", actor=MANAGER,
        opinion=taken.case_id,
    )  # fmt: skip
    with pytest.raises(NotNow):
        answered(site, taken.case_id)
    done(site, more)
    answered(site, taken.case_id)
    rating.rate(site, taken.case_id, score=3, comment="", agreed=False, actor=ann)
    row = Opinion.objects.get(pk=taken.case_id)
    assert (row.reopened, row.rating, row.closed_at is not None) == (1, 3, True)


def test_a_foreign_address_opens_nothing(site: Site, ann: Actor):
    taken = said(site, actor=ann)
    for token in ("", "x", taken.source_id, f"{taken.source_id}:abc", rating.token_of("W-nothing")):
        with pytest.raises(NoSuchOpinion):
            rating.by_token(site, token)
    with pytest.raises(NoSuchOpinion):
        rating.by_case(site, taken.case_id, actor=reader(site, "2020002"))


def test_files_are_kept_sealed_and_under_a_harmless_name(site: Site):
    program = Attached("..\\..\\<照片>\n.exe", b"MZ\x00not run")
    taken = said(site, files=[program])
    [line] = voice.opinion(site, taken.case_id, actor=LIBRARIAN).sources[0].files
    assert line.name == "照片.exe"
    assert opinions.attachment(site, line.id, actor=LIBRARIAN).content == program.content
    with pytest.raises(BadOpinion, match="MB"):
        said(site, files=[Attached("x", bytes(opinions.LONGEST_FILE + 1))])


def test_who_may_do_what(site: Site, ann: Actor):
    taken = said(site)
    with pytest.raises(NotAllowed):
        said(site, actor=ann, channel="phone")
    for actor in (ann, OVERSEER, Actor("", "anonymous")):
        with pytest.raises(NotAllowed):
            voice.opinions(site, actor=actor)
    with pytest.raises(NotAllowed):
        voice.board(site, actor=ann)
    supervision.plan(
        site, taken.case_id, [Planned("灯", "后勤", date(2026, 10, 9))], actor=LIBRARIAN
    )
    with pytest.raises(NotAllowed):
        supervision.assign(site, taken.case_id, actor=LIBRARIAN)
    for bad in (Planned("", "后勤", date(2026, 10, 9)), Planned("灯", "后勤", date(2026, 9, 28))):
        with pytest.raises(BadOpinion):
            supervision.plan(site, taken.case_id, [bad], actor=LIBRARIAN)
    for text in ("", "  \n"):
        with pytest.raises(BadOpinion):
            said(site, text)


def test_a_reader_sees_exports_and_erases_what_they_said(site: Site, ann: Actor, staff):  # noqa: F811
    taken = said(site, actor=ann)
    told = {one.id: one for one in held(site, ann)}["opinions"]
    assert (told.count, told.facts[0].keep != "") == (1, True)
    [task] = under_way(site, taken.case_id, "后勤")
    done(site, task)
    answered(site, taken.case_id)
    rating.rate(site, taken.case_id, score=5, comment="", agreed=False, actor=ann)
    from shuren.management.internals import voice_stores

    assert voice_stores.erase(ann) == 1
    row = Opinion.objects.get()
    assert (row.text, row.title, row.outcome, row.topic) == ("", "", "", "facilities")
    assert {one.id: one.count for one in held(site, ann)}["opinions"] == 0


def test_the_address_of_a_writer_goes_with_their_last_letter(site: Site):
    taken = said(site, channel="curator", address="a@b.cn", letter="<1>")
    Opinion.objects.update(closed_at="2026-01-01T00:00:00Z")
    from shuren.kernel.clock import now
    from shuren.management.internals import voice_stores

    assert cases.who(site, taken.case_id, LIBRARIAN) == {"email": "a@b.cn"}
    assert voice_stores.forget_closed(now()) == 1
    assert cases.who(site, taken.case_id, LIBRARIAN) == {}
    assert BY_ITSELF.id
