"""A large index made in several processes is the index that one makes, or none at all."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from shuren.discovery.definitions import shelving
from shuren.discovery.errors import IndexingFailed
from shuren.discovery.internals import parts, store, writing
from shuren.discovery.internals.records import COLUMNS, TITLE, put_together
from shuren.discovery.internals.spilling import Buckets, number_of
from shuren.kernel.shapes import no_progress
from shuren.kernel.site import Site
from tests.discovery.catalogue import ids, indexed

HEAP = 20_000_000
WORDS = ("红楼", "三国", "水浒", "西游", "algorithms", "数据", "重庆", "结构", "演义")
STARTER = """
import os, sys
os.environ |= {"SHUREN_SITE": sys.argv[1], "DJANGO_SETTINGS_MODULE": "shuren.settings"}
import django
django.setup()
from pathlib import Path
from shuren.kernel.site import open_site
from tests.discovery.test_parts import written
print("ready", flush=True)
written(open_site(sys.argv[1]), 40_000)
"""


def rows(count: int) -> list[list[object]]:
    made = []
    for number in range(count):
        title = f"{WORDS[number % 9]}{WORDS[number // 9 % 9]} {number}"
        values = dict.fromkeys(COLUMNS[TITLE], "") | {
            "title_id": f"t{number}", "title": title, "author": WORDS[number % 7],
            "published_year": 1990 + number % 30, "call_number": f"I{number % 50}/{number}",
        }  # fmt: skip
        made.append([number_of(f"t{number}"), TITLE, f"t{number}", list(values.values()), []])
    return made


def filled(folder: Path, count: int) -> Buckets:
    buckets = Buckets(folder)
    for row in rows(count):
        buckets.add(row)
    return buckets


def written(site: Site, count: int) -> int:
    """The live index made anew, in two processes."""
    with store.writing(site):
        buckets = filled(store.new_folder(site), count)
        folder = store.new_folder(site)
        made, layout = parts.write_apart(
            folder, buckets, shelving(site), lambda more: None, HEAP, 2
        )
        store.write_manifest(folder, writing._manifest("S2", made, layout))
        store.put_to_use(site, folder)
        store.clear(site)
    return made


def test_parts_put_together_answer_as_one_index(site: Site) -> None:
    indexed(site, put_together(rows(400)))
    asked = ("三国演义", "shuihu", "作者:重庆", "algorithms", "sgyy", "红楼 -三国", "题名:数据")
    one = [sorted(ids(site, text, limit=100)) for text in asked]
    assert sum(map(len, one)) > 100
    assert written(site, 400) == 400
    assert [sorted(ids(site, text, limit=100)) for text in asked] == one
    folder = store.home(site) / store.live_name(site)
    assert not list(folder.glob("part-*"))
    assert store.reader(site).searcher.num_segments == 1
    with store.writing(site):  # and it can be renewed like any other
        found = put_together(rows(401))
        made = writing.update(site, folder, found, "S3", no_progress)
    assert (made.written, made.removed, made.records) == (1, 0, 401)


def test_where_a_part_cannot_be_made_nothing_is_put_to_use(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    indexed(site)
    live = store.live_name(site)
    monkeypatch.setattr(parts, "__name__", "shuren.no_such_module")
    with pytest.raises(IndexingFailed, match="live index is as it was"):
        written(site, 100)
    assert store.live_name(site) == live
    assert ids(site, "三国演义")[0] == "san"


@pytest.mark.parametrize("after", [0.0, 1.0])
def test_killed_while_parts_are_made_the_live_index_stays_and_nobody_works_on(
    site: Site, after: float
) -> None:
    indexed(site)
    live = store.live_name(site)
    root = Path(__file__).parents[2]
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(site.root)], stdout=subprocess.PIPE, text=True,
        cwd=root, env={**os.environ, "PYTHONPATH": f"{root / 'src'}:{root}"},
    )  # fmt: skip
    assert starter.stdout is not None
    assert starter.stdout.readline().strip() == "ready"
    time.sleep(after)
    helpers = children(starter.pid)
    os.kill(starter.pid, signal.SIGKILL)
    starter.wait()
    until = time.monotonic() + 30
    while any(map(works, helpers)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(map(works, helpers))
    assert store.live_name(site) == live
    assert ids(site, "三国演义")[0] == "san"
    assert written(site, 50) == 50
    left = {path.name for path in store.home(site).iterdir() if path.is_dir()}
    assert left == {live, store.live_name(site)}


def children(process: int) -> list[int]:
    found = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(process)], capture_output=True, text=True, check=False
    )
    return [int(line) for line in found.stdout.split()]


def works(process: int) -> bool:
    """Whether it is there and not only a line in the list of processes."""
    found = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False
    )
    return found.stdout.strip()[:1] not in ("", "Z")
