"""The indexes of a search server: their names, their fields, and what is written about them.

The live index is what the alias `<name>` points at; each index is `<name>-<number>`. What the
embedded index has in its manifest stands in the mapping's `_meta`. Fields are those of `schema`,
analysed before they come: the server splits texts at spaces and no more.
"""

import time
from threading import Lock
from typing import Any

from shuren.discovery.errors import NoIndex, OldIndex
from shuren.discovery.internals import schema
from shuren.discovery.internals.opensearch.server import Server
from shuren.discovery.internals.store import Manifest

DEEPEST = 20_000  # hits and page together
_META = "shuren"
_TOLD = ("schema", "snapshot", "records", "made_at")  # a server lays its indexes out by itself
_KNOWN_FOR = 2.0  # seconds
_lock = Lock()
_known: dict[tuple[object, str, str], tuple[float, str, Manifest]] = {}


def settings(server: Server) -> dict[str, Any]:
    """Of a new index. Nothing written is seen before it is said so: a renewal is seen whole."""
    return {
        "number_of_shards": server.settings.shards,
        "number_of_replicas": server.settings.replicas,
        "refresh_interval": "-1",
        "max_result_window": DEEPEST,
    }


def mapping() -> dict[str, Any]:
    text = {"type": "text", "analyzer": "whitespace"}
    keyword = {"type": "keyword"}
    fields: dict[str, Any] = dict.fromkeys(schema.TEXTS, text)
    fields |= dict.fromkeys(schema.BAGS, text | {"index_options": "freqs"})
    fields |= dict.fromkeys(schema.WHOLE, keyword)
    fields |= {schema.facet_field(name): keyword for name in schema.FACETS}
    fields |= dict.fromkeys(("key", "print", "shelf"), keyword)
    fields |= {"year": {"type": "integer"}, "weight": {"type": "float"}}
    # Kept for showing, never looked into.
    fields["shown"] = {"type": "object", "enabled": False}
    return {
        "dynamic": False,
        "_source": {"includes": ["shown"]},
        "properties": fields,
        "_meta": {_META: {"schema": schema.VERSION}},
    }


def meta(manifest: Manifest) -> dict[str, Any]:
    """What a finished index says of itself."""
    return {"_meta": {_META: {name: getattr(manifest, name) for name in _TOLD}}}


def live(server: Server, *, now: bool = False) -> tuple[str, Manifest]:
    """Name and manifest of the index in use, as they were two seconds ago at most.

    now     as they are
    raises  NoIndex, OldIndex, SearchAway, SearchRefused
    """
    alias = server.settings.index
    key = (server.site.root, server.settings.url, alias)
    with _lock:
        known = _known.get(key)
    if known is not None and not now and time.monotonic() - known[0] < _KNOWN_FOR:
        return known[1], known[2]
    told = server.read(f"{alias}/_mapping")
    if not told:
        raise NoIndex
    [(name, said), *_others] = sorted(told.items())
    manifest = manifest_of(said)
    with _lock:
        _known[key] = (time.monotonic(), name, manifest)
    return name, manifest


def forget(server: Server) -> None:
    """Something was written: the next look is a new one."""
    with _lock:
        _known.pop((server.site.root, server.settings.url, server.settings.index), None)


def manifest_of(said: dict[str, Any]) -> Manifest:
    """raises  NoIndex where it was never finished, or is none of ours; OldIndex"""
    told = said.get("mappings", {}).get("_meta", {}).get(_META)
    if not isinstance(told, dict):
        raise NoIndex
    if told.get("schema") != schema.VERSION:
        raise OldIndex(told.get("schema", "?"), schema.VERSION)
    if not told.get("made_at"):
        raise NoIndex
    return Manifest(**{name: told[name] for name in _TOLD})
