"""A search server that is away, slow, busy, locked or something else: each has its sentence, and
none is asked for longer than it was given. What answers here answers only that."""

import json
import logging
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import trustme

from shuren.discovery.errors import NoIndex, SearchAway, SearchRefused
from shuren.discovery.internals import engines, schema
from shuren.discovery.internals.opensearch import server as link
from shuren.discovery.search_shapes import Query
from shuren.kernel.errors import UsageError
from shuren.kernel.settings import read_settings
from shuren.kernel.site import Site
from tests.discovery.serving import server_of, site_of

Said = tuple[int, bytes]


class Answering:
    """Answers every request with what `says` gives, and notes what it was asked."""

    def __init__(self, wrap: Callable[[object], object] | None = None) -> None:
        self.says: Callable[[str], Said] = lambda path: (200, b"{}")
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                content = self.rfile.read(length)
                outer.asked.append((self.command, self.path, dict(self.headers), content))
                code, body = outer.says(self.path)
                try:
                    self.send_response(code)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass  # who asked has gone

            do_GET = do_POST = do_PUT = do_DELETE = _answer

            def log_message(self, *given: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        if wrap is not None:
            self.http.socket = wrap(self.http.socket)  # type: ignore[assignment]
        self.port = self.http.server_address[1]
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()


@pytest.fixture
def answering() -> Iterator[Answering]:
    made = Answering()
    yield made
    made.close()


def site_at(tmp_path, answering: Answering, **said: object) -> Site:
    return site_of(tmp_path / "site", url=f"http://127.0.0.1:{answering.port}", **said)


def search(site: Site) -> None:
    engines.engine(site).answer(Query("三国"))


REFUSED = {
    "no password": (401, b"{}", "does not let us in"),
    "no right": (403, b'{"error": "x"}', "does not let us in"),
    "a web page": (200, b"<html>", "is none"),
    "a list": (200, b"[]", "is none"),
    "another system's 404": (404, b"<html>", "is none"),
    "a query it does not read": (
        400, b'{"error": {"type": "parsing_exception", "reason": "SECRETWORDS"}, "status": 400}',
        "parsing_exception",
    ),
}  # fmt: skip


@pytest.mark.parametrize("code, body, sentence", REFUSED.values(), ids=REFUSED)
def test_what_is_no_answer_is_told_in_a_sentence_that_repeats_nothing_of_it(
    tmp_path, answering, caplog, code: int, body: bytes, sentence: str
) -> None:
    answering.says = lambda path: (code, body)
    with caplog.at_level(logging.DEBUG), pytest.raises(SearchRefused, match=sentence) as told:
        search(site_at(tmp_path, answering))
    assert "search.opensearch" in told.value.fix
    assert "SECRETWORDS" not in f"{told.value} {caplog.text}"


@pytest.mark.parametrize("code", [429, 500, 502, 503])
def test_busy_or_broken_it_is_away_for_now(tmp_path, answering, code: int) -> None:
    answering.says = lambda path: (code, b"{}")
    with pytest.raises(SearchAway, match="does not answer"):
        search(site_at(tmp_path, answering))


def test_an_index_that_was_never_made_is_said_to_be_missing(tmp_path, answering) -> None:
    answering.says = lambda path: (404, b'{"error": {"type": "index_not_found_exception"}}')
    with pytest.raises(NoIndex, match="shuren index"):
        search(site_at(tmp_path, answering))


def test_nobody_waits_longer_than_was_set(tmp_path, answering) -> None:
    done = threading.Event()

    def slow(path: str) -> Said:
        done.wait(60)
        return 200, b"{}"

    answering.says = slow
    site = site_at(tmp_path, answering, timeout_s=0.2)
    # What would answer waits until the search has given up: nothing here is timed.
    with pytest.raises(SearchAway):
        search(site)
    done.set()


def test_after_some_failures_it_is_not_asked_until_it_has_rested(
    tmp_path, answering, monkeypatch
) -> None:
    clock = [1000.0]
    monkeypatch.setattr(link, "monotonic", lambda: clock[0])
    answering.says = lambda path: (503, b"{}")
    site = site_at(tmp_path, answering, failures=3, rest_s=10.0)
    for _turn in range(6):
        with pytest.raises(SearchAway):
            search(site)
    assert len(answering.asked) == 3
    answering.says = lambda path: (404, b'{"error": {}}')
    clock[0] += 9
    with pytest.raises(SearchAway):
        search(site)
    clock[0] += 2
    for _turn in range(2):
        with pytest.raises(NoIndex):
            search(site)
    assert len(answering.asked) == 5


def test_writing_waits_for_a_busy_server_and_asks_again(tmp_path, answering, monkeypatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(link, "sleep", waits.append)
    codes = [429, 429, 200]
    answering.says = lambda path: (codes.pop(0), b'{"count": 7}')
    assert server_of(site_at(tmp_path, answering)).write("GET", "x/_count") == {"count": 7}
    assert waits == [0.5, 1.0]
    codes += [429] * 6
    with pytest.raises(SearchAway):
        server_of(site_at(tmp_path, answering)).write("GET", "x/_count")


SIGN_INS = {
    "none": ({}, None),
    "basic": ({"sign_in": "basic", "user": "shuren"}, "Basic c2h1cmVuOnMzY3JldA=="),
    "api_key": ({"sign_in": "api_key"}, "ApiKey s3cret"),
}


@pytest.mark.parametrize("said, header", SIGN_INS.values(), ids=SIGN_INS)
def test_it_is_signed_in_with_a_secret_that_stands_in_no_setting_and_no_log(
    tmp_path, answering, monkeypatch, caplog, said: dict[str, object], header: str | None
) -> None:
    monkeypatch.setenv("SHUREN_SECRET_SEARCH", "s3cret")
    site = site_at(tmp_path, answering, **said)
    with caplog.at_level(logging.DEBUG), pytest.raises(NoIndex):
        search(site)
    [(_method, path, headers, _content)] = answering.asked
    assert headers.get("Authorization") == header
    assert "s3cret" not in caplog.text + path + site.settings_file.read_text("utf-8")


def test_words_of_a_search_are_in_no_address_and_no_log(tmp_path, answering, caplog) -> None:
    said = {"x": {"mappings": {"_meta": {"shuren": {
        "schema": schema.VERSION, "snapshot": "S", "records": 1, "made_at": "now"}}}}}  # fmt: skip
    answering.says = lambda path: (200, json.dumps(said).encode()) if "_mapping" in path else (
        400, b'{"error": {"type": "x"}}')  # fmt: skip
    with caplog.at_level(logging.DEBUG), pytest.raises(SearchRefused):
        engines.engine(site_at(tmp_path, answering)).answer(Query("hongloumeng"))
    (_m, _mapping, _h, _c), (method, path, _headers, content) = answering.asked
    assert method == "POST"
    assert path.endswith("/_search?allow_partial_search_results=false")
    assert b"hongloumeng" in content
    assert "hongloumeng" not in path + caplog.text


def test_a_certificate_nobody_vouches_for_is_not_taken(tmp_path) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    made = Answering(lambda socket: context.wrap_socket(socket, server_side=True))
    made.says = lambda path: (404, b'{"error": {}}')
    url = f"https://localhost:{made.port}"
    try:
        with pytest.raises(SearchAway):
            search(site_of(tmp_path / "unknown", url=url))
        known = site_of(tmp_path / "known", url=url, ca_cert="ca.pem")
        authority.cert_pem.write_to_path(str(known.root / "ca.pem"))
        with pytest.raises(NoIndex):
            search(known)
    finally:
        made.close()
    nothing = site_of(tmp_path / "nothing", url=url, ca_cert="missing.pem")
    with pytest.raises(SearchRefused, match=r"missing\.pem"):
        search(nothing)


WRONG = {
    "no address": ('engine = "opensearch"', "search.opensearch"),
    "no https": ('[search.opensearch]\nurl = "http://search.example.org"', "https"),
    "a password in it": ('[search.opensearch]\nurl = "https://u:p@example.org"', "secret"),
    "capitals": ('[search.opensearch]\nurl = "https://a.org"\nindex = "Shuren"', "small letters"),
    "nobody": ('[search.opensearch]\nurl = "https://a.org"\nsign_in = "basic"', "user"),
    "a slip": ('[search.opensearch]\nurl = "https://a.org"\ntimeout = 3', "timeout_s"),
    "another engine": ('engine = "solr"', "embedded"),
}


@pytest.mark.parametrize("text, sentence", WRONG.values(), ids=WRONG)
def test_wrong_settings_are_named(site: Site, text: str, sentence: str) -> None:
    site.settings_file.write_text(f"[search]\n{text}\n", "utf-8")
    with pytest.raises(UsageError, match=sentence):
        read_settings(site)
