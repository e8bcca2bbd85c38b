"""One byte changed in the database: verification names the entry, here and offline."""

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
from django.db import connection

from shuren.kernel.shapes import Actor
from shuren.trust import ledger
from shuren.trust.actions import record_use
from shuren.trust.internals import merkle
from shuren.trust.internals.ledger_rows import (
    LedgerEntry,
    LedgerHead,
    LedgerTile,
    LedgerTree,
)
from tests.conftest import ROOT

SCRIPT = ROOT / "docs" / "how-to" / "verify_ledger.py"
CHEN = Actor("chen", "director")
READER = "r_" + "q" * 26

pytestmark = pytest.mark.django_db


@pytest.fixture
def entries():
    """600 entries under three heads that were handed out, at 100, 300 and 600."""
    sizes = (100, 200, 300)
    for size in sizes:
        for at in range(size // 2):
            record_use(CHEN, "library_statistics", "mart.loan_fact", ["month"], at)
        ledger.append_many(
            ledger.NewEntry("consent", {"purpose": "p", "given": True}, subject=READER)
            for _n in range(size // 2)
        )
        ledger.head()
    return list(LedgerEntry.objects.order_by("place"))


def sql(statement: str, *values: object) -> None:
    """What somebody with the database in hand can do, past every rule of ours."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def change(entry: LedgerEntry, old: str, new: str) -> None:
    assert old in entry.leaf
    sql("UPDATE trust_ledgerentry SET leaf = replace(leaf, %s, %s) WHERE id = %s", old, new,
        entry.pk)  # fmt: skip


def offline(folder: Path, *options: str, name: str = "ledger.txt") -> tuple[int, str]:
    """The script of docs/how-to in a Python of its own that finds no package of anybody's."""
    file = folder / name
    if not file.exists():
        file.write_bytes(b"".join(ledger.export()))
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), str(file), *options],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
        env={"PYTHONIOENCODING": "utf-8"},
    )
    return done.returncode, done.stdout + done.stderr


def test_what_nobody_touched_is_verified(entries, tmp_path):
    found = ledger.verify()
    assert (found.ok, found.size, found.checked, found.heads) == (True, 600, 600, 4)
    code, said = offline(tmp_path)
    assert (code, "VERIFIED" in said, "600 entries" in said) == (0, True, True), said


@pytest.mark.parametrize("place", [0, 255, 256, 599])
def test_one_changed_byte_is_named(entries, tmp_path, place):
    change(entries[place], '"kind":"', '"kind":"x')
    [fault] = ledger.verify().faults
    assert (fault.place, fault.number) == (place, entries[place].pk)
    assert "changed" in fault.message
    code, said = offline(tmp_path)
    assert code == 1
    assert f"Entry {place} was changed" in said
    assert said.count("was changed") == 1


def test_a_column_that_says_something_else_than_the_leaf_is_named(entries):
    sql("UPDATE trust_ledgerentry SET actor = 'wang' WHERE id = %s", entries[3].pk)
    [fault] = ledger.verify().faults
    assert (fault.place, fault.number) == (3, entries[3].pk)
    assert "columns" in fault.message


def test_a_waiting_entry_is_held_against_its_columns_too(entries):
    sql("UPDATE trust_ledgerentry SET place = NULL, rows = 77 WHERE id = %s", entries[599].pk)
    faults = ledger.verify().faults
    assert {fault.place for fault in faults} == {599, 600}


def test_a_missing_entry_is_named(entries, tmp_path):
    sql("DELETE FROM trust_ledgerentry WHERE place = 300")
    [fault] = ledger.verify().faults
    assert (fault.place, fault.message) == (300, "It is missing.")
    code, said = offline(tmp_path)
    assert (code, "Entry 300 is missing" in said) == (1, True)


def test_the_last_entries_missing_are_named(entries, tmp_path):
    sql("DELETE FROM trust_ledgerentry WHERE place >= 597")
    assert [fault.place for fault in ledger.verify().faults] == [597, 598, 599]
    code, said = offline(tmp_path)
    assert (code, "Entries 597 to 599 are missing" in said) == (1, True)


def test_two_entries_that_changed_places_are_named(entries):
    one, two = entries[10].pk, entries[20].pk
    sql("UPDATE trust_ledgerentry SET place = -1 WHERE id = %s", one)
    sql("UPDATE trust_ledgerentry SET place = 10 WHERE id = %s", two)
    sql("UPDATE trust_ledgerentry SET place = 20 WHERE id = %s", one)
    assert {(fault.place, fault.number) for fault in ledger.verify().faults} == {
        (10, two),
        (20, one),
    }


