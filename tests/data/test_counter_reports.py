"""Usage reports of the COUNTER project and of real platforms: totals agree to the unit with a
count that knows nothing of our reader."""

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from shuren.data import queries
from shuren.data.actions import load_file
from shuren.data.definitions import contract as find_contract
from shuren.data.internals.counter.source import CounterSource
from shuren.data.internals.counter.usage import COLUMNS
from shuren.data.internals.reading.problems import FileProblem
from shuren.data.shapes import Mapping
from shuren.kernel.shapes import no_progress
from shuren.kernel.site import Site
from tests.data.loading import OPERATOR, accepted

pytestmark = pytest.mark.django_db

VIEWS = ("DR", "DRD1", "DRD2", "IR", "IRA1", "IRM1", "PR", "PRP1", "TR", "TRB1", "TRB2", "TRB3",
         "TRJ1", "TRJ2", "TRJ3", "TRJ4")  # fmt: skip
FOLIO = "counter-folio/mod-erm-usage-server/src/test/resources"
Totals = Counter[tuple[str, str]]


def counted(content: Any, found: Totals) -> Totals:
    """{(metric, yyyy-mm): sum} of all counts anywhere in a JSON report of either release."""
    if isinstance(content, list):
        for part in content:
            counted(part, found)
    elif isinstance(content, dict):
        if "Instance" in content:
            month = content["Period"]["Begin_Date"][:7]
            for one in content["Instance"]:
                found[one["Metric_Type"], month] += int(one["Count"])
        for key, part in content.items():
            if key == "Performance" and isinstance(part, dict):
                for metric, months in part.items():
                    for month, count in months.items():
                        found[metric, month] += count
            else:
                counted(part, found)
    return found


def in_lake(site: Site, receipt: Any) -> Totals:
    found: Totals = Counter()
    for row in accepted(site, receipt):
        found[row["metric_type"], row["used_from"].isoformat()[:7]] += row["usage_count"]
    return found


def cells(path: Path) -> list[dict[str, Any]]:
    """What the source hands on, before the contract is asked."""
    mapping = Mapping(id="", contract="counter_usage")
    contract = find_contract(None, "counter_usage")
    table, _mapping = CounterSource().open(None, path, contract, mapping, no_progress)
    found = []
    for block in table.blocks():
        assert not block.refused
        found += block.table.rename_columns(COLUMNS).to_pylist()
    return found


def added_up(rows: list[dict[str, Any]]) -> Totals:
    found: Totals = Counter()
    for row in rows:
        found[row["metric_type"], row["used_from"][:7]] += int(row["usage_count"])
    return found


def load(site: Site, path: Path) -> Any:
    return load_file(site, "counter_usage", path, actor=OPERATOR)


@pytest.mark.parametrize("view", VIEWS)
def test_a_sample_says_the_same_as_json_tsv_and_xlsx(shared_data, view):
    folder = shared_data("counter-official-samples")
    rows = [cells(folder / f"{view}_sample_r51.{kind}") for kind in ("json", "tsv", "xlsx")]
    expected = counted(json.loads((folder / f"{view}_sample_r51.json").read_text()), Counter())
    assert [added_up(each) for each in rows] == [expected] * 3
    names = ("platform", "title", "database", "item", "doi", "isbn", "print_issn", "yop",
             "access_type", "access_method", "metric_type", "used_from", "usage_count",
             "parent_title", "authors", "publication_date", "institution")  # fmt: skip
    plain = [Counter(tuple(row[n] or "" for n in names) for row in each) for each in rows]
    assert plain[0] == plain[1] == plain[2]


@pytest.mark.parametrize("view", VIEWS)
def test_the_total_column_of_a_sample_is_what_is_read(shared_data, view):
    path = shared_data("counter-official-samples") / f"{view}_sample_r51.tsv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file, delimiter="\t"))
    place = lines[14].index("Reporting_Period_Total")
    told = sum(int(line[place]) for line in lines[15:])
    assert sum(int(row["usage_count"]) for row in cells(path)) == told


