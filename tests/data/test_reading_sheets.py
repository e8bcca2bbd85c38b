"""Workbooks and Parquet files: every cell as the text a person reads."""

from datetime import date, datetime, time
from decimal import Decimal

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shuren.data.internals.reading.problems import FileProblem
from tests.data.reading import read

DAY = date(2025, 3, 1)


@pytest.fixture
def workbook(tmp_path):
    def make(sheets: dict[str, list[list]]):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, rows in sheets.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
        path = tmp_path / "export.bin"
        book.save(path)
        return path

    return make


def test_cells_of_a_workbook_come_as_text(workbook):
    path = workbook(
        {
            "空": [],
            "借阅": [
                ["条码", "日期", "时刻", "价格", "可借", "书名", "空"],
                [31_110_203_456_789, DAY, datetime(2025, 3, 1, 8, 5), 39.5, True, "红楼", None],
                ["007", "2025/3/1", time(8, 5), 40.0, False, ' a "b", c ', "x"],
                [],
                [1],
            ],
        }
    )  # fmt: skip
    reading = read(path)
    assert reading.file.dialect["sheet"] == "借阅"
    assert reading.rows == [
        ["31110203456789", "2025-03-01", "2025-03-01 08:05:00", "39.5", "true", "红楼", None],
        ["007", "2025/3/1", "08:05:00", "40", "false", ' a "b", c ', "x"],
        ["1", None, None, None, None, None, None],
    ]
    assert (reading.lines, reading.blank) == ([2, 3, 5], 1)
    assert reading.raws[1] == b'"007","2025/3/1","08:05:00","40","false"," a ""b"", c ","x"'


def test_a_sheet_can_be_named_and_its_title_passed_over(workbook):
    path = workbook({"one": [["x"], [1]], "two": [["报表"], [], ["a", "b"], [1, 2]]})
    reading = read(path, sheet="two", skip_lines=1)
    assert (reading.rows, reading.lines, reading.blank) == ([["1", "2"]], [4], 1)
    with pytest.raises(FileProblem, match="no sheet called three"):
        read(path, sheet="three")


def test_a_value_beyond_the_last_column_is_refused(workbook):
    reading = read(workbook({"s": [["a", "b"], [1, 2, "stray"], [3, 4, "  "]]}))
    assert reading.faults == [(2, "S03")]
    assert reading.refused[0].detail == {"expected": 2, "found": 3}
    assert reading.refused[0].raw == b'"1","2","stray"'
    assert reading.rows == [["3", "4"]]


def test_a_workbook_without_a_header(workbook):
    reading = read(workbook({"s": [[1, 2], [3]]}), header=False)
    assert (reading.rows, reading.lines) == ([["1", "2"], ["3", None]], [1, 2])


@pytest.mark.parametrize(
    "rows, sentence",
    [([], "without any value"), ([["a", "b"]], "a header but no row")],
    ids=["empty", "header only"],
)
def test_a_workbook_without_rows_is_named(workbook, rows, sentence):
    with pytest.raises(FileProblem, match=sentence):
        read(workbook({"s": rows}))


def test_a_real_workbook_is_read(shared_data):
    path = shared_data("counter-official-samples/TRB1_sample_r51.xlsx")
    reading = read(path, skip_lines=14)
    assert reading.file.header[:2] == ["Title", "Publisher"]
    assert reading.rows
    assert not reading.refused


def test_columns_of_parquet_come_as_text(tmp_path):
    path = tmp_path / "t.parquet"
    columns = {
        "n": pa.array([1, None], pa.int64()),
        "f": pa.array([31110203456789.0, 0.25]),
        "s": pa.array(["红楼梦", "  "]).dictionary_encode(),
        "d": pa.array([date(2025, 3, 1), None]),
        "t": pa.array([datetime(2025, 3, 1, 8, 5), datetime(2025, 3, 1, 8, 5, 1, 500_000)]),
        "b": pa.array([True, False]),
        "m": pa.array([Decimal("1.50"), None]),
        "l": pa.array([["书", "a"], None]),
        "x": pa.array([b"\xff", b"abc"]),
    }
    pq.write_table(pa.table(columns), path)
    reading = read(path)
    assert reading.file.header == list(columns)
    assert reading.rows == [
        ["1", "31110203456789", "红楼梦", "2025-03-01", "2025-03-01 08:05:00", "true", "1.50",
         '["书", "a"]', "ff"],
        [None, "0.25", "  ", None, "2025-03-01 08:05:01.500000", "false", None, None, "abc"],
    ]  # fmt: skip
    assert reading.lines == [1, 2]
    assert reading.raws[1].startswith(b',"0.25","  ",,')
