"""What a student reads for, in the words of real systems; what nobody can place is told."""

import pytest

from shuren.data import queries
from tests.data.loading import OPERATOR, accepted, load, mapping, refusals

pytestmark = pytest.mark.django_db


def studies(site, receipt):
    return [row["study"] for row in accepted(site, receipt)]


def test_dirty_words_are_understood_and_none_is_guessed(site):
    text = (
        "读者证号,读者类型,培养层次\n"
        "x1,学生,普通本科生\nx2,学生,专硕\nx3,学生,直博生\nx4,学生,研究生\nx5,学生,交流生\n"
        "x6,学生,\nx7,学生,本硕博贯通\nx8,教师,\n"
    )
    receipt = load(site, "readers", text)
    told = ["undergraduate", "master", "doctoral", "postgraduate", "exchange", None, None]
    assert studies(site, receipt) == told
    assert refusals(site, receipt) == [(8, "R05", "study")]
    [row] = queries.refused_rows(site, receipt.id, actor=OPERATOR, limit=10)
    assert "培养层次" in row.reason["zh"]
    assert "not one of the values allowed" in row.reason["en"]


def test_a_site_without_the_column_loads_as_before(site):
    receipt = load(site, "readers", "读者证号,读者类型\nx1,硕士研究生\n")
    assert (receipt.accepted, receipt.refused) == (1, 0)
    assert [(r["kind"], r["study"]) for r in accepted(site, receipt)] == [("student", None)]


def test_one_column_feeds_two_fields_and_says_nothing_for_one_where_the_mapping_says_so(site):
    mapping(
        site, "cards",
        "contract: readers\nfiles: [cards.csv]\ncolumns:\n  reader_id: 证号\n  kind: 身份\n"
        "  study:\n    from: 身份\n    values: {教师: '', 本科生: undergraduate}\n",
    )  # fmt: skip
    receipt = load(site, "readers", "证号,身份\nx1,本科生\nx2,教师\nx3,校友\n", "cards.csv")
    found = [(r["kind"], r["study"]) for r in accepted(site, receipt)]
    assert found == [("student", "undergraduate"), ("faculty", None)]
    assert refusals(site, receipt) == [(4, "R05", "study")]
