"""A pytest plugin that is loaded before Django is: every test process gets a site of its own.

Whatever site, settings or database the person who runs the tests has in the environment is
out of reach of the tests. TEST_DATABASE_URL names the PostgreSQL server of `tools.check`.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# How the tests run, not how a site is.
KEPT = {"SHUREN_PYTHON", "SHUREN_CHROMIUM"}


def make_site(folder: Path) -> Path:
    """The least that is a site: a folder with a settings file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "shuren.toml").write_text("", "utf-8")
    return folder


def _prepare() -> None:
    for name in list(os.environ):
        if name.startswith("SHUREN_") and name not in KEPT:
            del os.environ[name]
    folder = Path(tempfile.mkdtemp(prefix="shuren-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["SHUREN_SITE"] = str(make_site(folder / "site"))
    if url := os.environ.get("TEST_DATABASE_URL"):
        os.environ["SHUREN_DATABASE_URL"] = url


_prepare()
