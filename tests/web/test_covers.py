"""Covers: the same for the same book, safe to put into a page, and never too long."""

import pytest

from shuren.web.cover_text import lay_out
from shuren.web.covers import PALETTE, cover
from shuren.web.portal.seats import seat_map

LONG = (
    "A Very Long English Title about Absolutely Everything That Anybody Ever Thought Worth Knowing"
)


def test_the_same_book_has_the_same_cover():
    assert cover("三体", "刘慈欣", "I247") == cover("三体", "刘慈欣", "I247")


def test_another_class_has_other_colours():
    assert cover("三体", "刘慈欣", "I247") != cover("三体", "刘慈欣", "O4")


@pytest.mark.parametrize("letter", sorted(PALETTE))
def test_every_main_class_has_its_second_colour(letter):
    assert any(PALETTE[letter][1] in cover(title, "", letter + "1") for title in "甲乙丙丁")


@pytest.mark.parametrize(
    "title", ["", "<script>alert(1)</script>", "a & b", "𠮷野家", LONG, "书" * 80]
)
def test_any_title_is_drawn_as_text(title):
    for author in ("", "<b>", "曹雪芹"):
        drawn = cover(title, author, "")
        assert drawn.startswith("<svg")
        assert drawn.endswith("</svg>")
        assert "<script" not in drawn
        assert "<b>" not in drawn
        assert "style=" not in drawn


@pytest.mark.parametrize(
    "text, upright, lines, vertical",
    [
        ("红楼梦", True, ("红楼梦",), True),
        ("红楼梦：程乙本", True, ("红楼梦",), True),
        ("红楼梦（上册）", True, ("红楼梦上册",), True),
        ("高等数学（上册）", False, ("高等数学", "（上册）"), False),
        ("C 程序设计 Programming", True, None, False),
        ("War and Peace", False, ("War and", "Peace"), False),
    ],
    ids=[
        "one column",
        "without subtitle",
        "with volume",
        "brackets stay together",
        "mixed stays horizontal",
        "between words",
    ],
)
def test_titles_are_set_by_their_script(text, upright, lines, vertical):
    found = lay_out(text, width=92, height=104, sizes=(15, 11), upright=upright)
    assert found.vertical is vertical
    assert lines is None or found.lines == lines


def test_what_does_not_fit_is_cut_with_an_ellipsis():
    found = lay_out(LONG, width=60, height=30, sizes=(12, 10), upright=False)
    assert len(found.lines) == 2
    assert found.lines[-1].endswith("…")


@pytest.mark.parametrize("seats", [0, 1, 4, 5, 53, 640])
def test_every_seat_is_one_dot(seats):
    drawn = seat_map(seats)
    assert drawn.path.count("M") == seats
    assert drawn.width <= 290
