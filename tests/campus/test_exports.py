"""The exports are what real systems write, and truth.json says what is in them."""

import csv
import gzip
import hashlib
import io
import zipfile

import openpyxl
import pytest

from shuren.campus.accounts import DEMO_ACCOUNTS, demo_accounts
from shuren.campus.actions import SEED, write_campus
from shuren.campus.dirt import ACCEPTED, REFUSED
from shuren.campus.xlsx import write_workbook
from shuren.kernel.definitions import find_definitions

TEXTS = {
    "readers-cards.csv": ("gb18030", ",", "证件号", 11),
    "items-ils.txt": ("gb18030", "|", "条码号", 15),
    "loans-2024-2025.csv": ("gb18030", ",", "流水号", 10),
    "loans-2025-2026.csv": ("gb18030", ",", "流水号", 10),
    "loans-2026-autumn.csv.gz": ("utf-8-sig", ",", "流水号", 10),
}


def content(path):
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


def digests(folder):
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def good_rows(exports, name):
    """Rows of a file that are whole and decodable, by the plainest means."""
    encoding, delimiter, _first, width = TEXTS[name]
    text = content(exports / name).decode(encoding, errors="replace")
    quoting = csv.QUOTE_NONE if delimiter == "|" else csv.QUOTE_MINIMAL
    for line in text.split("\r\n")[1:]:
        cells = next(csv.reader([line], delimiter=delimiter, quoting=quoting), [])
        if len(cells) == width and "\ufffd" not in line:
            yield cells


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    write_campus(tmp_path / "a", seed=5, scale=0.01)
    write_campus(tmp_path / "b", seed=5, scale=0.01)
    write_campus(tmp_path / "c", seed=6, scale=0.01)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    assert (
        digests(tmp_path / "a")["readers-cards.csv"] != digests(tmp_path / "c")["readers-cards.csv"]
    )


@pytest.mark.parametrize("name", TEXTS)
def test_encodings_are_as_claimed(exports, name):
    encoding, delimiter, first, width = TEXTS[name]
    data = content(exports / name)
    header = data.split(b"\r\n")[0].decode(encoding)
    assert header.split(delimiter)[0] == first
    assert len(header.split(delimiter)) == width
    assert data.startswith(b"\xef\xbb\xbf") == (encoding == "utf-8-sig")
    if encoding == "gb18030":
        with pytest.raises(UnicodeDecodeError):
            data[:20_000].decode("utf-8")


@pytest.mark.parametrize("name", TEXTS)
def test_dirt_is_planted_as_counted(exports, truth, name):
    encoding, delimiter, _first, _width = TEXTS[name]
    file = truth["files"][name]
    lines = content(exports / name).split(b"\r\n")[1:-1]
    assert len(lines) == file["records"]
    dirt = dict.fromkeys(REFUSED, 0) | file["dirt"]
    assert set(dirt) <= {*REFUSED, *ACCEPTED}
    assert file["refused"] == sum(count for kind, count in dirt.items() if kind in REFUSED)
    assert file["refused"] / file["records"] == pytest.approx(0.01, abs=0.005)
    assert sum(b"\xff" in line for line in lines) == dirt["stray_byte"]
    assert sum(b"2025-02-30" in line for line in lines) == dirt["impossible_date"]
    assert sum(b"2925-03-07" in line for line in lines) == dirt["date_centuries_ahead"]
    assert sum(line.endswith(delimiter.encode()) for line in lines) >= dirt["trailing_delimiter"]
    assert len(lines) - len(set(lines)) == dirt["repeated_line"]
    closing = "合计".encode("gb18030" if encoding == "gb18030" else "utf-8")
    assert lines[-1].startswith(closing) == bool(dirt["footer"])


def test_what_a_plain_reader_counts_is_what_the_truth_says(exports, truth):
    months = {}
    seen = set()
    for name in TEXTS:
        if not name.startswith("loans"):
            continue
        for cells in good_rows(exports, name):
            moment, renewals = cells[5].replace("/", "-"), cells[8]
            broken = cells[3].startswith('"') or not cells[1] or not renewals.isascii()
            if broken or moment[:10] in ("2025-02-30", "2925-03-07") or tuple(cells) in seen:
                continue
            seen.add(tuple(cells))
            months[moment[:7]] = months.get(moment[:7], 0) + 1
    # A quote opened and not closed runs on to the end of its line and leaves too few columns.
    assert months == truth["loans_by_month"]
    assert sum(months.values()) == truth["loans"]


def test_loans_name_items_and_readers_that_were_exported(exports, truth):
    barcodes = {cells[0] for cells in good_rows(exports, "items-ils.txt")}
    cards = {cells[0] for cells in good_rows(exports, "readers-cards.csv")}
    loans = list(good_rows(exports, "loans-2026-autumn.csv.gz"))
    assert sum(cells[2] in barcodes for cells in loans) > 0.97 * len(loans)
    assert sum(cells[1] in cards for cells in loans) > 0.96 * len(loans)


def test_seats_are_a_workbook_that_spreadsheet_programs_open(exports):
    sheet = openpyxl.load_workbook(exports / "seats.xlsx")["座位"]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:4] == ("区域编号", "校区", "馆舍", "楼层")
    assert sum(row[7] for row in rows[1:]) == 5481


def test_a_workbook_keeps_signs_that_xml_reserves():
    data = write_workbook("A", [['<a> & "b"', 3]])
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert next(book["A"].iter_rows(values_only=True)) == ('<a> & "b"', 3)
    assert zipfile.ZipFile(io.BytesIO(data)).testzip() is None


def test_there_is_one_demo_account_for_each_role_and_its_card_has_books_out(exports):
    """Two of students: services, terms and limits are not the same for both."""
    roles = set(find_definitions("roles", None)) - {"anonymous"}
    assert {account.role for account in DEMO_ACCOUNTS} == roles
    assert [a.username for a in DEMO_ACCOUNTS if a.role == "student"] == ["student", "postgraduate"]
    assert len(DEMO_ACCOUNTS) == len(roles) + 1
    says = {cells[0]: cells[3] for cells in good_rows(exports, "readers-cards.csv")}
    cards = {account.username: account.card for account in demo_accounts(exports)}
    assert says[cards["student"]] == "本科生"
    assert says[cards["postgraduate"]] in ("硕士生", "博士生")
    files = (name for name in TEXTS if name.startswith("loans"))
    out = {cells[1] for name in files for cells in good_rows(exports, name) if cells[7] == ""}
    for account in demo_accounts(exports):
        assert bool(account.card) == bool(account.kind)
        assert not account.card or account.card in out


def test_progress_is_told_and_files_come_in_the_order_to_load_them(tmp_path):
    told = []
    files = write_campus(tmp_path, scale=0.01, progress=lambda done, total: told.append(done))
    assert told == sorted(told)
    assert len(told) > 10
    assert [file.contract for file in files][:6] == [
        *("readers", "items", "seat_zones"),
        *("loans", "loans", "loans"),
    ]
    assert all(file.path.is_file() for file in files)
    assert SEED
