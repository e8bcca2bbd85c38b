"""Counts of filters worked out a moment ago: pages and orders of one search share them."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from shuren.discovery.search_shapes import Facet

Facets = tuple[Facet, ...]
_MOST = 512
_lock = threading.Lock()
_kept: OrderedDict[Hashable, Facets] = OrderedDict()


def kept(key: Hashable, made: Callable[[], Facets]) -> Facets:
    """The facets of this key, made where they are not known; of many keys the newest are kept."""
    with _lock:
        found = _kept.get(key)
        if found is not None:
            _kept.move_to_end(key)
            return found
    found = made()
    with _lock:
        _kept[key] = found
        while len(_kept) > _MOST:
            _kept.popitem(last=False)
    return found


def forget() -> None:
    """For measuring: every question is asked as if for the first time."""
    with _lock:
        _kept.clear()
