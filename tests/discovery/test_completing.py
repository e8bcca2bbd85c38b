"""What is completed while somebody types."""

import pytest

from shuren.discovery.internals import completing, store
from shuren.kernel.site import Site


def completed(site: Site, typed: str) -> list[tuple[str, str]]:
    return [(one.kind, one.text) for one in completing.complete(store.reader(site), typed, 8)]


@pytest.mark.parametrize(
    "typed", ["三", "三国", "三國演", "sang", "sanguo", "sanguoy", "sg", "sgyy"]
)
def test_a_title_is_completed_from_its_beginning_in_any_writing(shelf: Site, typed: str) -> None:
    assert ("title", "三国演义") in completed(shelf, typed)


@pytest.mark.parametrize(
    "typed, wanted",
    [
        ("luo", ("author", "罗贯中")),
        ("罗", ("author", "罗贯中")),
        ("lgz", ("author", "罗贯中")),
        ("cheng", ("subject", "程序设计")),
        ("clean c", ("title", "Clean Code")),
        ("cl", ("title", "Clean Code")),
        ("c语", ("title", "C语言程序设计")),
        ("通史", ("title", "重庆通史")),
    ],
)
def test_names_subjects_and_words_further_on(
    shelf: Site, typed: str, wanted: tuple[str, str]
) -> None:
    assert wanted in completed(shelf, typed)


def test_what_most_ask_for_comes_first(shelf: Site) -> None:
    assert completed(shelf, "三国")[0] == ("title", "三国演义")


@pytest.mark.parametrize(
    "typed", ["", " ", "\x00", "《》", "*", ".*", "\\", "(" * 50, "q" * 300, "🙂"]
)
def test_nothing_typed_completes_to_nothing_and_breaks_nothing(shelf: Site, typed: str) -> None:
    assert completed(shelf, typed) == []
