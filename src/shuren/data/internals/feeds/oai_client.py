"""Asks a repository for its lists, page by page, and goes on where it stopped."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx

from shuren.data.internals.feeds.oai_pages import Page, pieces, read_page
from shuren.data.source import Connector, Fetched
from shuren.kernel.clock import now
from shuren.kernel.errors import ShurenError, UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.named_secrets import resolved
from shuren.kernel.shapes import Progress
from shuren.kernel.site import Site

ATTEMPTS = 5
LONGEST_WAIT = 600.0
FIRST_WAIT = 1.0
TIMEOUT = 60.0
_DAY = "YYYY-MM-DD"
_BUSY = (429, 503)
wait: Callable[[float], None] = time.sleep


class RepositoryProblem(ShurenError):
    """The repository cannot be reached, or what it answers cannot be gone on with."""


@dataclass
class Place:
    """Where a harvest stands; kept in receipts as JSON.

    since   {set: where the next list of it begins}
    set     the set whose list is being read, "" for all; token  its next page
    begun   when the repository began to answer this list: where the next one begins
    """

    since: dict[str, str]
    set: str = ""
    token: str = ""
    begun: str = ""

    @classmethod
    def read(cls, cursor: str) -> "Place":
        return cls(**json.loads(cursor)) if cursor else cls({})

    def written(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


def harvest(
    site: Site, connector: Connector, cursor: str, folder: Path, progress: Progress
) -> Iterator[Fetched]:
    """Pages as they came, each a file. See source.Source.fetch."""
    settings = resolved(site, connector.settings)
    if not str(settings.get("url", "")).startswith(("http://", "https://")):
        raise UsageError(
            _("'%(connector)s' has no `settings.url`.", connector=connector.id),
            fix=_("Write the base URL of the repository."),
        )
    headers = {"User-Agent": "Shuren (OAI-PMH harvester)"}
    with httpx.Client(timeout=TIMEOUT, follow_redirects=True, headers=headers) as client:
        run = _Harvest(client, connector, settings, Place.read(cursor), folder)
        for number, fetched in enumerate(run.pages(), 1):
            progress(number, 0)
            yield fetched


class _Harvest:
    def __init__(
        self,
        client: httpx.Client,
        connector: Connector,
        settings: dict[str, Any],
        place: Place,
        folder: Path,
    ) -> None:
        self._client, self._connector, self._settings = client, connector, settings
        self._place, self._folder = place, folder
        self._written = 0
        self._granularity = self._ask({"verb": "Identify"})[1].granularity or _DAY

    def pages(self) -> Iterator[Fetched]:
        sets = [str(name) for name in self._settings.get("sets", ())] or [""]
        if self._place.token and self._place.set in sets:
            begun = sets.index(self._place.set)
            sets = [*sets[begun:], *sets[:begun]]
        for name in sets:
            if name != self._place.set:
                self._place.set, self._place.token = name, ""
            yield from self._list(name)

    def _list(self, name: str) -> Iterator[Fetched]:
        restarted = False
        while True:
            token = self._place.token
            content, page = self._ask(self._request(name, token))
            if "badResumptionToken" in page.errors and token and not restarted:
                # It has expired: this list from its beginning, once.
                restarted, self._place.token = True, ""
                continue
            if "noRecordsMatch" in page.errors:
                return
            self._refuse_errors(page)
            if not token:
                self._place.begun = page.answered
            yield from self._page(content, page, name)
            if not page.token:
                return
            if page.token == token:
                raise self._problem(_("it gives the same page again and again"))

    def _page(self, content: bytes, page: Page, name: str) -> Iterator[Fetched]:
        """The page with the place behind it; a page cut off leads nowhere."""
        if page.whole or page.token:
            self._place.token = page.token
            if not page.token:
                self._place.since[name] = self._place.begun
        if next(pieces(page.text), None) is not None:
            self._written += 1
            file = f"{self._connector.id}-{now():%Y%m%dT%H%M%S}-{self._written:05}.xml"
            path = self._folder / file
            path.write_bytes(content)
            yield Fetched(path, cursor=self._place.written())
        if not page.whole and not page.token:
            raise self._problem(_("a page of the list breaks off"))

    def _request(self, name: str, token: str) -> dict[str, str]:
        if token:
            return {"verb": "ListRecords", "resumptionToken": token}
        asked = {
            "verb": "ListRecords",
            "metadataPrefix": str(self._settings.get("metadata_prefix", "oai_dc")),
        }
        since = self._since(self._place.since.get(name, ""))
        return asked | ({"set": name} if name else {}) | ({"from": since} if since else {})

    def _since(self, answered: str) -> str:
        """In the repository's own granularity, a little before where the last list began."""
        by_day = self._granularity == _DAY
        if not answered:
            return str(self._settings.get("from", ""))
        try:
            moment = datetime.fromisoformat(answered)
        except ValueError:
            return ""
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        overlap = float(self._settings.get("overlap", 86_400 if by_day else 3_600))
        moment = moment.astimezone(UTC) - timedelta(seconds=overlap)
        return f"{moment:%Y-%m-%d}" if by_day else f"{moment:%Y-%m-%dT%H:%M:%SZ}"

    def _refuse_errors(self, page: Page) -> None:
        for code, why in page.errors.items():
            raise self._problem(_("it answers %(code)s: %(why)s", code=code, why=why))

    def _ask(self, params: dict[str, str]) -> tuple[bytes, Page]:
        """raises RepositoryProblem when it does not answer after ATTEMPTS"""
        pause, why = FIRST_WAIT, ""
        for attempt in range(ATTEMPTS):
            if attempt:
                wait(min(pause, LONGEST_WAIT))
            pause = FIRST_WAIT * 2**attempt
            try:
                response = self._client.get(str(self._settings["url"]), params=params)
            except httpx.HTTPError as error:
                why = type(error).__name__
                continue
            if response.status_code in _BUSY or response.status_code >= 500:
                why = f"HTTP {response.status_code}"
                pause = _asked_to_wait(response) or pause
                continue
            if response.status_code != 200:
                raise self._problem(f"HTTP {response.status_code}")
            page = read_page(response.content)
            if not page.is_oai:
                raise self._problem(_("it answers with something else than OAI-PMH"))
            cut_off = not page.whole and not page.token
            if cut_off and attempt < 2:
                continue
            return response.content, page
        raise self._problem(why)

    def _problem(self, why: str) -> RepositoryProblem:
        return RepositoryProblem(
            _("The repository of '%(connector)s' cannot be harvested: %(why)s.",
              connector=self._connector.id, why=why),
            fix=_("What came before is loaded; the next time goes on there."),
        )  # fmt: skip


def _asked_to_wait(response: httpx.Response) -> float:
    """Retry-After: seconds or a date; 0 when it says nothing that can be read."""
    text = response.headers.get("Retry-After", "")
    if text.isdecimal():
        return float(text)
    try:
        return max((parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return 0.0
