"""Damaged usage reports: a bad row is kept with its place, a bad file says what it is."""

import json
from pathlib import Path
from typing import Any

import pytest

from shuren.data import queries
from shuren.data.actions import load_file, replay
from shuren.data.internals.reading.problems import FileProblem
from shuren.kernel.site import Site
from tests.data.loading import OPERATOR, accepted, refusals

pytestmark = pytest.mark.django_db

HEADER = {"Release": "5.1", "Report_ID": "TR", "Created": "2026-02-15T00:00:00Z",
          "Institution_Name": "Library"}  # fmt: skip
ABOVE = [
    "Report_Name\tTitle Report", "Report_ID\tTR", "Release\t5.1", "Institution_Name\tLibrary",
    "Reporting_Period\tBegin_Date=2026-01-01; End_Date=2026-02-28",
    "Created\t2026-02-15T00:00:00Z", "",
]  # fmt: skip
NAMES = "Title\tPlatform\tMetric_Type\tReporting_Period_Total\tJan-2026\tFeb-2026"


def item(title: str, counts: dict[str, Any], **more: Any) -> dict[str, Any]:
    performance = [{"Access_Method": "Regular", "Performance": counts}]
    return {"Title": title, "Platform": "P", "Attribute_Performance": performance, **more}


def report(folder: Path, items: list[Any], header: Any = HEADER) -> Path:
    path = folder / "report.json"
    path.write_text(json.dumps({"Report_Header": header, "Report_Items": items}), "utf-8")
    return path


def table(folder: Path, lines: list[str]) -> Path:
    path = folder / "report.tsv"
    path.write_text("\n".join([*ABOVE, NAMES, *lines]) + "\n", "utf-8")
    return path


def load(site: Site, path: Path) -> Any:
    return load_file(site, "counter_usage", path, actor=OPERATOR)


def test_a_bad_count_is_kept_with_its_path_and_the_others_are_loaded(site, tmp_path):
    counts = {"Total_Item_Requests": {"2026-01": 5, "2026-02": -1, "2026-13": 4, "2026-03": "x"},
              "Clicks": {"2026-01": 3}}  # fmt: skip
    receipt = load(site, report(tmp_path, [item("A", {}), item("B", counts)]))
    assert [(r["title"], r["usage_count"]) for r in accepted(site, receipt)] == [("B", 5)]
    assert [(rule, field) for _line, rule, field in refusals(site, receipt)] == [
        ("R04", "usage_count"),
        ("R02", "used_from"),
        ("R02", "usage_count"),
        ("R05", "metric_type"),
    ]
    (first, *_rest) = queries.refused_rows(site, receipt.id, actor=OPERATOR)
    assert "$.Report_Items[1].Attribute_Performance[0]" in first.shown


@pytest.mark.parametrize(
    "bad, place",
    [
        ("text", "$.Report_Items[0]"),
        ({"foo": "bar"}, "$.Report_Items[0]"),
        ({"Title": "A", "Attribute_Performance": ["x"]}, "Attribute_Performance[0]"),
        ({"Title": "A", "Attribute_Performance": [{"Performance": {"M": 4}}]}, "Performance.M"),
        ({"Title": "A", "Items": [7]}, "$.Report_Items[0].Items[0]"),
        ({"Title": "A", "Performance": [{"Instance": []}]}, "Performance[0]"),
    ],
    ids=["no object", "no performance", "no set", "no months", "no child", "no period"],
)
def test_what_is_not_built_like_an_item_is_refused_at_its_place(site, tmp_path, bad, place):
    good = item("Good", {"Total_Item_Requests": {"2026-01": 1}})
    receipt = load(site, report(tmp_path, [bad, good]))
    assert (receipt.accepted, receipt.rules) == (1, {"S08": 1})
    (row,) = queries.refused_rows(site, receipt.id, actor=OPERATOR)
    assert place in row.reason["en"]


def test_a_corrected_row_and_a_corrected_item_come_in_by_replay(site, tmp_path):
    bad = item("A", {"Total_Item_Requests": {"2026-01": "six"}})
    receipt = load(site, report(tmp_path, [bad, {"Title": "B", "Platform": "P"}]))
    rows = queries.refused_rows(site, receipt.id, actor=OPERATOR, with_raw=True)
    texts = {row.row: (row.raw or b"").decode() for row in rows}
    mended = json.loads(texts[2])
    mended["item"] = item("B", {"Total_Item_Requests": {"2026-01": 2, "2026-02": 3}})
    corrections = {1: texts[1].replace('"six"', '"6"'), 2: json.dumps(mended)}
    again = replay(site, receipt.id, actor=OPERATOR, corrections=corrections)
    assert (again.accepted, again.refused) == (3, 0)
    rows_in = accepted(site, again)
    assert sorted((r["title"], r["usage_count"]) for r in rows_in) == [("A", 6), ("B", 2), ("B", 3)]
    assert {r["report_created"] for r in rows_in} == {"2026-02-15T00:00:00Z"}
    assert queries.quarantine_counts(site) == []


def test_a_line_whose_months_do_not_make_its_total_is_refused_whole(site, tmp_path):
    path = table(tmp_path, ["A\tP\tTotal_Item_Requests\t5\t2\t3",
                            "B\tP\tTotal_Item_Requests\t9\t2\t3",
                            "C\tP\tTotal_Item_Requests\t1,200\t1,200\t0",
                            "D\tP\tTotal_Item_Requests\t4\tn/a\t4"])  # fmt: skip
    receipt = load(site, path)
    assert [(r["title"], r["usage_count"]) for r in accepted(site, receipt)] == [
        ("A", 2), ("A", 3), ("C", 1200),
    ]  # fmt: skip
    assert [rule for _line, rule, _field in refusals(site, receipt)] == ["S09", "S09"]
    assert [line for line, _rule, _field in refusals(site, receipt)] == [10, 12]
    again = replay(site, receipt.id, actor=OPERATOR,
                   corrections={1: "B\tP\tTotal_Item_Requests\t5\t2\t3"})  # fmt: skip
    assert [r["usage_count"] for r in accepted(site, again)] == [2, 3]


@pytest.mark.parametrize(
    "header, words",
    [
        ({**HEADER, "Release": "4"}, "release '4'"),
        ({**HEADER, "Report_ID": "JR1"}, "JR1"),
        ({}, "release '\\?'"),
        ([], "release '\\?'"),
    ],
    ids=["release 4", "unknown report", "empty header", "header is a list"],
)
def test_a_report_of_another_kind_is_named(site, tmp_path, header, words):
    with pytest.raises(FileProblem, match=words):
        load(site, report(tmp_path, [item("A", {"Total_Item_Requests": {"2026-01": 1}})], header))


@pytest.mark.parametrize(
    "text, words",
    [
        ('{"Report_Header": {"Release": "5.1", "Rep', "line 1|第 1 行"),
        ('{"Report_Header": {"Release": "5.1", "Report_ID": "TR"}}', "item|条目"),
        ('{"Report_Header": {"Release": "5.1", "Report_ID": "TR", "Exceptions": '
         '[{"Code": 3030, "Message": "No Usage"}]}}', "3030 No Usage"),
    ],
    ids=["cut off", "no items", "no usage"],
)  # fmt: skip
def test_a_file_that_is_no_report_says_so(site, tmp_path, text, words):
    path = tmp_path / "report.json"
    path.write_text(text, "utf-8")
    with pytest.raises(FileProblem, match=words):
        load(site, path)
