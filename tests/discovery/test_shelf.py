"""Call numbers in the order of the shelves, and the shelf walked along."""

import itertools

import pytest

from shuren.discovery.definitions import shelving
from shuren.discovery.internals import callnumbers, store
from shuren.discovery.internals import shelving as shelf_order
from shuren.kernel.errors import DefinitionError
from shuren.kernel.site import Site

# Each list as it stands on the shelf: the Chinese Library Classification's own order.
SHELVES = {
    "running numbers are whole": ["TP31/9", "TP31/10", "TP311/1", "TP312/2", "TP32/1"],
    "class numbers are decimals": ["TP3/1", "TP31/1", "TP311/1", "TP32/1", "TP391.41/1", "TP4/1"],
    "letters first": ["O1/1", "TN1/1", "TP1/1", "U4/1"],
    "minus before digits": ["TU/1", "TU-0/1", "TU-8/1", "TU(711)/1", "TU1/1", "TU2/1"],
    "marks in order": ["K2/1", "K2-3/1", "K2(51)/1", 'K2"1"/1', "K2=5/1", "K2+K3/1", "K2:G4/1"],
    "author numbers are decimals": ["I247.5/L6", "I247.5/L62", "I247.5/L623", "I247.5/L7"],
    "numbers before author numbers": ["I247.5/9", "I247.5/120", "I247.5/A1"],
    "volumes as numbers": ["TP312/45", "TP312/45:2", "TP312/45:10", "TP312/46"],
    "editions follow": ["H31/7", "H31/7=2", "H31/7=3", "H31/8"],
}


@pytest.mark.parametrize("numbers", SHELVES.values(), ids=SHELVES)
def test_call_numbers_sort_as_they_stand(numbers: list[str]) -> None:
    how = shelving(None)
    parsed = [callnumbers.parse(one, how) for one in numbers]
    assert all(one < other for one, other in itertools.pairwise(parsed))
    ranks = [callnumbers.rank(one) for one in parsed]
    assert ranks == sorted(ranks)
    assert all(0 <= rank < 1 << 64 for rank in ranks)


@pytest.mark.parametrize("text", ["", "/", "三国", "12/3", "ABCD", "A" * 300 + "/1"])
def test_what_is_no_call_number_has_a_place_or_none_but_never_an_error(text: str) -> None:
    found = callnumbers.parse(text, shelving(None))
    assert found is None or callnumbers.rank(found) < 1 << 64


def test_a_library_writes_its_own_marks(site: Site) -> None:
    own = site.definitions / "shelving" / "call_numbers.yaml"
    own.parent.mkdir(parents=True)
    own.write_text(
        "id: call_numbers\ntitle: {zh: 本馆, en: Ours}\ndivider: '\\'\nvolume: ['~']\n", "utf-8"
    )
    how = shelving(site)
    assert callnumbers.parse("TP312\\45~3", how).volume == 3
    own.write_text("id: call_numbers\ntitle: {zh: 本馆}\ndivider: [1]\n", "utf-8")
    shelving.cache_clear()
    with pytest.raises(DefinitionError, match="divider"):
        shelving(site)


def walk(site: Site, at: str, **more: object) -> list[str]:
    found = shelf_order.page(
        store.reader(site), shelving(None), at,
        **({"size": 3, "campus": "", "backwards": False} | more),
    )  # fmt: skip
    return [item.call_number for item in found.items]


def test_the_shelf_goes_on_from_a_call_number_in_both_directions(shelf: Site) -> None:
    assert walk(shelf, "K236") == ["K236.042/1", "K248/2", "K297.19/2"]
    assert walk(shelf, "K248/2", backwards=True) == ["I561.65/3", "K204.3/1", "K236.042/1"]
    assert walk(shelf, "TP312/1", size=9) == ["TP312/1", "TP312/9"]


def test_walking_from_page_to_page_meets_every_book_once(shelf: Site) -> None:
    how, met, at = shelving(None), [], "A"
    while True:
        page = shelf_order.page(store.reader(shelf), how, at, 2, "", False)
        met += [item.call_number for item in page.items]
        if not page.later:
            break
        at = page.later
    assert len(met) == len(set(met)) == 14
    assert met == sorted(met, key=lambda one: callnumbers.parse(one, how))


def test_only_the_shelf_of_one_campus(shelf: Site) -> None:
    assert walk(shelf, "A", campus="沙坪坝") == ["K297.19/2"]
