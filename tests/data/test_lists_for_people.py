"""Exports as people make them: titles above the table, cover sheets, dates of other systems."""

from pathlib import Path

import openpyxl
import pytest

from shuren.data import actions, queries
from shuren.data.errors import WrongColumns
from shuren.kernel.i18n import use_language
from shuren.kernel.site import Site
from tests.data.loading import LOANS, OPERATOR, accepted, balance, load, mapping, refusals

pytestmark = pytest.mark.django_db
NAMES = ["读者证号", "图书条码", "题名", "借阅时间"]
TITLE = "某大学图书馆借阅清单\n导出时间：2025-03-01\n\n"
ROW = ["S1", "B1", "红楼梦", "2025-03-01"]


@pytest.fixture(autouse=True)
def english():
    use_language("en")
    yield
    use_language(None)


def workbook(path: Path, *sheets: tuple[str, list[list[str]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_a_title_above_the_column_names_is_passed_over_and_said(site: Site):
    text = TITLE + ",".join(NAMES) + "\n" + ",".join(ROW) + "\nS2,B2,x,2025-13-01\n"
    receipt = load(site, "loans", text)
    assert (receipt.records, receipt.accepted, receipt.refused) == (2, 1, 1)
    assert "line 4" in receipt.notes[0]
    assert refusals(site, receipt) == [(6, "R02", "loaned_at")]
    again = actions.replay(
        site, receipt.id, actor=OPERATOR, corrections={1: "●●●●,B2,x,2025-03-01"}
    )
    assert again.accepted == 1
    assert balance(site) == (2, 2, 0)


def test_a_title_above_the_column_names_of_a_workbook(site: Site, tmp_path: Path):
    path = workbook(tmp_path / "a.xlsx", ("Sheet1", [["借阅清单"], [], NAMES, ROW]))
    receipt = actions.load_file(site, "loans", path, actor=OPERATOR)
    assert receipt.accepted == receipt.records == 1
    assert accepted(site, receipt)[0]["_line"] == 4


def test_a_cover_sheet_is_no_table_and_other_sheets_are_named(site: Site, tmp_path: Path):
    sheets = [("封面", [["请看第二页"]]), ("数据", [NAMES, ROW]), ("备份", [NAMES, ROW])]
    receipt = actions.load_file(
        site, "loans", workbook(tmp_path / "a.xlsx", *sheets, ("空", [])), actor=OPERATOR
    )
    assert receipt.accepted == 1
    assert receipt.dialect["sheet"] == "数据"
    assert receipt.notes == ("Sheets not taken in: 封面, 备份. A mapping can name one.",)


def test_without_the_names_anywhere_the_first_line_is_judged(site: Site):
    with pytest.raises(WrongColumns, match="Its columns: a, b"):
        load(site, "loans", "a,b\n1,2\n" * 30 + ",".join(NAMES) + "\n")
    assert queries.receipts(site) == []


@pytest.mark.parametrize(
    "written", ["01-MAR-2025", "2025年3月1日", "2025年3月1日 8:05", "2025/3/1 08:05", "20250301"]
)
def test_dates_as_systems_write_them(site: Site, written: str):
    receipt = load(site, "loans", LOANS + f"1,s1,b1,x,{written},,,0,A\n")
    assert str(accepted(site, receipt)[0]["loaned_at"])[:10] == "2025-03-01"


def test_a_mapping_written_after_the_load_is_used_by_the_replay(site: Site):
    receipt = load(site, "loans", LOANS + "1,s1,b1,x,2025-03-01\n2,s2,b2,y,2025/03/02 um 8,,,0,A\n")
    assert receipt.refused == 2
    mapping(
        site,
        "later",
        'contract: loans\nfiles: ["export*"]\ndialect: {short_rows: fill, minimum_columns: 5}\n'
        'columns: {loaned_at: {from: loaned_at, formats: ["%Y/%m/%d um %H"]}}\n',
    )
    again = actions.replay(site, receipt.id, actor=OPERATOR)
    assert (again.accepted, again.mapping) == (2, "later")
    assert balance(site) == (2, 2, 0)
