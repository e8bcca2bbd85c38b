"""The demo catalogue as CNMARC: a load refuses exactly the records that were damaged."""

import json

import pytest

from shuren.campus.catalogue import Subject, Title
from shuren.campus.marc import FILE, _described, topic
from shuren.data import actions, queries
from shuren.kernel.shapes import Actor

OPERATOR = Actor(id="cli:test", role="administrator")
RULES = {
    "stray_byte": "S10",
    "short_leader": "S14",
    "broken_directory": "S07",
    "cut_record": "S06",
    "no_title": "R01",
    "repeated_record": "R06",
}


@pytest.mark.django_db
def test_each_damaged_record_is_refused_for_its_damage_and_no_other(site, exports):
    planted = json.loads((exports / "truth.json").read_text("utf-8"))["files"][FILE]
    receipt = actions.load_file(site, "bib_records", exports / FILE, actor=OPERATOR)
    assert (receipt.mapping, receipt.encoding) == ("cnmarc", "gb18030")
    assert (receipt.records, receipt.refused) == (planted["records"], planted["refused"])
    assert receipt.rules == {RULES[kind]: count for kind, count in planted["dirt"].items()}
    rows = queries.refused_rows(site, receipt.id, actor=OPERATOR, limit=100)
    assert all(row.shown for row in rows)


def test_a_book_is_about_what_its_title_names_and_nothing_else():
    law = Subject("D9", "study", 1, 1, [("刑法", "D924"), ("国际刑法", "D99")], [("Law", "D9")])

    def about(title: str, language: str = "zh") -> str:
        return topic(law, Title(title, "", "", "", 2020, "", "D924", "", language, 0, 1, "", False))

    assert about("国际刑法新论") == "国际刑法"
    assert about("论犯罪与刑罚") == ""
    assert about("The Concept of Law", "en") == "Law"


@pytest.mark.parametrize("number, real, about, has", [
    (2, False, "刑法", ["327", "330"]), (3, False, "刑法", []), (2, True, "刑法", []),
    (2, False, "", []),
], ids=["invented", "every other", "real", "about nothing known"])  # fmt: skip
def test_no_real_book_has_invented_contents(number, real, about, has):
    title = Title("刑法", "", "", "", 2020, "", "D924", "", "zh", 0, 1, "", real)
    assert [tag for tag, _content in _described(number, title, about)] == has
