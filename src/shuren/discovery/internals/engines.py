"""What finds: the engine in this programme, or a search server; the site's settings say which.

Both answer the same questions (`asked`) of the same fields (`schema`) and are tested by the same
assertions (tests/discovery/test_engines.py).
"""

import os
from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

from shuren.discovery.definitions import Shelving
from shuren.discovery.internals import (
    completing,
    searching,
    store,
    warming,
    watching,
    writing,
)
from shuren.discovery.internals import shelving as shelf_order
from shuren.discovery.search_shapes import (
    Answer,
    Indexed,
    Item,
    Matched,
    Query,
    ShelfPage,
    Suggestion,
)
from shuren.kernel.search_settings import OpenSearchSettings
from shuren.kernel.settings import PREFIX, read_settings
from shuren.kernel.shapes import Actor, Progress
from shuren.kernel.site import Site

_PREFIX = f"{PREFIX}SEARCH"


class Finder(Protocol):
    """All of them raise NotSearchable where nothing can be searched now."""

    def answer(self, query: Query) -> Answer: ...

    def item(self, id: str) -> Item | None: ...

    def suggest(self, typed: str, limit: int) -> list[Suggestion]: ...

    def shelf(
        self, how: Shelving, call_number: str, size: int, campus: str, backwards: bool
    ) -> ShelfPage: ...


class Watcher(Protocol):
    """What a search finds, by keys that can be kept and compared; raises as `Finder`."""

    def matching(self, query: Query, limit: int) -> Matched: ...

    def items_of(self, keys: Sequence[int]) -> list[Item]: ...

    def version(self) -> str: ...


class Engine(Finder, Watcher, Protocol):
    pass


class Embedded:
    """The engine in this programme, over the site's own index."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def answer(self, query: Query) -> Answer:
        return searching.answer(store.reader(self.site), query)

    def item(self, id: str) -> Item | None:
        return searching.by_id(store.reader(self.site), id)

    def suggest(self, typed: str, limit: int) -> list[Suggestion]:
        return completing.complete(store.reader(self.site), typed, limit)

    def shelf(
        self, how: Shelving, call_number: str, size: int, campus: str, backwards: bool
    ) -> ShelfPage:
        reader = store.reader(self.site)
        return shelf_order.page(reader, how, call_number, size, campus, backwards)

    def matching(self, query: Query, limit: int) -> Matched:
        return watching.matching(store.reader(self.site), query, limit)

    def items_of(self, keys: Sequence[int]) -> list[Item]:
        return watching.items_of(store.reader(self.site), keys)

    def version(self) -> str:
        return watching.version(store.reader(self.site))


def engine(site: Site) -> Engine:
    said = _server_settings(site)
    if said is None:
        return Embedded(site)
    # Late: only who has a server pays for its client.
    from shuren.discovery.internals.opensearch.finding import ServerEngine
    from shuren.discovery.internals.opensearch.server import Server

    return ServerEngine(Server(site, said))


def renew(site: Site, actor: Actor, progress: Progress, everything: bool) -> Indexed:
    """Bring the index of the site's engine to the live snapshot."""
    said = _server_settings(site)
    if said is None:
        return writing.renew(site, actor, progress, everything)
    from shuren.discovery.internals.opensearch import writing as remote
    from shuren.discovery.internals.opensearch.server import Server

    return remote.renew(site, Server(site, said), actor, progress, everything)


def warm(site: Site) -> None:
    """What the first search of this process would otherwise wait for."""
    warming.warm(site)


def _server_settings(site: Site) -> OpenSearchSettings | None:
    """As they are in shuren.toml and the environment now; read again only where those changed."""
    try:
        stamp = site.settings_file.stat().st_mtime_ns
    except OSError:
        stamp = 0
    said = tuple(sorted(one for one in os.environ.items() if one[0].startswith(_PREFIX)))
    return _settings_at(site, stamp, said)


@lru_cache(maxsize=64)
def _settings_at(
    site: Site, stamp: int, environment: tuple[tuple[str, str], ...]
) -> OpenSearchSettings | None:
    said = read_settings(site).search
    return said.opensearch if said.engine == "opensearch" else None
