"""A purpose that rests on consent, over many readers: rows of those who gave it, and no others."""

import pytest

from shuren.data import queries
from shuren.data.errors import NotOpen
from shuren.data.internals import answers, building
from shuren.data.internals.models import load_models
from shuren.data.internals.receipts import all_receipts
from shuren.kernel.shapes import Actor, no_progress
from shuren.trust import consent
from tests.approving import approve_all
from tests.data.raw_helper import put_raw, reader

pytestmark = pytest.mark.django_db

ANALYST = Actor("s", "analyst", doing="releases.export")
READERS = [Actor(f"reader{n}", "student", reader(n)) for n in range(12)]
PURPOSE = """id: reading_study
title: {zh: 阅读研究, en: Reading study}
description: {zh: 研究, en: A study}
basis: consent
highest_class: 3
consent: {version: 1, zh: 我同意, en: I agree}
why: {zh: 丙, en: C}
tables: {mart.loan_fact: [loan_id, reader_key, college, loaned_at]}
whose: [readers]
keep_days: 0
legal_basis: {article: PIPL 13, zh: 丁, en: D}
approved_by: ethics_board
approved_until: withdrawn
review_by: 2099-01-01
"""
ROLES = {
    "analyst": "kind: staff\ngrants: [{resource: releases, actions: [export], purposes: [%s]}]",
    "student": "kind: reader\ngrants: [{resource: my_library, actions: [read], purposes: [%s]}]",
}


@pytest.fixture
def lake(site, settings):
    """12 readers with one loan each, 6 of each college; nobody has consented."""
    words = "title: {zh: 甲, en: A}\ndescription: {zh: 乙, en: B}\n"
    roles = [
        ("roles", id, f"id: {id}\n{words}{end % 'reading_study'}") for id, end in ROLES.items()
    ]
    for folder, id, text in [("purposes", "reading_study", PURPOSE), *roles]:
        (site.definitions / folder).mkdir(parents=True, exist_ok=True)
        (site.definitions / folder / f"{id}.yaml").write_text(text, "utf-8")
    settings.SITE = site
    approve_all(site)
    put_raw(site, "readers", [
        {"reader_id": r.reader_key, "kind": "student", "college": "文学院" if n < 6 else "数学学院"}
        for n, r in enumerate(READERS)
    ], place=1)  # fmt: skip
    put_raw(site, "loans", [
        {"loan_id": str(n), "reader_id": r.reader_key, "title": "三体", "call_number": "I247.57",
         "loaned_at": f"2026-03-{n + 1:02}T09:00:00"}
        for n, r in enumerate(READERS)
    ], place=2)  # fmt: skip
    building.build_snapshot(site, load_models(site), all_receipts(site), no_progress)
    return site


def agree(*numbers):
    for number in numbers:
        consent.give("reading_study", actor=READERS[number], version=1)


def rows(site):
    table = queries.read(
        site, "mart.loan_fact", columns=["loan_id"], purpose="reading_study", actor=ANALYST
    )
    return sorted(int(row["loan_id"]) for row in table.dicts())


def by_college(site):
    table = queries.summarise(
        site, "mart.loan_fact", by=["college"], measures={"loans": "count"},
        purpose="reading_study", actor=ANALYST,
    )  # fmt: skip
    return {row["college"]: row["loans"] for row in table.dicts()}, table.suppressed


def test_without_anybody_there_is_nothing(lake):
    assert rows(lake) == []


def test_only_rows_of_those_who_consented_are_read(lake):
    agree(1, 4, 7)
    assert rows(lake) == [1, 4, 7]


def test_taking_it_back_counts_in_the_next_question(lake):
    agree(1, 4)
    assert rows(lake) == [1, 4]
    consent.withdraw("reading_study", actor=READERS[4])
    assert rows(lake) == [1]


def test_small_groups_are_those_of_the_consenting_not_of_all(lake):
    """Of 文学院 five of six agreed, of 数学学院 three: the latter stay hidden."""
    agree(0, 1, 2, 3, 4, 6, 7, 8)
    counted, hidden = by_college(lake)
    assert counted.get("文学院") in (None, 5)
    assert "数学学院" not in counted
    assert hidden
    agree(9, 10)
    assert by_college(lake) == ({"文学院": 5, "数学学院": 5}, 0)


def test_a_count_over_the_consenting_is_remembered_by_no_process(lake):
    agree(*range(12))
    answers._answers.clear()
    assert by_college(lake)[0] == {"文学院": 6, "数学学院": 6}
    assert not answers._answers
    consent.withdraw("reading_study", actor=READERS[0])
    assert by_college(lake)[0] == {"文学院": 5, "数学学院": 6}


def test_a_table_without_persons_is_not_opened_by_consent(lake):
    with pytest.raises(NotOpen):
        queries.read(lake, "conformed.title", purpose="reading_study", actor=ANALYST)
