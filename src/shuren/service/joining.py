"""What a room above this one holds about readers, forgets in time and does by itself.

A lower room never calls a higher one: the higher one says here, when the programme starts, where
its stores, terms and clocks are to be had. Each is a function without arguments, called when they
are first needed, so that starting stays quick.
"""

from collections.abc import Callable, Iterable
from typing import Any

_stores: list[Callable[[], Iterable[Any]]] = []
_terms: list[Callable[[], Iterable[Any]]] = []
_clocks: list[Callable[[], Iterable[Any]]] = []


def join(
    *,
    stores: Callable[[], Iterable[Any]],
    terms: Callable[[], Iterable[Any]],
    clocks: Callable[[], Iterable[Any]],
) -> None:
    """Add a room's `held_stores.Store`s, `held_stores.Kept`s and `held_stores.Clock`s; a second
    time adds nothing."""
    for known, more in ((_stores, stores), (_terms, terms), (_clocks, clocks)):
        if more not in known:
            known.append(more)


def stores_above() -> tuple[Any, ...]:
    return tuple(one for more in _stores for one in more())


def terms_above() -> tuple[Any, ...]:
    return tuple(one for more in _terms for one in more())


def clocks_above() -> tuple[Any, ...]:
    return tuple(one for more in _clocks for one in more())
