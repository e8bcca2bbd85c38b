"""Serves the site: granian in front of Django, TLS if there is a certificate, Ctrl-C to stop."""

import errno
import multiprocessing
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import click

from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.settings import PREFIX, SiteSettings, read_settings
from shuren.kernel.site import Site

_PORTS_TRIED = 50
_WORK_EVERY = 600.0  # seconds
_EVERYWHERE = ("0.0.0.0", "::", "")


class CannotServe(ShurenError):
    """The port, the address or the certificate cannot be used."""


def run(site: Site, **chosen: Any) -> None:
    """Serve until Ctrl-C or SIGTERM; the tables must be up to date.

    chosen  settings that differ from the site's for this run: host, port, workers,
            tls_cert, tls_key, http_port; None means as the site says
    raises  CannotServe before anything is started; UsageError for a bad value
    """
    for name, value in chosen.items():
        if value is not None:
            # Workers are new processes and read their settings from here.
            os.environ[f"{PREFIX}{name.upper()}"] = str(value)
    settings = read_settings(site)
    check_port(settings.host, settings.port)
    if settings.tls_cert and settings.tls_key:
        check_certificate(settings.tls_cert, settings.tls_key)
        if settings.http_port:
            check_port(settings.host, settings.http_port)
            _start_redirects(settings)
    os.environ["SHUREN_SITE"] = str(site.root)
    from shuren.data import watching  # late: its tables need Django, which the site sets up

    watching.note(site)
    threading.Thread(target=_work, args=(site,), daemon=True).start()
    server = _granian(settings)
    server.on_startup(lambda: click.echo(_greeting(settings)))
    # Not fork: threads and open databases of this process must not reach the workers.
    multiprocessing.set_start_method("spawn", force=True)
    server.serve()


def _work(site: Site) -> None:
    """Run `shuren work --once` again and again: a process of its own gives its memory back, and
    one that is killed with us does no harm."""
    command = [sys.executable, "-m", "shuren", "--site", str(site.root), "work", "--once"]
    while True:
        time.sleep(_WORK_EVERY)
        subprocess.run(command, stdout=subprocess.DEVNULL, check=False)


def check_port(host: str, port: int) -> None:
    """Raise CannotServe, with the next free port, when nobody could listen there."""
    problem = _cannot_bind(host, port)
    if problem is None:
        return
    if problem.errno == errno.EADDRINUSE:
        candidates = range(port + 1, min(port + 1 + _PORTS_TRIED, 65536))
        free = next((p for p in candidates if _cannot_bind(host, p) is None), None)
        raise CannotServe(
            _("Port %(port)s is taken by another program.", port=port),
            fix=_("Port %(port)s is free: use --port %(port)s.", port=free) if free else "",
        )
    if problem.errno == errno.EACCES:
        raise CannotServe(
            _("Port %(port)s is for the system's administrator only.", port=port),
            fix=_("Use a port from 1024 up, or a proxy in front."),
        )
    raise CannotServe(
        _("This machine cannot listen on %(host)s.", host=host),
        fix=_("Use --host 127.0.0.1, or 0.0.0.0 for all its addresses."),
    )


def check_certificate(cert: Path, key: Path) -> None:
    """Raise CannotServe unless both files can be read and belong together."""
    for path in (cert, key):
        if not path.is_file():
            raise CannotServe(_("There is no file %(path)s.", path=path))
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key, password=_no_password)
    except (ssl.SSLError, OSError, _KeyIsEncrypted) as error:
        raise CannotServe(
            _("%(cert)s and %(key)s are not a certificate and its key.", cert=cert, key=key),
            fix=_("Both must be PEM files, the key without a password (%(why)s).", why=error),
        ) from None


class _KeyIsEncrypted(Exception):
    """Instead of OpenSSL's question at the terminal."""


def _no_password() -> str:
    raise _KeyIsEncrypted(_("it has one"))


def _cannot_bind(host: str, port: int) -> OSError | None:
    try:
        family, kind, proto, _name, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, proto) as probe:
            # A port whose last connections are still fading away is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return error
    return None


def _granian(settings: SiteSettings) -> Any:
    from granian import Granian
    from granian.constants import Interfaces, SSLProtocols
    from granian.log import LogLevels

    return Granian(
        "shuren.web.wsgi:serving",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=min(8, (os.cpu_count() or 1) * 2 + 1),
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_level=LogLevels.warning,
        log_dictconfig=_server_log(),
        ssl_cert=settings.tls_cert,
        ssl_key=settings.tls_key,
        ssl_protocol_min=SSLProtocols.tls12,
    )


def _server_log() -> dict[str, Any]:
    """The server's own remarks go where Django's go, masked like them."""
    line = {"()": "shuren.kernel.masking.MaskingFormatter", "format": "%(levelname)s %(message)s"}
    return {
        "formatters": {"line": line},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "loggers": {"_granian": {"handlers": ["stderr"], "propagate": False}},
    }


def _greeting(settings: SiteSettings) -> str:
    return _("Serving at %(url)s (Ctrl-C stops it).", url=address_of(settings))


def address_of(settings: SiteSettings) -> str:
    """The address to type into a browser."""
    if settings.public_url:
        return settings.public_url
    host = "127.0.0.1" if settings.host in _EVERYWHERE else settings.host
    shown = f"[{host}]" if ":" in host else host
    return f"{'https' if settings.tls else 'http'}://{shown}:{settings.port}"


def _start_redirects(settings: SiteSettings) -> None:
    """Answer plain HTTP with the same address in https, in a thread that ends with us."""
    assert settings.http_port is not None
    handler = _redirect_handler(lambda host: _https_address(settings, host))
    listener = ThreadingHTTPServer((settings.host, settings.http_port), handler)
    threading.Thread(target=listener.serve_forever, daemon=True).start()


def _https_address(settings: SiteSettings, host: str) -> str:
    """Our public address, else the host the browser asked for at the TLS port."""
    if settings.public_url:
        return settings.public_url
    name = host.rsplit("]", 1)[0] + "]" if host.startswith("[") else host.split(":")[0]
    return f"https://{name}" + ("" if settings.port == 443 else f":{settings.port}")


def _redirect_handler(https_address: Callable[[str], str]) -> type[BaseHTTPRequestHandler]:
    class Redirect(BaseHTTPRequestHandler):
        timeout = 10  # seconds a slow client may hold its thread
        server_version, sys_version = "Shuren", ""

        def answer(self) -> None:
            if not self.path.startswith("/") or not self.headers.get("Host"):
                self.send_error(400)
                return
            self.send_response(308)
            self.send_header("Location", https_address(self.headers["Host"]) + self.path)
            self.send_header("Content-Length", "0")
            self.send_header("Connection", "close")
            self.end_headers()

        do_GET = do_HEAD = do_POST = answer

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: the address asked for may say who asked."""

    return Redirect
