"""Editions and copies of one work come together; sets, volumes and namesakes do not."""

from pathlib import Path

import numpy as np
import pytest

from shuren.campus.catalogue import make_catalogue
from shuren.data import actions, queries
from shuren.data.internals.resolution import planting, text, works
from shuren.data.internals.resolution.records import Book, bib_book, title_book
from tests.data.loading import OPERATOR, READER, load
from tests.data.raw_helper import put_raw

NO_MODEL = None


def book(ref: str, title: str, authors: str = "", year: int = 0, isbn: str = "") -> Book:
    row = {"title_id": ref, "title": title, "author": authors, "publisher": "高教出版社",
           "published_year": year or None, "isbn": isbn}  # fmt: skip
    return title_book(row)


def together(*books: Book) -> list[list[str]]:
    groups = works.group(books, NO_MODEL, Path("/nowhere"))
    found = groups.members(one.ref for one in books).values()
    return sorted([ref.removeprefix("title:") for ref in refs] for refs in found)


@pytest.mark.parametrize(
    "title, parts",
    [
        ("高等数学（第七版）", ("高等数学", "", "")),
        ("高等数学（第七版）．上册", ("高等数学", "", "上")),
        ("资本论（第一卷）", ("资本论", "", "1")),
        ("资本论 第1卷", ("资本论", "", "1")),
        ("红楼梦（全二册）", ("红楼梦", "", "")),
        ("新概念英语（２）", ("新概念英语", "", "2")),
        ("明朝那些事儿（壹）", ("明朝那些事儿", "", "1")),
        ("数据结构（C语言版）", ("数据结构c语言版", "", "")),
        ("天下", ("天下", "", "")),
        ("三体", ("三体", "", "")),
        ("Calculus, vol. II", ("calculus", "", "2")),
        ("Algorithms : 4th ed.", ("algorithms", "", "")),
        ("Jazz : a history, 1900-1950", ("jazz", "a history 1900 1950", "")),
    ],
)
def test_a_title_is_taken_apart_into_title_subtitle_and_volume(title, parts):
    assert text.title_parts(title) == parts


@pytest.mark.parametrize(
    "said, names",
    [
        ("（美）曼昆著", ("曼昆",)),
        ("马克思，恩格斯", ("马克思", "恩格斯")),
        ("同济大学数学系编", ("同济大学数学系",)),
        ("Knuth, Donald E.", ("knuth d",)),
        ("by Donald E. Knuth", ("knuth d",)),
    ],
)
def test_either_order_of_a_name_is_one_key(said, names):
    assert text.names(said) == names


def test_editions_of_one_title_and_author_are_one_work():
    assert together(
        book("a", "高等数学（第六版）", "同济大学", 2007),
        book("b", "高等数学（第七版）", "同济大学编", 2014),
        book("c", "高等数学", "另一位", 2014),
    ) == [["a", "b"], ["c"]]


def test_volumes_and_the_set_stay_apart_under_one_number():
    isbn = "9787020002207"
    assert together(
        book("one", "红楼梦（上册）", "曹雪芹", isbn=isbn),
        book("set", "红楼梦（全二册）", "曹雪芹", isbn=isbn),
        book("two", "红楼梦（下册）", "曹雪芹", isbn=isbn),
    ) == [["one"], ["set"], ["two"]]


def test_a_number_that_belongs_to_another_title_joins_nothing():
    isbn = "9787020002207"
    assert together(book("a", "红楼梦", isbn=isbn), book("b", "概率论", isbn=isbn)) == [
        ["a"],
        ["b"],
    ]


def test_subtitles_tell_works_apart_and_a_missing_one_goes_where_there_is_one_kind_only():
    macro, micro = "经济学原理：宏观经济学分册", "经济学原理：微观经济学分册"
    assert together(book("a", macro, "曼昆"), book("b", micro, "曼昆")) == [["a"], ["b"]]
    plain = book("c", "经济学原理", "曼昆")
    assert together(book("a", macro, "曼昆"), plain) == [["a", "c"]]
    assert together(book("a", macro, "曼昆"), book("b", micro, "曼昆"), plain) == [
        ["a"],
        ["b"],
        ["c"],
    ]