def rewrite(entry: LedgerEntry) -> None:
    """Change an entry and its hash in the tile, as somebody would who knows how it is made."""
    change(entry, '"given":true', '"given":false')
    changed = LedgerEntry.objects.get(pk=entry.pk)
    number, offset = divmod(changed.place, 256)
    tile = LedgerTile.objects.get(level=0, number=number)
    hashes = bytearray(tile.hashes)
    hashes[offset * 32 : offset * 32 + 32] = merkle.leaf_hash(changed.leaf.encode())
    LedgerTile.objects.filter(pk=tile.pk).update(hashes=bytes(hashes))


def test_an_entry_changed_with_its_hash_is_narrowed_to_its_tile(entries):
    rewrite(entries[290])
    messages = [fault.message for fault in ledger.verify().faults]
    assert any("places 256 to 511" in message for message in messages)


def test_and_between_two_heads_when_the_whole_tree_was_made_to_fit(entries, tmp_path):
    rewrite(entries[299])
    tile = bytes(LedgerTile.objects.get(level=0, number=1).hashes)
    row = [tile[at : at + 32] for at in range(0, len(tile), 32)]
    while len(row) > 1:
        row = [merkle.node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    above = LedgerTile.objects.get(level=1, number=0)
    hashes = bytes(above.hashes)[:32] + row[0]
    LedgerTile.objects.filter(pk=above.pk).update(hashes=hashes)
    [fault] = ledger.verify().faults
    assert "300 entries" in fault.message
    assert "places 100 to 299" in fault.message
    code, said = offline(tmp_path)
    assert code == 1
    assert "places 100 to 299" in said


def test_a_head_made_by_somebody_without_the_key_does_not_hold(entries, tmp_path):
    for model in (LedgerHead, LedgerTree):
        model.objects.filter(size=600).update(signature="11" * 64)
    assert any("signature" in fault.message for fault in ledger.verify().faults)
    assert offline(tmp_path)[0] == 1
    LedgerHead.objects.filter(size=600).update(public_key="00" * 32)
    assert any("another key" in fault.message for fault in ledger.verify().faults)


def test_the_newest_part_alone_is_verified_quickly_and_knows_the_heads(entries):
    found = ledger.verify(newest=50)
    assert (found.ok, found.checked, found.heads) == (True, 88, 4)  # from place 512 on
    change(entries[0], '"kind":"', '"kind":"x')
    assert ledger.verify(newest=50).ok
    change(entries[599], '"kind":"', '"kind":"x')
    assert [fault.place for fault in ledger.verify(newest=50).faults] == [599]


class TestOffline:
    def test_a_head_kept_from_before_binds_the_export(self, tmp_path):
        ledger.append("snapshot", {"n": 1})
        kept = tmp_path / "head.json"
        kept.write_text(json.dumps(asdict(ledger.head())), "utf-8")
        ledger.append("snapshot", {"n": 2})
        assert offline(tmp_path, "--head", "head.json")[0] == 0
        forged = json.loads(kept.read_text("utf-8")) | {"root": "00" * 32}
        kept.write_text(json.dumps(forged), "utf-8")
        assert offline(tmp_path, "--head", "head.json")[0] == 1

    def test_another_key_than_the_one_noted_is_refused(self, entries, tmp_path):
        assert offline(tmp_path, "--key", ledger.public_key())[0] == 0
        code, said = offline(tmp_path, "--key", "ab" * 32)
        assert (code, "another key" in said) == (1, True)

    @pytest.mark.parametrize("wrapped", [False, True], ids=["proof", "certificate"])
    def test_a_proof_is_verified_and_a_forged_one_is_not(self, entries, tmp_path, wrapped):
        proof = json.loads(ledger.inclusion(entries[460].pk).as_json())
        good = {"proof": proof, "more": 1} if wrapped else proof
        (tmp_path / "p.json").write_text(json.dumps(good), "utf-8")
        code, said = offline(tmp_path, name="p.json")
        assert (code, '"kind":"consent"' in said) == (0, True), said
        forged = proof | {"leaf": proof["leaf"].replace('"given":true', '"given":false')}
        (tmp_path / "f.json").write_text(json.dumps(forged), "utf-8")
        code, said = offline(tmp_path, name="f.json")
        assert (code, "is not in the tree" in said) == (1, True)

    def test_an_empty_ledger_is_verified_too(self, tmp_path):
        assert offline(tmp_path)[0] == 0

    @pytest.mark.parametrize("content", [b"", b"hello", b"{}", b'{"format":"shuren-ledger-1"}\n'])
    def test_any_other_file_is_said_to_be_none(self, tmp_path, content):
        (tmp_path / "x").write_bytes(content)
        code, said = offline(tmp_path, name="x")
        assert (code, "no export or proof" in said) == (2, True)

    def test_its_page_prints_the_script_as_it_is(self):
        page = (SCRIPT.parent / "verify-ledger.md").read_text("utf-8")
        assert f"```python\n{SCRIPT.read_text('utf-8')}```" in page
