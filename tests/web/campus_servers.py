"""Providers of a campus that really answer: OpenID Connect, CAS, and one that lies."""

import base64
import hashlib
import hmac
import json
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from shuren.kernel.sign_in_settings import CasSettings, OidcSettings
from shuren.web.sign_in import oidc
from tests.web import campus_cas

SITE = "http://testserver"
NO_ALGORITHM = b'{"alg":"none"}'
RULES = [
    {"claim": "affiliation", "value": "student", "role": "student"},
    {"claim": "affiliation", "value": "librarian", "role": "front_desk"},
]


@pytest.fixture(scope="session")
def oidc_server() -> Iterator[str]:
    """oidc-provider-mock: real codes, keys, signatures and tokens; anybody may sign in."""
    import oidc_provider_mock

    with oidc_provider_mock.run_server_in_thread(require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(scope="session")
def cas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("cas")
    script = Path(campus_cas.__file__)
    process = subprocess.Popen(
        [sys.executable, script, folder], stdout=subprocess.PIPE, text=True, cwd=folder
    )
    assert process.stdout is not None
    port = process.stdout.readline().strip()
    assert port.isdigit(), "the CAS server did not start"
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(10)


@pytest.fixture
def campus(settings: Any, site: Any) -> Iterator[Callable[..., None]]:
    """`campus(oidc=…)` or `campus(cas=…)` declares a campus, as shuren.toml would."""

    def declare(public_url: str = SITE, **ways: Any) -> None:
        sign_in = settings.SITE_SETTINGS.sign_in.model_copy(update=ways)
        changes = {"sign_in": sign_in, "public_url": public_url}
        settings.SITE_SETTINGS = settings.SITE_SETTINGS.model_copy(update=changes)

    settings.SITE = site
    (site.secrets).mkdir(parents=True, exist_ok=True, mode=0o700)
    (site.secrets / "oidc").write_text("the client's secret", "utf-8")
    (site.secrets / "oidc").chmod(0o600)
    oidc.forget_providers()
    yield declare
    oidc.forget_providers()


def by_oidc(issuer: str, **more: Any) -> OidcSettings:
    said = {
        "issuer": issuer, "client_id": "shuren", "roles": RULES,
        "card_claim": "card", "name_claim": "name",
    }  # fmt: skip
    return OidcSettings.model_validate(said | more)


def by_cas(server: str, **more: Any) -> CasSettings:
    said = {"server": server, "roles": RULES, "card_claim": "card", "name_claim": "cn"}
    return CasSettings.model_validate(said | more)


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def at_oidc(address: str, sub: str, **claims: Any) -> str:
    """Sign in (or deny) at the provider's own form; where it sends the browser then."""
    issuer = "{0.scheme}://{0.netloc}".format(urlsplit(address))
    httpx.put(f"{issuer}/users/{sub}", json=claims).raise_for_status()
    answer = httpx.post(address, data={"sub": sub})
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def at_cas(browser: httpx.Client, address: str, username: str) -> str:
    """The same at the CAS server's form; `browser` keeps its session there."""
    page = browser.get(address)
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    for tag in re.findall(r"<input[^>]+>", page.text):
        found = dict(re.findall(r'(name|value)="([^"]*)"', tag))
        if found.get("name"):
            form.setdefault(found["name"], found.get("value", ""))
    form |= {"username": username, "password": campus_cas.PASSWORD}
    service = parse_qs(urlsplit(address).query)["service"][0]
    form["service"] = service
    answer = browser.post(address, data=form)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


class Liar:
    """A provider that signs whatever it is told to, and keeps to the protocol otherwise.

    It checks the code verifier (RFC 7636) and the client's secret as a strict provider does.
    """

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, parameters={"kid": "one"})
        self.published = [self.key]
        self.token: Callable[[dict[str, Any]], str] = self.signed
        self.challenge = ""
        self.claims: dict[str, Any] = {}
        self.seen: list[dict[str, str]] = []
        self.issuer = ""

    def signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)

    def answer(self, path: str, form: dict[str, str], sign: str) -> tuple[int, dict[str, Any]]:
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }
        if path == "/keys":
            return 200, KeySet(self.published).as_dict(private=False)
        self.seen.append(form)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        kept = base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == self.challenge
        said = base64.b64encode(b"shuren:the client's secret").decode()
        if not kept or sign != f"Basic {said}":
            return 400, {"error": "invalid_grant"}
        return 200, {"id_token": self.token(self.claims), "token_type": "Bearer"}


@contextmanager
def serving(liar: Liar) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(*liar.answer(self.path, {}, ""))

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(text).items()}
            self._send(*liar.answer(self.path, form, self.headers.get("Authorization", "")))

        def _send(self, status: int, content: dict[str, Any]) -> None:
            data = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    liar.issuer = f"http://127.0.0.1:{server.server_port}"
    yield liar.issuer
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def liar() -> Iterator[Liar]:
    found = Liar()
    with serving(found):
        yield found


def by_public_key(key: RSAKey, claims: dict[str, Any]) -> str:
    """HS256 with the provider's public key for a secret, an old trick; no library signs that."""
    head = {"alg": "HS256", "kid": "one"}
    said = ".".join(_encoded(json.dumps(part).encode()) for part in (head, claims))
    return f"{said}.{_encoded(hmac.digest(key.as_pem(private=False), said.encode(), 'sha256'))}"


def unsigned(claims: dict[str, Any]) -> str:
    return f"{_encoded(NO_ALGORITHM)}.{_encoded(json.dumps(claims).encode())}."


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
