"""The shelf around a call number: what stands before it and after it."""

from collections.abc import Callable, Iterable, Iterator

from tantivy import Order

from shuren.discovery.definitions import Shelving
from shuren.discovery.internals import asking, callnumbers, documents
from shuren.discovery.internals.asked import Asked, Occur
from shuren.discovery.internals.callnumbers import CallNumber
from shuren.discovery.internals.store import Reader
from shuren.discovery.search_shapes import Item, ShelfPage

_GREATEST = (1 << 64) - 1
# Further than a page, so that numbers of equal rank at its end are ordered whole.
_SPARE = 24
# (asked, how many, backwards) → the items in shelf order.
Side = Callable[[Asked, int, bool], Iterable[Item]]


def page(
    reader: Reader, how: Shelving, call_number: str, size: int, campus: str, backwards: bool
) -> ShelfPage:
    """Items from a call number on, or the ones just before it; the whole shelf for ""."""

    def side(asked: Asked, limit: int, backwards: bool) -> Iterator[Item]:
        order = Order.Desc if backwards else Order.Asc
        found = reader.searcher.search(
            asked.native, limit=limit, count=False, order_by_field="shelf", order=order
        )
        for _rank, place in found.hits:
            stored = reader.searcher.doc(place).get_first("shown")
            yield documents.item(bytes(stored))  # type: ignore[arg-type]

    return page_of(side, how, call_number, size, campus, backwards)


def page_of(
    side: Side, how: Shelving, call_number: str, size: int, campus: str, backwards: bool
) -> ShelfPage:
    """The same, of what an engine finds on one side of a call number."""
    at = callnumbers.parse(call_number, how)
    rank = callnumbers.rank(at) if at else 0
    found = _side(side, how, rank, size + _SPARE, campus, backwards)
    if backwards:
        items = [item for key, item in found if at is None or key < at]
        items = items[-size:]
        more = len(found) > size
        return ShelfPage(tuple(items), call_number, _first(items) if more else "", call_number)
    items = [item for key, item in found if at is None or key >= at]
    before = _side(side, how, rank, 1 + _SPARE, campus, True)
    earlier = call_number if any(at is not None and key < at for key, _item in before) else ""
    return ShelfPage(
        tuple(items[:size]), call_number, earlier,
        items[size].call_number if len(items) > size else "",
    )  # fmt: skip


def _first(items: list[Item]) -> str:
    return items[0].call_number if items else ""


def _side(
    side: Side, how: Shelving, rank: int, limit: int, campus: str, backwards: bool
) -> list[tuple[CallNumber, Item]]:
    """In shelf order; those of the same rank stand on both sides, and are told apart by the
    caller."""
    low, high = (0, rank) if backwards else (rank, _GREATEST)
    asked = Asked.range_query("shelf", low, high)
    if campus:
        only = asking.chosen_values("campus", [campus])
        asked = Asked.boolean_query([(Occur.Must, asked), (Occur.Must, only)])
    placed = []
    for item in side(asked, limit, backwards):
        key = callnumbers.parse(item.call_number, how)
        if key is not None:
            placed.append((key, item))
    return sorted(placed, key=lambda one: (one[0], one[1].id))
