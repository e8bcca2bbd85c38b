"""What a search that finds nothing names, to be asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuren.discovery.queries import named_book

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
