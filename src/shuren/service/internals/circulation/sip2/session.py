"""One conversation with a SIP2 server: connected and signed in when first needed, again when it
was dropped. Only codes and durations are ever logged: messages name readers and passwords.
"""

import logging
import socket
import threading
import time
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.ils_settings import Sip2Settings
from shuren.kernel.named_secrets import secret
from shuren.kernel.settings import read_settings
from shuren.kernel.site import Site
from shuren.service.ils_errors import IlsDown, IlsRefused
from shuren.service.internals.circulation.sip2 import messages
from shuren.service.internals.circulation.sip2.messages import BadChecksum, BadLine, Message

Fields = Sequence[tuple[str, str]]
LONGEST_LINE = 64 * 1024  # bytes; a server that sends more is no SIP2 server
IDLE = 5.0  # seconds after which a connection is tried before something is done over it
_ANSWER = {
    "93": "94", "99": "98", "23": "24", "63": "64", "11": "12", "09": "10", "17": "18",
    "15": "16", "29": "30", "35": "36",
}  # fmt: skip
# What may be asked twice: it changes nothing.
_READS = ("93", "99", "23", "63", "17", "35")
logger = logging.getLogger(__name__)


class Dropped(Exception):
    """The connection ended."""


class Session:
    """Safe to be used by several threads: one message and its answer at a time."""

    def __init__(self, site: Site, settings: Sip2Settings) -> None:
        self.site, self.settings = site, settings
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._buffer = b""
        self._sequence = -1
        self._last_at = 0.0
        self.greeting: Message | None = None

    def ask(self, code: str, fixed: str, fields: Fields = ()) -> Message:
        """Send a message and return its answer.

        What only asks is sent once more over a new connection when the first failed. What does
        something is not: nobody could tell whether it was done. So before it an idle connection is
        tried with a status message.
        raises  IlsDown; IlsRefused when the server takes no login
        """
        with self._lock:
            began = time.monotonic()
            try:
                found = self._ask(code, fixed, fields)
            except (OSError, Dropped, BadLine) as error:
                self._close()
                kind = type(error).__name__
                logger.warning("SIP2 %s: %s after %.1f s", code, kind, time.monotonic() - began)
                raise _down(code in _READS) from None
            logger.debug("SIP2 %s in %.3f s", code, time.monotonic() - began)
            return found

    def close(self) -> None:
        with self._lock:
            self._close()

    def _ask(self, code: str, fixed: str, fields: Fields) -> Message:
        fresh = self._socket is None
        if fresh:
            self._connect()
        elif code not in _READS and time.monotonic() - self._last_at > IDLE:
            try:
                self._exchange("99", _status(), ())
            except (OSError, Dropped, BadLine):
                self._close()
                self._connect()
                fresh = True
        try:
            return self._exchange(code, fixed, fields)
        except (OSError, Dropped, BadLine) as error:
            # A page waits no second time for a server that takes connections and says nothing.
            if code not in _READS or (fresh and isinstance(error, TimeoutError)):
                raise
            self._close()
            self._connect()
            return self._exchange(code, fixed, fields)

    def _connect(self) -> None:
        said = self.settings
        self._socket = socket.create_connection((said.host, said.port), said.timeout_s)
        self._buffer, self._sequence = b"", -1
        if said.user:
            password = secret(self.site, said.password)
            login = [("CN", said.user), ("CO", password), ("CP", said.location)]
            if self._exchange("93", "00", login).flag(0) != "1":
                self._close()
                raise IlsRefused(
                    _("The SIP2 server does not take the login."),
                    fix=_("Look at user and password under [ils.sip2]."),
                )
        self.greeting = self._exchange("99", _status(), ())

    def _exchange(self, code: str, fixed: str, fields: Fields) -> Message:
        """One message and its answer; each side may ask the other for its line once more."""
        said = self.settings
        self._sequence = (self._sequence + 1) % 10
        sequence = str(self._sequence)
        text = messages.write(code, fixed, fields)
        data = messages.framed(text, said.charset, sequence, detection=said.error_detection)
        self._send(data)
        for may_ask_again in (True, False):
            try:
                found = messages.read(self._line(), said.charset)
            except BadChecksum:
                if not may_ask_again:
                    raise
                self._send(messages.framed("97", said.charset, detection=said.error_detection))
                continue
            if found.code == "96" and may_ask_again:  # the server asks for ours once more
                self._send(data)
                continue
            if found.code != _ANSWER[code]:
                raise BadLine(f"{found.code} is no answer to {code}")
            if said.error_detection and found.sequence not in ("", sequence):
                raise BadLine(f"the answer to {code} is out of turn")
            self._last_at = time.monotonic()
            return found
        raise BadLine(f"no whole answer to {code}")

    def _send(self, data: bytes) -> None:
        if self._socket is None:
            raise Dropped
        self._socket.sendall(data)

    def _line(self) -> bytes:
        """raises  TimeoutError when it does not come whole in time, Dropped when nothing will"""
        until = time.monotonic() + self.settings.timeout_s
        while messages.END not in self._buffer:
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            if len(self._buffer) > LONGEST_LINE or self._socket is None:
                raise Dropped
            self._socket.settimeout(left)
            more = self._socket.recv(4096)
            if not more:
                raise Dropped
            self._buffer += more
        line, _end, self._buffer = self._buffer.partition(messages.END)
        return line.lstrip(b"\n")

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket, self._buffer = None, b""


def wall_clock(site: Site) -> str:
    """This moment as messages carry it."""
    return messages.moment(now().astimezone(ZoneInfo(read_settings(site).time_zone)))


def _status() -> str:
    """Of a 99: all is well, 80 characters, protocol 2.00."""
    return "0" + "080" + "2.00"


def _down(only_asked: bool) -> IlsDown:
    if only_asked:
        return IlsDown(
            _("The circulation system does not answer."),
            fix=_("`shuren ils check` says what is wrong."),
        )
    return IlsDown(
        _("The circulation system stopped answering on the way: it may have been done, or not."),
        fix=_("Look the copy up there before you do it again."),
    )
