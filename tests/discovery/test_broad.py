"""A very large index: broad queries are counted in a part of it, about right and said to be."""

from collections import Counter

import pytest

from shuren.discovery.internals import (
    asking,
    broad,
    completing,
    counting,
    documents,
    guessing,
    kept,
    layout,
    searching,
    store,
    syntax,
    writing,
)
from shuren.discovery.internals.records import COLUMNS, TITLE, put_together
from shuren.discovery.internals.spilling import number_of
from shuren.discovery.search_shapes import NEWEST, Query
from shuren.kernel.shapes import no_progress
from shuren.kernel.site import Site
from tests.discovery.catalogue import asked as search
from tests.discovery.catalogue import ids, indexed
from tests.discovery.large import COUNT, LENT, laid_out, lay_low, rows


@pytest.fixture
def low(monkeypatch: pytest.MonkeyPatch) -> None:
    lay_low(monkeypatch)


@pytest.fixture
def large(site: Site, low: None) -> Site:
    return laid_out(site, 2)


def counted(site: Site, text: str, facet: str) -> dict[str, int]:
    kept.forget()
    found = {one.id: one for one in search(site, text).facets}
    return {value.value: value.count for value in found[facet].values}


def keys(view: layout.View) -> list[int]:
    found = view.searcher.search(asking.Asked.all_query().native, limit=COUNT + 1).hits
    return [int(key) for key in view.searcher.fast_field_values("key", [at for _s, at in found])]


def test_every_record_stands_in_one_place_and_those_most_asked_for_in_front(large: Site) -> None:
    reader = store.reader(large)
    assert reader.views is not None
    lent = {number_of(f"t{number}") for number in range(5, COUNT, LENT)}
    by_bucket = {key: layout.sample_of(key % 128) for key in map(number_of_row, rows())}
    front, (part, small, larger) = keys(reader.views.front), reader.views.samples
    assert set(front) == {key for key in lent if by_bucket[key] == 2}
    # Either of two processes wrote half of the smallest, and one half is a sample itself.
    assert set(keys(part)) < set(keys(small))
    assert set(keys(small)) == {key for key, sample in by_bucket.items() if sample == 0}
    assert set(keys(larger)) == {key for key, sample in by_bucket.items() if sample < 2}
    behind = COUNT - len(front)
    assert small.share == pytest.approx(small.searcher.num_docs / behind)
    assert larger.share == pytest.approx(larger.searcher.num_docs / behind)
    assert reader.searcher.num_docs == COUNT == reader.manifest.records


def number_of_row(row: list[object]) -> int:
    key = row[0]
    assert isinstance(key, int)
    return key


def test_counts_of_a_broad_query_are_about_right_and_say_so(large: Site) -> None:
    """The larger sample has a sixteenth, some 250 records: a third of them is told within four
    standard deviations, 4 * sqrt(250 * 2/9) / 250 * 16, which is some 480 of 4,000."""
    answer = search(large, "数据")
    assert (answer.is_about, answer.are_about) == (True, True)
    assert answer.total == pytest.approx(COUNT, abs=1_000)
    languages = counted(large, "数据", "language")
    assert languages["eng"] == pytest.approx(COUNT / 3, abs=480)
    assert languages["chi"] == pytest.approx(COUNT * 2 / 3, abs=480)
    assert counted(large, "数据", "year")["2000"] == pytest.approx(COUNT, abs=1_000)
    authors = counted(large, "数据", "author")
    assert set(authors) == {"作者0", "作者1", "作者2"}
    assert authors["作者1"] == pytest.approx(COUNT / 3, abs=480)


