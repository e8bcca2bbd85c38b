"""Renewing writes what differs between two snapshots, and comes out as making the index anew."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from shuren.data.internals import building
from shuren.data.internals.models import load_models
from shuren.data.internals.receipts import all_receipts
from shuren.discovery import queries
from shuren.discovery.actions import index
from shuren.discovery.internals import documents, gathering, store, writing
from shuren.discovery.internals.analysis.numbers import isbn13
from shuren.discovery.internals.spilling import BUCKETS, Buckets, Numbers
from shuren.discovery.search_shapes import Indexed
from shuren.kernel.shapes import Actor, no_progress
from shuren.kernel.site import Site
from tests.data.raw_helper import put_raw

pytestmark = pytest.mark.django_db

VISITOR = Actor("", "anonymous")
TITLES = ("红楼梦", "三国演义", "水浒传", "史记", "活着", "边城", "围城", "家", "Nature", "Physics")
ADDRESSES = ("https://doi.org/10.1234/a", "https://doi.org/10.1234/b")
ISSNS = ("2049-3630", "1234-5679")
ISBNS = [isbn13(f"9787111{n:05}0") for n in range(12)]


class Library:
    """Loads whose rows replace one another; each change is a load of its own."""

    def __init__(self, site: Site, seed: int) -> None:
        self.site, self.rng, self.place = site, random.Random(seed), 0

    def load(self, contract: str, rows: list[dict[str, object]]) -> None:
        self.place += 1
        put_raw(self.site, contract, rows, place=self.place)

    def items(self, count: int) -> None:
        rng = self.rng
        self.load("items", [
            {"item_id": str(rng.randrange(24)), "title": rng.choice(TITLES),
             "isbn": rng.choice([None, *ISBNS]), "author": rng.choice(("余华", "沈从文")),
             "call_number": f"I{rng.randrange(4)}/1", "campus": rng.choice(("虎溪", "A区")),
             "status": rng.choice(("available", "on_loan"))}
            for _ in range(count)
        ])  # fmt: skip

    def records(self, count: int) -> None:
        rng = self.rng
        self.load("bib_records", [
            {"record_id": str(number), "source_system": "ils", "title": rng.choice(TITLES),
             "isbn": rng.choice([None, *ISBNS]), "subjects": rng.choice(("小说", "历史‖小说"))}
            for number in rng.sample(range(12), count)
        ])  # fmt: skip

    def places(self, package: str, count: int) -> None:
        rng = self.rng
        self.load("eholdings", [
            {"publication_title": rng.choice(TITLES), "package": package, "provider": "CNKI",
             "print_identifier": rng.choice([None, *ISBNS, *ISSNS]),
             "access_type": rng.choice("PF"),
             "publication_type": rng.choice(("serial", "monograph")),
             "title_url": rng.choice((f"https://example.org/{package}/{number}", *ADDRESSES)),
             "listed_on": f"2026-01-{self.place % 27 + 1:02}"}
            for number in range(count)
        ])  # fmt: skip

    def papers(self, count: int) -> None:
        self.load("content_units", [
            {"document_id": f"doc{number}", "document_title": f"馆藏 {number}", "unit_kind": "page",
             "page_no": 1, "rights": self.rng.choice(("open", "snippet")), "text_from": "plain",
             "record_id": str(self.rng.randrange(14))}
            for number in range(count)
        ])  # fmt: skip

    def harvested(self, count: int) -> None:
        self.load("oai_records", [
            {"repository": "repo", "identifier": f"oai:{number}", "is_deleted": False,
             "dc_title": self.rng.choice(TITLES),
             "dc_identifier": self.rng.choice(("", *ADDRESSES))}
            for number in range(count)
        ])  # fmt: skip

    def indexed(self, count: int) -> None:
        rng = self.rng
        self.load("journal_indexes", [
            {"index_name": rng.choice(("EI", "SCIE")), "title": rng.choice(TITLES),
             "issn": rng.choice([None, *ISSNS]), "listed_on": f"2026-01-{self.place % 27 + 1:02}"}
            for _ in range(count)
        ])  # fmt: skip

    def build(self) -> None:
        """The tables that are searched, and those they are made from."""
        models, wanted = load_models(self.site), set(queries.INDEXED)
        for name in reversed(models):
            wanted.update(models[name].reads if name in wanted else ())
        chosen = {name: model for name, model in models.items() if name in wanted}
        building.build_snapshot(self.site, chosen, all_receipts(self.site), no_progress)


def held(site: Site) -> dict[str, tuple[int, bytes]]:
    """{id: (fingerprint, what is shown)} of all that is indexed; no record is there twice."""
    searcher = store.reader(site).searcher
    everything = writing.tantivy.Query.all_query()
    hits = searcher.search(everything, limit=10_000).hits
    places = [place for _score, place in hits]
    prints = searcher.fast_field_values("print", places) if places else []
    found = {}
    for place, print_ in zip(places, prints, strict=True):
        shown = bytes(searcher.doc(place).get_first("shown"))  # type: ignore[arg-type]
        found[documents.item(shown).id] = (int(print_), shown)
    assert len(found) == len(places)
    return found


@pytest.mark.parametrize("seed", range(2))
def test_whatever_changes_renewing_comes_out_as_making_it_anew(
    site: Site, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library(site, seed)
    library.items(12)
    library.records(6)
    library.places("a", 8)
    library.papers(3)
    library.indexed(2)
    library.build()
    assert index(site, actor=VISITOR).rebuilt
    # From here on nothing may fall back on comparing all records.
    monkeypatch.setattr(writing, "update", None)
    steps = [
        lambda: library.items(1), lambda: library.records(2), lambda: library.places("b", 4),
        lambda: library.places("a", 7), lambda: library.papers(4), lambda: library.harvested(2),
        lambda: library.harvested(3), lambda: library.indexed(3), lambda: library.indexed(2),
        lambda: (library.items(3), library.places("b", 3), library.records(3)),
    ]  # fmt: skip
    library.rng.shuffle(steps)
    for step in steps[:6]:
        step()
        library.build()
        made = index(site, actor=VISITOR)
        renewed = held(site)
        assert (made.rebuilt, made.records) == (False, len(renewed))
        index(site, actor=VISITOR, everything=True)
        assert renewed == held(site)


def test_where_nothing_changed_nothing_is_written(site: Site) -> None:
    library = Library(site, 1)
    library.items(6)
    library.build()
    index(site, actor=VISITOR)
    stamp = (store.home(site) / store.live_name(site) / "meta.json").stat().st_mtime_ns
    library.build()
    made = index(site, actor=VISITOR)
    assert (made.written, made.removed) == (0, 0)
    assert (store.home(site) / store.live_name(site) / "meta.json").stat().st_mtime_ns == stamp
    assert queries.search(site, "家", actor=VISITOR).snapshot == made.snapshot


def test_where_the_snapshot_of_before_is_gone_all_records_are_compared(site: Site) -> None:
    library = Library(site, 2)
    library.items(6)
    library.build()
    index(site, actor=VISITOR)
    folder = store.home(site) / store.live_name(site)
    manifest = store.manifest_of(folder)
    store.write_manifest(folder, replace(manifest, snapshot="S-gone"))
    library.load("items", [{"item_id": "99", "title": "山海经", "call_number": "K9/1"}])
    library.build()
    made = index(site, actor=VISITOR)
    assert (made.written, made.removed, made.rebuilt) == (1, 0, False)


def test_many_changes_are_compared_with_all_records(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library(site, 3)
    library.items(6)
    library.build()
    index(site, actor=VISITOR)
    monkeypatch.setattr(writing.changes, "MOST", 1)
    library.items(20)
    library.build()
    compared = []

    def update(*given: object) -> Indexed:
        compared.append(given)
        return original(*given)  # type: ignore[arg-type]

    original = writing.update
    monkeypatch.setattr(writing, "update", update)
    made = index(site, actor=VISITOR)
    assert (made.written > 0, len(compared)) == (True, 1)
    renewed = held(site)
    index(site, actor=VISITOR, everything=True)
    assert renewed == held(site)


def test_what_is_gathered_through_the_disk_is_what_is_gathered_in_memory(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library(site, 4)
    library.items(20)
    library.records(8)
    library.places("a", 8)
    library.build()

    def gathered(folder: Path) -> dict[str, int]:
        buckets = Buckets(folder)
        gathering.gather(site, VISITOR, buckets)
        return {one.id: documents.fingerprint(one) for one in gathering.all_records(buckets)}

    memory = gathered(tmp_path / "memory")
    assert not (tmp_path / "memory").exists()
    monkeypatch.setattr("shuren.discovery.internals.spilling._IN_MEMORY", 3)
    assert gathered(tmp_path / "disk") == memory
    assert (tmp_path / "disk").is_dir()
    assert not list((tmp_path / "disk").iterdir())
    assert len(memory) > 10


def test_rows_out_of_order_are_refused_and_not_lost() -> None:
    left = iter([("a",), ("c",)])
    assert list(gathering.beside_each(left, (iter([("b", 1), ("c", 2), ("c", 3)]), 0))) == [
        (("a",), []), (("c",), [("c", 2), ("c", 3)]),
    ]  # fmt: skip
    with pytest.raises(ValueError, match="not in order"):
        list(gathering.beside_each(iter([("b",), ("a",)])))
    with pytest.raises(ValueError, match="not in order"):
        list(gathering.beside_each(iter([("a",), ("c",)]), (iter([("b",), ("a",), ("c",)]), 0)))


def test_a_map_of_numbers_is_a_dictionary() -> None:
    rng = random.Random(5)
    known, map_ = {}, Numbers()
    for _turn in range(20_000):
        key, value = (
            rng.choice((rng.randrange(1, 3_000), rng.getrandbits(64) | 1)),
            rng.getrandbits(64),
        )
        known[key] = value
        map_.set(key, value)
    assert all(map_.get(key) == value for key, value in known.items())
    assert map_.get(1 << 60 | 12_345) == known.get(1 << 60 | 12_345, 0)
    assert (dict(map_.items()), len(map_)) == ({k: v for k, v in known.items() if v}, len(known))


def test_rows_of_a_bucket_come_back_in_their_order(tmp_path: Path) -> None:
    buckets = Buckets(tmp_path / "rows")
    for number in range(300):
        buckets.add([number % BUCKETS, number])
        if number == 150:
            buckets.flush()
    assert buckets.take(3) == [[3, 3], [3, 3 + BUCKETS], [3, 3 + 2 * BUCKETS]]
    assert buckets.take(3) == []
