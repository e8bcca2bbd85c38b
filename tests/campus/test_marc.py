"""The demo catalogue as CNMARC: a load refuses exactly the records that were damaged."""

import json

import pytest

from shuren.campus.marc import FILE
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