def test_the_part_of_a_bibliographic_record_is_its_volume():
    row = {"bib_id": "b", "title": "资本论", "title_part": "第一卷", "authors": "马克思"}
    assert bib_book(row).volume == book("t", "资本论（第一卷）", "马克思").volume == "1"


def test_a_slip_of_the_pen_is_near_a_contrast_is_not():
    assert text.nearly_same("概率论与数理统计教程", "概率论与数理统计敎程")
    assert not text.nearly_same("西方经济学宏观部分", "西方经济学微观部分")
    assert not text.nearly_same("线性规划与控制理论", "非线性规划与控制理论")
    assert not text.nearly_same("有机化学", "无机化学")
    jazz = "the encyclopedia of jazz in the "
    assert not text.nearly_same(f"{jazz}sixties", f"{jazz}seventies")


def test_a_work_keeps_its_id_and_a_part_that_leaves_gets_another():
    first = works.work_ids({"a": ["a", "b", "c"]}, {})
    assert len(set(first.values())) == 1
    parted = works.work_ids({"a": ["a"], "b": ["b", "c"]}, first)
    assert parted["b"] == parted["c"] == first["a"]
    assert parted["a"] not in (first["a"], "")
    merged = works.work_ids({"a": ["a", "b", "c"]}, parted)
    assert set(merged.values()) == {first["a"]}


def catalogue() -> list[dict[str, object]]:
    """Generated books of the demo university; no two are one work."""
    titles = [t for t in make_catalogue(0.12, np.random.default_rng(5)).titles if not t.real]
    return [
        {
            "record_id": f"r{n:04}",
            "source_system": "T",
            "title": one.title,
            "authors": one.author,
            "publisher": one.publisher,
            "published_year": one.year,
            "isbn": one.isbn,
        }
        for n, one in enumerate(titles[:600])
    ]


@pytest.fixture
def built(site):
    put_raw(site, "bib_records", catalogue())
    actions.build(site, actor=OPERATOR)
    return site


@pytest.mark.django_db
def test_a_run_finds_planted_copies_lands_once_and_keeps_its_ids(built):
    found = actions.resolve(built, "works", actor=OPERATOR)
    (card,) = [c for c in cards_of(built) if c.name == "works"]
    assert card.evaluation["precision"] >= 0.98
    assert card.evaluation["recall"] >= 0.9
    assert all(card.evaluation[f"apart_{kind}"] == 1 for kind in planting.OTHER)
    assert found.found["records"] == found.changed == len(catalogue())
    assert queries.receipt(built, found.load).accepted == found.changed
    again = actions.resolve(built, "works", actor=OPERATOR)
    assert (again.changed, again.load, again.model) == (0, "", card.version)

    first = catalogue()[0]
    twin = first | {"record_id": "twin", "isbn": "", "published_year": first["published_year"] - 3}
    put_raw(built, "bib_records", [twin], place=1)
    actions.build(built, actor=OPERATOR)
    later = actions.resolve(built, "works", actor=OPERATOR)
    assert later.changed == 2  # the new record, and its fellow, no longer alone
    actions.build(built, actor=OPERATOR)
    works_now = queries.read(
        built,
        "conformed.work",
        purpose="data_quality",
        actor=OPERATOR,
        where=[("records", ">=", 2)],
    ).dicts()
    assert [(w["records"], w["editions"], w["first_year"], w["last_year"]) for w in works_now] == [
        (2, 2, first["published_year"] - 3, first["published_year"])
    ]


def cards_of(site):
    from shuren.data.learned import model_cards

    return model_cards(site)


@pytest.mark.django_db
def test_without_enough_records_numbers_and_names_alone_speak(site):
    load(site, "bib_records", "record_id,source_system,title\n1,T,三体\n2,T,三体（第2版）\n")
    actions.build(site, actor=OPERATOR)
    found = actions.resolve(site, "works", actor=OPERATOR)
    assert found.model == ""
    assert "too few records" in found.notes[0]


@pytest.mark.django_db
def test_only_who_may_load_may_resolve(site):
    from shuren.data.errors import UnknownName
    from shuren.trust.errors import NotAllowed

    with pytest.raises(NotAllowed):
        actions.resolve(site, "works", actor=READER)
    with pytest.raises(UnknownName):
        actions.resolve(site, "everything", actor=OPERATOR)
