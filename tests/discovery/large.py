"""4,000 records that are laid out and searched as 20 million would be."""

from collections.abc import Iterator

import pytest

from shuren.discovery.definitions import shelving
from shuren.discovery.internals import broad, completing, parts, store, writing
from shuren.discovery.internals.records import COLUMNS, TITLE
from shuren.discovery.internals.spilling import Buckets, number_of
from shuren.kernel.site import Site

COUNT = 4_000
LENT = 64  # one in so many is lent a lot


def rows(count: int = COUNT) -> Iterator[list[object]]:
    """A third is English; one in 64 has many copies; one is the word alone, and unasked for."""
    for number in range(count):
        title = "数据" if number == 777 else f"数据{'结构' if number % 4 else '通信'} {number}"
        values = dict.fromkeys(COLUMNS[TITLE], "") | {
            "title_id": f"t{number}", "title": title, "author": f"作者{number % 3}",
            "published_year": 2000, "language": "chi" if number % 3 else "eng",
            "call_number": f"TP{number % 10}/{number}",
        }  # fmt: skip
        copies = 30 if number % LENT == 5 else 1
        yield [number_of(f"t{number}"), TITLE, f"t{number}", list(values.values()),
               [[f"t{number}", "A区", copies, 0, copies]]]  # fmt: skip


def lay_low(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "_WORTH", 0)
    monkeypatch.setattr(broad, "MOST_COUNTED", 100)
    monkeypatch.setattr(broad, "MOST_RANKED", 1_500)
    monkeypatch.setattr(broad, "ENOUGH", 100)
    monkeypatch.setattr(completing, "_ENOUGH_NAMES", 3)


def laid_out(site: Site, processes: int) -> Site:
    with store.writing(site):
        buckets = Buckets(store.new_folder(site))
        for row in rows():
            buckets.add(row)
        folder = store.new_folder(site)
        made, layout_made = parts.write_apart(
            folder, buckets, shelving(site), lambda more: None, 20_000_000, processes
        )
        store.write_manifest(folder, writing._manifest("S1", made, layout_made))
        store.put_to_use(site, folder)
        store.clear(site)
    return site
