"""Search servers for tests: one that a package brings along, and whichever TEST_SEARCH_URL names.

The one of the package (osmem-server) keeps everything in memory, speaks OpenSearch's interface and
refuses what it does not know. The other may be OpenSearch or Elasticsearch; TEST_SEARCH_USER,
TEST_SEARCH_SECRET and TEST_SEARCH_CA say how it is reached.
"""

import json
import os
import time
from collections.abc import Iterable
from pathlib import Path
from uuid import uuid4

from shuren.discovery.definitions import shelving
from shuren.discovery.internals.opensearch import writing
from shuren.discovery.internals.opensearch.server import Server
from shuren.discovery.internals.records import Record
from shuren.kernel.search_settings import OpenSearchSettings
from shuren.kernel.settings import read_settings
from shuren.kernel.shapes import no_progress
from shuren.kernel.site import Site, open_site
from tests.discovery.catalogue import CATALOGUE
from tests.early import make_site


def named_server() -> dict[str, str] | None:
    """What shuren.toml says of the server of TEST_SEARCH_URL; None where that is not set."""
    if not os.environ.get("TEST_SEARCH_URL"):
        return None
    said = {"url": os.environ["TEST_SEARCH_URL"]}
    if user := os.environ.get("TEST_SEARCH_USER"):
        said |= {"sign_in": "basic", "user": user}
    if authority := os.environ.get("TEST_SEARCH_CA"):
        said["ca_cert"] = authority
    return said


def site_of(folder: Path, **said: object) -> Site:
    """A site whose engine is a search server, under a name no other test has."""
    site = open_site(make_site(folder))
    said = {"index": f"t{uuid4().hex[:12]}", "timeout_s": 20.0} | said
    lines = [f"{name} = {json.dumps(value)}" for name, value in said.items()]
    text = '[search]\nengine = "opensearch"\n[search.opensearch]\n' + "\n".join(lines) + "\n"
    site.settings_file.write_text(text, "utf-8")
    if secret := os.environ.get("TEST_SEARCH_SECRET"):
        site.secrets.mkdir(parents=True, exist_ok=True)
        path = site.secrets / "search"
        path.write_text(secret, "utf-8")
        path.chmod(0o600)
    return site


def settings_of(site: Site) -> OpenSearchSettings:
    said = read_settings(site).search.opensearch
    assert said is not None
    return said


def server_of(site: Site) -> Server:
    return Server(site, settings_of(site))


def filled(site: Site, records: Iterable[Record] = CATALOGUE) -> Site:
    """Its index made anew of these records, as `shuren index --all` does."""
    begun = time.monotonic()
    writing.make(server_of(site), records, shelving(None), "S1", no_progress, begun)
    return site


def taken_away(site: Site) -> None:
    """Whatever the site has on the server."""
    server = server_of(site)
    for name in server.write("GET", f"{server.settings.index}-*/_mapping") or {}:
        server.write("DELETE", name)
