"""Fetches reports from a platform's COUNTER API (SUSHI), one report and month at a time.

Months that came whole are never asked for again, partial ones and those not ready are at the
next run. Keys travel in the question only: no log, note, file name or sentence holds them.
"""

import email.utils
import json
import logging.config
import random
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from shuren.data.internals.counter.answers import Answer, Verdict, judge
from shuren.data.internals.counter.header import PRESETS
from shuren.data.internals.reading.problems import FileProblem
from shuren.data.source import Connector, Fetched
from shuren.kernel.clock import now
from shuren.kernel.files import write_atomically
from shuren.kernel.i18n import gettext as _
from shuren.kernel.named_secrets import resolved
from shuren.kernel.shapes import Progress
from shuren.kernel.site import Site

# These write whole addresses, and our keys stand in them.
_QUIET = {name: {"level": "WARNING"} for name in ("httpx", "httpcore")}
logging.config.dictConfig({"version": 1, "incremental": True, "loggers": _QUIET})

SETTINGS = ("base_url", "release", "customer_id", "requestor_id", "api_key", "platform",
            "reports", "begin", "attempts", "timeout")  # fmt: skip
_KEYS = ("customer_id", "requestor_id", "api_key")
_LOCAL = ("127.0.0.1", "::1", "localhost")
ATTEMPTS, TIMEOUT = 5, 120.0
FIRST_WAIT, LONGEST_WAIT = 2.0, 600.0
# The master reports show what the standard views hide; a view may lack what is preset.
_ATTRIBUTES = {
    "PR": "Access_Method",
    "DR": "Access_Method",
    "TR": "YOP|Access_Type|Access_Method",
    "IR": "Authors|Publication_Date|Article_Version|YOP|Access_Type|Access_Method",
}
_ATTRIBUTES_50 = {
    "PR": "Data_Type|Access_Method",
    "DR": "Data_Type|Access_Method",
    "TR": "Data_Type|Section_Type|YOP|Access_Type|Access_Method",
    "IR": "Data_Type|YOP|Access_Type|Access_Method",
}


@dataclass(frozen=True)
class Platform:
    """A connector's settings, checked."""

    base_url: str
    release: str
    keys: dict[str, str]
    reports: tuple[str, ...]
    begin: str
    platform: str = ""
    attempts: int = ATTEMPTS
    timeout: float = TIMEOUT

    def address(self, report: str) -> str:
        middle = "/r51" if self.release == "5.1" and not self.base_url.endswith("/r51") else ""
        return f"{self.base_url}{middle}/reports/{report.lower()}"

    def question(self, report: str, month: str) -> dict[str, str]:
        shown = (_ATTRIBUTES if self.release == "5.1" else _ATTRIBUTES_50).get(report)
        asked = {"begin_date": month, "end_date": month, "platform": self.platform,
                 "attributes_to_show": shown or ""}  # fmt: skip
        return {key: value for key, value in {**self.keys, **asked}.items() if value}

    def without_keys(self, text: str) -> str:
        """What the platform said, with our keys taken out, cut to a line."""
        for value in sorted(self.keys.values(), key=len, reverse=True):
            text = text.replace(value, "●●●●")
        return re.sub(r"\s+", " ", text)[:300]


def fetch_reports(
    site: Site,
    connector: Connector,
    cursor: str,
    folder: Path,
    progress: Progress,
    wait: Callable[[float], None] | None = None,
) -> Iterator[Fetched]:
    """Every report and month that is missing, oldest first.

    cursor  JSON {report: {month: done | none | gone | partial}}
    raises  FileProblem at once where the settings are wrong; at the end, after all that could be
            had has been handed on, where a report could not
    """
    platform = read_settings(site, connector)
    run = _Run(platform, connector.id, _state(cursor), folder, wait or time.sleep)
    wanted = [
        (report, month)
        for report in platform.reports
        for month in months(platform.begin, now().date())
        if run.state.get(report, {}).get(month) not in ("done", "none", "gone")
    ]
    with httpx.Client(timeout=platform.timeout, follow_redirects=False) as client:
        for place, (report, month) in enumerate(wanted):
            progress(place, len(wanted))
            fetched = run.month(client, report, month)
            if fetched:
                yield fetched
    progress(len(wanted), len(wanted))
    if run.troubles:
        raise FileProblem(
            _("%(platform)s did not give everything: %(troubles)s.",
              platform=connector.id, troubles="; ".join(run.troubles)),
            fix=_("What came has been loaded; what is missing is asked for at the next run."),
        )  # fmt: skip


