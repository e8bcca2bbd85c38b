"""Many small loads become one; whoever asks gets the answers of before."""

import os
import shutil
import signal
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from shuren.data import actions, definitions, queries
from shuren.data.errors import AlreadyLoaded, NothingToReplay
from shuren.data.internals import building, checkup, compacting, live, measuring, snapshots
from shuren.data.internals.connector_state import read_state, resumed, write_state
from shuren.data.internals.embedded import open_engine
from shuren.data.internals.models import load_models, needed_for
from shuren.data.internals.receipts import all_receipts, raw_file
from shuren.data.internals.taking_in import Brought, take_in
from shuren.data.shapes import Receipt
from shuren.kernel.errors import ShurenError
from shuren.kernel.shapes import no_progress
from shuren.kernel.site import Site, open_site
from tests.data.loading import OPERATOR, balance, refusals
from tests.early import make_site

pytestmark = pytest.mark.django_db
HEAD = "event_id,zone_id,seat_no,state,changed_at\n"
LOADS = 24


def bring(site: Site, number: int, *lines: str, connector: str = "seats") -> Receipt:
    """One batch as a listener takes it in."""
    path = site.root.parent / f"batch-{connector}-{number:03}.csv"
    path.write_text(HEAD + "".join(f"{line}\n" for line in lines), "utf-8")
    brought = Brought(connector, f"cursor {number}")
    return take_in(site, "seat_events", path, OPERATOR, "", no_progress, brought)


def batch(site: Site, number: int, **more: Any) -> Receipt:
    """Two new events, one that corrects an event of the batch before, and in every third batch
    one in a state there is not. Line 5 of each is the correction."""
    minute = f"2026-11-16 08:{number:02}"
    refused = [f"x{number},J1-A,003,vanished,{minute}:40"] if number % 3 == 0 else []
    return bring(
        site, number,
        f"a{number},J1-A,001,occupied,{minute}:10", f"b{number},J1-A,002,free,{minute}:20",
        f"a{number - 1},J1-A,001,free,{minute}:30", *refused, **more,
    )  # fmt: skip


def few(site: Site) -> dict[str, Any]:
    known = load_models(site)
    return {name: known[name] for name in needed_for(known, "conformed.seat_event")}


def build(site: Site) -> list[str]:
    """The tables that were made anew."""
    loads = all_receipts(site)[::-1]
    report = building.build_snapshot(site, few(site), loads, no_progress)
    return [table.name for table in report.tables if table.ran]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with a day of small loads, built; it is copied, not used."""
    site = open_site(make_site(tmp_path_factory.mktemp("built") / "site"))
    with pytest.MonkeyPatch.context() as patch:
        for number in range(LOADS):
            patch.setenv("SHUREN_NOW", f"2026-11-16T01:{number:02}:00+00:00")
            batch(site, number)
        build(site)
    return site.root


def copied(built: Path, target: Path) -> Site:
    shutil.copytree(built, target)
    return open_site(target)


@pytest.fixture
def day(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Two days after the day of small loads."""
    monkeypatch.setenv("SHUREN_NOW", "2026-11-18T02:00:00+00:00")
    return copied(built, tmp_path / "site")


def compact(site: Site) -> list[Receipt]:
    return actions.compact(site, actor=OPERATOR)


def table(site: Site) -> list[tuple[Any, ...]]:
    source = snapshots.source(site, snapshots.required(site), "conformed.seat_event")
    return sorted(snapshots.query(site, f"SELECT * FROM {source}", []), key=str)


def raw(site: Site) -> list[tuple[Any, ...]]:
    """raw.seat_events as an engine settles it: load, line and values of each event."""
    with open_engine(site, site.temporary / "asked", all_receipts(site)[::-1]) as engine:
        engine.source("raw.seat_events")
        return engine.connection.execute("SELECT * FROM raw.seat_events ORDER BY ALL").fetchall()


