"""What a query finds, whatever it is written in, and what stands first."""

from dataclasses import replace

import pytest

from shuren.discovery.internals import searching
from shuren.discovery.internals.analysis.folding import fold
from shuren.kernel.site import Site
from tests.discovery.catalogue import asked, book, ids, indexed


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
    "call number with its name": ("索书号 tp312/9", "cpp"),
    "call number in full width": ("ＴＰ３１２／９", "cpp"),
    "call number with a space for the stroke": ("TP312 9", "cpp"),
    "ISBN in full width": ("９７８－７－０４－０３９６６３－８", "shu"),
    "ISBN as copied": ("ISBN 978-7-04-039663-8.", "shu"),
    "DOI with its name": ("DOI 10.1038/nature", "nature"),
    "DOI without https": ("doi.org/10.1038/nature", "nature"),
    "pinyin with digits of tones": ("san1guo2yan3yi4", "san"),
    "pinyin with digits of tones, apart": ("hong2 lou2 meng4", "hong"),
    "pinyin with marks of tones": ("hónglóu mèng", "hong"),
    "ü typed as ü": ("lǚxíng", "lü"),
    "a volume by its other name": ("高等数学上卷", "shu"),
    "an edition no record has": ("红楼梦第三版", "hong"),
    "an edition no record has, apart": ("活着 第2版", "huo"),
    "the form that is wanted": ("活着 pdf", "huo"),
    "an article too many": ("the introduction to the algorithms", "clrs"),
    "another small word": ("introduction of algorithms", "clrs"),
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
    "a slip in pinyin with digits of tones": ("zi1 zhi4 tong1 jiam4", "zip"),
}


@pytest.mark.parametrize("text, id", NEAR.values(), ids=NEAR)
def test_where_nothing_fits_the_nearest_is_shown_and_said_to_be_near(
    shelf: Site, text: str, id: str
) -> None:
    answer = asked(shelf, text)
    assert answer.near
    assert answer.hits[0].item.id == id
    assert fold(answer.suggestion) == fold(answer.hits[0].item.title)


@pytest.mark.parametrize("text", ["I242.4/", "i242.4 /", "TP31/"])
def test_a_call_number_that_is_begun_finds_what_goes_on(shelf: Site, text: str) -> None:
    found = {"I": {"san", "hong"}, "T": set()}[text[0].upper()]
    assert set(ids(shelf, text)) == found


def test_the_last_small_word_is_a_name_and_must_be_there(shelf: Site) -> None:
    assert not asked(shelf, "the clean").near
    assert asked(shelf, "clean the").near


def test_a_syllable_that_looks_like_an_article_must_be_there(site: Site) -> None:
    indexed(site, [book("du", "读书笔记"), book("shu", "书法笔记")])
    assert ids(site, "du shu bi ji") == ["du"]
    assert set(ids(site, "shu bi ji")) == {"du", "shu"}


def test_where_the_class_is_parted_by_a_space_a_stroke_finds_it_too(
    site: Site,
) -> None:
    indexed(
        site,
        [
            book("ma", "MATLAB实用教程", call="TP312MA M777"),
            book("zi", "自动控制", call="TP13 78-2"),
        ],
    )
    assert ids(site, "TP13 78-2")[0] == "zi"
    assert ids(site, "tp13/78-2") == ["zi"]


@pytest.mark.parametrize("text", ["TP13 7", "tp13 78-", "TP1378-2"])
def test_a_call_number_of_two_parts_may_be_begun(site: Site, text: str) -> None:
    indexed(
        site, [book("zi", "自动控制", call="TP13 78-2"), book("jian", "检测", call="TP274 78-2")]
    )
    assert ids(site, text) == ["zi"]


def test_the_edition_that_is_asked_for_stands_before_others(site: Site) -> None:
    editions = [book(f"e{n}", f"数据结构（第{n}版）") for n in "一二三四"]
    indexed(site, [*editions, book("none", "数据结构"), book("other", "数据结构与算法")])
    assert ids(site, "数据结构 第3版")[0] == "e三"
    assert set(ids(site, "数据结构第3版")) == {"e一", "e二", "e三", "e四", "none", "other"}


def test_words_with_a_stroke_are_words_too(site: Site) -> None:
    indexed(site, [book("os", "OS/2 系统编程"), book("no", "操作系统")])
    assert ids(site, "OS/2") == ["os"]


def test_pinyin_behind_a_number_is_read(site: Site) -> None:
    reports = [book(f"y{year}", f"'{year}中国发展报告") for year in range(93, 100)]
    indexed(site, reports)
    assert ids(site, "98zhongguofazhanbaogao")[0] == "y98"


def test_a_year_or_edition_tells_titles_apart_that_only_come_near(site: Site) -> None:
    reports = [book(f"y{year}", f"'{year}中国发展报告") for year in range(93, 100)]
    indexed(site, reports)
    assert ids(site, "'97中国发展报告第2版")[0] == "y97"


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


def test_two_characters_that_only_sound_a_little_alike_were_not_meant(shelf: Site) -> None:
    """jingji and jiangxin are alike by 0.71, honglou and hongloumeng by 0.78."""
    [hit] = asked(shelf, "红楼梦").hits
    hits = [replace(hit, item=replace(hit.item, title="江欣", authors=()))]
    assert searching.meant("经济", hits) == ""
    assert searching.meant("红搂", [hit]) == "红楼梦"
