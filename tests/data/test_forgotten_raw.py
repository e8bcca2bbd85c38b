"""Between an erasure and the rewriting of the disk no look at loaded rows meets what was erased."""

import hashlib
import re
from datetime import timedelta
from pathlib import Path

import pytest

from shuren.data import queries
from shuren.data.actions import build
from shuren.data.definitions import contracts
from shuren.data.erasure import Forget
from shuren.data.internals import building, forgetting, measuring
from shuren.data.internals.suggesting.in_lake import KnownValues
from shuren.data.shapes import KEEP
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from tests.conftest import ROOT
from tests.data.raw_helper import put_raw, reader

pytestmark = pytest.mark.django_db
LIBRARIAN = Actor("data", "data_librarian")

# Who reads files of loaded rows beside `forgotten`, and why nobody's row is shown by it.
HARMLESS = {
    "receipts": "says where the files are",
    "checkup": "compares numbers of rows with the receipts; opens no row",
    "sources": "looks whether the files are whole; the engines leave out what is forgotten",
    "retention": "takes rows away by their day, and counts them",
    "compacting": "puts files together; what is forgotten is taken out of the new one",
    "in_lake": "tells whether a key is there already, for loads; gives out no row",
    "marc/editing": "records of books; the contract has no column about a person",
}
FORGETS = re.compile(r"\bforgotten\.(raw_test|barred|person_columns|read)\b")
DATA = ROOT / "src" / "shuren" / "data"


def key(loan: str) -> str:
    """As put_raw names a row."""
    return hashlib.sha256(loan.encode()).hexdigest()


def fill(site: Site) -> str:
    """Two rows without a campus, which most rows have; the id of the load."""
    loans = [
        {"loan_id": f"L{n}", "reader_id": reader(n), "title": "书",
         "item_id": f"b{n}", "call_number": "O13/1", "author": "甲",
         "campus": "A" if n > 1 else None, "loaned_at": "2026-03-01T10:00:00"}
        for n in range(60)
    ]  # fmt: skip
    put_raw(site, "loans", loans)
    measuring.measure_new(site)
    [receipt] = queries.receipts(site)
    return receipt.id


def without_campus(site: Site, load: str) -> set[int]:
    found = queries.flagged_rows(site, load, actor=LIBRARIAN)
    return {flag.line for flag in found if flag.field == "campus"}


def test_rows_with_a_gap_are_not_named_when_their_reader_is_erased(site: Site) -> None:
    load = fill(site)
    assert without_campus(site, load) == {2, 3}
    forgetting.readers(site, [Forget(reader(0), "", {})])
    assert without_campus(site, load) == {3}
    forgetting.rows(site, "loans", [key("L1")], reader(1))
    assert without_campus(site, load) == set()


def test_a_load_that_is_measured_after_the_erasure_counts_without_the_reader(site: Site) -> None:
    load = fill(site)
    path = site.data / "quality" / f"{load}.json"
    path.unlink()
    forgetting.readers(site, [Forget(reader(0), "", {})])
    [measure] = measuring.measure_new(site)
    assert measure.faults["complete"] == 1
    path.unlink()
    forgetting.readers(site, [Forget(reader(n), "", {}) for n in range(60)])
    [measure] = measuring.measure_new(site)
    assert (measure.faults["complete"], measure.filled) == (0, {})


def test_a_new_file_is_not_told_by_whom_the_lake_knew(site: Site) -> None:
    fill(site)
    assert reader(0) in KnownValues(site)._in_lake("reader_id")
    forgetting.readers(site, [Forget(reader(0), "", {})])
    forgetting.rows(site, "loans", [key("L7")], reader(7))
    known = KnownValues(site)
    assert {reader(0), reader(7)} & known._in_lake("reader_id") == set()
    assert {"b0", "b7"} & known._in_lake("item_id") == set()
    assert {reader(1), reader(8)} <= known._in_lake("reader_id")


def test_no_older_snapshot_keeps_a_reader_whose_rows_went_out_of_the_files(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two snapshots before the rewriting, one after: the older ones go though three are kept."""
    monkeypatch.setattr(building, "MINIMUM_AGE", timedelta(0))
    fill(site)
    for _time in range(2):
        build(site, actor=LIBRARIAN)
    forgetting.readers(site, [Forget(reader(0), "", {})])
    forgetting.compact(site)
    assert forgetting.settle(site) == ({reader(0)}, True)
    newest = build(site, actor=LIBRARIAN).snapshot
    assert forgetting.settle(site) == (set(), False)
    assert [one.name for one in site.snapshots.iterdir()] == [newest]


def test_whoever_reads_loaded_rows_asks_what_is_forgotten() -> None:
    """A new reader of raw files names itself here with its reason, or honours the tombstones."""
    found = set()
    for path in sorted(DATA.rglob("*.py")):
        text = path.read_text("utf-8")
        if re.search(r"\braw_files?\(", text) and not FORGETS.search(text):
            found.add(str(path.relative_to(DATA / "internals").with_suffix("")))
    assert found == set(HARMLESS)


def test_records_of_books_hold_no_person(site: Site) -> None:
    fields = contracts(site)["bib_records"].fields
    assert not [f.name for f in fields if f.storage != KEEP or f.classification >= 3]
    assert Path(DATA / "internals" / "marc" / "editing.py").exists()
