"""What counts a query's records finds the same ones as the query, with fewer questions."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shuren.discovery.internals import asking, likely, store, syntax
from shuren.discovery.internals.asked import Asked, Occur
from shuren.discovery.internals.bare import bare
from shuren.discovery.internals.weighing import TIE, TITLE_BEGINS
from shuren.kernel.site import Site
from tests.discovery.catalogue import CATALOGUE, book, indexed

QUERIES = [
    "三国", "三国演义", "三国 研究", "的艺术", "数学", "高等数学上册", "重庆 通史", "重慶",
    "明朝那些事儿1", "sanguo", "sgyy", "algorithms", "algorithm", "introduction to algorithm",
    "c语言", "C++ primer", "题名:三国", "作者:罗贯中", "三国 OR 红楼", "三国 NOT 研究",
    '"三国演义"', "出版社:中华书局", "TP312", "9787040396638", "2000-2014", "语种:英文 code",
    "人", "中华書局 资治", "一九八四",
]  # fmt: skip


def found(site: Site, asked: Asked) -> set[str]:
    searcher = store.reader(site).searcher
    hits = searcher.search(asked.native, limit=100).hits
    return {str(key) for key in searcher.fast_field_values("key", [at for _s, at in hits])}


@pytest.mark.parametrize("text", QUERIES)
def test_the_same_records_are_found(shelf: Site, text: str) -> None:
    asked, _parts = asking.strict(syntax.parse(text))
    assert found(shelf, bare(asked)) == found(shelf, asked)


@pytest.mark.parametrize("text", [*QUERIES, "程序设计", "C语言程序设计 谭浩强", "中华书局"])
def test_candidates_are_the_same_records(
    shelf: Site, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(likely, "LEAST", 0)
    asked, _parts = asking.strict(syntax.parse(text))
    searcher = store.reader(shelf).searcher
    assert found(shelf, likely.likely(asked, searcher)) == found(shelf, asked)


def test_a_candidate_has_the_points_of_its_pairs_for_those_of_one(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """程序设计 and its three pairs stand in the same titles, so all are as rare: the points of the
    phrase are three times those of a pair, and what the word adds is the same in both."""
    monkeypatch.setattr(likely, "LEAST", 0)
    titles = ("程序设计", "程序设计入门", "程序设计原理与方法", "数学", "物理")
    indexed(site, [book(f"b{number}", title) for number, title in enumerate(titles)])
    searcher = store.reader(site).searcher
    word = Asked.boost_query(Asked.term_query("title", "程序设计"), 6.0)
    pairs = Asked.phrase_query("title_pairs", ["程序", "序设", "设计"])
    asked = Asked.disjunction_max_query([Asked.boost_query(pairs, 5.0), word], tie_breaker=TIE)
    exact, near = (
        [(round(score, 3), at.doc) for score, at in searcher.search(one.native, limit=9).hits]
        for one in (asked, likely.likely(asked, searcher))
    )
    assert len(exact) == 3
    assert near == exact


def test_a_word_that_is_the_whole_query_is_looked_for_once_for_the_points_of_both(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(likely, "LEAST", 1)
    titles = ("程序设计", "程序设计入门", "原理与程序设计", "数学", "物理")
    indexed(site, [book(f"b{number}", title) for number, title in enumerate(titles)])
    searcher = store.reader(site).searcher
    asked, _parts = asking.strict(syntax.parse("程序设计"))
    cheaper = likely.likely(asked, searcher)
    # The word; that it begins a title, told by its first pair; and that a title or a name is it.
    assert len(asked.clauses) == 5
    assert len(cheaper.clauses) == 4
    [begins] = [one.clauses[0][1] for _o, one in cheaper.clauses if one.number == TITLE_BEGINS]
    assert begins.values == ("^程", "程序")
    exact, near = (
        [(round(score, 2), at.doc) for score, at in searcher.search(one.native, limit=9).hits]
        for one in (asked, cheaper)
    )
    assert len(exact) == 3
    assert near == exact


def test_what_two_words_must_have_is_not_told_by_the_first_pair(
    shelf: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A title may begin with the first and have the other far away."""
    monkeypatch.setattr(likely, "LEAST", 0)
    asked, _parts = asking.strict(syntax.parse("程序设计 高等数学"))
    cheaper = likely.likely(asked, store.reader(shelf).searcher)
    before, after = (
        [one.clauses[0][1].values for _o, one in made.clauses if one.number == TITLE_BEGINS]
        for made in (asked, cheaper)
    )
    assert before == after


