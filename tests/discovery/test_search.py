"""What a query finds, whatever it is written in, and what stands first."""

import pytest

from shuren.discovery.internals.analysis.folding import fold
from shuren.kernel.site import Site
from tests.discovery.catalogue import asked, ids


@pytest.mark.parametrize("text", ["三国演义", "三國演義", "sanguoyanyi", "san guo yan yi", "sgyy"])
def test_one_title_in_every_writing_stands_first(shelf: Site, text: str) -> None:
    assert ids(shelf, text)[0] == "san"


@pytest.mark.parametrize("text", ["三国", "三國", "sanguo", "san guo", "Sanguo"])
def test_the_beginning_of_titles_finds_them_all(shelf: Site, text: str) -> None:
    assert set(ids(shelf, text)) == {"san", "shi", "zhi"}


@pytest.mark.parametrize("text", ["重庆", "重慶", "Chongqing", "chongqing", "ＣＨＯＮＧＱＩＮＧ"])
def test_a_city_is_one_in_both_scripts_and_in_pinyin(shelf: Site, text: str) -> None:
    assert ids(shelf, text) == ["qing"]


@pytest.mark.parametrize("text", ["中华书局", "中華書局", "出版社:中华书局", "publisher:中華書局"])
def test_a_publisher_is_one_in_both_scripts(shelf: Site, text: str) -> None:
    assert set(ids(shelf, text)) == {"zhi", "zip"}


CASES = {
    "a fragment that cuts words": ("国演", "san"),
    "swapped, with a space": ("演义 三国", "san"),
    "title and author run together": ("红楼梦曹雪芹", "hong"),
    "author in pinyin": ("caoxueqin", "hong"),
    "author's initials": ("cxq", "hong"),
    "a particle left out": ("三国演义史学研究", "shi"),
    "a particle too many": ("高等的数学", "shu"),
    "a volume in brackets": ("高等数学上册", "shu"),
    "a numeral in digits": ("明朝那些事儿1", "ming"),
    "an edition in digits": ("C++ Primer 第5版", "cpp"),
    "one character": ("志", "zhi"),
    "mixed scripts": ("c语言", "c"),
    "signs that make a name": ("c++", "cpp"),
    "another form of the word": ("algorithm introductions", "clrs"),
    "no accents": ("muller", "rev"),
    "ü typed as v": ("lvxing", "lü"),
    "a second reading": ("zhongqing", "qing"),
    "ISBN-10": ("7-04-039663-8", "shu"),
    "ISBN-13": ("978-7-04-039663-8", "shu"),
    "ISSN": ("0028-0836", "nature"),
    "DOI": ("https://doi.org/10.1038/NATURE", "nature"),
    "call number": ("tp312/9", "cpp"),
    "call number with a space": ("TP 312/9", "cpp"),
}


@pytest.mark.parametrize("text, id", CASES.values(), ids=CASES)
def test_what_is_asked_for_stands_first(shelf: Site, text: str, id: str) -> None:
    answer = asked(shelf, text)
    assert answer.hits[0].item.id == id
    assert not answer.near


NEAR = {
    "a character of the same sound": ("三国演意", "san"),
    "a wrong character": ("红楼楚", "hong"),
    "a character too few": ("资通鉴", "zip"),
    "two characters turned": ("资通治鉴", "zip"),
    "a slip in pinyin": ("sanguoyanny", "san"),
    "ng for n": ("sanguoyangyi", "san"),
    "z for zh": ("zizitongjian", "zip"),
    "a slip in a word": ("clean cdoe", "clean"),
    "a letter too few": ("introducton to algorithms", "clrs"),
}


@pytest.mark.parametrize("text, id", NEAR.values(), ids=NEAR)
def test_where_nothing_fits_the_nearest_is_shown_and_said_to_be_near(
    shelf: Site, text: str, id: str
) -> None:
    answer = asked(shelf, text)
    assert answer.near
    assert answer.hits[0].item.id == id
    assert fold(answer.suggestion) == fold(answer.hits[0].item.title)


def test_what_resembles_nothing_finds_nothing(shelf: Site) -> None:
    answer = asked(shelf, "qqqqxxxx")
    assert (answer.total, answer.hits, answer.facets) == (0, (), ())


SYNTAX = {
    "a field": ("题名:三国", {"san", "shi", "zhi"}),
    "two fields": ("题名:三国 作者:陈寿", {"zhi"}),
    "field in English": ("author:司马光", {"zip"}),
    "full-width colon": ("作者：曹雪芹", {"hong"}),
    "a title in its marks": ("《三国演义》", {"san", "shi"}),
    "a phrase": ("“的史学”", {"shi"}),
    "without": ("三国 -演义", {"zhi"}),
    "not": ("三国 NOT 演义", {"zhi"}),
    "or": ("红楼梦 OR 活着", {"hong", "huo"}),
    "brackets": ("题名:(红楼 OR 三国志) -作者:陈寿", {"hong"}),
    "years": ("三国 year:1950-1980", {"san", "zhi"}),
    "one year": ("年份:1982", {"hong"}),
    "from a year": ("三国 year:1990-", {"shi"}),
    "class and all below": ("class:TP31", {"c", "cpp", "clean"}),
    "beginning of a call number": ("索书号:I242*", {"san", "hong"}),
    "beginning of a word": ("algor*", {"clrs"}),
    "language": ("language:english clean", {"clean"}),
}


@pytest.mark.parametrize("text, found", SYNTAX.values(), ids=SYNTAX)
def test_a_query_says_exactly_what_it_wants(shelf: Site, text: str, found: set[str]) -> None:
    assert set(ids(shelf, text)) == found


def test_what_was_excluded_is_not_shown_as_near(shelf: Site) -> None:
    assert ids(shelf, "红楼梦 -曹雪芹") == []


def test_of_two_alike_the_one_that_is_in_stands_first_and_the_score_says_why(shelf: Site) -> None:
    answer = asked(shelf, "三国演义")
    assert [hit.item.id for hit in answer.hits] == ["san", "shi"]
    kinds = [reason.kind for reason in answer.hits[0].reasons]
    assert kinds[0] == "title_is"
    assert "title_is" not in [reason.kind for reason in answer.hits[1].reasons]
    points = [reason.points for reason in answer.hits[0].reasons]
    assert points == sorted(points, reverse=True)
    assert all(0 < point < 1_000 for point in points)


def test_pages_follow_each_other_without_gap_or_overlap(shelf: Site) -> None:
    whole = ids(shelf, "class:I OR class:K OR class:TP", limit=50)
    pages = [ids(shelf, "class:I OR class:K OR class:TP", offset=n, limit=1)
             for n in range(len(whole))]  # fmt: skip
    assert [page[0] for page in pages] == whole


def test_newest_oldest_and_shelf_order(shelf: Site) -> None:
    assert ids(shelf, "三国", sort="newest") == ["shi", "san", "zhi"]
    assert ids(shelf, "三国", sort="oldest") == ["zhi", "san", "shi"]
    assert ids(shelf, "class:TP", sort="shelf") == ["clrs", "clean", "c", "cpp"]
