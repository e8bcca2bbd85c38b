"""The offices' exports: the sums of the feature table are in them, and every row is taken in."""

import csv
import io

import openpyxl
import pytest

from shuren.campus.actions import write_campus
from shuren.campus.operations import AREA, PLATFORMS, YEARS
from shuren.campus.space import SEATS
from shuren.campus.university import LAST_DAY
from shuren.data.actions import load_file
from shuren.kernel.shapes import Actor


def sheet(path):
    rows = openpyxl.load_workbook(path, read_only=True).active.iter_rows(values_only=True)
    header = next(rows)
    return [dict(zip(header, row, strict=True)) for row in rows]


def table(path):
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("gb18030"))))


def test_the_buildings_have_59_362_square_metres(exports):
    areas = [row["建筑面积（平方米）"] for row in sheet(exports / "buildings.xlsx")]
    assert sum(areas) == AREA == 59_362
    assert round(sum(areas) / SEATS, 2) == 10.83  # row W4 of the feature table
    for row in sheet(exports / "buildings.xlsx"):
        assert row["读者使用面积"] < row["建筑面积（平方米）"]


@pytest.mark.parametrize("year", YEARS[:2])
def test_more_than_forty_million_are_spent_a_year(exports, year):
    rows = table(exports / f"budget-{year}.csv")
    spent = sum(float(row["金额（元）"]) for row in rows if row["收支"] == "支出")
    income = sum(float(row["金额（元）"]) for row in rows if row["收支"] == "收入")
    assert 40_000_000 < spent < 50_000_000
    assert 0.9 < income / spent < 1.1
    assert {row["资源平台"] for row in rows} - {""} == set(PLATFORMS)


def test_nothing_is_dated_after_the_last_day(exports):
    last = f"{LAST_DAY:%Y/%m/%d}"
    assert max(row["记账日期"] for row in table(exports / "budget-2026.csv")) <= last
    for row in table(exports / "acquisitions.csv"):
        assert row["订购日期"] <= (row["到货日期"] or last) <= (row["上架日期"] or last) <= last


def test_requests_are_of_readers_who_exist(exports):
    # By lines: some rows of that file have a quote too many, planted there.
    text = (exports / "readers-cards.csv").read_bytes().decode("gb18030", errors="replace")
    cards = {line.split(",")[0] for line in text.splitlines()}
    rows = table(exports / "interlibrary.csv")
    ours = [row for row in rows if row["业务方向"] == "借入"]
    assert len(ours) > 50
    unknown = [row for row in ours if row["读者证号"] not in cards]
    assert len(unknown) <= 0.03 * len(ours)  # cards of the readers file that are spoilt there
    assert all(row["完成时间"] for row in rows if row["处理结果"] == "满足")


@pytest.mark.django_db
def test_every_row_is_taken_in(site, exports):
    operator = Actor(id="cli:test", role="administrator")
    names = ["buildings", "populations", "staff", "training", "surveys", "acquisitions"]
    for path in sorted(exports.iterdir()):
        if path.stem in names or path.stem.startswith(("budget", "interlibrary")):
            contract = {"staff": "staff_years", "training": "training_sessions",
                        "surveys": "survey_results", "interlibrary": "interlibrary_requests",
                        }.get(path.stem, path.stem)  # fmt: skip
            contract = "budget_entries" if path.stem.startswith("budget") else contract
            receipt = load_file(site, contract, path, actor=operator)
            assert (receipt.refused, receipt.accepted > 0) == (0, True), path.name
            assert receipt.mapping, path.name


def test_the_other_exports_keep_their_bytes(exports, tmp_path):
    write_campus(tmp_path, scale=0.05)
    for name in ("budget-2025.csv", "interlibrary.csv", "training.xlsx", "loans-2024-2025.csv"):
        assert (tmp_path / name).read_bytes() == (exports / name).read_bytes()
