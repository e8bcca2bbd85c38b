"""The server as the network sees it: addresses, TLS, headers, and how it stops."""

import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path

import pytest
import trustme
from django.test import RequestFactory

from shuren.kernel.settings import SiteSettings
from shuren.web.addresses import client_address
from shuren.web.server import CannotServe, address_of, check_certificate, check_port
from tests.early import make_site

HOST = "127.0.0.1"


def free_port():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


@dataclass
class Server:
    """A running `shuren serve`."""

    process: subprocess.Popen
    port: int
    log: Path
    authority: trustme.CA | None = None
    http_port: int = 0

    def get(self, path, port=None, **headers):
        """Status, headers and body; over TLS when the server has it and no other port is asked."""
        if self.authority and port is None:
            context = ssl.create_default_context()
            self.authority.configure_trust(context)
            connection = HTTPSConnection(HOST, self.port, timeout=20, context=context)
        else:
            connection = HTTPConnection(HOST, port or self.port, timeout=20)
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, answer.headers, body

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)


@contextmanager
def serving(folder, *options, **known):
    """`shuren serve` on a free port of a new site, until the block ends."""
    site, port, log = make_site(folder / "site"), free_port(), folder / "log"
    command = [sys.executable, "-m", "shuren", "--site", site, "--lang", "en", "serve"]
    with log.open("w") as output:
        process = subprocess.Popen(
            [*map(str, command), "--port", str(port), *map(str, options)],
            stdout=output,
            stderr=output,
        )
    server = Server(process, port, log, **known)
    try:
        wait_until_it_listens(server)
        yield server
    finally:
        if process.poll() is None:
            server.stop()


def wait_until_it_listens(server):
    for _attempt in range(300):
        if server.process.poll() is not None:
            break
        with socket.socket() as probe:
            if probe.connect_ex((HOST, server.port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail(f"the server did not start:\n{server.log.read_text()}")


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory, authority):
    """Files of a certificate for this machine and of its key."""
    folder = tmp_path_factory.mktemp("tls")
    issued = authority.issue_cert(HOST, "localhost")
    issued.cert_chain_pems[0].write_to_path(str(folder / "cert.pem"))
    issued.private_key_pem.write_to_path(str(folder / "key.pem"))
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("plain")) as server:
        yield server


@pytest.fixture(scope="module")
def secure(tmp_path_factory, certificate, authority):
    cert, key = certificate
    http_port = free_port()
    with serving(
        tmp_path_factory.mktemp("secure"),
        *("--tls-cert", cert, "--tls-key", key, "--http-port", http_port),
        authority=authority,
        http_port=http_port,
    ) as server:
        yield server


class TestPlain:
    def test_it_says_where_it_is(self, plain):
        assert f"Serving at http://{HOST}:{plain.port}" in plain.log.read_text()

    def test_a_page_comes_with_its_guards(self, plain):
        status, headers, _body = plain.get("/sign-in/")
        assert status == 200
        assert "script-src 'self'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "Strict-Transport-Security" not in headers

    def test_cookies_are_out_of_scripts_reach(self, plain):
        _status, headers, _body = plain.get("/sign-in/")
        assert {"HttpOnly", "SameSite=Lax"} <= set(headers["Set-Cookie"].split("; "))

    def test_browser_parts_may_be_kept_for_ever(self, plain):
        _status, _headers, page = plain.get("/sign-in/")
        path = re.search(r'"(/static/[0-9a-f]{10}/[^"]+\.css)"', page)[1]
        status, headers, _body = plain.get(path)
        assert status == 200
        assert "immutable" in headers["Cache-Control"]

    def test_a_strange_host_name_is_refused(self, plain):
        assert plain.get("/sign-in/", Host="evil.example")[0] == 400

    def test_the_log_names_no_card(self, plain):
        assert plain.get("/nowhere/2019001122/?card=2019001122")[0] == 404
        for _attempt in range(50):
            if "/nowhere/" in plain.log.read_text():
                break
            time.sleep(0.1)
        assert "/nowhere/…/" in plain.log.read_text()
        assert "2019001122" not in plain.log.read_text()


