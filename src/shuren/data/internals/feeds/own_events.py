"""Our own events: appended to a spool below data/events/ by any process, taken in by collect.

A line is one write to a file opened for appending, so lines of several processes never mix and
a kill leaves whole lines. A new file begins every quarter of an hour; collect takes in those
that nobody writes to any more. A file with `WHOLE` in its name was put there whole, by
`data.rising`, and is taken in at once.
"""

import json
import os
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any
from zoneinfo import ZoneInfo

from shuren.data.definitions import contract
from shuren.data.internals.feeds.jsonl_source import JsonLinesSource
from shuren.data.shapes import PSEUDONYM
from shuren.data.source import Connector, Fetched
from shuren.kernel.clock import now
from shuren.kernel.settings import read_settings
from shuren.kernel.shapes import Progress
from shuren.kernel.site import Site
from shuren.trust import consent
from shuren.trust import queries as trust

SPAN = timedelta(minutes=15)
WHOLE = "-whole-"
GRACE = timedelta(minutes=1)  # for who looked at the clock just before the span was over
LONGEST = 200
# The moment of an event that does not say it.
_MOMENTS = {
    "search_events": "searched_at",
    "click_events": "clicked_at",
    "ratings": "rated_at",
    "service_cases": "opened_at",
    "reader_searches": "searched_at",
    "declared_interests": "declared_at",
}
_NO_ID = ("service_cases", "declared_interests")  # their keys are their own
# What could be a person: an address, or a long number such as a phone, card or identity number.
_PERSON = re.compile(r"@|\d[\d\s-]{6,}\d|\d{7,}|^[A-Za-z]?\d{5,}$")
_ISBN = re.compile(r"(97[89])?[- ]?(\d[- ]?){9}[\dXx]")


class EventsSource(JsonLinesSource):
    """See source.Source. settings: contracts (those whose events are taken in)."""

    files_stand_alone = True

    def recognises(self, path: Path, start: bytes) -> bool:
        return False

    def fetch(
        self, site: Site, connector: Connector, cursor: str, folder: Path, progress: Progress
    ) -> Iterator[Fetched]:
        wanted = connector.settings.get("contracts") or [connector.contract]
        over = int((now() - GRACE - SPAN).timestamp())
        for id in map(str, wanted):
            for path in sorted((site.data / "events" / id).glob("*.jsonl")):
                if WHOLE in path.stem or int(path.stem) <= over:
                    yield Fetched(path, contract=id)
                    path.unlink(missing_ok=True)


def keep(site: Site, contract_id: str, values: dict[str, Any]) -> None:
    """See actions.record_event."""
    if not _agreed(site, contract_id, values):
        return
    if "words" in values:
        values["words"] = plain_words(str(values["words"]))
        if not values["words"]:
            return
    record(site, contract_id, values)


def _agreed(site: Site, contract_id: str, values: dict[str, Any]) -> bool:
    """Whether all readers in an event consent to a purpose of its contract; nobody in it is fine.

    Asked here, where the event would be written, so that no page and no program can pass it by.
    """
    kept_for = contract(site, contract_id)
    people = [f.name for f in kept_for.fields if f.storage == PSEUDONYM and values.get(f.name)]
    asking = [p for p in kept_for.purposes if trust.purpose(p).basis == consent.BASIS]
    return all(any(consent.given(p, str(values[name])) for p in asking) for name in people)


def record(site: Site, contract_id: str, values: dict[str, Any]) -> None:
    """Append one event; it gets an `event_id` and its moment when it has none."""
    path = site.data / "events" / contract_id / f"{_period(site)}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    line: dict[str, Any] = {}
    if contract_id not in _NO_ID:
        line["event_id"] = f"{now():%Y%m%d%H%M%S}-{token_hex(6)}"
    if contract_id in _MOMENTS:
        line[_MOMENTS[contract_id]] = local_now(site)
    line |= values
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, json.dumps(line, ensure_ascii=False).encode() + b"\n")
    finally:
        os.close(handle)


def local_now(site: Site) -> str:
    """The present moment as the lake writes it."""
    zone = ZoneInfo(read_settings(site).time_zone)
    return now().astimezone(zone).replace(tzinfo=None, microsecond=0).isoformat(" ")


def plain_words(text: str) -> str:
    """A query as it may be kept: one space between words, small letters, cut; '' for what looks
    like a person's number, phone or address."""
    words = " ".join(text.split()).casefold()[:LONGEST]
    if _PERSON.search(words) and not _ISBN.fullmatch(words):
        return ""
    return words


def _period(site: Site) -> str:
    """The name of the file written now; names sort as time does."""
    seconds = int(now().timestamp())
    return f"{seconds - seconds % int(SPAN.total_seconds()):012}"