TITLES = [record.titles[0] for record in CATALOGUE]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.sampled_from(TITLES), st.integers(0, 12), st.integers(1, 8), st.sampled_from(TITLES))
def test_so_are_those_of_any_fragment_of_two_titles(
    shelf: Site, title: str, start: int, length: int, other: str
) -> None:
    for text in (title[start : start + length], f"{title[start : start + length]} {other[:2]}"):
        parsed = syntax.parse(text)
        if parsed.node is not None:
            asked, _parts = asking.strict(parsed)
            assert found(shelf, bare(asked)) == found(shelf, asked), text


def test_a_word_is_looked_for_once_in_each_place_and_nothing_is_raised() -> None:
    asked, _parts = asking.strict(syntax.parse("三国"))
    assert {(one.name, one.values) for _occur, one in bare(asked).clauses} == {
        (f"{place}_pairs", ("三国",))
        for place in ("title", "author", "subject", "series", "rest", "publisher", "text")
    }


def test_an_english_word_is_looked_for_by_its_stem() -> None:
    asked, _parts = asking.strict(syntax.parse("algorithms"))
    names = {one.name for _occur, one in bare(asked).clauses if one.values == ("algorithm",)}
    assert names == {"title", "author", "subject", "series", "rest", "publisher", "text"}
    assert not any(one.values == ("algorithms",) for _occur, one in bare(asked).clauses)


def test_a_longer_word_is_looked_for_and_its_pairs_where_it_is_not() -> None:
    word = Asked.term_query("title", "程序设计")
    pairs = Asked.phrase_query("title_pairs", ["程序", "序设", "设计"])
    asked = Asked.disjunction_max_query([Asked.boost_query(word, 6.0), pairs])
    [(_one, first), (_other, rest)] = bare(asked).clauses
    assert first is word
    [(_must, without), (_also, side_by_side)] = rest.clauses
    assert side_by_side is pairs
    assert [(occur.value, one.name, one.values) for occur, one in without.clauses] == [
        ("must", "title_pairs", ("程序",)), ("must", "title_pairs", ("序设",)),
        ("must", "title_pairs", ("设计",)), ("must_not", "title", ("程序设计",)),
    ]  # fmt: skip


def test_pairs_without_the_word_are_found_and_apart_they_are_not(site: Site) -> None:
    """The segmenter cuts 中国人民 in two; side by side its pairs stand in the first two titles."""
    titles = ("中国人民", "论中国人民", "人民 国人 中国")
    indexed(site, [book(f"b{number}", title) for number, title in enumerate(titles)])
    word = Asked.term_query("title", "中国人民")
    pairs = Asked.phrase_query("title_pairs", ["中国", "国人", "人民"])
    asked = Asked.disjunction_max_query([word, pairs])
    assert len(found(site, bare(asked))) == 2
    assert found(site, bare(asked)) == found(site, asked)


def test_what_must_not_be_there_still_may_not_be() -> None:
    one, other = Asked.term_query("title", "三国"), Asked.term_query("title", "研究")
    asked = Asked.boolean_query(
        [(Occur.Must, Asked.const_score_query(one, 2.0)), (Occur.MustNot, other),
         (Occur.Should, Asked.term_query("title", "演义"))]
    )  # fmt: skip
    assert [(occur, leaf) for occur, leaf in bare(asked).clauses] == [
        (Occur.Must, one), (Occur.MustNot, other)
    ]  # fmt: skip


def test_so_many_of_them_at_least_is_left_as_it_is() -> None:
    asked = asking.at_least([Asked.term_query("title", one) for one in "abc"], 0.6)
    assert bare(asked) is asked
