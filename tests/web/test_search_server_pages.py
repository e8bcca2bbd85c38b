"""Pages over a search server: as over the embedded engine while it answers, and in sentences while
it does not; whatever needs no search goes on."""

import json
import re
from html import unescape

import pytest
from osmem_server import OsmemServer

from shuren.discovery.actions import index
from shuren.kernel.shapes import Actor
from tests.discovery.serving import site_of

pytestmark = pytest.mark.django_db

VISITOR = Actor("", "anonymous")
AWAY = "现在搜索没有回应"


def point_at(site, folder, url: str) -> None:
    """The site's engine is the server at this address."""
    text = site_of(folder / "said", url=url).settings_file.read_text("utf-8")
    site.settings_file.write_text(site.settings_file.read_text("utf-8") + text, "utf-8")


def see(client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return unescape(answer.content.decode())


def test_what_the_pages_show_comes_from_the_server(client, library, tmp_path):
    embedded = see(client, "/find/?q=三体")
    server = OsmemServer.start(japanese=False, startup_timeout=120)
    try:
        point_at(library, tmp_path, server.url)
        assert "还没有检索索引" in see(client, "/find/?q=三体")
        assert index(library, actor=VISITOR).rebuilt
        remote = see(client, "/find/?q=三体")
        path = re.search(r'href="(/find/[0-9a-f]{32}/)"', remote)[1]
        assert path in embedded
        for count in ("facet-count", "book-title"):
            assert remote.count(count) == embedded.count(count)
        assert "三体[M]" in see(client, path)
        assert "I247.55/7" in see(client, "/find/shelf/?at=I247")
        found = json.loads(client.get("/find/suggest/?q=三").content)["suggestions"]
        assert "三体" in [one["text"] for one in found]
    finally:
        server.process.kill()
        server.process.wait()
    assert AWAY in see(client, "/find/?q=三体")


def test_while_it_is_away_the_page_says_so_and_all_else_goes_on(client, library, tmp_path):
    point_at(library, tmp_path, "http://127.0.0.1:9")
    page = see(client, "/find/?q=三体")
    assert AWAY in page
    assert "shuren index" not in page
    assert 'value="三体"' in page
    assert AWAY in see(client, "/find/shelf/?at=I247")
    assert json.loads(client.get("/find/suggest/?q=三").content) == {"suggestions": []}
    assert AWAY in see(client, "/find/nothing/", 503)
    for path in ("/", "/find/", "/sign-in/"):
        see(client, path)