@pytest.mark.parametrize("kind", ["json", "tsv", "xlsx"])
def test_a_master_report_is_in_the_lake_to_the_unit(site, shared_data, kind):
    folder = shared_data("counter-official-samples")
    receipt = load(site, folder / f"TR_sample_r51.{kind}")
    assert (receipt.source, receipt.accepted, receipt.refused) == ("counter", 1872, 0)
    told = counted(json.loads((folder / "TR_sample_r51.json").read_text()), Counter())
    assert in_lake(site, receipt) == told


@pytest.mark.parametrize(
    "name, report",
    [
        ("standardviews/karger_tr_2021-01.json", "TR"),
        ("standardviews/karger_tr_2021-02.json", "TR"),
        ("standardviews/karger_tr_2021-03.json", "TR"),
        ("standardviews/tr_j1.json", "TR_J1"),
        ("standardviews/tr_b1.json", "TR_B1"),
        ("fileupload/brill_tr.json", "TR"),
        ("fileupload/reportCOP5TRMultiMonth.json", "TR"),
        ("fileupload/hwire_trj1.json", "TR_J1"),
    ],
)
def test_real_reports_of_release_5_0_add_up(shared_data, name, report):
    path = shared_data(FOLIO) / name
    rows = cells(path)
    assert added_up(rows) == +counted(json.loads(path.read_text()), Counter())
    assert {(row["report_id"], row["release"]) for row in rows} == {(report, "5.0")}


def test_a_real_report_is_loaded_whole(site, shared_data):
    path = shared_data(FOLIO) / "standardviews/karger_tr_2021-03.json"
    receipt = load(site, path)
    assert (receipt.accepted, receipt.refused) == (1639, 0)
    assert in_lake(site, receipt) == +counted(json.loads(path.read_text()), Counter())


def test_every_monthly_report_of_folio_is_read_or_says_why_not(shared_data):
    """156 files: 60 reports, 84 answers without a report, 12 of Release 4."""
    loaded, refused = 0, Counter()
    for path in sorted((shared_data("counter-folio") / "sample-data/counter-reports").iterdir()):
        content = json.loads(path.read_text())
        try:
            rows = cells(path)
        except FileProblem as problem:
            said = ("3030", "3032", "release '4'")
            refused[next((words for words in said if words in str(problem)), "?")] += 1
        else:
            loaded += 1
            assert added_up(rows) == +counted(content["report"], Counter()), path.name
    assert (loaded, refused) == (60, {"3032": 48, "3030": 36, "release '4'": 12})


def test_release_4_is_named_and_loads_nothing(site, shared_data):
    for path in sorted((shared_data(FOLIO) / "fileupload").glob("*.xml")):
        with pytest.raises(FileProblem, match="release '4'"):
            load(site, path)
    assert queries.receipts(site) == []


def test_the_receipt_says_what_the_report_is_and_what_its_platform_warns_of(site, tmp_path):
    header = {
        "Release": "5.1", "Report_ID": "TR_J1", "Created": "2026-02-15T09:11:12+08:00",
        "Created_By": "Vendor", "Institution_Name": "山城大学",
        "Report_Filters": {"Begin_Date": "2026-01-01", "End_Date": "2026-01-31"},
        "Exceptions": [{"Code": 3040, "Message": "Partial Data Returned", "Data": "no 30 Jan"}],
    }  # fmt: skip
    items = [{"Title": "力学学报", "Platform": "P", "Attribute_Performance": [
        {"Performance": {"Total_Item_Requests": {"2026-01": 7}}}]}]  # fmt: skip
    path = tmp_path / "tr_j1.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps({"Report_Header": header,
                                                  "Report_Items": items}).encode())  # fmt: skip
    receipt = load(site, path)
    assert receipt.notes[0] == (
        "TR_J1，5.1 版，2026-01-01 – 2026-01-31，Vendor 为山城大学提供，2026-02-15T01:11:12Z 生成。"
    ) or receipt.notes[0].startswith("TR_J1, Release 5.1, 2026-01-01 – 2026-01-31, by Vendor for")
    assert "3040" in receipt.notes[1]
    assert "no 30 Jan" in receipt.notes[1]
    (row,) = accepted(site, receipt)
    assert (row["data_type"], row["access_type"]) == ("Journal", "Controlled")
    assert row["report_created"] == "2026-02-15T01:11:12Z"
