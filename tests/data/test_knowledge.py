"""Entries of the knowledge base: what comes in, what may be cited, and when."""

from datetime import date

import pytest

from shuren.data import actions, knowledge
from shuren.data.definitions import contracts, mappings
from shuren.data.errors import NotOpen
from shuren.data.queries import assets, read, refused_rows
from shuren.kernel.shapes import Actor
from shuren.trust.errors import NotAllowed
from shuren.web.lineage import lineage
from tests.data.loading import OPERATOR, accepted, load

pytestmark = pytest.mark.django_db

CONTRACT = "knowledge_entries"
DESK, VISITOR = Actor("d", "front_desk", doing="desk.serve"), Actor("", "anonymous")
HEAD = "编号,类型,标题,英文标题,内容,英文内容,出处,网址,生效日期,失效日期,复核日期,负责部门,状态\n"
ENTRIES = HEAD + (
    "A1,问答,怎么续借？,How to renew?,在自助机办理,At a machine,规则,https://lib.example.edu.cn/a,"
    "2026-03-01,2026-12-31,2026年9月1日,流通部,已发布\n"
    "A2,制度,开放时间,,每天开放,,校历,,,,,综合办公室,已核准\n"
    "A3,指南,,Printing,,On the ground floor,,,,,,,草稿\n"
)
DAY = date(2026, 10, 1)


@pytest.fixture
def known(site):
    load(site, CONTRACT, ENTRIES)
    actions.build(site, actor=OPERATOR)
    return site


def numbers(found):
    return [one.entry_id for one in found]


def test_chinese_headings_and_words_are_understood(known):
    first, third, second = (
        next(e for e in knowledge.entries(known, actor=DESK) if e.entry_id == id)
        for id in ("A1", "A3", "A2")
    )
    assert (first.kind, first.status, first.review_on) == ("faq", "approved", date(2026, 9, 1))
    assert first.title == {"zh": "怎么续借？", "en": "How to renew?"}
    assert (second.kind, third.kind, third.answer) == (
        "rule",
        "guide",
        {"en": "On the ground floor"},
    )


@pytest.mark.parametrize(
    "day, cited",
    [
        (date(2026, 2, 28), ["A2"]),
        (date(2026, 3, 1), ["A1", "A2"]),
        (date(2026, 12, 31), ["A1", "A2"]),
        (date(2027, 1, 1), ["A2"]),
    ],
)
def test_what_is_approved_and_in_force_may_be_cited_by_anybody(known, day, cited):
    assert numbers(knowledge.citable(known, day, actor=VISITOR)) == cited
    everything = knowledge.entries(known, actor=DESK)
    assert numbers(one for one in everything if one.may_be_cited(day)) == cited


def test_a_draft_is_seen_by_those_who_work_with_it_only(known):
    assert "A3" in numbers(knowledge.entries(known, actor=DESK))
    with pytest.raises(NotAllowed):
        knowledge.entries(known, actor=Actor("s", "student", reader_key="r_" + "a" * 26))
    with pytest.raises(NotAllowed):
        knowledge.entries(known, actor=Actor("t", "technical_librarian"))
    with pytest.raises(NotOpen):
        read(known, knowledge.ENTRIES, purpose="public_information", actor=VISITOR)


def test_review_is_due_for_approved_entries_in_force(known):
    first = knowledge.entries(known, actor=DESK)[0]
    assert not first.is_past_review(date(2026, 9, 1))
    assert first.is_past_review(date(2026, 9, 2))
    assert first.is_past_review(date(2026, 12, 31))
    assert not first.is_past_review(date(2027, 1, 1))  # no longer in force


@pytest.mark.parametrize(
    "words, found",
    [
        ("续借", ["A1"]),
        ("自助 续借", ["A1"]),
        ("ＲＥＮＥＷ", ["A1"]),
        ("开放", ["A2"]),
        ("借续", []),
    ],
)
def test_two_signs_of_chinese_are_enough_to_find_an_entry(known, words, found):
    assert numbers(e for e in knowledge.entries(known, actor=DESK) if e.says(words)) == found


def test_the_newest_row_of_an_entry_counts(known):
    load(
        known, CONTRACT, HEAD + "A2,制度,开放时间,,周一闭馆,,校历,,,,,综合办公室,已核准\n", "b.csv"
    )
    actions.build(known, actor=OPERATOR)
    found = knowledge.citable(known, DAY, actor=VISITOR)
    assert {one.entry_id: one.answer["zh"] for one in found}["A2"] == "周一闭馆"


@pytest.mark.parametrize(
    "row, rule, said",
    [
        ("B1,问答,问,,,,规则,,,,,,草稿", "R07", "neither language"),
        ("B1,问答,问,,答,,规则,,2026-02-01,2026-01-31,,,草稿", "R07", "ends before it begins"),
        ("B1,问答,问,,答,,,,,,,,已核准", "R07", "names no source"),
        ("B1,问答,问,,答,,规则,https://li@example.edu.cn/,,,,,草稿", "R03", "source_url"),
        ("B1,问答,问,,答,,规则,javascript:alert(1),,,,,草稿", "R03", "source_url"),
        ("B1,杂谈,问,,答,,规则,,,,,,草稿", "R05", "kind"),
    ],
)
def test_a_row_that_says_nothing_or_too_much_is_refused(site, row, rule, said):
    receipt = load(site, CONTRACT, HEAD + row + "\n")
    assert (receipt.accepted, receipt.refused) == (0, 1)
    (refused,) = refused_rows(site, receipt.id, actor=OPERATOR)
    assert refused.rule == rule
    assert said in refused.field + refused.reason["en"]


def test_its_tables_are_in_the_catalogue_by_themselves(known):
    found = {one.id: one for one in assets(known, lineage(known, actor=OPERATOR))}
    for table in (knowledge.ENTRIES, knowledge.CITABLE, f"raw.{CONTRACT}"):
        assert found[table].data_class == "knowledge"
        assert not found[table].orphan
    assert found[knowledge.CITABLE].level == 1
    assert {"knowledge_entries"} <= set(contracts(known))
    assert {"faq-answers", "demo-knowledge"} <= set(mappings(known))


def test_answers_one_to_a_line_that_a_library_wrote_come_in_as_drafts(site, shared_data):
    path = shared_data("library-faq-zh") / "lib_QA.txt"
    lines = path.read_text("utf-8-sig").splitlines()
    wanted = [line.strip()[1:-1] for line in lines if line.strip() != '"""']
    receipt = actions.load_file(site, CONTRACT, path, actor=OPERATOR, mapping_id="faq-answers")
    assert (receipt.records, receipt.accepted) == (len(lines), len(wanted))
    assert [row["answer_zh"] for row in accepted(site, receipt)] == wanted
    actions.build(site, actor=OPERATOR)
    found = knowledge.entries(site, actor=DESK)
    assert len(found) == len(wanted) > 15
    assert sum(one.says("圖書館") for one in found) == sum("圖書館" in one for one in wanted)
    assert knowledge.citable(site, DAY, actor=VISITOR) == []
