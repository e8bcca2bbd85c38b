"""The knowledge base at work: found, narrowed, read, and closed to whom it is closed."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from shuren.data import actions
from shuren.web.workbench import knowledge
from tests.data.loading import OPERATOR, load
from tests.data.test_knowledge import CONTRACT, HEAD

pytestmark = pytest.mark.django_db

ENTRIES = HEAD + (
    "A1,问答,怎么续借？,How to renew?,在自助机办理,At a machine,规则,https://lib.example.edu.cn/a,"
    "2026-03-01,,2026-09-01,流通部,已核准\n"
    "A2,规章,入馆须知,,请<刷卡>入馆,,须知,,2025-01-01,2025-12-31,,综合办公室,已核准\n"
    "A3,指南,,Printing,,On the ground floor,,,,,2027-01-01,,草稿\n"
    "A4,指南,寒假安排,,书库闭馆,,通知,,2027-01-18,,,,已核准\n"
)


@pytest.fixture
def desk(library, as_role, monkeypatch):
    load(library, CONTRACT, ENTRIES)
    actions.build(library, actor=OPERATOR)
    monkeypatch.setattr(knowledge, "now", lambda: datetime(2026, 11, 28, tzinfo=UTC))
    return as_role("front_desk")


def found(response):
    return [line["entry"].entry_id for line in response.context["lines"]]


@pytest.mark.parametrize(
    "query, entries",
    [
        ({}, ["A1", "A2", "A3", "A4"]),
        ({"q": "续借"}, ["A1"]),
        ({"q": "闭馆"}, ["A4"]),
        ({"q": "ground"}, ["A3"]),
        ({"kind": "guide"}, ["A3", "A4"]),
        ({"standing": "citable"}, ["A1"]),
        ({"standing": "draft"}, ["A3"]),
        ({"standing": "coming"}, ["A4"]),
        ({"standing": "ended"}, ["A2"]),
        ({"review": "past"}, ["A1"]),
        ({"kind": "guide", "review": "past"}, []),
        ({"q": "入馆", "kind": "rule"}, ["A2"]),
        ({"kind": "no such kind"}, []),
        ({"page": "9"}, ["A1", "A2", "A3", "A4"]),
    ],
    ids=str,
)
def test_entries_are_found_and_narrowed(desk, query, entries):
    response = desk.get(reverse("workbench:knowledge"), query)
    assert response.status_code == 200
    assert sorted(found(response)) == entries


def test_an_entry_shows_its_source_and_dates(desk):
    text = desk.get(reverse("workbench:knowledge-entry", args=["A1"])).content.decode()
    for part in (
        "How to renew?",
        "怎么续借？",
        "在自助机办理",
        "At a machine",
        "规则",
        "2026-03-01",
    ):
        assert part in text
    assert 'href="https://lib.example.edu.cn/a"' in text
    assert "past its review date" in text


def test_what_is_written_in_an_entry_stays_text(desk):
    text = desk.get(reverse("workbench:knowledge-entry", args=["A2"])).content.decode()
    assert "请&lt;刷卡&gt;入馆" in text


def test_an_entry_that_is_not_there_is_not_found(desk):
    assert desk.get(reverse("workbench:knowledge-entry", args=["nope"])).status_code == 404


def test_an_empty_base_says_how_it_is_filled(library, as_role):
    text = as_role("data_librarian").get(reverse("workbench:knowledge")).content.decode()
    assert "shuren load knowledge_entries" in text


def test_who_has_no_part_in_it_sees_neither_page_nor_entry_in_the_rail(library, as_role):
    client = as_role("technical_librarian")
    assert client.get(reverse("workbench:knowledge")).status_code == 403
    assert reverse("workbench:knowledge") not in client.get("/workbench/").content.decode()
