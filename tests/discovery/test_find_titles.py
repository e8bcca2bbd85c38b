"""Looking titles up in characters, in pinyin with and without spaces, and by call number."""

import pytest

from shuren.data.internals import building
from shuren.data.internals.models import load_models
from shuren.data.internals.receipts import all_receipts
from shuren.discovery.queries import find_titles
from shuren.discovery.shapes import Holding
from shuren.kernel.shapes import Actor, no_progress
from shuren.kernel.site import Site
from tests.data.raw_helper import put_raw

pytestmark = pytest.mark.django_db

VISITOR = Actor("", "anonymous")
ITEMS = [
    {
        "item_id": "1",
        "title": "红楼梦",
        "title_pinyin": "hong lou meng",
        "author": "曹雪芹",
        "class_number": "I242.4",
        "call_number": "I242.4/1",
        "campus": "虎溪",
    },
    {
        "item_id": "2",
        "title": "红楼梦",
        "title_pinyin": "hong lou meng",
        "author": "曹雪芹",
        "class_number": "I242.4",
        "call_number": "I242.4/1",
        "campus": "沙坪坝",
        "status": "on_loan",
    },
    {
        "item_id": "3",
        "title": "俞平伯说红楼梦",
        "title_pinyin": "yu ping bo shuo hong lou meng",
        "call_number": "I207/5",
        "campus": "虎溪",
    },
    {
        "item_id": "4",
        "title": "重庆通史",
        "title_pinyin": "chong qing tong shi",
        "call_number": "K297.19/2",
        "campus": "虎溪",
    },
    {"item_id": "5", "title": "Clean Code", "author": "Robert C. Martin", "call_number": "TP311/9"},
]


@pytest.fixture
def lake(site: Site) -> Site:
    put_raw(site, "items", ITEMS)
    building.build_snapshot(site, load_models(site), all_receipts(site), no_progress)
    return site


@pytest.mark.parametrize(
    "text, titles",
    [
        ("重庆", ["重庆通史"]),
        ("红楼梦", ["红楼梦", "俞平伯说红楼梦"]),
        ("hong lou meng", ["红楼梦", "俞平伯说红楼梦"]),
        ("honglou", ["红楼梦", "俞平伯说红楼梦"]),
        ("曹雪芹 红楼", ["红楼梦"]),
        ("clean CODE", ["Clean Code"]),
        ("tp311/9", ["Clean Code"]),
        ("%", []),
        ("   ", []),
    ],
)
def test_what_a_text_finds_the_title_itself_first(lake: Site, text: str, titles: list[str]) -> None:
    found = find_titles(lake, text, actor=VISITOR)
    assert [title.title for title in found.titles] == titles
    assert found.total == len(titles)


def test_copies_of_one_title_on_two_campuses_are_one_entry(lake: Site) -> None:
    [dream] = find_titles(lake, "曹雪芹", actor=VISITOR).titles
    assert dream.holdings == (Holding("沙坪坝", 1, 1, 0), Holding("虎溪", 1, 0, 1))
    assert (dream.copies, dream.available) == (2, 1)


def test_pages_follow_each_other_without_gap_or_overlap(lake: Site) -> None:
    whole = find_titles(lake, "i", actor=VISITOR)
    pages = [find_titles(lake, "i", actor=VISITOR, limit=1, offset=n) for n in range(whole.total)]
    assert [page.titles[0].title_id for page in pages] == [t.title_id for t in whole.titles]
