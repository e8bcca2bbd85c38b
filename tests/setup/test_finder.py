"""The browser parts a page may load, in a checkout and in a wheel."""

from pathlib import Path

import pytest

from shuren.web.browser_parts import BROWSER_PARTS
from shuren.web.finders import BrowserPartsFinder


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    """A node_modules that has the listed files and others."""
    for file in [*BROWSER_PARTS.values(), "echarts/index.js", "secret.txt"]:
        path = tmp_path / "node_modules" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file, "utf-8")
    return tmp_path / "node_modules"


@pytest.fixture
def finder(tmp_path: Path, parts: Path) -> BrowserPartsFinder:
    return BrowserPartsFinder(wheel=tmp_path / "no vendor folder", checkout=parts)


def test_a_listed_part_is_found_by_its_served_name(finder, parts):
    assert finder.find("vendor/htmx.min.js") == str(parts / "htmx.org/dist/htmx.min.js")


@pytest.mark.parametrize(
    "path",
    [
        "echarts/index.js",
        "vendor/echarts/index.js",
        "vendor/../secret.txt",
        "vendor/",
        "secret.txt",
    ],
)
def test_nothing_else_of_node_modules_is_served(finder, path):
    assert finder.find(path) is None
    assert finder.find(path, find_all=True) == []


def test_the_list_reads_back_the_same_files(finder):
    served = {name: storage.open(name).read() for name, storage in finder.list(None)}
    assert served == {f"vendor/{n}": file.encode() for n, file in BROWSER_PARTS.items()}


def test_in_a_wheel_the_vendor_folder_is_used(tmp_path, parts):
    vendor = tmp_path / "vendor"
    vendor.mkdir()
    (vendor / "htmx.min.js").write_text("from the wheel", "utf-8")
    finder = BrowserPartsFinder(wheel=vendor, checkout=parts)
    assert finder.find("vendor/htmx.min.js") == str(vendor / "htmx.min.js")


def test_missing_parts_are_named_with_the_way_out(tmp_path):
    finder = BrowserPartsFinder(wheel=tmp_path / "a", checkout=tmp_path / "b")
    (message,) = finder.check()
    assert "htmx.min.js" in message.msg
    assert "./shuren" in str(message.hint)
