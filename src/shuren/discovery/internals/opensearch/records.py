"""A record as the server takes it: the document of the embedded index, field by field."""

import math
from typing import Any

import orjson

from shuren.discovery.definitions import Shelving
from shuren.discovery.internals import documents, schema
from shuren.discovery.internals.opensearch.dsl import HEX, hexed
from shuren.discovery.internals.records import Record
from shuren.discovery.search_shapes import Item

_NUMBERS = tuple(schema.number_field(name) for name in schema.NUMBERED)


def document(record: Record, how: Shelving) -> tuple[str, dict[str, Any]]:
    """(key, fields). The server counts names by themselves and needs no numbers for them."""
    made: dict[str, Any] = documents.document(record, how).to_dict()
    for name in (*_NUMBERS, "facet_name"):
        made.pop(name, None)
    for name in HEX:
        if name in made:
            made[name] = hexed(made[name][0])
    # The embedded engine multiplies by log2(2 + weight), this one by what it finds here.
    made["weight"] = math.log2(2 + made["weight"][0])
    made["shown"] = orjson.loads(bytes(made["shown"][0]))
    return made["key"], made


def item(hit: dict[str, Any]) -> Item:
    return documents.item(content(hit))


def content(hit: dict[str, Any]) -> bytes:
    """What the embedded index keeps of it."""
    return orjson.dumps(hit["_source"]["shown"])
