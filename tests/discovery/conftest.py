"""The small catalogue, indexed once: tests only ask it."""

import pytest

from shuren.kernel.site import Site, open_site
from tests.discovery.catalogue import indexed
from tests.early import make_site


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return indexed(open_site(make_site(tmp_path_factory.mktemp("shelf") / "site")))
