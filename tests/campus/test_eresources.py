"""The demo's usage reports and title lists, loaded and built, add up to what was planted."""

from collections import Counter

import pytest

from shuren.campus.eresources import isbn, issn, write_eresources
from shuren.campus.university import CALENDAR
from shuren.data import queries
from shuren.data.actions import build, load_file
from shuren.kernel.calendar import load_calendar
from shuren.kernel.shapes import Actor
from tests.data.loading import OPERATOR

pytestmark = pytest.mark.django_db


def test_what_was_planted_is_in_the_tables_and_the_dirt_is_not(site, tmp_path):
    made = write_eresources(tmp_path, load_calendar(None, CALENDAR), 2029, 0.2)
    receipts = {
        name: load_file(site, contract, tmp_path / name, actor=OPERATOR)
        for contract, name in made.files
    }
    build(site, actor=OPERATOR)
    table = queries.summarise(
        site, "mart.platform_month", by=["platform", "metric_type"],
        measures={"usage": "sum:usage"}, purpose="library_statistics",
        actor=Actor("d", "director", doing="dashboards.read"),
    )  # fmt: skip
    found: dict[str, dict[str, int]] = {}
    for row in table.dicts():
        found.setdefault(row["platform"], {})[row["metric_type"]] = int(row["usage"])
    planted = {
        platform: {metric: total for metric, total in metrics.items() if total}
        for platform, metrics in made.truth["eresources"].items()
    }
    assert found == planted
    refused = {
        name.split("/")[-1].split("-")[0]: r.rules for name, r in receipts.items() if r.rules
    }
    assert refused["wiley"] == {"S09": 1}
    assert refused["ebsco"] == {"R05": 1}
    assert sum(receipts["journal-indexes.csv"].rules.values()) == 2
    assert indexed(site) == made.truth["journal_indexes"]
    partial = next(r for name, r in receipts.items() if "jstor-TR-2026" in name)
    assert "3040" in partial.notes[1]


def indexed(site):
    """{index as the list calls it: journals covered now}"""
    table = queries.read(
        site, "conformed.journal_index", columns=["index_name", "is_covered"],
        purpose="public_information", actor=OPERATOR,
    )  # fmt: skip
    called = {"SCOPUS": "Scopus", "PKU": "北大核心"}
    now = [row["index_name"] for row in table.dicts() if row["is_covered"]]
    return dict(Counter(called.get(name, name) for name in now))


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    calendar = load_calendar(None, CALENDAR)
    first = write_eresources(tmp_path / "a", calendar, 7, 0.1)
    write_eresources(tmp_path / "b", calendar, 7, 0.1)
    for _contract, name in first.files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_invented_identifiers_have_right_check_digits():
    assert (issn(0), isbn(0)) == ("9000-0005", "979-99-0000-000-5")
