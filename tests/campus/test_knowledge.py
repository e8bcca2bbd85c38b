"""The reference desk's workbook: all rows are taken in; opening hours are the calendar's."""

import json

import openpyxl
import pytest

from shuren.campus.knowledge import FILE, MAPPING
from shuren.campus.university import CALENDAR
from shuren.data.actions import load_file
from shuren.kernel.calendar import load_calendar
from shuren.kernel.shapes import Actor


@pytest.fixture
def entries(exports):
    rows = openpyxl.load_workbook(exports / FILE, read_only=True).active.iter_rows(values_only=True)
    header = next(rows)
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_each_building_has_an_entry_with_every_hour_of_the_calendar(entries):
    hours = {e["标题"]: e["内容"] for e in entries if e["条目编号"].startswith("H")}
    places = load_calendar(None, CALENDAR).places.values()
    assert len(hours) == len(places)
    for place in places:
        text = hours[f"{place.title['zh']}几点开门？"]
        for span in place.hours.values():
            assert (f"{span.opens}–{span.closes}" if span.is_open else "闭馆") in text


def test_numbers_are_used_once_and_the_truth_counts_them(entries, exports):
    numbers = [entry["条目编号"] for entry in entries]
    assert len(set(numbers)) == len(numbers) > 24
    truth = json.loads((exports / "truth.json").read_text("utf-8"))["knowledge"]
    assert sum(truth.values()) == len(entries)
    assert truth["draft"] == sum(entry["状态"] == "草稿" for entry in entries) > 0


@pytest.mark.django_db
def test_every_entry_is_taken_in(site, exports, entries):
    operator = Actor(id="cli:test", role="administrator")
    receipt = load_file(
        site, "knowledge_entries", exports / FILE, actor=operator, mapping_id=MAPPING
    )
    assert (receipt.accepted, receipt.refused) == (len(entries), 0)
