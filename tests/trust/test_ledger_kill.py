"""Several processes write and are killed: nothing promised is lost, the tree never forks."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from django.conf import settings
from django.db import connection, transaction

from shuren.trust import ledger
from shuren.trust.internals import merkle
from shuren.trust.internals.ledger_rows import LedgerEntry
from shuren.trust.internals.tiles import Tiles
from tests.conftest import ROOT

WORKS = {"ann": "write", "bob": "write", "cem": "many", "dan": "undo", "eve": "heads",
         "flo": "heads"}  # fmt: skip
LEAST = {"write": 15, "many": 40, "undo": 5, "heads": 3}
PATIENCE = 120.0


def start(name: str, what: str, folder) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.trust.ledger_writer", str(connection.settings_dict["NAME"]),
         what, name],
        cwd=ROOT,
        env=os.environ | {"SHUREN_SITE": str(settings.SITE.root),
                          "DJANGO_SETTINGS_MODULE": "shuren.settings"},
        stdout=open(folder / name, "w"),
        stderr=subprocess.STDOUT,
    )  # fmt: skip


def promised(folder, name: str) -> list[str]:
    """Whole lines; the last may have been cut by the kill."""
    text = (folder / name).read_text("utf-8")
    return text[: text.rfind("\n") + 1].splitlines()


@pytest.mark.django_db(transaction=True)
def test_writers_that_are_killed_lose_nothing_and_the_tree_never_forks(tmp_path):
    running = {name: start(name, what, tmp_path) for name, what in WORKS.items()}
    end = time.monotonic() + PATIENCE
    try:
        while any(len(promised(tmp_path, n)) < LEAST[what] for n, what in WORKS.items()):
            assert time.monotonic() < end, {n: promised(tmp_path, n)[-3:] for n in WORKS}
            for name, process in running.items():
                assert process.poll() is None, (tmp_path / name).read_text("utf-8")
            time.sleep(0.05)
        for process in running.values():
            process.send_signal(signal.SIGKILL)
    finally:
        for process in running.values():
            process.kill()
            process.wait()
    newest = ledger.head()
    rows = list(LedgerEntry.objects.order_by("place").values_list("id", "place", "leaf"))
    assert [place for _id, place, _leaf in rows] == list(range(newest.size))

    numbers = {id for id, _place, _leaf in rows}
    for name in ("ann", "bob", "cem"):
        assert {int(line) for line in promised(tmp_path, name)} <= numbers
    assert not [leaf for _id, _place, leaf in rows if '"undone"' in leaf]
    assert len({leaf for _id, _place, leaf in rows}) == len(rows)

    tiles = Tiles(newest.size)
    heads = [json.loads(line) for name in ("eve", "flo") for line in promised(tmp_path, name)]
    assert len({head["size"] for head in heads}) > 1
    for head in heads:
        assert merkle.root(head["size"], tiles.node).hex() == head["root"]
    found = ledger.verify()
    assert (found.ok, found.checked) == (True, newest.size), found.faults[:3]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_an_entry_committed_after_a_later_one_was_sealed_is_not_forgotten():
    """PostgreSQL hands out numbers before the commit: 1 may become visible after 2 is sealed."""
    written, sealed = threading.Event(), threading.Event()
    numbers = []

    def slow():
        with transaction.atomic():
            numbers.append(ledger.append("snapshot", {"n": 1}))
            written.set()
            sealed.wait(30)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert written.wait(30)
    later = ledger.append("snapshot", {"n": 2})
    assert ledger.head().size == 1
    sealed.set()
    thread.join()
    assert numbers[0] < later
    assert (ledger.inclusion(later).place, ledger.inclusion(numbers[0]).place) == (0, 1)
    assert ledger.verify().ok
