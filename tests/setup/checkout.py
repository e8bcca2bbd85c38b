"""Copies of this checkout, and machines that lack something."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[2]

# Everything the set-up script calls beside Python and Node.js.
TOOLS = ("sh", "awk", "cat", "cksum", "date", "df", "dirname", "env", "grep", "mkdir", "mv",
         "readlink", "rm", "sed", "sleep", "tail", "uname")  # fmt: skip


def tracked_files(*under: str) -> list[str]:
    """What git knows and the working tree has; new files that are not ignored count too."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *under]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return sorted(name for name in set(done.stdout.split("\0")) if name and (ROOT / name).is_file())


def copy_checkout(target: Path, *under: str) -> Path:
    """A clone as somebody else would have it: no .venv, no node_modules."""
    for name in tracked_files(*under):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target / name)
    return target


def make_machine(folder: Path, **programs: str) -> Path:
    """A PATH folder with the tools above and the given programs, each the text of an sh script."""
    folder.mkdir()
    for tool in TOOLS:
        if found := shutil.which(tool):
            (folder / tool).symlink_to(found)
    for name, text in programs.items():
        program = folder / name
        program.unlink(missing_ok=True)
        program.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
        program.chmod(0o755)
    return folder


def run_script(
    checkout: Path,
    arguments: Iterable[str] = ("--version",),
    *,
    path: Path | None = None,
    cwd: Path | None = None,
    **environment: str,
) -> subprocess.CompletedProcess[str]:
    """`./shuren` with a terminal's usual environment, without this test run's own."""
    ours = ("SHUREN_", "PYTEST_", "PYTHONPATH", "DJANGO_", "VIRTUAL_ENV", "PYENV_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    if path is not None:
        kept["PATH"] = str(path)
    return subprocess.run(
        [str(checkout / "shuren"), *arguments],
        cwd=cwd or checkout.parent,
        env={**kept, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def base_python() -> str:
    """The interpreter below this environment: what a machine would have on its PATH."""
    return os.path.join(sys.base_prefix, "bin", f"python3.{sys.version_info.minor}")
