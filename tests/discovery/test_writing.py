"""The index is written whole or not at all: killed, raced, outdated or renewed."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from shuren.data.internals import building
from shuren.data.internals.models import load_models
from shuren.data.internals.receipts import all_receipts
from shuren.discovery import queries
from shuren.discovery.actions import be_ready, index
from shuren.discovery.errors import NoIndex, NoSuchItem, OldIndex
from shuren.discovery.internals import store, writing
from shuren.kernel.shapes import Actor, no_progress
from shuren.kernel.site import Site
from tests.data.raw_helper import put_raw
from tests.discovery.catalogue import CATALOGUE, asked, book, ids, indexed

VISITOR = Actor("", "anonymous")
KILLS = 50
# Started once, with everything imported. For each line `round` it forks a writer that renews for
# ever: each round changes every record. It says its process, and each round that is committed.
NURSERY = """
import os, sys
os.environ |= {"SHUREN_SITE": sys.argv[1], "DJANGO_SETTINGS_MODULE": "shuren.settings"}
import django
django.setup()
from tests.discovery.catalogue import book
from shuren.discovery.definitions import shelving
from shuren.discovery.internals import documents, store, writing
from shuren.kernel.shapes import no_progress
from shuren.kernel.site import open_site

def write(site, round):
    while True:
        round += 1
        records = [book(f"b{n}", f"第{round}轮 书{n}") for n in range(40)]
        with store.writing(site):
            name = store.live_name(site)
            if round % 4 == 0 or not name:
                writing.make(site, records, f"S{round}", no_progress)
            else:
                writing.update(site, store.home(site) / name, records, f"S{round}", no_progress)
        print(round, flush=True)

site = open_site(sys.argv[1])
documents.document(book("warm", "第一轮 热身"), shelving(site))
print("ready", flush=True)
for line in sys.stdin:
    child = os.fork()
    if not child:
        print("writer", os.getpid(), flush=True)
        write(site, int(line))
    os.waitpid(child, 0)
    print("gone", flush=True)
"""

# Three processes read for two seconds; each says how many answers it had, or what went wrong.
READERS = """
import os, sys, time
os.environ |= {"SHUREN_SITE": sys.argv[1], "DJANGO_SETTINGS_MODULE": "shuren.settings"}
import django
django.setup()
from shuren.discovery.internals import store
from shuren.kernel.site import open_site
from tests.discovery.catalogue import asked

site = open_site(sys.argv[1])
children = []
for _ in range(3):
    child = os.fork()
    if child:
        children.append(child)
        continue
    reads, rounds, until = 0, set(), time.monotonic() + 2
    try:
        while time.monotonic() < until:
            assert store.reader(site).searcher.num_docs == 40, "half an index"
            [seen] = {hit.item.title.split("轮")[0] for hit in asked(site, "书").hits}
            reads, rounds = reads + 1, rounds | {seen}
        print("read", reads, len(rounds), flush=True)
    except BaseException as problem:
        print("wrong", repr(problem), flush=True)
    os._exit(0)
for child in children:
    os.waitpid(child, 0)
