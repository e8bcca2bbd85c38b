"""Collecting from a drop folder, a database and our own events; the coverage map of them."""

import os
import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sql

from shuren.data import actions, queries
from shuren.data.internals import building, snapshots
from shuren.data.internals.connector_state import read_state
from shuren.data.internals.feeds import own_events
from shuren.data.internals.feeds.sql_source import DatabaseProblem
from shuren.data.internals.models import load_models, needed_for
from shuren.data.internals.receipts import all_receipts
from shuren.kernel.errors import ShurenError, UsageError
from shuren.kernel.named_secrets import secret
from shuren.kernel.shapes import no_progress
from shuren.kernel.site import Site
from tests.data.loading import OPERATOR, accepted

pytestmark = pytest.mark.django_db
HEAD = "馆舍,钟点,进馆人次,出馆人次\n"


def connect(site: Site, id: str, text: str) -> None:
    folder = site.definitions / "sources"
    folder.mkdir(parents=True, exist_ok=True)
    title = "title: {zh: 某, en: One}\nsystem: gates\n"
    (folder / f"{id}.yaml").write_text(title + text, "utf-8")


def drop(site: Site, name: str, text: str, age: float = 60) -> Path:
    folder = site.root / "incoming"
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(text, "utf-8")
    os.utime(path, (time.time() - age, time.time() - age))
    return path


@pytest.fixture
def folder(site: Site) -> Site:
    (site.root / "incoming").mkdir()
    connect(site, "gate", "source: folder\ncontract: visit_counts\n"
            "settings: {path: incoming, pattern: '*.csv', settled: 10}\n")  # fmt: skip
    return site


def collect(site: Site, id: str) -> Any:
    return actions.collect(site, id, actor=OPERATOR)


def test_new_files_of_a_folder_come_in_once(folder: Site) -> None:
    drop(folder, "a.csv", HEAD + "江湾,2026-11-02 08:00:00,5,1\n")
    assert (collect(folder, "gate").accepted, collect(folder, "gate").loads) == (1, [])
    drop(folder, "b.csv", HEAD + "江湾,2026-11-02 09:00:00,7,2\n")
    assert collect(folder, "gate").accepted == 1
    assert {r.connector for r in queries.receipts(folder)} == {"gate"}


def test_a_file_still_being_written_waits(folder: Site) -> None:
    drop(folder, "a.csv", HEAD + "江湾,2026-11-02 08:00:00,5,1\n", age=0)
    assert collect(folder, "gate").loads == []


def test_a_file_that_cannot_be_read_holds_up_no_other_and_is_said(folder: Site) -> None:
    drop(folder, "a.csv", "x,y\n1,2\n", age=90)
    drop(folder, "b.csv", HEAD + "江湾,2026-11-02 09:00:00,7,2\n")
    done = collect(folder, "gate")
    assert (done.accepted, len(done.problems)) == (1, 1)
    assert "a.csv" in read_state(folder, "gate").problem


def test_a_folder_that_is_gone_is_a_sentence_on_the_map(folder: Site) -> None:
    (folder.root / "incoming").rmdir()
    with pytest.raises(ShurenError):
        collect(folder, "gate")
    gates = next(one for one in queries.coverage(folder) if one.id == "gates")
    assert gates.state == "silent"
    assert "incoming" in gates.feeds[0].problem


