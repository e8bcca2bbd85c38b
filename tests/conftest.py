"""Fixtures every room shares."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from shuren.kernel.site import Site, open_site
from tests.early import make_site

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"

# How long an example takes depends on what else the machine does.
settings.register_profile("any machine", parent=settings(), deadline=None)
settings.load_profile("any machine")

# One process at most, nothing it would fetch by itself, and no sandbox for root.
CHROMIUM_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only the tests that use the database run, without those in a browser; elsewhere
    those it alone can answer are skipped."""
    if not os.environ.get("TEST_DATABASE_URL"):
        no_server = pytest.mark.skip(reason="runs on PostgreSQL only")
        for item in items:
            if item.get_closest_marker("postgres"):
                item.add_marker(no_server)
        return
    kept = [item for item in items if _uses_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def _uses_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    if "browser" in fixtures:
        return False  # what a browser shows is asked once; pages and rooms are asked on both
    return bool(
        item.get_closest_marker("django_db")
        or item.get_closest_marker("postgres")
        or fixtures & {"db", "transactional_db"}
    )


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> None:
    """The real hash takes a fifth of a second on purpose; thousands of tests make an account."""
    from django.conf import settings as django_settings

    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def shared_data() -> Callable[[str], Path]:
    """A file or folder of ../shared/data; the test is skipped where the data is not."""

    def find(name: str) -> Path:
        path = SHARED / name
        if not path.exists():
            pytest.skip(f"../shared/data/{name} is not here")
        return path

    return find


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A new, empty site."""
    return open_site(make_site(tmp_path / "site"))


def find_chromium() -> str | None:
    """The browser of the tests: SHUREN_CHROMIUM, else the one the machine has."""
    named = os.environ.get("SHUREN_CHROMIUM")
    candidates = [named] if named else ["/usr/bin/chromium", "chromium", "chromium-browser"]
    return next((found for name in candidates if (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One Chromium for all browser tests of a process."""
    executable = find_chromium()
    if executable is None:
        pytest.skip("no Chromium here; install Debian's chromium or set SHUREN_CHROMIUM")
    from playwright.sync_api import sync_playwright

    # Playwright's loop runs in this thread, and Django would take it for an async caller.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=executable, args=list(CHROMIUM_FLAGS), headless=True
        )
        yield chromium
        chromium.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def browser_page(browser: Any) -> Iterator[Any]:
    """A page in a context of its own; a script error or a refused script fails the test."""
    context = browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(15_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console",
        lambda message: errors.append(message.text) if "Content Security" in message.text else None,
    )
    yield page
    context.close()
    assert not errors, errors


@pytest.fixture(scope="session")
def axe_script() -> str:
    """axe-core's source, to be run in a page: `page.evaluate(axe_script)`."""
    path = ROOT / "node_modules" / "axe-core" / "axe.min.js"
    if not path.is_file():
        pytest.skip("axe-core is not installed; run ./shuren test")
    return path.read_text("utf-8")