def test_what_stands_mostly_in_front_is_counted_there_too(
    large: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sample speaks for a front that has little of what is found, not for one that has much."""
    reader = store.reader(large)
    asked, _parts = asking.strict(syntax.parse("数据"))
    wide = broad.breadth(reader, asked)
    assert wide is not None
    assert wide.ahead == len(range(5, COUNT, LENT)) - sum(
        layout.sample_of(number_of(f"t{number}") % 128) < 2 for number in range(5, COUNT, LENT)
    )
    assert wide.is_behind
    assert not broad.Breadth(wide.hits, wide.sample, wide.found, wide.hits // 20).is_behind
    behind = {one.id: one for one in broad.facets(reader, asked, {}, wide)}["kind"].values
    monkeypatch.setattr(broad, "_LITTLE", 0)
    both = {one.id: one for one in broad.facets(reader, asked, {}, wide)}["kind"].values
    assert [one.value for one in behind] == [one.value for one in both] == ["book"]
    assert behind[0].count == pytest.approx(both[0].count, rel=0.05)


def test_up_to_a_number_every_hit_is_ranked_and_the_total_is_exact(large: Site) -> None:
    answer = search(large, "通信")
    assert (answer.total, answer.is_about, answer.are_about) == (COUNT // 4, False, True)


def test_two_halves_of_the_index_give_the_page_that_the_whole_gives(
    large: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = store.reader(large)
    assert reader.views is not None
    one, other = (half.searcher.num_docs for half in reader.views.halves)
    assert one + other == COUNT
    texts = ("通信", "作者:作者1 通信", "结构 44", "tongxin", "通信 OR 778", "没有的")
    pages = [(0, 20), (20, 20), (40, 20), (0, 7)]
    halved = [search(large, text, offset=at, limit=n) for text in texts for at, n in pages]
    # Everything is ranked.
    monkeypatch.setattr(broad, "_FIRST_PAGES", 0)
    whole = [search(large, text, offset=at, limit=n) for text in texts for at, n in pages]
    for one_page, page in zip(halved, whole, strict=True):
        assert one_page.total == page.total
        # Which of those that have the same points is first, only the writing decided.
        assert [hit.score for hit in one_page.hits] == [hit.score for hit in page.hits]
    for text in texts:
        ids_of = [hit.item.id for one_page in halved if one_page.query.text == text
                  and one_page.query.limit == 20 for hit in one_page.hits]  # fmt: skip
        assert len(ids_of) == len(set(ids_of))


def test_what_is_narrow_is_counted_exactly(large: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for text in ("数据通信 44", "作者:作者1 题名:778", "TP3/333", "数据 778"):
        answer = search(large, text)
        assert not answer.is_about
        assert not answer.are_about
        monkeypatch.setattr(broad, "MOST_COUNTED", 10**9)
        kept.forget()
        assert search(large, text).facets == answer.facets
        monkeypatch.setattr(broad, "MOST_COUNTED", 100)
        kept.forget()


def test_a_title_named_whole_comes_first_though_nobody_asks_for_it(large: Site) -> None:
    found = ids(large, "数据", limit=20)
    assert found[0] == "t777"
    lent = {f"t{number}" for number in range(5, COUNT, LENT)}
    assert set(found[1:]) <= lent
    assert len(found) == 20


def test_of_many_named_whole_the_front_has_the_first(
    large: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """1,334 records have the author that is asked for, some twenty of them in the front: the order
    is that of ranking all."""
    every = ids(large, "作者0", limit=10)
    monkeypatch.setattr(broad, "MOST_RANKED", 1_000)
    of_the_front = search(large, "作者0", limit=10)
    assert of_the_front.is_about
    assert [hit.item.id for hit in of_the_front.hits] == every
    assert set(every) <= {f"t{number}" for number in range(5, COUNT, LENT) if not number % 3}


def test_pages_follow_one_another_and_beyond_the_front_every_hit_is_ranked(large: Site) -> None:
    pages = [ids(large, "数据", limit=10, offset=at) for at in (0, 10, 20)]
    assert len({id for page in pages for id in page}) == 30
    beyond = search(large, "数据", limit=10, offset=500)
    assert len(beyond.hits) == 10
    assert (beyond.total, beyond.is_about) == (COUNT, False)
    newest = search(large, "数据", sort=NEWEST)
    assert (newest.total, newest.is_about, newest.are_about) == (COUNT, False, True)


def test_filters_narrow_a_broad_query(large: Site) -> None:
    answer = search(large, "数据", chosen={"language": ["eng"]})
    assert {hit.item.language for hit in answer.hits} == {"eng"}
    assert answer.total == COUNT // 3 + 1
    kept_open = {one.id: one for one in answer.facets}["language"]
    assert {value.value for value in kept_open.values} == {"eng", "chi"}


def test_the_most_that_may_be_found_is_never_less_than_what_is(large: Site) -> None:
    reader = store.reader(large)
    texts = ("数据", "数据结构", "shuju", "tongxin 44", "sj", "data", "数据 OR 通信",
             "作者:作者1", "数据 -通信", '"数据通信"', "题名:结构", "2000..2010", "TP3",
             "作者1 数据")  # fmt: skip
    bounded = 0
    for text in texts:
        node = syntax.parse(text)
        assert node.node is not None
        asked, _parts = asking.strict(node)
        found = reader.searcher.search(asked.native, limit=1)
        most = guessing.most(reader.searcher, asked)
        assert most >= (found.count or 0), text
        bounded += most < float("inf")
    assert bounded >= 9


def renewed(site: Site) -> str:
    """The index with another title for a record of the smallest sample; the record's id."""
    folder = store.home(site) / store.live_name(site)
    changed = [list(row) for row in rows()]
    number = next(at for at, row in enumerate(changed)
                  if layout.sample_of(number_of_row(row) % 128) == 0)  # fmt: skip
    values = rows_values(changed[number]) | {"title": "数据仓库"}
    changed[number][3] = list(values.values())
    with store.writing(site):
        made = writing.update(site, folder, put_together(changed), "S2", no_progress)
    assert (made.written, made.removed) == (1, 0)
    return f"t{number}"


def rows_values(row: list[object]) -> dict[str, object]:
    values = row[3]
    assert isinstance(values, list)
    return dict(zip(COLUMNS[TITLE], values, strict=True))


def test_a_renewal_keeps_the_layout_and_what_it_writes_is_found(site: Site, low: None) -> None:
    before = store.reader(laid_out(site, 1)).views
    changed = renewed(site)
    after = store.reader(site).views
    assert before is not None
    assert after is not None
    assert ids(site, "数据仓库") == [changed]
    held = before.samples[0].searcher.num_docs
    assert after.samples[0].searcher.num_docs == held - 1
    assert after.front.searcher.num_docs == before.front.searcher.num_docs + 1
    assert search(site, "数据").is_about


def test_where_the_engine_made_one_segment_of_all_everything_is_counted(large: Site) -> None:
    """Eight small segments are alike: the first renewal merges them, samples and all."""
    changed = renewed(large)
    assert store.reader(large).views is None
    answer = search(large, "数据")
    assert (answer.total, answer.is_about, answer.are_about) == (COUNT, False, False)
    assert ids(large, "数据仓库") == [changed]


def test_a_large_segment_that_is_not_known_is_no_front(large: Site) -> None:
    """Such as the bulk, once the engine has merged it."""
    before = store.reader(large).views
    folder = store.home(large) / store.live_name(large)
    known = store.manifest_of(folder).layout
    assert known is not None
    assert before is not None
    store.write_manifest(folder, writing._manifest("S1", COUNT, layout.Layout(known.samples, ())))
    after = store.reader(large).views
    assert after is not None
    assert after.front.searcher.num_docs == before.front.searcher.num_docs
    assert [one.share for one in after.samples] == [one.share for one in before.samples]


def test_where_no_sample_is_left_everything_is_counted(large: Site) -> None:
    folder = store.home(large) / store.live_name(large)
    manifest = store.manifest_of(folder)
    assert manifest.layout is not None
    merged = layout.Layout((("0" * 32,), manifest.layout.samples[1]), manifest.layout.bulk)
    store.write_manifest(folder, writing._manifest("S1", COUNT, merged))
    answer = search(large, "数据")
    assert (answer.total, answer.is_about, answer.are_about) == (COUNT, False, False)
    wanted = Counter("eng" if number % 3 == 0 else "chi" for number in range(COUNT))
    assert counted(large, "数据", "language") == wanted


def test_what_is_typed_is_completed_by_the_front_after_a_title_that_it_is(large: Site) -> None:
    reader = store.reader(large)
    found = completing.complete(reader, "数据", 8)
    titles = [one for one in found if one.kind == "title"]
    assert titles[0].id == "t777"
    lent = {f"t{number}" for number in range(5, COUNT, LENT)}
    assert len(titles) == 8
    assert {one.id for one in titles[1:]} <= lent
    names = [one for one in completing.complete(reader, "作", 8) if one.kind == "author"]
    assert {one.text for one in names} <= {"作者0", "作者1", "作者2"}
    for name in names:
        # A name's number is that of all its records, not of those in front.
        assert name.note == str(sum(n % 3 == int(name.text[-1]) for n in range(COUNT)))
    few = completing.complete(reader, "数据通信 44", 8)
    assert "t44" in {one.id for one in few}


def test_what_many_are_alike_in_is_no_front() -> None:
    """Were half of all raised alike, a front of them would be half the index."""
    alike = layout.front_from(row for row in rows(200) if row[4][0][2] == 1)  # type: ignore[index]
    assert not any(documents.raised(one) > alike for one in put_together(rows(200))
                   if one.copies == 1)  # fmt: skip
    assert layout.front_from([]) == float("inf")


def test_numbers_that_are_about_right_have_two_figures() -> None:
    given = (0, 7, 99, 101, 1_234, 1_250, 98_765, 999_999, 1_234_567.8)
    assert [broad.about(one) for one in given] == [
        0, 7, 99, 100, 1_200, 1_200, 99_000, 1_000_000, 1_200_000,
    ]  # fmt: skip


def test_a_small_index_has_no_layout(site: Site) -> None:
    indexed(site)
    reader = store.reader(site)
    assert reader.views is None
    answer = searching.answer(reader, Query("三国"))
    assert (answer.is_about, answer.are_about) == (False, False)
    assert {one.id for one in answer.facets} == set(counting.FACETS)