"""


def update(site: Site, records: list, snapshot: str = "S2"):
    with store.writing(site):
        folder = store.home(site) / store.live_name(site)
        return writing.update(site, folder, records, snapshot, no_progress)


def test_only_what_changed_is_written_and_what_is_gone_is_removed(site: Site) -> None:
    indexed(site)
    changed = [replace(one, titles=["水浒传"]) if one.id == "zhi" else one
               for one in CATALOGUE if one.id != "huo"]  # fmt: skip
    changed.append(book("new", "史记", "司马迁"))
    made = update(site, changed)
    assert (made.written, made.removed, made.records) == (2, 1, len(CATALOGUE))
    assert ids(site, "水浒传") == ["zhi"]
    assert ids(site, "史记") == ["new"]
    assert asked(site, "题名:三国志").near
    assert "huo" not in ids(site, "活着")
    assert asked(site, "史记").snapshot == "S2"
    again = update(site, changed)
    assert (again.written, again.removed) == (0, 0)


def test_a_reader_keeps_its_state_and_the_next_question_sees_the_new_one(site: Site) -> None:
    indexed(site)
    before = store.reader(site)
    update(site, [book("only", "孤本")])
    assert before.searcher.num_docs == len(CATALOGUE)
    assert store.reader(site).searcher.num_docs == 1


def test_a_new_index_beside_the_live_one_is_used_when_it_is_complete(site: Site) -> None:
    indexed(site)
    first = store.live_name(site)
    indexed(site, [book("only", "孤本")])
    assert store.live_name(site) != first
    assert ids(site, "孤本") == ["only"]
    assert ids(site, "三国演义") == []


def test_an_unfinished_index_is_never_used_and_goes_with_the_next_writing(site: Site) -> None:
    indexed(site)
    unfinished = store.new_folder(site)
    writing.write_new(unfinished, [book("half", "半成品")], writing.shelving(site), no_progress)
    assert ids(site, "半成品") == []
    update(site, CATALOGUE)
    assert not unfinished.exists()


def test_a_process_that_made_itself_ready_has_the_index_open(site: Site) -> None:
    be_ready(site)  # nothing to be ready for, and no error
    assert site.root not in store._opened
    indexed(site)
    be_ready(site)
    assert store._opened[site.root].name == store.live_name(site)
    manifest = store.home(site) / store.live_name(site) / store.MANIFEST
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"schema": 0}))
    store._opened.clear()
    be_ready(site)  # an old index is advised about where somebody reads, not here


def test_where_nothing_was_indexed_the_error_says_what_to_do(site: Site) -> None:
    with pytest.raises(NoIndex, match="shuren index"):
        store.reader(site)


def test_an_index_of_another_form_is_refused_with_advice_and_made_anew(site: Site) -> None:
    indexed(site)
    manifest = store.home(site) / store.live_name(site) / store.MANIFEST
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"schema": 0}))
    store._opened.clear()
    with pytest.raises(OldIndex, match=r"form 0.*shuren index"):
        store.reader(site)


def test_the_ledgers_and_other_folders_of_the_site_are_left_alone(site: Site) -> None:
    indexed(site)
    assert {path.name for path in store.home(site).iterdir()} == {
        store.POINTER, store.LOCK, store.live_name(site),
    }  # fmt: skip


def rounds(site: Site) -> set[str]:
    reader = store.reader(site)
    found = asked(site, "书", limit=100)
    assert found.total == reader.searcher.num_docs
    return {hit.item.title.split("轮")[0].removeprefix("第") for hit in found.hits}


class Nursery:
    """Writers that are killed, one after another."""

    def __init__(self, site: Site) -> None:
        root = Path(__file__).parents[2]
        self.process = subprocess.Popen(
            [sys.executable, "-c", NURSERY, str(site.root)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, cwd=root,
            env={**os.environ, "PYTHONPATH": f"{root / 'src'}:{root}"},
        )  # fmt: skip
        assert self.line() == "ready"

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def start(self, number: int) -> int:
        assert self.process.stdin is not None
        print(number, file=self.process.stdin, flush=True)
        return int(self.line().removeprefix("writer "))

    def kill(self, writer: int) -> list[int]:
        """Kill it; the rounds it had said by then."""
        os.kill(writer, signal.SIGKILL)
        said = []
        while (line := self.line()) != "gone":
            said.append(int(line))
        return said


@pytest.fixture
def nursery(site: Site) -> Iterator[Nursery]:
    made = Nursery(site)
    yield made
    made.process.stdin.close()  # type: ignore[union-attr]
    made.process.wait()


def test_killed_fifty_times_while_writing_nothing_that_was_committed_is_lost(
    site: Site, nursery: Nursery
) -> None:
    """Whatever moment it is killed at, every record is there once and of one round: the last that
    was said to be committed, or the one after it."""
    indexed(site, [book(f"b{n}", f"第0轮 书{n}") for n in range(40)])
    done = 0
    for kill in range(KILLS):
        writer = nursery.start(done)
        if kill % 2:
            done = int(nursery.line())  # one round is committed; the next may be cut anywhere
        time.sleep((kill * 7 % KILLS) / KILLS * 0.2)
        done = max([done, *nursery.kill(writer)])
        found = rounds(site)
        assert len(found) == 1, "half of one round and half of another"
        now = int(found.pop())
        assert now in (done, done + 1)
        assert store.reader(site).searcher.num_docs == 40
        done = now
    assert done >= KILLS // 2
    update(site, CATALOGUE)
    assert ids(site, "三国演义")[0] == "san"


def test_many_processes_read_while_one_writes(site: Site, nursery: Nursery) -> None:
    """Every fourth round is made beside the live index and switched to, the others renew it."""
    indexed(site, [book(f"b{n}", f"第1轮 书{n}") for n in range(40)])
    root = Path(__file__).parents[2]
    writer = nursery.start(1)
    made = subprocess.run(
        [sys.executable, "-c", READERS, str(site.root)], capture_output=True, text=True, cwd=root,
        env={**os.environ, "PYTHONPATH": f"{root / 'src'}:{root}"}, timeout=120,
    )  # fmt: skip
    written = nursery.kill(writer)
    said = [line.split() for line in made.stdout.splitlines()]
    assert [line[0] for line in said] == ["read"] * 3, made.stdout + made.stderr
    assert sum(int(reads) for _read, reads, _rounds in said) > 20
    assert max(int(rounds) for *_read, rounds in said) > 1, "all saw one state only"
    assert len(written) > 1


def test_many_threads_read_while_one_writes(site: Site, nursery: Nursery) -> None:
    indexed(site, [book(f"b{n}", f"第1轮 书{n}") for n in range(40)])
    writer = nursery.start(1)
    problems: list[BaseException] = []
    reads = [0]

    def read() -> None:
        until = time.monotonic() + 2
        while time.monotonic() < until:
            try:
                assert store.reader(site).searcher.num_docs == 40
                assert len({h.item.title.split("轮")[0] for h in asked(site, "书").hits}) == 1
                reads[0] += 1
            except BaseException as problem:
                problems.append(problem)
                return

    threads = [threading.Thread(target=read) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    written = nursery.kill(writer)
    assert not problems
    assert reads[0] > 20
    assert len(written) > 1


ITEMS = [
    {"item_id": "1", "title": "红楼梦", "title_pinyin": "hong lou meng", "author": "曹雪芹",
     "class_number": "I242.4", "call_number": "I242.4/1", "campus": "虎溪"},
    {"item_id": "2", "title": "红楼梦", "title_pinyin": "hong lou meng", "author": "曹雪芹",
     "class_number": "I242.4", "call_number": "I242.4/1", "campus": "沙坪坝", "status": "on_loan"},
    {"item_id": "3", "title": "重庆通史", "call_number": "K297.19/2", "campus": "虎溪"},
]  # fmt: skip
ONLINE = [
    {"publication_title": "红楼梦学刊", "print_identifier": "1001-7917", "package": "学刊",
     "provider": "CNKI", "publication_type": "serial", "access_type": "P",
     "title_url": "https://example.org/h"},
    {"publication_title": "红楼梦学刊", "print_identifier": "1001-7917", "package": "开放",
     "provider": "NCPSSD", "publication_type": "serial", "access_type": "F",
     "title_url": "https://example.org/f"},
]  # fmt: skip


def build(site: Site) -> None:
    building.build_snapshot(site, load_models(site), all_receipts(site), no_progress)


@pytest.mark.django_db
def test_holdings_and_places_online_become_works_with_live_copies(site: Site) -> None:
    put_raw(site, "items", ITEMS)
    put_raw(site, "eholdings", ONLINE, place=1)
    build(site)
    made = index(site, actor=VISITOR)
    assert (made.records, made.rebuilt) == (3, True)
    [dream, journal] = [hit.item for hit in queries.search(site, "红楼梦", actor=VISITOR).hits]
    assert [(h.campus, h.copies, h.available) for h in dream.holdings] == [
        ("沙坪坝", 1, 0), ("虎溪", 1, 1),
    ]  # fmt: skip
    assert (dream.copies, dream.available) == (2, 1)
    assert [(one.provider, one.free) for one in journal.online] == [
        ("CNKI", False), ("NCPSSD", True),
    ] or {one.free for one in journal.online} == {True, False}  # fmt: skip
    assert journal.free
    assert queries.item(site, dream.title_ids[0], actor=VISITOR).id == dream.id
    with pytest.raises(NoSuchItem, match="nothing"):
        queries.item(site, "nothing", actor=VISITOR)


@pytest.mark.django_db
def test_a_new_record_is_found_after_the_next_build_and_the_rest_is_not_written_again(
    site: Site,
) -> None:
    put_raw(site, "items", ITEMS)
    build(site)
    index(site, actor=VISITOR)
    put_raw(
        site, "items", [{"item_id": "9", "title": "水浒传", "call_number": "I242.4/9"}], place=1
    )
    build(site)
    made = index(site, actor=VISITOR)
    assert (made.written, made.rebuilt) == (1, False)
    found = queries.search(site, "shuihuzhuan", actor=VISITOR)
    assert found.hits[0].item.title == "水浒传"
