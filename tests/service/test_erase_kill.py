"""An erasure that is killed, and the cleaning of the disk after it: either it never began or it
runs to its end, and nobody else loses a row."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.db import connection

from shuren.data import queries as data
from shuren.data.actions import build
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import actions
from shuren.service.queries import certificates
from shuren.trust import ledger
from shuren.trust.actions import create_account, pseudonymise
from shuren.trust.internals.surrogate_rows import Erasure
from shuren.trust.models import Account, Identity
from tests.conftest import ROOT
from tests.data.loading import OPERATOR, load
from tests.service.library import HEAD, PASSWORD
from tests.service.test_erase import database_text, traces

pytestmark = pytest.mark.django_db(transaction=True)
MOMENTS = 22
SCRIPT = ROOT / "docs" / "how-to" / "verify_ledger.py"
# Of them one in MOMENTS + 1 is erased; the last is nobody's wish and stays whole.
READERS = [f"20190{n:05}" for n in range(MOMENTS + 2)]


class Workers:
    """The process that forks those that work."""

    def __init__(self, site: Site) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.service.erasing_process",
             str(connection.settings_dict["NAME"])],
            cwd=ROOT,
            env=os.environ | {"SHUREN_SITE": str(site.root),
                              "DJANGO_SETTINGS_MODULE": "shuren.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )  # fmt: skip

    def run(self, what: str, reader: str = "", stop_at: int = -1) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asked = {"what": what, "reader": reader, "stop_at": stop_at}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        said: dict[str, Any] = json.loads(self._process.stdout.readline())
        assert said["killed"] or said["code"] == 0, f"{what} of {reader} failed: see above"
        return said

    def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)


@pytest.fixture
def workers(site: Site, settings: Any) -> Iterator[Workers]:
    settings.SITE = site
    fill(site)
    found = Workers(site)
    yield found
    found.end()


def account(card: str) -> str:
    return f"reader{READERS.index(card):02}"


def fill(site: Site) -> None:
    """Each reader has two loans that are over and one that is out."""
    cards = "".join(
        f"{card},读者{n:02}号,139{n:08},u{n}@example.edu,student,文学院\n"
        for n, card in enumerate(READERS)
    )
    load(site, "readers", f"reader_id,name,phone,email,kind,college\n{cards}", "readers.csv")
    loans = "".join(
        f"K{n:02}a,{card},B{n}a,三体,2026-03-01 10:00:00,2026-04-01,2026-03-20 10:00:00\n"
        f"K{n:02}b,{card},B{n}b,活着,2026-03-02 10:00:00,2026-04-02,2026-03-21 10:00:00\n"
        f"K{n:02}c,{card},B{n}c,围城,2026-11-03 10:00:00,2026-12-30,\n"
        f"K{n:02}d,{card},B{n}d,边城,2026-13-45 10:00:00,,\n"  # refused: it names the reader
        for n, card in enumerate(READERS)
    )
    load(site, "loans", HEAD + loans, "loans.csv")
    for card, key in zip(READERS, pseudonymise(site, READERS), strict=True):
        create_account(account(card), PASSWORD, "student", reader_key=key)
    build(site, actor=OPERATOR)


def actor(card: str) -> Actor:
    """The reader as the next request has them."""
    return Actor(account(card), "student", Account.objects.get(username=account(card)).reader_key)


def seen(site: Site, reader: Actor) -> set[str]:
    """Last letters of the loans that a query of the published tables shows to the reader."""
    rows = data.read(
        site, "mart.loan_fact", columns=["loan_id"], purpose="own_records", actor=reader
    ).rows
    return {str(row[0])[-1] for row in rows}


def stored(site: Site) -> dict[str, set[str]]:
    """{card: last letters of the loans in the raw files}."""
    found: dict[str, set[str]] = {card: set() for card in READERS}
    for path in site.raw.glob("loans/*.parquet"):
        for row in pq.read_table(path, columns=["loan_id"]).to_pylist():
            found[READERS[int(row["loan_id"][1:3])]].add(row["loan_id"][-1])
    return found


def begun(card: str) -> Erasure | None:
    return Erasure.objects.filter(account=account(card)).first()


def is_whole_or_gone(site: Site, card: str, before: Actor) -> None:
    """Right after the kill: nothing by half."""
    line = begun(card)
    if line and line.state == "done":  # to look as who they were would write that name down
        return
    assert seen(site, before) in ({"a", "b", "c"}, set())
    is_gone = actor(card).reader_key != before.reader_key
    assert Identity.objects.filter(pk=before.reader_key).exists() != is_gone
    if line is None:
        assert seen(site, before) == {"a", "b", "c"}
    elif line.state == "begun":
        assert not is_gone
    else:
        assert is_gone
        assert seen(site, before) == set()
        assert ledger.inclusion(line.report["entry"])


def untouched(site: Site, cards: list[str]) -> None:
    """Whoever asked for nothing has every row, on the pages and on the disk."""
    rows = stored(site)
    for card in cards:
        assert rows[card] == {"a", "b", "c"}, card
    for card in (cards[0], cards[-1]):
        assert seen(site, actor(card)) == {"a", "b", "c"}, card


def verified(path: Path, card: str) -> bool:
    [certificate] = certificates(actor(card))
    assert certificate.content["statement"]["erased"]["lake:loans"] == 2
    path.write_bytes(actions.certificate_json(certificate))
    done = subprocess.run([sys.executable, str(SCRIPT), str(path)], capture_output=True)
    return done.returncode == 0


def moments(steps: int, seed: int) -> list[int]:
    """One in each of MOMENTS equal parts of the work, in no order."""
    chance = random.Random(seed)
    found = [
        1 + chance.randrange(steps * n // MOMENTS, steps * (n + 1) // MOMENTS)
        for n in range(MOMENTS)
    ]
    chance.shuffle(found)
    return found


def test_a_killed_erasure_never_began_or_runs_to_its_end(
    workers: Workers, site: Site, tmp_path: Path
) -> None:
    keys = {card: actor(card).reader_key for card in READERS}
    whole = workers.run("erase", account(READERS[0]))["steps"]
    cleaning = workers.run("work")["steps"]
    assert whole >= MOMENTS, "fewer steps than moments: each part must have one"
    killed = killed_later = never = 0
    for n, (first, second) in enumerate(
        zip(moments(whole, 20261128), moments(cleaning, 4), strict=True), 1
    ):
        card, rest = READERS[n], READERS[n + 1 :]
        before = actor(card)
        killed += workers.run("erase", account(card), first)["killed"]
        is_whole_or_gone(site, card, before)
        untouched(site, rest)
        if begun(card) is None:
            never += 1
            assert workers.run("erase", account(card))["steps"]
        killed_later += workers.run("work", "", second)["killed"]
        is_whole_or_gone(site, card, before)
        untouched(site, rest)
        workers.run("work")
        assert actor(card).reader_key != before.reader_key
        assert verified(tmp_path / "certificate.json", card)
        untouched(site, rest)
    print(f"{killed} erasures and {killed_later} cleanings killed; {never} had not begun")
    assert killed >= 20
    assert killed_later >= 20
    for _time in range(2):
        workers.run("sweep")
    words = [word for card in READERS[:-1] for word in (keys[card], card)]
    words += [f"139{n:08}" for n in range(MOMENTS + 1)]
    words += [f"读者{n:02}号" for n in range(MOMENTS + 1)]
    assert set(Erasure.objects.values_list("state", flat=True)) == {"done"}
    # What is out still is there, under the new name, and nothing else.
    left = stored(site)
    assert {card: left[card] for card in READERS[:-1]} == {card: {"c"} for card in READERS[:-1]}
    untouched(site, READERS[-1:])
    assert traces(site, words) == []
    assert [word for word in words if word in database_text()] == []
    assert not list(site.temporary.glob("*")), "nothing half done lies about"
    assert ledger.verify().ok
