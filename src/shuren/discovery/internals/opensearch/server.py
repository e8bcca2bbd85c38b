"""Requests to a search server, and what comes of them when it is away, busy or something else.

Words of searches go in bodies, never in addresses, and are in no line of our log.
"""

import logging
import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx
import orjson

from shuren.discovery.errors import SearchAway, SearchRefused
from shuren.kernel.i18n import gettext as _
from shuren.kernel.named_secrets import secret
from shuren.kernel.search_settings import OpenSearchSettings
from shuren.kernel.site import Site

NOT_FOUND, BUSY, BROKEN = 404, 429, 500
_NOT_LET_IN = (401, 403)
_WAITS = (0.5, 1.0, 2.0, 4.0, 8.0)  # seconds before writing is tried again on a busy server
_JSON, _LINES = "application/json", "application/x-ndjson"
_lock = threading.Lock()
logger = logging.getLogger(__name__)


@dataclass
class _Link:
    """A process's connections to one server, and how it has answered of late."""

    client: httpx.Client
    process: int
    failures: int = 0
    last: float = 0.0  # of the monotonic clock


_links: dict[tuple[Path, str], _Link] = {}


class Server:
    def __init__(self, site: Site, settings: OpenSearchSettings) -> None:
        self.site, self.settings = site, settings

    def read(self, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
        """What it answers; None where there is no such index. Fails at once while it rests.

        raises  SearchAway, SearchRefused
        """
        content = None if body is None else orjson.dumps(body)
        return self._read("GET" if body is None else "POST", path, content, _JSON)

    def read_many(self, path: str, bodies: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Answers to several searches of one index, in their order; [] where there is none."""
        if not bodies:
            return []
        lines = b"".join(b"{}\n" + orjson.dumps(body) + b"\n" for body in bodies)
        told = self._read("POST", f"{path}/_msearch", lines, _LINES)
        found = (told or {}).get("responses", [])
        for one in found:
            if one.get("status", 200) == NOT_FOUND:
                return []
            if "error" in one:
                raise _said_no(int(one.get("status", 400)), one)
        return list(found)

    def write(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any] | None:
        """The same for what changes something: waits longer, and again where it is busy."""
        return self._write(method, path, None if body is None else orjson.dumps(body), _JSON)

    def write_lines(self, path: str, lines: bytes) -> dict[str, Any]:
        return self._write("POST", path, lines, _LINES) or {}

    def _read(
        self, method: str, path: str, content: bytes | None, kind: str
    ) -> dict[str, Any] | None:
        link = self._link()
        said = self.settings
        if link.failures >= said.failures and monotonic() - link.last < said.rest_s:
            raise SearchAway
        return _told(self._send(link, method, path, content, kind, said.timeout_s))

    def _write(
        self, method: str, path: str, content: bytes | None, kind: str
    ) -> dict[str, Any] | None:
        for wait in (*_WAITS, None):
            found = self._send(
                self._link(), method, path, content, kind, self.settings.write_timeout_s
            )
            if found.status_code != BUSY or wait is None:
                return _told(found)
            sleep(wait)
        return None

    def _send(
        self, link: _Link, method: str, path: str, content: bytes | None, kind: str, limit: float
    ) -> httpx.Response:
        headers = {"Content-Type": kind} if content is not None else {}
        url = f"{self.settings.url}/{path}"
        try:
            found = link.client.request(
                method, url, content=content, headers=headers | self._sign_in(), timeout=limit
            )
        except httpx.HTTPError as error:
            logger.warning("search server: %s", type(error).__name__)
            self._failed(link)
            raise SearchAway from None
        if found.status_code >= BROKEN:
            logger.warning("search server: %s", found.status_code)
            self._failed(link)
            raise SearchAway
        link.failures = 0
        return found

    def _failed(self, link: _Link) -> None:
        link.failures += 1
        link.last = monotonic()

    def _link(self) -> _Link:
        key = (self.site.root, self.settings.model_dump_json())
        with _lock:
            link = _links.get(key)
            if link is None or link.process != os.getpid():
                client = httpx.Client(verify=_verified(self.site, self.settings))
                link = _links[key] = _Link(client, os.getpid())
            return link

    def _sign_in(self) -> dict[str, str]:
        said = self.settings
        if said.sign_in == "none":
            return {}
        word = secret(self.site, said.secret)
        if said.sign_in == "api_key":
            return {"Authorization": f"ApiKey {word}"}
        flow = httpx.BasicAuth(said.user, word).auth_flow(httpx.Request("GET", said.url))
        return {"Authorization": next(flow).headers["Authorization"]}


def _verified(site: Site, settings: OpenSearchSettings) -> Any:
    """The system's certificates, or those of the file.

    raises  SearchRefused where that is no certificate
    """
    import ssl  # late: only who has a server pays for it

    if settings.ca_cert is None:
        return True
    try:
        return ssl.create_default_context(cafile=site.root / settings.ca_cert.expanduser())
    except (OSError, ssl.SSLError):
        raise SearchRefused(
            _("%(path)s is no certificate that can be read.", path=settings.ca_cert)
        ) from None


def _told(found: httpx.Response) -> dict[str, Any] | None:
    """raises  SearchAway where it is busy; SearchRefused for all but an answer"""
    if found.status_code in _NOT_LET_IN:
        raise SearchRefused(_("The search server does not let us in."))
    if found.status_code == BUSY:
        logger.warning("search server: busy")
        raise SearchAway
    if found.request.method == "HEAD":
        return None if found.status_code == NOT_FOUND else {}
    try:
        told = orjson.loads(found.content)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise SearchRefused(_("What answers at the address of the search server is none."))
    if found.status_code == NOT_FOUND:
        return None
    if not found.is_success:
        raise _said_no(found.status_code, told)
    return told


def _said_no(status: int, told: Mapping[str, Any]) -> SearchRefused | SearchAway:
    """Its reason may repeat what was searched for; the kind of error does not."""
    error = told.get("error")
    kind = error.get("type") if isinstance(error, dict) else None
    logger.warning("search server: %s %s", status, kind)
    if status == BUSY or status >= BROKEN:
        return SearchAway()
    return SearchRefused(
        _("The search server does not do what it was asked (%(kind)s).", kind=kind or status)
    )