class _Run:
    """One run over one platform."""

    def __init__(
        self,
        platform: Platform,
        name: str,
        state: dict[str, dict[str, str]],
        folder: Path,
        wait: Callable[[float], None],
    ) -> None:
        self._platform, self._name, self._folder, self._wait = platform, name, folder, wait
        self.state, self.troubles = state, list[str]()
        self._waiting: list[str] = []
        self._given_up: set[str] = set()

    def month(self, client: httpx.Client, report: str, month: str) -> Fetched | None:
        if report in self._given_up:
            return None
        answer, body = self._ask(client, report, month)
        said = self._platform.without_keys(answer.said)
        if answer.verdict in (Verdict.REPORT, Verdict.PARTIAL):
            return self._kept(report, month, body, answer.verdict is Verdict.PARTIAL, said)
        if answer.verdict is Verdict.SETUP_FAULT:
            raise FileProblem(
                _("%(platform)s refuses us: %(said)s.", platform=self._name, said=said),
                fix=_("Check base_url, release, customer_id, requestor_id and api_key of the "
                      "connector with what the platform's administration page says."),
            )  # fmt: skip
        if answer.verdict in (Verdict.NOTHING, Verdict.GONE):
            word = "none" if answer.verdict is Verdict.NOTHING else "gone"
            self.state.setdefault(report, {})[month] = word
        if answer.verdict in (Verdict.LATER, Verdict.GONE):
            self._waiting.append(f"{report} {month}: {said}")
        if answer.verdict in (Verdict.REPORT_FAULT, Verdict.AGAIN, Verdict.QUEUED):
            self.troubles.append(f"{report} {month}: {said}")
        if answer.verdict in (Verdict.REPORT_FAULT, Verdict.AGAIN):
            self._given_up.add(report)  # the other months would fare no better
        return None

    def _kept(self, report: str, month: str, body: bytes, partial: bool, said: str) -> Fetched:
        self.state.setdefault(report, {})[month] = "partial" if partial else "done"
        path = self._folder / f"{self._name}-{report}-{month}.json"
        write_atomically(path, body)
        notes = [_("Fetched from the COUNTER API: %(report)s of %(month)s.",
                   report=report, month=month)]  # fmt: skip
        if partial:
            notes.append(_("It is partial and will be asked for again: %(said)s", said=said))
        notes += [_("Not there: %(what)s", what=text) for text in self._waiting]
        self._waiting.clear()
        return Fetched(path, json.dumps(self.state, sort_keys=True), tuple(notes))

    def _ask(self, client: httpx.Client, report: str, month: str) -> tuple[Answer, bytes]:
        """The last answer, after as many questions as are allowed."""
        address, question = self._platform.address(report), self._platform.question(report, month)
        answer, body = Answer(Verdict.AGAIN), b""
        for attempt in range(self._platform.attempts):
            try:
                got = client.get(address, params=question, headers={"Accept": "application/json"})
                body = got.content
                header = got.headers.get("Retry-After", "")
                answer = judge(got.status_code, body, header, report, month)
            except httpx.TimeoutException:
                answer = Answer(Verdict.AGAIN, _("no answer in time"))
            except httpx.HTTPError:  # its text may hold the address with our keys
                answer = Answer(Verdict.AGAIN, _("the connection broke off"))
            if answer.verdict not in (Verdict.AGAIN, Verdict.QUEUED):
                break
            if attempt + 1 < self._platform.attempts:
                pause = _pause(attempt, answer.retry_after)
                if pause > LONGEST_WAIT:
                    break
                self._wait(pause)
        return answer, body


def _pause(attempt: int, retry_after: str) -> float:
    """Seconds: what the platform asks for, never less; else twice as long each time, with up to
    half as much again by chance, so that not all libraries come back at once."""
    asked = 0.0
    if retry_after.strip().isdecimal():
        asked = float(retry_after)
    elif retry_after:
        try:
            moment = email.utils.parsedate_to_datetime(retry_after)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            asked = (moment - now()).total_seconds()
        except (ValueError, TypeError):
            asked = 0.0
    own = FIRST_WAIT * 2**attempt
    return max(asked, min(own, LONGEST_WAIT / 2)) + random.uniform(0, own / 2)


def months(begin: str, today: date) -> list[str]:
    """`yyyy-mm` from `begin` to the last month that is over."""
    year, month = (int(part) for part in begin.split("-"))
    found = []
    while (year, month) < (today.year, today.month):
        found.append(f"{year:04d}-{month:02d}")
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return found


def read_settings(site: Site, connector: Connector) -> Platform:
    """raises  FileProblem naming the setting that is wrong; UsageError for a missing secret"""
    given = connector.settings
    unknown = [key for key in given if key not in SETTINGS]
    reports = tuple(str(name).upper() for name in given.get("reports") or ("TR",))
    odd = [name for name in reports if name not in PRESETS]
    base, release = str(given.get("base_url") or "").rstrip("/"), str(given.get("release", "5.1"))
    begin = str(given.get("begin") or f"{now().year - 1}-01")[:7]
    address = urlsplit(base)
    if unknown or odd:
        text = _("it does not know %(names)s", names=", ".join([*unknown, *odd]))
    elif address.scheme != "https" and address.hostname not in _LOCAL:
        text = _("base_url must begin with https://, or the keys would travel in the open")
    elif release not in ("5.0", "5", "5.1"):
        text = _("release must be 5.1 or 5.0")
    elif not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", begin):
        text = _("begin must be a month such as 2026-01")
    elif not (given.get("customer_id") or given.get("api_key")):
        text = _("it needs customer_id, and requestor_id or api_key")
    else:
        keys = {key: str(resolved(site, given[key])) for key in _KEYS if given.get(key)}
        return Platform(base, "5.1" if release == "5.1" else "5.0", keys, reports, begin,
                        str(given.get("platform") or ""), int(given.get("attempts", ATTEMPTS)),
                        float(given.get("timeout", TIMEOUT)))  # fmt: skip
    raise FileProblem(_("Connector %(name)s: %(text)s.", name=connector.id, text=text))


def _state(cursor: str) -> dict[str, dict[str, str]]:
    try:
        found: Any = json.loads(cursor) if cursor else {}
    except ValueError:
        return {}
    return {k: dict(v) for k, v in found.items()} if isinstance(found, dict) else {}
