"""A copy taken while the site runs comes back whole, or not at all."""

import json
import os
import sqlite3
import subprocess
import sys
import threading

import psycopg
import pytest

from shuren.data.actions import load_file, write_backup
from shuren.kernel.archive import ArchiveBroken, ArchiveTarget, unpack_archive
from tests.web.library import OPERATOR, READERS, loans_csv, readers_csv


def shuren(*arguments, **more):
    environment = {k: v for k, v in os.environ.items() if "DATABASE" not in k}
    return subprocess.run(
        [sys.executable, "-m", "shuren", *map(str, arguments)],
        env=environment | {"SHUREN_LANG": "en"} | more,
        capture_output=True,
        text=True,
        check=False,
    )


pytestmark = pytest.mark.xdist_group("backup")
LEAVES = "SELECT leaf FROM trust_ledgerentry"


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exports")
    readers_csv(folder / "readers.csv")
    loans_csv(folder / "loans.csv")
    return folder


@pytest.fixture(scope="module")
def library(exports):
    """A site with two loads and a snapshot, made as its owner would."""
    folder = exports / "library"
    for arguments in [
        ("init", folder),
        ("--site", folder, "load", "readers", exports / "readers.csv"),
        ("--site", folder, "load", "loans", exports / "loans.csv"),
        ("--site", folder, "build"),
    ]:
        result = shuren(*arguments)
        assert result.returncode == 0, result.stderr
    return folder


@pytest.fixture(scope="module")
def whole_copy(library):
    copy = library.parent / "copy.tar.gz"
    result = shuren("--site", library, "backup", copy)
    assert result.returncode == 0, result.stderr
    return copy


def everything(folder):
    """Receipts, open quarantine and the snapshot's tables, as the site itself tells them."""
    quarantine = shuren("--site", folder, "quarantine", "list", "--json")
    assert quarantine.returncode == 0, quarantine.stderr
    live = (folder / "data/lake/CURRENT").read_text("utf-8").strip()
    manifest = json.loads((folder / "data/lake/snapshots" / live / "manifest.json").read_text())
    receipts = {path.name: path.read_text() for path in (folder / "data/receipts").glob("*.json")}
    return receipts, json.loads(quarantine.stdout), manifest


def test_a_restored_site_is_the_same_site(library, whole_copy, exports, tmp_path):
    back = tmp_path / "back"
    assert whole_copy.stat().st_mode & 0o077 == 0
    restored = shuren("restore", whole_copy, back)
    assert restored.returncode == 0, restored.stderr
    assert everything(back) == everything(library)
    again = shuren("--site", back, "load", "loans", exports / "loans.csv")
    assert "already loaded" in again.stdout + again.stderr
    doctor = shuren("--site", back, "doctor")
    assert doctor.returncode == 0, doctor.stdout


@pytest.mark.postgres
def test_a_site_moves_to_postgresql_with_its_identities(library, whole_copy, tmp_path):
    server = os.environ["TEST_DATABASE_URL"]
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS moved")
        connection.execute("CREATE DATABASE moved")
    moved = server.rpartition("/")[0] + "/moved"
    restored = shuren("restore", whole_copy, tmp_path / "back", DATABASE_URL=moved)
    assert restored.returncode == 0, restored.stderr
    doctor = shuren("--site", tmp_path / "back", "doctor", DATABASE_URL=moved)
    assert "the database is postgresql" in doctor.stdout
    assert doctor.returncode == 0, doctor.stdout
    with psycopg.connect(moved) as connection:
        (identities,) = connection.execute("SELECT count(*) FROM trust_identity").fetchone()
        moved_leaves = {leaf for (leaf,) in connection.execute(LEAVES)}
    assert identities == len(READERS)
    with sqlite3.connect(library / "data/shuren.sqlite3") as lite:
        leaves = {leaf for (leaf,) in lite.execute(LEAVES)}
    # The site goes on there: its index was made anew, and that is in its ledger too.
    assert len(leaves) > 5
    assert leaves <= moved_leaves
    verified = shuren("--site", tmp_path / "back", "ledger", "verify", DATABASE_URL=moved)
    assert verified.returncode == 0, verified.stdout


def test_a_damaged_copy_is_refused_and_leaves_nothing(whole_copy, tmp_path):
    copy = tmp_path / "copy.tar.gz"
    content = bytearray(whole_copy.read_bytes())
    content[len(content) // 2] ^= 0xFF
    copy.write_bytes(content)
    result = shuren("restore", copy, tmp_path / "back")
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "back").exists()
    assert not list(tmp_path.glob(".back*"))


@pytest.mark.parametrize("size", [0, 100, 5000], ids=["empty", "a header", "cut off"])
def test_half_a_copy_is_refused(whole_copy, tmp_path, size):
    copy = tmp_path / "copy.tar.gz"
    copy.write_bytes(whole_copy.read_bytes()[:size])
    with pytest.raises(ArchiveBroken):
        unpack_archive(copy, tmp_path / "back")
    assert not (tmp_path / "back").exists()


def test_a_backup_never_replaces_a_file(library, tmp_path):
    copy = tmp_path / "copy.tar.gz"
    copy.write_text("precious")
    result = shuren("--site", library, "backup", copy)
    assert result.returncode == 2
    assert copy.read_text() == "precious"


def test_a_restore_never_fills_a_folder_in_use(library, whole_copy):
    with pytest.raises(ArchiveTarget):
        unpack_archive(whole_copy, library)


@pytest.mark.django_db(transaction=True)
def test_a_killed_backup_leaves_nothing_that_the_next_does_not_sweep(site, tmp_path):
    left = site.temporary / "backup-killed"
    left.mkdir(parents=True)
    (left / "database.jsonl").write_text("half")
    write_backup(site, tmp_path / "copy.tar.gz")
    assert not list(site.temporary.iterdir())


@pytest.mark.django_db(transaction=True)
def test_a_copy_taken_during_loads_holds_only_whole_loads(site, tmp_path):
    """Every receipt in the copy has its rows, while another thread keeps loading."""
    stop = threading.Event()

    def keep_loading():
        from django.db import connections

        number = 0
        while not stop.is_set():
            number += 1
            path = tmp_path / f"loans-{number}.csv"
            text = (
                "读者证号,题名,索书号,借出时间\n"
                + f"2019{number:04},三体,I247.55/7,2026-03-02\n" * 1
            )
            path.write_text(text, "utf-8")
            load_file(site, "loans", path, actor=OPERATOR)
        connections.close_all()

    thread = threading.Thread(target=keep_loading)
    thread.start()
    try:
        for number in range(5):
            copy, back = tmp_path / f"{number}.tar.gz", tmp_path / f"back-{number}"
            write_backup(site, copy)
            unpack_archive(copy, back)
            for receipt in (back / "data/receipts").glob("*.json"):
                assert (back / f"data/lake/raw/loans/{receipt.stem}.parquet").is_file()
    finally:
        stop.set()
        thread.join()
