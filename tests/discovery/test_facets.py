"""Counts beside the hits, and narrowing by them."""

from collections import Counter

import pytest

from shuren.discovery.definitions import shelving
from shuren.discovery.internals import (
    asking,
    broad,
    guessing,
    kept,
    parts,
    searching,
    store,
    syntax,
    writing,
)
from shuren.discovery.search_shapes import NEWEST, Query
from shuren.kernel.shapes import no_progress
from shuren.kernel.site import Site
from tests.discovery.catalogue import asked, book, ids, indexed


def counts(site: Site, text: str, **more: object) -> dict[str, dict[str, int]]:
    answer = asked(site, text, **more)
    return {f.id: {v.value: v.count for v in f.values} for f in answer.facets}


def test_every_hit_is_counted_once_in_each_facet(shelf: Site) -> None:
    found = counts(shelf, "三国")
    assert found["kind"] == {"book": 3}
    assert found["clc"] == {"I": 2, "I2": 2, "I24": 1, "I242": 1, "I20": 1, "I207": 1,
                            "K": 1, "K2": 1, "K23": 1, "K236": 1}  # fmt: skip
    assert found["year"] == {"1959": 1, "1973": 1, "2002": 1}
    assert found["author"] == {"罗贯中": 1, "沈伯俊": 1, "陈寿": 1}
    assert found["publisher"] == {"中华书局": 1}


def test_on_the_shelf_out_online_and_free_are_told_apart(shelf: Site) -> None:
    assert counts(shelf, "红楼梦")["availability"] == {"out": 1}
    assert counts(shelf, "nature")["availability"] == {"online": 1}
    assert counts(shelf, "plos one")["availability"] == {"online": 1, "free": 1}


def test_a_second_value_of_a_facet_widens_and_another_facet_narrows(shelf: Site) -> None:
    text = "三国 OR 重庆"
    assert set(ids(shelf, text, chosen={"campus": ["沙坪坝"]})) == {"qing"}
    both = {"campus": ["沙坪坝", "虎溪"]}
    assert set(ids(shelf, text, chosen=both)) == {"qing", "san", "shi", "zhi"}
    assert set(ids(shelf, text, chosen=both | {"clc": ["K"]})) == {"qing", "zhi"}


def test_a_facet_with_a_choice_still_counts_its_other_values(shelf: Site) -> None:
    found = counts(shelf, "三国 OR 重庆", chosen={"campus": ["沙坪坝"]})
    assert found["campus"] == {"沙坪坝": 1, "虎溪": 3}
    assert found["clc"]["K"] == 1
    assert "I" not in found["clc"]


def test_a_choice_that_is_none_or_holds_nonsense_finds_nothing_and_breaks_nothing(
    shelf: Site,
) -> None:
    assert ids(shelf, "三国", chosen={"year": ["x"]}) == []
    assert ids(shelf, "三国", chosen={"clc": ["\x00"]}) == []
    assert len(ids(shelf, "三国", chosen={"nonsense": ["x"], "kind": [""]})) == 3


def test_a_span_of_years_narrows(shelf: Site) -> None:
    assert set(ids(shelf, "三国", chosen={"year": ["1955-1980"]})) == {"san", "zhi"}
    assert ids(shelf, "三国", chosen={"year": ["2002"]}) == ["shi"]


def test_counts_are_exact_however_many_values_there_are_in_however_many_parts(site: Site) -> None:
    """Each part has its own most frequent authors: none of the 300 others may be lost between."""
    records = [
        book(f"r{part}-{number}", "丛书", f"作者{(number * 7 + part) % 300}")
        for part in range(4) for number in range(600 + part)
    ]  # fmt: skip
    records += [book(f"x{number}", "丛书", "作者5") for number in range(30)]
    with store.writing(site):
        folder = store.new_folder(site)
        shares = [records[at::5] for at in range(5)]
        made = [folder / f"part-{number}" for number in range(5)]
        for part, share in zip(made, shares, strict=True):
            part.mkdir()
            parts.write(part, [share], shelving(site), lambda more: None, 20_000_000)
        parts.splice(folder, made)
        store.write_manifest(folder, writing._manifest("S1", len(records)))
        store.put_to_use(site, folder)
    assert store.reader(site).searcher.num_segments == 5
    wanted = Counter(one.authors[0] for one in records)
    found = counts(site, "丛书")["author"]
    assert found == {name: wanted[name] for name in found}
    assert found["作者5"] == wanted["作者5"] == max(wanted.values())
    parts._merge(folder)  # too few to be made one: all is as it was
    assert store.reader(site).searcher.num_segments == 5
    assert counts(site, "丛书")["author"] == found


