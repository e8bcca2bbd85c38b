"""Saved searches: kept by the reader's word, and what came since the reader last looked."""

import pytest

from shuren.discovery.search_shapes import Query
from shuren.kernel.errors import UsageError
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import searches
from shuren.service.actions import export_held
from shuren.service.errors import UnknownName
from shuren.service.internals.search_rows import SavedSearch
from shuren.service.internals.stores import store_of
from shuren.trust.errors import NotAllowed
from tests.discovery.catalogue import CATALOGUE, book, indexed

pytestmark = pytest.mark.django_db

ANN = Actor("ann", "student", "r_" + "a" * 26)
BEN = Actor("ben", "student", "r_" + "b" * 26)
WARS = book("chu", "三国史话", "吕思勉", "K236/3", years=[2020])


@pytest.fixture
def shelf(site: Site, settings) -> Site:
    settings.SITE = site
    return indexed(site)


def only(site: Site, actor: Actor = ANN) -> searches.Saved:
    [one] = searches.saved(site, actor=actor)
    return one


def titles(site: Site, one: searches.Saved) -> list[str]:
    return [item.title for item in searches.fresh_items(site, one, 5, actor=ANN)]


def test_nothing_is_new_in_a_search_just_saved(shelf: Site) -> None:
    searches.save(shelf, Query("三国"), actor=ANN)
    one = only(shelf)
    assert (one.query.text, one.new, one.is_broad) == ("三国", 0, False)


def test_what_came_into_the_library_is_new_until_it_was_looked_at(shelf: Site) -> None:
    number = searches.save(shelf, Query("三国"), actor=ANN)
    indexed(shelf, [*CATALOGUE, WARS, book("other", "平凡的世界", "路遥", "I247.57/8")])
    one = only(shelf)
    assert one.new == 1
    assert titles(shelf, one) == ["三国史话"]
    assert only(shelf).new == 1
    searches.mark_seen(number, actor=ANN)
    assert only(shelf).new == 0


def test_filters_are_part_of_the_search(shelf: Site) -> None:
    searches.save(shelf, Query("三国", {"clc": ["I"]}), actor=ANN)
    indexed(shelf, [*CATALOGUE, WARS])
    assert only(shelf).new == 0
    indexed(shelf, [*CATALOGUE, WARS, book("jiang", "三国讲谈", "某某", "I207/9")])
    assert titles(shelf, only(shelf)) == ["三国讲谈"]


def test_a_record_that_left_and_came_back_is_no_news(shelf: Site) -> None:
    searches.save(shelf, Query("三国"), actor=ANN)
    indexed(shelf, [one for one in CATALOGUE if one.id != "zhi"])
    assert only(shelf).new == 0
    indexed(shelf, CATALOGUE)
    assert only(shelf).new == 0


def test_what_was_new_and_left_again_is_not_announced(shelf: Site) -> None:
    searches.save(shelf, Query("三国"), actor=ANN)
    indexed(shelf, [*CATALOGUE, WARS])
    assert only(shelf).new == 1
    indexed(shelf, CATALOGUE)
    assert only(shelf).new == 0


def test_a_search_that_finds_too_much_says_so(shelf: Site, monkeypatch) -> None:
    monkeypatch.setattr(searches, "MOST_WATCHED", 2)
    searches.save(shelf, Query("三国"), actor=ANN)
    one = only(shelf)
    assert (one.new, one.is_broad) == (None, True)
    # Once few enough are left it is watched, and what it already found is not called new.
    indexed(shelf, [one for one in CATALOGUE if one.id in ("san", "zhi")])
    assert (only(shelf).new, only(shelf).is_broad) == (0, False)


def test_saved_twice_it_stays_one(shelf: Site) -> None:
    first = searches.save(shelf, Query("三国", {"clc": ["I"], "kind": ["book"]}), actor=ANN)
    second = searches.save(shelf, Query("三国 ", {"kind": ["book"], "clc": ["I"]}), actor=ANN)
    assert first == second


def test_there_is_a_most(shelf: Site, monkeypatch) -> None:
    monkeypatch.setattr(searches, "MOST_SAVED", 1)
    searches.save(shelf, Query("三国"), actor=ANN)
    with pytest.raises(UsageError, match="most"):
        searches.save(shelf, Query("红楼"), actor=ANN)


@pytest.mark.parametrize("words", ["", "  ", "三" * 301])
def test_what_is_no_search_is_refused(shelf: Site, words: str) -> None:
    with pytest.raises(UsageError):
        searches.save(shelf, Query(words), actor=ANN)


@pytest.mark.parametrize("words", ["13912345678", "欧阳 ann@example.edu"])
def test_a_number_of_a_person_is_not_kept(shelf: Site, words: str) -> None:
    with pytest.raises(UsageError, match="person"):
        searches.save(shelf, Query(words), actor=ANN)
    assert not SavedSearch.objects.exists()


def test_an_isbn_is_a_number_of_a_book(shelf: Site) -> None:
    searches.save(shelf, Query("978-7-04-039663-8"), actor=ANN)
    assert only(shelf).new == 0


def test_searches_are_the_readers_own(shelf: Site) -> None:
    number = searches.save(shelf, Query("三国"), actor=ANN)
    assert searches.saved(shelf, actor=BEN) == []
    for verb in (searches.remove, searches.mark_seen):
        with pytest.raises(UnknownName):
            verb(number, actor=BEN)
    for nobody in (Actor("x", "student"), Actor("d", "director"), Actor("", "anonymous")):
        with pytest.raises(NotAllowed):
            searches.save(shelf, Query("三国"), actor=nobody)
    searches.remove(number, actor=ANN)
    assert searches.saved(shelf, actor=ANN) == []


def test_they_are_told_taken_along_and_erased(shelf: Site) -> None:
    number = searches.save(shelf, Query("三国", {"clc": ["I"]}), actor=ANN)
    searches.save(shelf, Query("红楼"), actor=ANN)
    searches.save(shelf, Query("三国"), actor=BEN)
    store = store_of("searches")
    [told] = store.tell(shelf, ANN, None)
    assert [fact.title for fact in told.facts] == ["红楼", "三国"]
    assert "红楼" in export_held(shelf, ANN, "json").decode()
    assert store.forget(shelf, BEN, "searches", str(number)) == 0
    assert store.forget(shelf, ANN, "searches", str(number)) == 1
    assert store.erase(ANN) == 1
    assert [row.pseudonym for row in SavedSearch.objects.all()] == [BEN.reader_key]


def test_without_an_index_it_is_said_and_nothing_breaks(shelf: Site) -> None:
    searches.save(shelf, Query("三国"), actor=ANN)
    (shelf.data / "index" / "CURRENT").unlink()
    assert only(shelf).new is None
