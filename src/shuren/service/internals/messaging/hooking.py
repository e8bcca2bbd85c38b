"""Tells other systems what happened: signed, tried again, never into a private network unasked.

Signed as Standard Webhooks has it: HMAC-SHA256 over `id.timestamp.body`, in base64, in the header
webhook-signature; the id stays the same however often it is sent. What it says is the message as a
mail may say it; whose it is, is not said.
"""

import base64
import hashlib
import hmac
import http.client
import ipaddress
import logging
import socket
import ssl
from datetime import datetime
from urllib.parse import SplitResult, urlsplit

import orjson

from shuren.kernel.clock import now
from shuren.kernel.errors import UsageError
from shuren.kernel.message_settings import WebhookSettings
from shuren.kernel.named_secrets import secret
from shuren.kernel.settings import read_settings
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.internals.messaging import outgoing
from shuren.service.internals.messaging.mailing import PERMISSION, PURPOSE, Round, Said
from shuren.service.internals.messaging.outgoing import Parcel
from shuren.trust import egress
from shuren.trust.errors import EgressBlocked
from shuren.trust.queries import require

PER_RUN = 1000
logger = logging.getLogger(__name__)


def send(site: Site, actor: Actor, at: datetime | None = None) -> Round:
    """Send what is due to every webhook; one that is away holds up no other.

    raises  trust's NotAllowed without messages.manage
    """
    actor = require(actor, PERMISSION)
    known, found = read_settings(site).webhooks, Round()
    away: set[str] = set()
    ready = outgoing.due(outgoing.WEBHOOK, at or now()).values_list("pk", "hook")
    for key, hook in list(ready[:PER_RUN]):
        if hook in away:
            continue
        parcel = outgoing.take(site, key, at or now())
        if parcel is None:
            continue
        said = _one(site, known.get(hook), parcel, actor, at or now())
        moment = at or now()
        if said.state == "done":
            outgoing.done(parcel, moment)
            found.sent += 1
        elif said.state == "dead":
            outgoing.dead(parcel, said.why, moment, said.code)
            found.dead += 1
        elif said.state == "later":
            outgoing.later(parcel, said.why, moment, said.code)
            found.waiting += 1
        else:
            outgoing.away(parcel, said.why, moment, said.code)
            away.add(hook)
            found.is_away = True
    return found


def _one(
    site: Site, hook: WebhookSettings | None, parcel: Parcel, actor: Actor, at: datetime
) -> Said:
    if hook is None:
        return Said("dead", "no_hook")
    content = content_of(parcel)
    try:
        egress.check("webhook", actor=actor, content=content, purpose=PURPOSE)
        key = secret(site, hook.secret)
    except EgressBlocked:
        return Said("dead", "blocked")
    except UsageError:
        return Said("away", "no_secret")
    stamp = str(int(at.timestamp()))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Shuren",
        "webhook-id": parcel.mail,
        "webhook-timestamp": stamp,
        "webhook-signature": signature(key, parcel.mail, stamp, content),
    }
    return _post(hook, content, headers)


def content_of(parcel: Parcel) -> bytes:
    [row] = parcel.messages
    return orjson.dumps(
        {
            "type": f"message.{row.kind}",
            "timestamp": row.told_at.isoformat(),
            "data": {
                "template": row.template,
                "title": row.title,
                "text": row.mail,
                "about": {"kind": row.about_kind, "id": row.about_id if not row.works else ""},
            },
        }
    )


def signature(key: str, id: str, timestamp: str, content: bytes) -> str:
    signed = f"{id}.{timestamp}.".encode() + content
    digest = hmac.digest(key.encode(), signed, hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode()}"


def _post(hook: WebhookSettings, content: bytes, headers: dict[str, str]) -> Said:
    parts = urlsplit(hook.url)
    connection: http.client.HTTPConnection | None = None
    try:
        addresses = _addresses(parts)
        if not hook.allow_private and not all(one.is_global for one in addresses):
            return Said("dead", "private_address")
        connection = _connection(parts, str(addresses[0]), hook.timeout_s)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, content, headers)
        code = connection.getresponse().status
    except ssl.SSLError:
        return Said("away", "no_trust")
    except (OSError, http.client.HTTPException, UnicodeError):
        return Said("away", "away")
    finally:
        if connection is not None:
            connection.close()
    if 200 <= code < 300:
        return Said("done", code=code)
    if code in (408, 425, 429) or code >= 500:
        return Said("later", "refused_hook", code)
    return Said("dead", "refused_hook", code)  # a redirect too: it could lead anywhere


def _addresses(parts: SplitResult) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    found = socket.getaddrinfo(parts.hostname, _port(parts), type=socket.SOCK_STREAM)
    return [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found]


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _connection(parts: SplitResult, address: str, wait: float) -> http.client.HTTPConnection:
    """To the very address that was looked at, so that a second look-up cannot lead elsewhere."""
    name, port = str(parts.hostname), _port(parts)
    if parts.scheme == "http":
        plain = http.client.HTTPConnection(name, port, timeout=wait)
        plain.sock = socket.create_connection((address, port), wait)
        return plain
    context = ssl.create_default_context()
    secure = http.client.HTTPSConnection(name, port, timeout=wait, context=context)
    raw = socket.create_connection((address, port), wait)
    try:
        secure.sock = context.wrap_socket(raw, server_hostname=name)
    except BaseException:
        raw.close()
        raise
    return secure