def test_loads_of_a_day_become_one_and_add_up(day: Site) -> None:
    before = queries.receipts(day)
    sums = balance(day)
    (whole,) = compact(day)
    assert whole.merges == tuple(one.id for one in reversed(before))
    assert (whole.records, whole.accepted, whole.refused) == (80, 72, 8)
    assert whole.rules == {"R05": 8}
    assert (whole.cursor, whole.finished_at) == (before[0].cursor, before[0].finished_at)
    assert [one.id for one in queries.receipts(day)] == [whole.id]
    assert balance(day) == sums
    assert len(list(day.raw.rglob("*.parquet"))) == 1
    assert len(list(day.quarantine.rglob("*.sealed"))) == 1
    assert compact(day) == []


def test_the_later_load_still_stands_and_no_table_is_made_anew(day: Site) -> None:
    settled, rows = raw(day), table(day)
    compact(day)
    assert raw(day) == settled
    assert build(day) == []
    assert table(day) == rows
    loads = all_receipts(day)[::-1]
    building.build_snapshot(day, few(day), loads, no_progress, everything=True)
    assert table(day) == rows
    batch(day, 30)
    assert build(day) == ["conformed.seat_event"]


def test_a_load_in_between_keeps_its_place(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two connectors of one contract: only loads that follow each other are put together."""
    monkeypatch.setattr(compacting, "FEWEST", 4)
    for number in range(10):
        monkeypatch.setenv("SHUREN_NOW", f"2026-11-16T01:{number:02}:00+00:00")
        batch(site, number, connector="other" if number == 4 else "seats")
    build(site)
    settled = raw(site)
    monkeypatch.setenv("SHUREN_NOW", "2026-11-18T02:00:00+00:00")
    assert sorted(len(one.merges) for one in compact(site)) == [4, 5]
    assert raw(site) == settled
    assert build(site) == []


def test_what_is_not_over_or_not_built_or_by_hand_stays(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compacting, "FEWEST", 3)
    for number in range(3):
        monkeypatch.setenv("SHUREN_NOW", f"2026-11-16T01:{number:02}:00+00:00")
        batch(site, number)
        monkeypatch.setenv("SHUREN_NOW", f"2026-11-16T01:{number:02}:30+00:00")
        bring(site, number, f"h{number},J1-A,009,free,2026-11-16 09:00:00", connector="")
    monkeypatch.setenv("SHUREN_NOW", "2026-11-18T02:00:00+00:00")
    assert compact(site) == []
    build(site)
    assert compact(site) == [], "a load by hand lies between each two"
    monkeypatch.setenv("SHUREN_NOW", "2026-11-16T23:00:00+00:00")
    for number in range(50, 53):
        batch(site, number)
    build(site)
    monkeypatch.setenv("SHUREN_NOW", "2026-11-17T23:00:00+00:00")
    assert compact(site) == []
    monkeypatch.setenv("SHUREN_NOW", "2026-11-18T00:00:00+00:00")
    assert [len(one.merges) for one in compact(site)] == [3]


def test_a_load_is_found_by_its_id_and_known_by_its_bytes(day: Site) -> None:
    before = {one.id: one for one in queries.receipts(day)}
    compact(day)
    for id, receipt in before.items():
        assert queries.receipt(day, id) == receipt
    with pytest.raises(AlreadyLoaded) as raised:
        batch(day, 7)
    assert raised.value.receipt.source_name == "batch-seats-007.csv"
    with pytest.raises(ShurenError):
        queries.receipt(day, "L20261116T010000-000000")


def test_refused_rows_are_seen_by_load_and_together_with_their_files(day: Site) -> None:
    before = {r.id: refusals(day, r) for r in queries.receipts(day)}
    (whole,) = compact(day)
    assert {id: refusals(day, queries.receipt(day, id)) for id in before} == before
    rows = queries.refused_rows(day, whole.id, actor=OPERATOR, limit=100)
    assert [row.row for row in rows] == list(range(1, 9))
    assert [row.file for row in rows] == [f"batch-seats-{n:03}.csv" for n in range(0, LOADS, 3)]
    assert queries.quarantine_counts(day)[0].open_rows == 8


def test_refused_rows_are_replayed_by_either_id(day: Site) -> None:
    receipts = queries.receipts(day)[::-1]
    (whole,) = compact(day)
    first, second = receipts[3].id, receipts[6].id
    text = "x3,J1-A,003,free,2026-11-16 08:03:40"
    done = actions.replay(day, first, actor=OPERATOR, corrections={1: text})
    assert (done.accepted, done.replays, done.took) == (1, whole.id, (2,))
    assert refusals(day, queries.receipt(day, first)) == []
    with pytest.raises(NothingToReplay):
        actions.replay(day, first, actor=OPERATOR)
    again = actions.replay(day, second, actor=OPERATOR)
    assert (again.refused, again.took) == (1, (3,))
    assert actions.replay(day, whole.id, actor=OPERATOR, rows=[1, 8]).took == (1, 8)
    assert queries.quarantine_counts(day)[-1].open_rows == 4
    records, accepted, still_open = balance(day)
    assert records == accepted + still_open == 80


def test_a_load_that_was_replayed_stays_as_it_is(day: Site) -> None:
    first = queries.receipts(day)[-1]
    actions.replay(day, first.id, actor=OPERATOR)
    (whole,) = compact(day)
    assert len(whole.merges) == LOADS - 1
    assert queries.receipt(day, first.id).refused == 1
    assert refusals(day, first) == []


def test_a_replay_while_it_happens_wins(day: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    first = queries.receipts(day)[-1]
    write = compacting._write_refused

    def slow(*parts: Any) -> None:
        write(*parts)
        actions.replay(day, first.id, actor=OPERATOR)

    monkeypatch.setattr(compacting, "_write_refused", slow)
    assert compact(day) == []
    assert len(queries.receipts(day)) == LOADS + 1
    assert len(list(day.raw.rglob("*.parquet"))) == LOADS
    assert list((day.receipts / "merged").iterdir()) == []


def test_the_connector_goes_on_where_it_was(day: Site) -> None:
    newest = queries.receipts(day)[0]
    state = read_state(day, "seats")
    state.receipt, state.cursor = newest.id, "farther than any receipt"
    write_state(day, "seats", state)
    compact(day)
    assert resumed(day, "seats").cursor == "farther than any receipt"
    state.receipt = "L20261115T000000-000000"
    write_state(day, "seats", state)
    assert resumed(day, "seats").cursor == newest.cursor


@pytest.mark.django_db(transaction=True)
def test_doctor_backup_and_the_map_find_all_of_it(day: Site, tmp_path: Path) -> None:
    kept = {one.id: one for one in queries.receipts(day)}
    volume = {s.id: (s.rows_day, s.rows_month, s.daily) for s in queries.coverage(day)}
    (whole,) = compact(day)
    assert list(checkup.problems(day)) == []
    assert {s.id: (s.rows_day, s.rows_month, s.daily) for s in queries.coverage(day)} == volume
    actions.write_backup(day, tmp_path / "copy.tar.gz")
    with tarfile.open(tmp_path / "copy.tar.gz") as copy:
        names = set(copy.getnames())
    merged = f"data/receipts/merged/{whole.id}"
    assert {f"{merged}.{end}" for end in ("jsonl", "hashes", "ids")} | {
        f"data/receipts/{whole.id}.json"
    } <= names
    assert not any(id in name for id in kept for name in names)
    (day.receipts / "merged" / f"{whole.id}.jsonl").unlink()
    (problem,) = checkup.problems(day)
    assert "merged" in str(problem)


def test_quality_keeps_its_history(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(LOADS):
        monkeypatch.setenv("SHUREN_NOW", f"2026-11-16T01:{number:02}:00+00:00")
        lines = [f"{number}-{n},J1-A,00{n % 9},free,2026-11-16 09:00:{n:02}" for n in range(20)]
        bring(site, number, *lines)
    actions.measure_quality(site, actor=OPERATOR)
    build(site)
    measured = measuring.measures(site, "seat_events")
    monkeypatch.setenv("SHUREN_NOW", "2026-11-18T02:00:00+00:00")
    assert len(compact(site)) == 1
    assert actions.measure_quality(site, actor=OPERATOR) == []
    assert measuring.measures(site, "seat_events") == measured
    assert len(measured) == LOADS


def test_rows_past_their_term_go_out_of_it(day: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    (whole,) = compact(day)
    term = definitions.contract(day, "seat_events").retention_days
    assert term is not None
    monkeypatch.setenv("SHUREN_NOW", "2031-11-18T02:00:00+00:00")
    gone, _report = actions.retain(day, actor=OPERATOR, dry_run=True)
    assert [(one.load, one.rows, one.refused) for one in gone] == [(whole.id, 72, 8)]
    actions.retain(day, actor=OPERATOR)
    assert raw(day) == []
    assert list(checkup.problems(day)) == []
    assert queries.quarantine_counts(day) == []


def test_a_live_view_takes_none_of_it_for_news(day: Site) -> None:
    known = snapshots.required(day).loads
    compact(day)
    assert live._landed(day, known) == {}
    newer = batch(day, 40)
    assert [p.stem for p in live._landed(day, known)["seat_events"]] == [newer.id]


# Each site is compacted by a process of its own that ends itself by SIGKILL before the nth change
# to the site's files. The first is not killed: it counts the changes.
KILLED = """
import os, random, signal, sys
import django
django.setup()
from shuren.data.internals.compacting import compact
from shuren.kernel.site import open_site
from pathlib import Path

def run(root, nth):
    seen = 0
    def watch(event, values):
        nonlocal seen
        changes = event in ("os.rename", "os.remove", "os.mkdir", "os.rmdir") or (
            event == "open" and isinstance(values[1], str) and set(values[1]) & set("wxa+"))
        if changes and str(values[0]).startswith(root):
            seen += 1
            if seen == nth:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(watch)
    compact(open_site(Path(root)))
    return seen

def forked(root, nth):
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.write(writing, str(run(root, nth)).encode())
        os._exit(0)
    os.close(writing)
    said = os.read(reading, 20)
    return os.waitpid(child, 0)[1], int(said or 0)

whole, *others = sys.argv[1:]
status, changes = forked(whole, 0)
print(status, changes)
chance = random.Random(20261122)
for tenth, root in enumerate(others):
    print(*forked(root, 1 + int(changes * (tenth + chance.random()) / len(others))))
"""


def counted(site: Site) -> tuple[int, int, int]:
    """Records, rows in the lake's files, open refused rows."""
    receipts = queries.receipts(site)
    files = [raw_file(site, one.contract, one.id) for one in receipts if one.accepted]
    rows = sum(pq.read_metadata(path).num_rows for path in files)
    still_open = sum(line.open_rows for line in queries.quarantine_counts(site))
    return sum(one.records for one in receipts), rows, still_open


def test_killed_at_any_moment_everything_is_there_once(
    tmp_path: Path, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten moments, one in each tenth of the work."""
    monkeypatch.setenv("SHUREN_NOW", "2026-11-18T02:00:00+00:00")
    whole, *days = [copied(built, tmp_path / f"site{number}") for number in range(11)]
    settled, sums = raw(whole), counted(whole)
    command = [sys.executable, "-c", KILLED, *(str(one.root) for one in (whole, *days))]
    environment = {
        **os.environ,
        "SHUREN_SITE": str(whole.root),
        "DJANGO_SETTINGS_MODULE": "shuren.settings",
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    (code, changes), *killed = [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
    assert code == 0
    assert changes > 60
    assert killed == [(signal.SIGKILL, 0)] * 10
    for day in days:
        assert (counted(day), raw(day)) == (sums, settled)
        compact(day)
        assert len(queries.receipts(day)) == 1
        assert (counted(day), raw(day)) == (sums, settled)
        assert len(list(day.receipts.glob("*.json"))) == 1
        assert len(list(day.raw.rglob("*.parquet"))) == 1
        assert len(list(day.quarantine.rglob("*.sealed"))) == 1
        assert len(list((day.receipts / "merged").iterdir())) == 3
