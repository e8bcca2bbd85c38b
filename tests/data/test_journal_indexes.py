"""Lists of indexed journals: the newest list of an index speaks, a journal is one line."""

import pytest

from shuren.data import queries
from shuren.data.actions import build
from tests.data.loading import OPERATOR, load

pytestmark = pytest.mark.django_db
HEAD = "index,title,issn,eissn,since_year,until_year,listed_on\n"
COLUMNS = ["index_name", "number", "is_covered"]


def covered(site):
    build(site, actor=OPERATOR)
    table = queries.read(
        site, "conformed.journal_index", columns=COLUMNS, order_by=COLUMNS,
        purpose="public_information", actor=OPERATOR,
    )  # fmt: skip
    return [tuple(row) for row in table.rows]


def test_a_newer_list_of_an_index_takes_the_place_of_the_older(site):
    new = "EI Compendex,江湾学刊,0028-0836,,2010,,2026-06-01\n"
    load(site, "journal_indexes", HEAD + new, "new.csv")
    old = "EI,山城学报,1234-5679,,2001,,2024-06-01\nEI,旧刊,,,,,\nSCI,Letters,2049-3630,,,,\n"
    load(site, "journal_indexes", HEAD + old)
    assert covered(site) == [("EI", "00280836", True), ("SCIE", "20493630", True)]


def test_two_lines_of_a_journal_are_one_and_covered_if_one_says_so(site):
    lines = (
        "EI,山城学报,1234-5679,,1990,2001,\nEI,山城学报,1234-5679,,2010,,\nEI,某刊,,,1990,1999,\n"
    )
    load(site, "journal_indexes", HEAD + lines)
    assert covered(site) == [("EI", "12345679", True), ("EI", "title:某刊", False)]


def test_both_numbers_of_a_journal_lead_to_it_and_a_last_year_is_held_against_the_list(site):
    lines = (
        "EI,山城学报,1234-5679,2049-3630,,2026,2026-01-01\nEI,旧刊,0028-0836,,,2025,2026-01-01\n"
    )
    load(site, "journal_indexes", HEAD + lines)
    assert covered(site) == [
        ("EI", "00280836", False), ("EI", "12345679", True), ("EI", "20493630", True),
    ]  # fmt: skip
