"""A few known records are given the same points as when everything is asked."""

from typing import Any

import pytest

from shuren.discovery.internals import asking, nearing, store, syntax
from shuren.discovery.internals.among import among, by_key
from shuren.discovery.internals.asked import Asked
from shuren.kernel.site import Site


@pytest.mark.parametrize(
    "text",
    ["三国", "三国演义", "sanguo", "sgyy", "红楼", "重庆 OR 三国", "三国 -演义", '"三国演义"',
     "罗贯中 三国", "nature", "作者:罗贯中", "题名:三国", "三国 year:1950-2010", "I242", "的"],
)  # fmt: skip
def test_among_half_of_the_hits_each_has_the_points_it_has_among_all(
    shelf: Site, text: str
) -> None:
    node = syntax.parse(text)
    made, _parts = asking.strict(node)
    same_points(shelf, made)


def test_what_only_comes_near_has_the_same_points_too(shelf: Site) -> None:
    for text in ("三国演仪", "honglomeng", "natrue"):
        found = nearing.near(text)
        assert found is not None
        same_points(shelf, found[0])


def same_points(site: Site, made: Asked) -> None:
    searcher = store.reader(site).searcher
    whole: Any = searcher.search(made.native, limit=100).hits
    assert whole
    half = whole[::2]
    these = by_key(searcher, [place for _points, place in half])
    found: Any = searcher.search(among(searcher, these, made), limit=100).hits
    assert as_told(found) == as_told(half)


def as_told(hits: Any) -> dict[tuple[int, int], float]:
    return {(at.segment_ord, at.doc): pytest.approx(points, rel=1e-5) for points, at in hits}
