"""What this checkout installs is pinned to the byte, and names no host it comes from."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from shuren.web.browser_parts import BROWSER_PARTS
from tests.setup.checkout import ROOT, tracked_files

PINS = sorted((ROOT / "requirements").glob("*.txt"))
NAMES_A_HOST = re.compile(r"https?:|index-url|find-links|file:", re.IGNORECASE)
LOCK = json.loads((ROOT / "package-lock.json").read_text("utf-8"))


def requirements(path: Path) -> list[str]:
    """Each requirement with its continuation lines joined."""
    joined = path.read_text("utf-8").replace("\\\n", " ")
    lines = [line.strip() for line in joined.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("path", PINS, ids=lambda path: path.name)
def test_every_requirement_is_pinned_and_hashed(path):
    loose = [
        line[:60]
        for line in requirements(path)
        if not re.match(r"[A-Za-z0-9._-]+==[^ ;]+( ;|\s)", line) or "--hash=sha256:" not in line
    ]
    assert loose == []


@pytest.mark.parametrize("name", [*(f"requirements/{p.name}" for p in PINS), "package-lock.json"])
def test_no_lock_names_a_host(name):
    assert NAMES_A_HOST.findall((ROOT / name).read_text("utf-8")) == []


def test_browser_packages_are_locked_with_their_checksums():
    packages = {name: entry for name, entry in LOCK["packages"].items() if name}
    assert packages, "the lock lists packages"
    assert [name for name, entry in packages.items() if "integrity" not in entry] == []
    assert [name for name, entry in packages.items() if "resolved" in entry] == []


def test_browser_packages_are_asked_for_exactly():
    package = json.loads((ROOT / "package.json").read_text("utf-8"))
    asked = {**package["dependencies"], **package["devDependencies"]}
    assert [f"{n} {v}" for n, v in asked.items() if not re.fullmatch(r"\d+\.\d+\.\d+", v)] == []


def test_pages_load_only_files_of_locked_packages():
    packages = {re.match(r"(@[^/]+/)?[^/]+", path)[0] for path in BROWSER_PARTS.values()}
    assert {f"node_modules/{name}" for name in packages} <= set(LOCK["packages"])


def test_the_licence_of_each_browser_package_travels_with_it():
    packages = {path.split("/")[0] for path in BROWSER_PARTS.values()}
    licensed = {p.split("/")[0] for name, p in BROWSER_PARTS.items() if "LICENSE" in name}
    assert packages == licensed


def test_what_is_needed_to_run_is_what_is_declared():
    """pyproject.toml (for pip) and requirements/run.in (for the pins) list the same packages."""

    def names(lines: list[str]) -> set[str]:
        return {re.split(r"[\[<>=~! ]", line, maxsplit=1)[0].lower() for line in lines}

    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    run = [
        line.split("#")[0].strip()
        for line in (ROOT / "requirements" / "run.in").read_text("utf-8").splitlines()
    ]
    assert names(declared["dependencies"]) == names([line for line in run if line])


def test_nothing_of_others_is_kept_in_git():
    """Minified scripts, fonts, wheels and the like come from package indexes, not from here."""
    theirs = re.compile(
        r"(^|/)(node_modules|vendor|third[_-]party)/|\.min\.(js|css)$|\.(woff2?|ttf|otf|whl|jar|so)$"
    )
    assert [name for name in tracked_files() if theirs.search(name)] == []
