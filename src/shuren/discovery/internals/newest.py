"""The newest titles of a class, for readers who chose it: from the tables, not from the index."""

from collections.abc import Sequence
from typing import Any

from shuren.data import queries as data
from shuren.discovery.internals.records import PURPOSE
from shuren.discovery.shapes import FoundTitle, Holding
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site

TABLE = "mart.title_availability"
_MOST_CAMPUSES = 8  # a title has a row on each
_DESCRIBED = (
    "title_id", "title", "title_pinyin", "author", "publisher", "published_year", "isbn",
    "call_number", "clc_main",
)  # fmt: skip


def newest_titles(site: Site, subject: str, actor: Actor, limit: int) -> tuple[FoundTitle, ...]:
    with data.same_snapshot(site):
        found = data.read(
            site,
            TABLE,
            columns=["title_id"],
            where=[("clc_second", "=", subject)],
            order_by=["-published_year", "title", "title_id", "campus"],
            limit=limit * _MOST_CAMPUSES,
            purpose=PURPOSE,
            actor=actor,
        )
        ids = list(dict.fromkeys(row[0] for row in found.rows))[:limit]
        return _titles(site, ids, actor)


def _titles(site: Site, ids: Sequence[str], actor: Actor) -> tuple[FoundTitle, ...]:
    if not ids:
        return ()
    table = data.read(
        site,
        TABLE,
        columns=[*_DESCRIBED, "campus", "copies", "on_loan", "available"],
        where=[("title_id", "in", ids)],
        order_by=["campus"],
        purpose=PURPOSE,
        actor=actor,
    )
    rows = table.dicts()
    return tuple(_title([row for row in rows if row["title_id"] == id]) for id in ids)


def _title(rows: list[dict[str, Any]]) -> FoundTitle:
    first = rows[0]
    holdings = tuple(
        Holding(row["campus"], row["copies"], row["on_loan"], row["available"]) for row in rows
    )
    described = {name: first[name] for name in _DESCRIBED}
    return FoundTitle(**described, holdings=holdings)
