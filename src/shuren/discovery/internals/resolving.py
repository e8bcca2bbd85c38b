"""From a citation to the places of the e-holdings that have it."""

from datetime import date
from typing import Any

from shuren.data import queries as data
from shuren.discovery.internals.coverage import Stretch
from shuren.discovery.internals.openurl import look_up_keys
from shuren.discovery.shapes import Citation, FullText
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site

KEYS, HOLDINGS = "mart.eholding_key", "conformed.eholding"
PURPOSE = "public_information"
MOST = 200
_COLUMNS = [
    "holding_id", "title", "package", "provider", "publisher", "title_url", "coverage_depth",
    "embargo_info", "notes", "access_type", "publication_type", "date_first_issue_online",
    "date_last_issue_online",
]  # fmt: skip


def full_texts(site: Site, citation: Citation, actor: Actor, today: date) -> tuple[FullText, ...]:
    """Those that hold it, then those of which nobody can say, then the others; full text before
    abstracts, free before paid, by package."""
    keys = look_up_keys(citation)
    if not keys:
        return ()
    with data.same_snapshot(site):
        found = data.read(
            site,
            KEYS,
            columns=["holding_id"],
            where=[("look_up", "in", keys)],
            limit=MOST,
            purpose=PURPOSE,
            actor=actor,
        )
        ids = list(dict.fromkeys(row[0] for row in found.rows))
        if not ids:
            return ()
        rows = data.read(
            site,
            HOLDINGS,
            columns=_COLUMNS,
            where=[("holding_id", "in", ids)],
            purpose=PURPOSE,
            actor=actor,
        ).dicts()
    places = [_place(row, citation, today) for row in rows]
    return tuple(sorted(places, key=_order))


def _place(row: dict[str, Any], citation: Citation, today: date) -> FullText:
    stretch = Stretch(
        row["date_first_issue_online"], row["date_last_issue_online"], row["embargo_info"]
    )
    first, last = stretch.bounds(today)
    is_book = row["publication_type"] == "monograph"
    holds = True if is_book else stretch.holds(citation.date, today)
    return FullText(
        title=row["title"],
        package=row["package"],
        provider=row["provider"],
        publisher=row["publisher"],
        url=row["title_url"] if _is_web(row["title_url"]) else "",
        depth=row["coverage_depth"],
        embargo=row["embargo_info"],
        notes=row["notes"],
        free=row["access_type"] == "F",
        holds=holds,
        first=None if first == date.min else first,
        last=None if last == date.max else last,
        embargoed=holds is False and stretch.is_embargoed(citation.date, today),
    )


def _order(place: FullText) -> tuple[int, bool, bool, str, str]:
    by_holding = {True: 0, None: 1, False: 2}[place.holds]
    return by_holding, place.depth == "abstracts", not place.free, place.package, place.url


def _is_web(url: str) -> bool:
    """Lists also hold words of other programs, and nobody is sent to javascript: from here."""
    return url.lower().startswith(("https://", "http://"))