def test_one_segment_is_asked_for_no_more_values_than_are_shown_and_counts_stay_exact(
    site: Site,
) -> None:
    names = [f"作者{number % 60}" for number in range(3_000)] + ["作者7"] * 40 + ["作者9"] * 30
    records = [book(f"r{number}", "丛书", name) for number, name in enumerate(names)]
    with store.writing(site):
        folder = store.new_folder(site)
        parts.write(folder, [records], shelving(site), lambda more: None, 50_000_000)
        store.write_manifest(folder, writing._manifest("S1", len(records)))
        store.put_to_use(site, folder)
    assert store.reader(site).searcher.num_segments == 1
    found = counts(site, "丛书")["author"]
    assert found == {name: names.count(name) for name in found}
    assert list(found)[:2] == ["作者7", "作者9"]


def test_counts_that_are_kept_are_those_of_the_index_as_it_is(site: Site) -> None:
    indexed(site, [book("a", "三国志", "陈寿")])
    assert counts(site, "三国")["author"] == {"陈寿": 1}
    assert counts(site, "三国", offset=1)["author"] == {"陈寿": 1}
    with store.writing(site):
        folder = store.home(site) / store.live_name(site)
        records = [book("a", "三国志", "陈寿"), book("b", "三国志注", "裴松之")]
        writing.update(site, folder, records, "S2", no_progress)
    assert counts(site, "三国")["author"] == {"陈寿": 1, "裴松之": 1}


def test_filters_that_leave_nothing_are_answered_with_nothing_and_not_with_other_records(
    shelf: Site,
) -> None:
    assert asked(shelf, "三国").total
    narrowed = asked(shelf, "三国", chosen={"language": ["ger"]})
    assert (narrowed.total, narrowed.near, narrowed.hits) == (0, False, ())
    # What is not found at all still comes near, filters or not.
    assert asked(shelf, "三国眼义", chosen={"clc": ["I"]}).near


def test_few_hits_and_one_more_are_counted_alike(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few are counted among themselves, more by what was asked; in any order, on any page."""
    monkeypatch.setattr(broad, "FEW", 6)
    many = [
        book(f"n{n}", f"数据结构 {n}" if n < 6 else f"数据原理 {n}", ("甲", "乙")[n % 2], "TP311/1")
        for n in range(7)
    ]
    indexed(site, [*many, book("other", "红楼梦", "曹雪芹", "I242.4/1")])
    for order in ("", NEWEST):
        for offset in (0, 4):
            more = {"sort": order, "offset": offset, "limit": 3}
            kept.forget()
            assert counts(site, "数据", **more)["author"] == {"甲": 4, "乙": 3}
            kept.forget()
            found = counts(site, "结构", **more)
            assert found["author"] == {"甲": 3, "乙": 3}
            assert found["kind"] == {"book": 6}
    assert them(site, "数据") is None
    assert them(site, "结构") is not None
    narrowed = counts(site, "结构", chosen={"author": ["甲"]})
    assert narrowed["kind"] == {"book": 3}
    assert narrowed["author"] == {"甲": 3, "乙": 3}


def them(site: Site, text: str) -> object:
    reader, parsed = store.reader(site), syntax.parse(text)
    made, parts = asking.strict(parsed)
    return searching._search(reader, made, parts, {}, Query(text, limit=3), text).page.them


def test_a_query_surely_finds_no_more_than_it_does(shelf: Site) -> None:
    """What is said to be found without asking is never more than what is."""
    searcher = store.reader(shelf).searcher
    for text in ("三国", "三国 演义", "重庆 OR 三国", "三国 -演义", "sanguo", "nature", "t:红楼梦",
                 "2002", "红楼梦 year:1990-2020", "\"三国演义\"", "xx"):  # fmt: skip
        parsed = syntax.parse(text)
        if parsed.node is None:
            continue
        made, _parts = asking.strict(parsed)
        found = int(searcher.search(made.native, limit=1).count)
        assert guessing.surely(searcher, made) <= found <= guessing.most(searcher, made), text
    word = asking.strict(syntax.parse("三国"))[0]
    assert guessing.surely(searcher, word) == 3