class TestTls:
    @pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
    def test_new_versions_are_spoken(self, secure, version):
        assert self.shake_hands(secure, ssl.TLSVersion[version]) == version.replace("_", ".")

    @pytest.mark.parametrize("version", ["TLSv1", "TLSv1_1"])
    @pytest.mark.filterwarnings("ignore::DeprecationWarning")
    def test_old_versions_are_refused(self, secure, version):
        with pytest.raises((ssl.SSLError, ConnectionResetError)):
            self.shake_hands(secure, ssl.TLSVersion[version])

    @staticmethod
    def shake_hands(server, version):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.set_ciphers("ALL:@SECLEVEL=0")  # the client would speak the old ones
        context.minimum_version = context.maximum_version = version
        server.authority.configure_trust(context)
        with (
            socket.create_connection((HOST, server.port), timeout=20) as raw,
            context.wrap_socket(raw, server_hostname=HOST) as wrapped,
        ):
            return wrapped.version()

    def test_browsers_are_told_to_stay_with_https(self, secure):
        status, headers, _body = secure.get("/sign-in/")
        assert status == 200
        assert headers["Strict-Transport-Security"] == "max-age=31536000"

    def test_cookies_never_travel_in_the_clear(self, secure):
        _status, headers, _body = secure.get("/sign-in/")
        assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(headers["Set-Cookie"].split("; "))

    @pytest.mark.parametrize("host", [HOST, f"localhost:{1234}"], ids=["name", "name and port"])
    def test_plain_http_is_sent_to_the_same_page_in_https(self, secure, host):
        status, headers, _body = secure.get("/find/?q=a%20b", port=secure.http_port, Host=host)
        name = host.split(":")[0]
        assert status == 308
        assert headers["Location"] == f"https://{name}:{secure.port}/find/?q=a%20b"

    def test_it_says_where_it_is(self, secure):
        assert f"Serving at https://{HOST}:{secure.port}" in secure.log.read_text()


def test_ctrl_c_ends_it_quietly_and_frees_the_port(tmp_path):
    with serving(tmp_path) as server:
        assert server.get("/sign-in/")[0] == 200
        assert server.stop() == 0
        assert "Traceback" not in server.log.read_text()
        check_port(HOST, server.port)


def test_a_taken_port_is_named_with_the_next_free_one():
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(CannotServe, match=f"Port {port} is taken") as refusal:
            check_port(HOST, port)
    [suggested] = set(re.findall(r"\d+", refusal.value.fix))
    assert int(suggested) > port
    check_port(HOST, int(suggested))


@pytest.mark.parametrize("host", ["203.0.113.9", "no such host"], ids=["foreign", "no name"])
def test_an_address_this_machine_does_not_have_is_named(host):
    with pytest.raises(CannotServe, match="cannot listen on"):
        check_port(host, free_port())


class TestCertificates:
    def test_a_certificate_with_its_key_is_good(self, certificate):
        check_certificate(*certificate)

    def test_missing(self, certificate, tmp_path):
        with pytest.raises(CannotServe, match="There is no file"):
            check_certificate(tmp_path / "none.pem", certificate[1])

    def test_swapped(self, certificate):
        with pytest.raises(CannotServe, match="are not a certificate and its key"):
            check_certificate(certificate[1], certificate[0])

    def test_key_of_another(self, certificate, authority, tmp_path):
        authority.issue_cert(HOST).private_key_pem.write_to_path(str(tmp_path / "key.pem"))
        with pytest.raises(CannotServe, match="are not a certificate and its key"):
            check_certificate(certificate[0], tmp_path / "key.pem")

    def test_key_with_a_password_never_asks_at_the_terminal(self, certificate, tmp_path):
        from cryptography.hazmat.primitives import serialization as form

        key = form.load_pem_private_key(certificate[1].read_bytes(), None)
        (tmp_path / "key.pem").write_bytes(
            key.private_bytes(
                form.Encoding.PEM, form.PrivateFormat.PKCS8, form.BestAvailableEncryption(b"pw")
            )
        )
        with pytest.raises(CannotServe, match="without a password"):
            check_certificate(certificate[0], tmp_path / "key.pem")


@pytest.mark.parametrize(
    "settings, address",
    [
        ({}, "http://127.0.0.1:8000"),
        ({"host": "0.0.0.0", "port": 80}, "http://127.0.0.1:80"),
        ({"host": "::1"}, "http://[::1]:8000"),
        ({"public_url": "https://lib.example.edu/"}, "https://lib.example.edu"),
    ],
    ids=["default", "everywhere", "version 6", "public"],
)
def test_the_address_shown_can_be_typed(settings, address):
    assert address_of(SiteSettings(**settings)) == address


@pytest.mark.parametrize(
    "behind_proxy, forwarded, address",
    [
        (False, "198.51.100.7", "10.0.0.1"),
        (True, "198.51.100.7", "198.51.100.7"),
        (True, "1.2.3.4, 198.51.100.7", "198.51.100.7"),
        (True, "", "10.0.0.1"),
    ],
    ids=["no proxy: the header is a visitor's claim", "proxy", "the visitor adds one", "no header"],
)
def test_where_a_request_came_from(settings, behind_proxy, forwarded, address):
    settings.SITE_SETTINGS = SiteSettings(behind_proxy=behind_proxy)
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert client_address(request) == address
