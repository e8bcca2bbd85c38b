"""A load killed at any moment leaves a site whose counts are right, and can be run again."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from shuren.data import queries
from shuren.data.internals.receipts import sweep_loads
from tests.data.loading import LOANS, balance

pytestmark = pytest.mark.django_db
ROWS = 60_000
MOMENTS = 25


def write_export(path, number: int) -> int:
    """A file of which one row in a hundred is refused; returns its records."""
    lines = (
        f"{number}-{n},s{n % 700},b{n},高等数学,2025-{13 if n % 100 == 7 else 3:02}-01,,,0,A\n"
        for n in range(ROWS)
    )
    path.write_text(LOANS + "".join(lines), "utf-8")
    return ROWS


def start(site, path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "shuren", "--site", str(site.root), "load", "loans", str(path)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_killed_loads_never_happened(site, tmp_path):
    chance = random.Random(20261122)
    path = tmp_path / "export.csv"
    write_export(path, -1)
    began = time.monotonic()
    assert start(site, path).wait(timeout=300) == 0
    whole = time.monotonic() - began
    done = 1
    for number in range(MOMENTS):
        write_export(path, number)
        began, process = time.monotonic(), start(site, path)
        # Most of the time goes into starting up; the moments are laid over the work itself.
        try:
            process.wait(timeout=whole * chance.uniform(0.35, 1.05))
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
        else:  # the first load also made the database, or the machine was busy then
            whole = min(whole, time.monotonic() - began)
        done += process.wait() == 0
        receipts = queries.receipts(site)
        assert len(receipts) in (done, done + 1), "killed between the receipt and the exit"
        done = len(receipts)
    records, accepted, refused = balance(site)
    assert records == accepted + refused == done * ROWS
    assert done < MOMENTS, "every load came through: the moments missed them"
    sweep_loads(site)
    assert list(site.temporary.glob("load-*")) == []
    assert len(list(site.raw.rglob("*.parquet"))) == done
    assert len(list(site.quarantine.rglob("*.sealed"))) == done
