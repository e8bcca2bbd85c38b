"""What readers say of themselves is a table of its own, which nobody opens without consent."""

import pytest

from shuren.data import actions, queries
from shuren.data.internals import snapshots
from shuren.kernel.shapes import Actor
from shuren.trust import consent
from shuren.trust.actions import pseudonymise
from shuren.trust.definitions import purposes, roles
from shuren.trust.errors import ConsentMissing, NotAllowed
from tests.data.loading import OPERATOR

pytestmark = pytest.mark.django_db

FIRST = """读者证号,scheme,interest,declared_at,is_withdrawn
20230001,clc,I242,2026-09-01 10:00:00,false
20230001,keyword,红楼梦,2026-09-01 10:01:00,false
20230002,clc,TP18,2026-09-02 09:00:00,false
"""
SECOND = """读者证号,scheme,interest,declared_at,is_withdrawn
20230001,clc,I242,2026-10-01 08:00:00,true
"""


@pytest.fixture
def declared(site, tmp_path):
    for name, text in (("a.csv", FIRST), ("b.csv", SECOND)):
        (tmp_path / name).write_text(text, "utf-8")
        receipt = actions.load_file(site, "declared_interests", tmp_path / name, actor=OPERATOR)
        assert receipt.refused == 0
    actions.build(site, actor=OPERATOR)
    return site


def test_an_interest_that_was_taken_back_is_gone(declared):
    table = snapshots.required(declared).tables["conformed.declared_interest"]
    source = snapshots.source(declared, snapshots.required(declared), table.name)
    found = snapshots.query(declared, f"SELECT interest FROM {source} ORDER BY interest", [])
    assert found == [("TP18",), ("红楼梦",)]


def test_no_card_number_reaches_the_lake(declared):
    for path in declared.lake.rglob("*.parquet"):
        assert b"20230001" not in path.read_bytes()


def test_the_purpose_rests_on_consent_and_only_readers_have_it():
    assert purposes(None)["declared_interests"].basis == "consent"
    having = [one for one in roles(None).values() if "declared_interests" in one.purposes]
    assert having
    assert {one.kind for one in having} == {"reader"}


def interests(site, actor):
    table = queries.read(
        site, "conformed.declared_interest", columns=["interest"],
        purpose="declared_interests", actor=actor,
    )  # fmt: skip
    return [row["interest"] for row in table.dicts()]


@pytest.mark.parametrize("role", ["administrator", "data_librarian", "student", "director"])
def test_nobody_reads_it_before_consent(declared, role):
    with pytest.raises(NotAllowed):
        interests(declared, Actor("x", role, reader_key="r_" + "a" * 26))


def test_a_reader_who_consents_reads_the_own_ones_until_it_is_taken_back(declared):
    key = pseudonymise(declared, ["20230001"])[0]
    ann = Actor("ann", "student", reader_key=key)
    consent.give("declared_interests", actor=ann, version=1)
    assert interests(declared, ann) == ["红楼梦"]
    consent.withdraw("declared_interests", actor=ann)
    with pytest.raises(ConsentMissing, match="needs your consent"):
        interests(declared, ann)
