"""The wheel, installed in a new environment away from the checkout, is the whole platform."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from shuren.web.browser_parts import BROWSER_PARTS
from tests.setup.checkout import ROOT, tracked_files

pytestmark = [pytest.mark.setup, pytest.mark.xdist_group("wheel")]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not (ROOT / "node_modules").is_dir():
        pytest.skip("node_modules is not installed; run ./shuren test")
    target = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", target, ROOT]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(target.glob("*.whl"))


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of a new environment that has the pinned packages and the wheel."""
    folder = tmp_path_factory.mktemp("new environment") / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    uv = Path(sys.executable).parent / "uv"
    if not uv.is_file():
        pytest.skip("uv is not installed beside this Python; run ./shuren test")
    install = [str(uv), "pip", "install", "--quiet", "--python", str(folder / "bin" / "python")]
    pins = [*install, "--require-hashes", "-r", str(ROOT / "requirements" / "run.txt")]
    # From uv's cache where it can; a first set-up filled it.
    done = subprocess.run([*pins, "--offline"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        done = subprocess.run(pins, capture_output=True, text=True, check=False)
    if done.returncode != 0 and os.environ.get("CI") != "true":
        pytest.skip("packages are neither in uv's cache nor to be had from an index")
    assert done.returncode == 0, done.stderr
    subprocess.run([*install, "--no-deps", str(wheel)], check=True)
    return folder / "bin"


@pytest.fixture(scope="module")
def library(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("library") / "lib"
    done = run(environment, "init", str(folder))
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def server(environment: Path, library: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = library.parent / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [environment / "shuren", "--site", library, "serve", "--port", str(port)],
            cwd=library.parent, env=outside(), stdout=output, stderr=output,
        )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address, process, log)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def outside() -> dict[str, str]:
    """An environment that does not know this checkout."""
    ours = ("SHUREN_", "PYTHONPATH", "DJANGO_", "PYTEST_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def run(environment: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [environment / "shuren", *arguments],
        cwd=environment, env=outside(), capture_output=True, text=True, check=False,
    )  # fmt: skip


def wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        assert process.poll() is None, log.read_text("utf-8")
        try:
            get(address)
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(log.read_text("utf-8"))


def get(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=30) as answer:
        assert answer.status == 200
        return bytes(answer.read())


def test_every_file_of_the_package_is_in_the_wheel(wheel):
    inside = set(zipfile.ZipFile(wheel).namelist())
    sources = {name.removeprefix("src/") for name in tracked_files("src/shuren")}
    assert sources - inside == set()


def test_the_wheel_holds_the_browser_parts_and_nothing_unlisted(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    vendor = {n.rsplit("/", 1)[1] for n in names if n.startswith("shuren/web/vendor/")}
    assert vendor == set(BROWSER_PARTS)
    assert [n for n in names if not n.startswith(("shuren/", "shuren-"))] == []


def test_the_licence_is_in_the_wheel(wheel):
    licence = next(n for n in zipfile.ZipFile(wheel).namelist() if n.endswith("licenses/LICENSE"))
    assert "Apache License" in zipfile.ZipFile(wheel).read(licence).decode()


def test_the_command_is_there(environment):
    assert run(environment, "--version").stdout.startswith("shuren ")


def test_definitions_are_found_without_a_checkout(environment):
    program = (
        "from shuren.kernel.definitions import SHIPPED\n"
        "print(*sorted(p.relative_to(SHIPPED).as_posix() for p in SHIPPED.rglob('*.*')), sep='\\n')"
    )
    python = [environment / "python", "-P", "-c", program]
    found = subprocess.run(
        python, cwd=environment, env=outside(), capture_output=True, text=True, check=True
    ).stdout.splitlines()
    shipped = ROOT / "src" / "shuren" / "definitions"
    expected = [(ROOT / n).relative_to(shipped).as_posix() for n in tracked_files(str(shipped))]
    assert [name for name in found if name.endswith((".yaml", ".sql"))] == sorted(
        name for name in expected if name.endswith((".yaml", ".sql"))
    )


def test_a_new_library_is_served(server):
    assert b"<html" in get(f"{server}/")


def test_browser_parts_are_served_and_nothing_beside_them(server):
    prefix = re.search(rb'"(/static/[^/"]*/)', get(f"{server}/"))
    assert prefix, "the page loads something static"
    static = server + prefix[1].decode()
    parts = ROOT / "node_modules"
    for name in ("echarts.min.js", "htmx.min.js"):
        assert get(f"{static}vendor/{name}") == (parts / BROWSER_PARTS[name]).read_bytes()
    with pytest.raises(urllib.error.HTTPError, match="404"):
        get(f"{static}echarts/package.json")
