"""The small catalogue, indexed once: tests only ask it."""

from collections.abc import Iterator

import pytest
from osmem_server import OsmemServer

from shuren.kernel.site import Site, open_site
from tests.discovery.catalogue import indexed
from tests.discovery.serving import filled, named_server, site_of, taken_away
from tests.early import make_site


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return indexed(open_site(make_site(tmp_path_factory.mktemp("shelf") / "site")))


@pytest.fixture(scope="session")
def search_server() -> Iterator[str]:
    """Address of the search server that the package brings."""
    server = OsmemServer.start(japanese=False, startup_timeout=120)
    try:
        yield server.url
    finally:
        server.process.kill()
        server.process.wait()


@pytest.fixture(scope="session")
def packaged(search_server: str, tmp_path_factory: pytest.TempPathFactory) -> Site:
    return filled(site_of(tmp_path_factory.mktemp("packaged") / "site", url=search_server))


@pytest.fixture(scope="session")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    said = named_server()
    if said is None:
        pytest.skip("TEST_SEARCH_URL names no OpenSearch or Elasticsearch server")
    site = site_of(tmp_path_factory.mktemp("named") / "site", **said)
    try:
        yield filled(site)
    finally:
        taken_away(site)
