"""Requests to Koha's REST interface, /api/v1. What names a reader goes in the body, never in an
address, so that no log of a server or a proxy has it; ours have the path and the time it took.
"""

import logging
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import orjson

from shuren.kernel.i18n import gettext as _
from shuren.kernel.ils_settings import KohaSettings
from shuren.kernel.named_secrets import secret
from shuren.kernel.site import Site
from shuren.service.ils_errors import IlsDown, IlsRefused
from shuren.service.internals.circulation import link

OK, MADE, TAKEN, DELETED = 200, 201, 202, 204
UNAUTHORISED, BROKEN = 401, 500
EARLY = 30.0  # seconds before its end that a token is renewed
_lock = threading.Lock()
# {(folder of the site, address, client id): (token, until when, of the monotonic clock)}
_tokens: dict[tuple[Path, str, str], tuple[str, float]] = {}
logger = logging.getLogger(__name__)


class KohaClient:
    def __init__(self, site: Site, settings: KohaSettings) -> None:
        self.site, self.settings = site, settings
        self._key = (site.root, settings.url, settings.user)

    def find(
        self, path: str, query: dict[str, Any], *, personal: bool = False, most: int = 1000
    ) -> list[dict[str, Any]]:
        """Rows of a list that fit a query, `{"external_id": ["1", "2"]}`.

        personal  the query names a reader: it goes in the body
        raises    IlsDown, IlsRefused
        """
        params = {"_per_page": str(most)}
        if personal:
            found = self._send("GET", path, params=params, json=query)
        else:
            found = self._send("GET", path, params=params | {"q": _compact(query)})
        rows = self._read(found, path, (OK,))
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise _no_koha(path)
        return rows

    def post(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """raises  IlsRefused with Koha's reason; IlsDown, and then nobody knows whether it was"""
        found = self._send("POST", path, json=body)
        row = self._read(found, path, (OK, MADE))
        if not isinstance(row, dict):
            raise _no_koha(path)
        return row

    def delete(self, path: str) -> None:
        found = self._send("DELETE", path)
        self._read(found, path, (OK, TAKEN, DELETED))

    def _send(self, method: str, path: str, **what: Any) -> httpx.Response:
        """With the sign-in; once more where a token ran out before its time."""
        for is_last in (False, True):
            found = self._request(method, f"/api/v1{path}", headers=self._sign_in(), **what)
            if found.status_code != UNAUTHORISED or is_last:
                break
            with _lock:
                _tokens.pop(self._key, None)
        return found

    def _request(self, method: str, path: str, **what: Any) -> httpx.Response:
        began = time.monotonic()
        try:
            with httpx.Client(timeout=self.settings.timeout_s) as client:
                found = client.request(method, f"{self.settings.url}{path}", **what)
        except httpx.HTTPError as error:
            # Its text may hold the address; ours does not.
            logger.warning("Koha %s %s: %s", method, path, type(error).__name__)
            link.failed(self.site)
            raise _down(method) from None
        logger.debug("Koha %s %s: %s", method, path, found.status_code)
        logger.debug("Koha took %.3f s", time.monotonic() - began)
        if found.status_code >= BROKEN:
            logger.warning("Koha %s %s: %s", method, path, found.status_code)
            link.failed(self.site)
            raise _down(method)
        link.answered(self.site)
        return found

    def _sign_in(self) -> dict[str, str]:
        said = self.settings
        if said.sign_in == "basic":
            basic = httpx.BasicAuth(said.user, secret(self.site, said.secret))
            flow = basic.auth_flow(httpx.Request("GET", said.url))
            return {"Authorization": next(flow).headers["Authorization"]}
        with _lock:
            token, until = _tokens.get(self._key, ("", 0.0))
        if not token or time.monotonic() > until:
            token, seconds = self._new_token()
            with _lock:
                _tokens[self._key] = (token, time.monotonic() + max(0.0, seconds - EARLY))
        return {"Authorization": f"Bearer {token}"}

    def _new_token(self) -> tuple[str, float]:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.settings.user,
            "client_secret": secret(self.site, self.settings.secret),
        }
        path = "/oauth/token"
        found = self._request("POST", f"/api/v1{path}", data=form)
        if found.status_code != OK:
            raise _not_let_in()
        told = self._read(found, path, (OK,))
        try:
            return str(told["access_token"]), float(told["expires_in"])
        except (KeyError, TypeError, ValueError):
            raise _no_koha(path) from None

    def _read(self, found: httpx.Response, path: str, good: tuple[int, ...]) -> Any:
        if found.status_code == UNAUTHORISED:
            raise _not_let_in()
        if found.status_code in good and not found.content:
            return {}
        try:
            told = found.json()
        except ValueError:
            raise _no_koha(path) from None
        if found.status_code in good:
            return told
        why = told.get("error") if isinstance(told, dict) else None
        raise IlsRefused(
            _("Koha says no: %(why)s", why=why)
            if isinstance(why, str) and why
            else _("Koha says no, and not why (%(status)s).", status=found.status_code)
        )


def _compact(query: dict[str, Any]) -> str:
    return orjson.dumps(query).decode()


def _not_let_in() -> IlsRefused:
    return IlsRefused(
        _("Koha does not take the sign-in."),
        fix=_("Look at user and secret under [ils.koha]; Koha must allow this kind of sign-in."),
    )


def _no_koha(path: str) -> IlsDown:
    return IlsDown(
        _("What answers %(path)s is no Koha.", path=path), fix=_("Look at url under [ils.koha].")
    )


def _down(method: str) -> IlsDown:
    if method == "GET":
        return IlsDown(
            _("The circulation system does not answer."),
            fix=_("`shuren ils check` says what is wrong."),
        )
    return IlsDown(
        _("The circulation system stopped answering on the way: it may have been done, or not."),
        fix=_("Look the copy up there before you do it again."),
    )