def test_the_map_has_every_system_and_says_which_are_silent(
    folder: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHUREN_NOW", "2026-11-20T10:00:00+00:00")
    drop(folder, "a.csv", HEAD + "江湾,2026-11-02 08:00:00,5,1\n")
    collect(folder, "gate")
    states = {one.id: one.state for one in queries.coverage(folder)}
    assert (states["gates"], states["hr"]) == ("alive", "none")
    monkeypatch.setenv("SHUREN_NOW", "2026-11-21T12:00:00+00:00")
    assert {o.id: o.state for o in queries.coverage(folder)}["gates"] == "late"
    monkeypatch.setenv("SHUREN_NOW", "2026-11-23T12:00:00+00:00")
    assert {o.id: o.state for o in queries.coverage(folder)}["gates"] == "silent"


def database(site: Site) -> sql.Engine:
    engine = sql.create_engine(f"sqlite:///{site.root / 'gates.db'}")
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE IF NOT EXISTS passed (event_id TEXT, gate_id TEXT, direction TEXT,"
            " passed_at TEXT)"
        )
    return engine


def insert(engine: sql.Engine, *rows: tuple[str, str]) -> None:
    with engine.begin() as connection:
        for id, moment in rows:
            connection.exec_driver_sql(
                "INSERT INTO passed VALUES (?, 'J-1', 'in', ?)", (id, moment)
            )


SQL = (
    "source: sql\ncontract: gate_events\nsettings: {url: 'sqlite:///gates.db', table: passed, "
    "column: passed_at, overlap: 600, chunk: 2}\n"
)


def passages(site: Site) -> list[str]:
    return sorted({row["event_id"] for r in queries.receipts(site) for row in accepted(site, r)})


def test_a_table_comes_in_pieces_and_then_only_what_is_new(site: Site) -> None:
    engine = database(site)
    insert(engine, *((f"e{n}", f"2026-11-02 08:0{n}:00") for n in range(5)))
    connect(site, "door", SQL)
    first = collect(site, "door")
    assert (first.accepted, len(first.loads)) == (5, 3)
    insert(engine, ("late", "2026-11-02 07:59:00"), ("e9", "2026-11-02 09:00:00"),
           ("too-late", "2026-11-02 06:00:00"))  # fmt: skip
    collect(site, "door")
    assert passages(site) == ["e0", "e1", "e2", "e3", "e4", "e9", "late"]


@pytest.mark.postgres
def test_late_rows_of_postgresql_come_in_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that are committed late, with a time before the last one read, are not missed; rows
    that come again stand once."""
    url = sql.make_url(os.environ["TEST_DATABASE_URL"])
    monkeypatch.setenv("SHUREN_SECRET_DOOR", url.password or "")
    engine = sql.create_engine(url.set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS passed_gates")
        connection.exec_driver_sql(
            "CREATE TABLE passed_gates (event_id text, gate_id text, direction text,"
            " passed_at timestamp)"
        )

    def commit(*rows: tuple[str, str]) -> None:
        with engine.begin() as connection:
            for id, moment in rows:
                connection.execute(
                    sql.text("INSERT INTO passed_gates VALUES (:id, 'J-1', 'in', :at)"),
                    {"id": id, "at": moment},
                )

    commit(*((f"e{n}", f"2026-11-02 08:0{n}:00") for n in range(5)))
    shown = url.set(password=None).render_as_string(hide_password=False)
    secret = "password: {secret: door}, " if url.password else ""
    connect(site, "door", "source: sql\ncontract: gate_events\nsettings: {url: "
            f"'{shown}', {secret}table: passed_gates, column: passed_at, overlap: 600, chunk: 2}}\n"
            )  # fmt: skip
    first = collect(site, "door")
    assert (first.accepted, len(first.loads)) == (5, 3)
    commit(("late", "2026-11-02 07:59:00"), ("e9", "2026-11-02 09:00:00"))
    collect(site, "door")
    assert passages(site) == ["e0", "e1", "e2", "e3", "e4", "e9", "late"]
    known = load_models(site)
    few = {name: known[name] for name in needed_for(known, "conformed.gate_event")}
    building.build_snapshot(site, few, all_receipts(site)[::-1], no_progress)
    table = snapshots.source(site, snapshots.required(site), "conformed.gate_event")
    assert snapshots.query(site, f"SELECT count(*) FROM {table}", []) == [(7,)]
    engine.dispose()


def test_a_database_is_not_written_and_its_password_is_not_said(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    database(site)
    wrong = SQL.replace("table: passed", "query: 'DELETE FROM passed'")
    connect(site, "door", wrong)
    with pytest.raises(DatabaseProblem):
        collect(site, "door")
    monkeypatch.setenv("SHUREN_SECRET_DOOR", "hunter2")
    connect(site, "far", "source: sql\ncontract: gate_events\nsettings: {url: "
            "'postgresql://u@127.0.0.1:1/x', password: {secret: door}, table: t}\n")  # fmt: skip
    with pytest.raises(DatabaseProblem) as raised:
        collect(site, "far")
    assert "hunter2" not in str(raised.value) + read_state(site, "far").problem


def test_a_secret_that_others_may_read_is_refused(site: Site) -> None:
    site.secrets.mkdir(parents=True)
    path = site.secrets / "door"
    path.write_text("hunter2\n", "utf-8")
    path.chmod(0o644)
    with pytest.raises(UsageError) as raised:
        secret(site, "door")
    assert "hunter2" not in str(raised.value)
    path.chmod(0o600)
    assert secret(site, "door") == "hunter2"
    with pytest.raises(UsageError):
        secret(site, "../secrets/door")


def test_own_events_come_in_when_their_file_is_closed(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHUREN_NOW", "2026-11-20T10:00:00+00:00")
    for words, hits in (("  量子  计算 ", 3), ("RUST", 0), ("13800138000", 0), ("a@b.cn", 0)):
        actions.record_event(site, "search_events", {"words": words, "hits": hits})
    actions.record_event(site, "ratings", {"service": "card", "score": 5})
    assert collect(site, "own-events").loads == []
    monkeypatch.setenv("SHUREN_NOW", "2026-11-20T10:20:00+00:00")
    assert collect(site, "own-events").accepted == 3
    rows = [row for r in queries.receipts(site, "search_events") for row in accepted(site, r)]
    assert [(row["words"], row["hits"]) for row in rows] == [("量子 计算", 3), ("rust", 0)]
    assert rows[0]["searched_at"].isoformat() == "2026-11-20T18:00:00"


@pytest.mark.parametrize(
    "words, kept",
    [
        ("9787302423287", True),
        ("978-7-302-42328-7", True),
        ("三体", True),
        ("50010519900101123x", False),
        ("138 0013 8000", False),
        ("b20210123", False),
    ],
)
def test_numbers_of_people_are_not_kept_and_numbers_of_books_are(words: str, kept: bool) -> None:
    assert bool(own_events.plain_words(words)) is kept
