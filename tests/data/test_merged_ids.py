"""Which load was put into which is asked of a file; no id stays in memory."""

import json
import random
import tracemalloc
from pathlib import Path

import pytest

from shuren.data import queries
from shuren.data.errors import ReceiptBroken
from shuren.data.internals import checkup, merged_ids, receipts
from shuren.data.internals.merged_ids import MergedIds, among
from shuren.kernel.site import Site
from tests.data.test_compact import build, built, compact, day, raw

__all__ = ["built", "day"]  # fixtures
pytestmark = pytest.mark.django_db


def filed(folder: Path, *loads: str) -> MergedIds:
    path = folder / "L9.ids"
    path.write_bytes(merged_ids.content(loads))
    return MergedIds(path, **merged_ids.summary(loads))


def test_the_file_says_what_the_list_says(tmp_path: Path) -> None:
    """Ids of the same second come in any order, and need not be of one length."""
    loads = ("L3-b", "L3-a", "L1", "L2-long", "L5")
    ids = filed(tmp_path, *loads)
    assert (ids, tuple(ids), len(ids)) == (loads, loads, 5)
    assert (ids[1], ids[-1], ids[1:3]) == ("L3-a", "L5", ("L3-a", "L1"))
    assert [one in ids for one in (*loads, "L0", "L2", "L4-longer-than-any", "L6")] == [
        True
    ] * 5 + [False] * 4
    assert ids != loads[::-1]


def test_many_are_asked_for_at_once(tmp_path: Path) -> None:
    chance = random.Random(5)
    loads = [f"L{number:06}" for number in range(0, 9_000, 3)]
    chance.shuffle(loads)
    ids = filed(tmp_path, *loads)
    asked = [f"L{number:06}" for number in range(12_000)]
    assert ids.among(asked) == asked[:9_000:3] == among(tuple(loads), asked)
    assert tuple(ids) == tuple(loads)


def test_a_year_of_ids_is_not_in_memory(tmp_path: Path) -> None:
    """43,200 loads a day: as a list of texts they are 3 MB, asked of the file next to nothing."""
    loads = [f"L20261116T{number:06}-{number:06x}" for number in range(43_200)]
    path = tmp_path / "L9.ids"
    path.write_bytes(merged_ids.content(loads))
    told = merged_ids.summary(loads)
    wanted = loads[30_000]
    del loads
    tracemalloc.start()
    days = [MergedIds(path, **told) for _day in range(365)]
    assert all(wanted in ids for ids in days)
    kept, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 200_000
    assert most < 500_000


def test_a_receipt_says_how_many_and_its_file_says_which(day: Site) -> None:
    before = [one.id for one in queries.receipts(day)][::-1]
    (whole,) = compact(day)
    stored = json.loads((day.receipts / f"{whole.id}.json").read_text("utf-8"))
    assert "merges" not in stored
    assert stored["merged"] == {"loads": 24, "least": min(before), "greatest": max(before)}
    (read,) = queries.receipts(day)
    assert isinstance(read.merges, MergedIds)
    assert list(read.merges) == before
    assert read.loads == tuple(before)
    assert receipts.receipt_json(read)["merges"] == before
    assert {receipts.standing_for(day, one).id for one in before} == {whole.id}
    assert receipts.raw_files(day, "seat_events", before) == [
        receipts.raw_file(day, "seat_events", whole.id)
    ]


def test_a_receipt_of_before_that_holds_the_ids_still_stands_for_them(day: Site) -> None:
    old = {one.id: one for one in queries.receipts(day)}
    settled = raw(day)
    (whole,) = compact(day)
    path = day.receipts / f"{whole.id}.json"
    stored = json.loads(path.read_text("utf-8"))
    del stored["merged"]
    path.write_text(json.dumps(stored | {"merges": list(whole.merges)}), "utf-8")
    (day.receipts / "merged" / f"{whole.id}.ids").unlink()
    (read,) = queries.receipts(day)
    assert read.merges == whole.merges
    assert {id: queries.receipt(day, id) for id in old} == old
    assert (raw(day), build(day), list(checkup.problems(day))) == (settled, [], [])
    assert compact(day) == []


@pytest.mark.parametrize("damage", ["gone", "short", "other"])
def test_a_file_of_ids_that_is_not_whole_is_named(day: Site, damage: str) -> None:
    first = queries.receipts(day)[-1].id
    (whole,) = compact(day)
    path = day.receipts / "merged" / f"{whole.id}.ids"
    content = path.read_bytes()
    path.unlink()
    if damage == "short":
        path.write_bytes(content[:-5])
    if damage == "other":
        path.write_bytes(content[:-1] + b"?")
    (problem,) = checkup.problems(day)
    assert str(path) in str(problem)
    if damage != "other":
        with pytest.raises(ReceiptBroken, match="ids"):
            queries.receipt(day, first)


def test_a_small_receipt_that_was_left_behind_counts_no_more(day: Site) -> None:
    """As after a kill between the new receipt and the going of the old ones."""
    one = queries.receipts(day)[5]
    kept = (day.receipts / f"{one.id}.json").read_bytes()
    (whole,) = compact(day)
    (day.receipts / f"{one.id}.json").write_bytes(kept)
    assert [r.id for r in queries.receipts(day)] == [whole.id]
    assert [r.id for r in receipts.leftovers(day)] == [one.id]
    assert list(checkup.problems(day)) == []
    compact(day)
    assert receipts.leftovers(day) == []
    assert queries.receipt(day, one.id) == one
