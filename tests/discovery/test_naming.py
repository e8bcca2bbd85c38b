"""What a search that finds nothing names, to be asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuren.discovery.queries import book_keys, is_same_book, named_book
from shuren.discovery.shapes import NamedBook

NAMED = {
    "words": ("嵌入式系统设计 王小明", {"rft.btitle": "嵌入式系统设计 王小明"}),
    "a title in its marks": ("《嵌入式系统》", {"rft.btitle": "嵌入式系统"}),
    "fields": ("题名:嵌入式系统 作者:王小明 年:2024",
               {"rft.btitle": "嵌入式系统", "rft.au": "王小明", "rft.date": "2024"}),
    "what is excluded is not named": ("嵌入式 -入门", {"rft.btitle": "嵌入式"}),
    "the first of several ways": ("嵌入式 OR 单片机", {"rft.btitle": "嵌入式"}),
    "a span of years says nothing": ("嵌入式 year:2010-2020", {"rft.btitle": "嵌入式"}),
    "an ISBN": ("978-7-04-039663-8", {"rft.isbn": "9787040396638"}),
    "an ISBN in its field": ("isbn:7040396638", {"rft.isbn": "9787040396638"}),
}  # fmt: skip


@pytest.mark.parametrize("text, said", NAMED.values(), ids=NAMED)
def test_a_search_names_a_book(text: str, said: dict[str, str]) -> None:
    assert named_book(text) == {"rft.genre": "book"} | said


@pytest.mark.parametrize("text", ["", "《》", "作者:王小明", "class:TP31", "year:2019", "0028-0836",
                                  "10.1038/nature", "TP312/9"])  # fmt: skip
def test_what_names_no_book_is_not_asked_for(text: str) -> None:
    assert named_book(text) == {}


@given(st.text(max_size=60))
def test_whatever_is_typed_is_read(text: str) -> None:
    assert "rft.genre" in named_book(text) or named_book(text) == {}


THE_SAME = {
    "an ISBN in either length": (
        ("甲", "", "0-306-40615-2"), ("乙", "", "9780306406157"), True),
    "another ISBN": (("数据结构", "", "9787302330646"), ("数据结构", "", "9780306406157"), False),
    "one ISBN alone": (("数据结构", "", "9787302330646"), ("数据结构", "", ""), True),
    "what is no ISBN": (("数据结构", "", "12"), ("数据结构", "", "34"), True),
    "traditional, marks, width": (("《中華書局史》", "", ""), ("中华书局史", "", ""), True),
    "a part of a title": (("Algorithms", "", ""), ("Introduction to Algorithms", "", ""), False),
    "a subtitle of one": (("数据结构：C语言版", "", ""), ("数据结构", "", ""), True),
    "two subtitles": (("数据结构：C语言版", "", ""), ("数据结构：Java版", "", ""), False),
    "authors with their part": (("活着", "余华", ""), ("活着", "余华著", ""), True),
    "other authors": (("数据结构", "严蔚敏 主编", ""), ("数据结构", "邓俊辉 主编", ""), False),
    "a name turned": (
        ("Algorithms", "Knuth, D. E.", ""), ("algorithms", "Donald E. Knuth", ""), True),
    "letters within a name": (("Work", "Li", ""), ("Work", "Alice Munro", ""), False),
    "nothing named": (("", "", ""), ("", "", ""), False),
}  # fmt: skip


@pytest.mark.parametrize("one, other, same", THE_SAME.values(), ids=THE_SAME)
def test_two_writings_name_one_book(
    one: tuple[str, str, str], other: tuple[str, str, str], same: bool
) -> None:
    books = [NamedBook(title, by, (isbn,) if isbn else ()) for title, by, isbn in (one, other)]
    assert is_same_book(*books) is same
    assert is_same_book(*reversed(books)) is same
    if same:
        assert book_keys(books[0]) & book_keys(books[1])
