"""The real thing: 239,947 lines of a Chinese university, broken as they came."""

import csv
import lzma
import re
import shutil
import sqlite3
from collections import Counter
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from shuren.data import actions, queries
from tests.data.loading import OPERATOR, balance

pytestmark = [pytest.mark.django_db, pytest.mark.shared]
FIXTURE = Path(__file__).parents[1] / "fixtures" / "datacastle"
LINES = 239_947


@pytest.fixture
def loans_file(shared_data) -> Path:
    return shared_data("loans-cn-datacastle") / "borrow_train.txt.xz"


@pytest.fixture
def university(site):
    shutil.copytree(FIXTURE / "definitions", site.definitions)
    return site


def test_every_line_is_accounted_for_and_figures_agree_with_a_count_by_hand(university, loans_file):
    receipt = actions.load_file(university, "loans", loans_file, actor=OPERATOR)
    with lzma.open(loans_file, "rt", encoding="utf-8", newline="\n") as file:
        lines = file.read().split("\n")[:-1]
    whole = [line for line in lines if line.count('"') in (4, 6)]
    distinct = set(whole)
    assert receipt.records == len(lines) == LINES == receipt.accepted + receipt.refused
    assert receipt.rules == {"R06": len(whole) - len(distinct), "S02": len(lines) - len(whole)}
    assert receipt.accepted == len(distinct)
    by_year = Counter(line.split(',"', 1)[1][:4] for line in distinct)
    with duckdb.connect() as lake:
        path = university.raw / "loans" / f"{receipt.id}.parquet"
        rows = lake.sql(f"FROM read_parquet('{path}')")
        years = dict(rows.aggregate("CAST(year(loaned_at) AS VARCHAR), count(*)").fetchall())
        readers, titled, spelled, called = rows.aggregate(
            "count(DISTINCT reader_id), count(title), count(title_pinyin), count(call_number)"
        ).fetchall()[0]
    assert years == dict(by_year)
    assert readers == len({line.split(",", 1)[0] for line in distinct})
    assert called == sum(bool(row[3].strip()) for row in csv.reader(distinct) if len(row) > 3)
    assert titled > 0.99 * receipt.accepted
    assert spelled > 0.9 * receipt.accepted
    assert balance(university) == (LINES, receipt.accepted, receipt.refused)


def test_readers_and_their_colleges(university, shared_data):
    path = shared_data("loans-cn-datacastle") / "student_college.csv"
    receipt = actions.load_file(university, "readers", path, actor=OPERATOR)
    assert (receipt.records, receipt.accepted) == (18_130, 18_130)
    assert receipt.notes == ("Columns not taken in: split.",)


@pytest.mark.django_db(transaction=True)
def test_no_reader_id_is_anywhere_in_the_site(university, loans_file, shared_data, tmp_path):
    """Ids become tokens that occur by no accident, then every byte and cell is looked at."""
    with lzma.open(loans_file, "rt", encoding="utf-8") as file:
        lines = [next(file) for _ in range(30_000)]
    loans, readers = tmp_path / "borrow_tokens.txt", tmp_path / "student_college_tokens.csv"
    loans.write_text("".join(f"QZX{line.replace(',', 'XZQ,', 1)}" for line in lines), "utf-8")
    college = (shared_data("loans-cn-datacastle") / "student_college.csv").read_text().splitlines()
    parts = [line.split(",") for line in college]
    readers.write_text(
        "\n".join([college[0], *(f"{a},QZX{b}XZQ,{c}" for a, b, c in parts[1:])]), "utf-8"
    )
    for contract, path in (("loans", loans), ("readers", readers)):
        load = actions.load_file(university, contract, path, actor=OPERATOR)
        assert load.accepted > 10_000
    waiting = queries.quarantine_counts(university)[0].load_id
    assert queries.refused_rows(university, waiting, actor=OPERATOR)
    actions.replay(university, waiting, actor=OPERATOR)
    token = re.compile(rb"QZX\d+XZQ")
    for path in university.root.rglob("*"):
        if path.is_file():
            assert not token.search(path.read_bytes()), path
        if path.suffix == ".parquet":
            assert "QZX" not in str(pq.read_table(path).to_pydict()), path
        if path.suffix == ".sqlite3":
            with sqlite3.connect(path) as database:
                assert "QZX" not in "".join(database.iterdump())
