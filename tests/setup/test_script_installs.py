"""./shuren on a fresh clone: one real set-up, in a folder with spaces and Chinese characters."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.setup.checkout import base_python, copy_checkout, make_machine, run_script

pytestmark = [pytest.mark.setup, pytest.mark.xdist_group("setup")]

QUIET = "", 0


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone after its first run; the tests below only ever add runs to it."""
    clone = copy_checkout(tmp_path_factory.mktemp("first") / "my library 图书馆")
    first = run_script(clone)
    if "cannot be reached" in first.stderr and os.environ.get("CI") != "true":
        pytest.skip("no package index can be reached, and a first set-up needs one")
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("shuren "), first.stdout
    for step in ("[1/4]", "[2/4]", "[3/4]", "[4/4]"):
        assert step in first.stderr, "progress is shown"
    return clone


def quiet_and_well(result: subprocess.CompletedProcess[str]) -> bool:
    return (result.stderr, result.returncode) == QUIET


def test_a_second_run_installs_nothing_and_says_nothing(checkout):
    assert quiet_and_well(run_script(checkout))


def test_nothing_is_left_behind_in_the_checkout(checkout):
    made = {entry.name for entry in checkout.iterdir()}
    assert not {".venv-lock", "src/shuren.egg-info"} & made
    assert {".venv", "node_modules"} <= made


def test_arguments_pass_through_unchanged(checkout):
    result = run_script(checkout, ["no such command"])
    assert result.returncode == 2
    assert "no such command" in result.stderr
    assert "Usage" in run_script(checkout, ["--help"], SHUREN_LANG="en").stdout


def test_relative_paths_are_the_callers(checkout, tmp_path):
    run_script(checkout, ["init", "my lib"], cwd=tmp_path)
    assert (tmp_path / "my lib" / "shuren.toml").is_file()


def test_modules_in_the_callers_folder_are_not_ours(checkout, tmp_path):
    (tmp_path / "click.py").write_text("raise SystemExit('the wrong click')\n")
    assert quiet_and_well(run_script(checkout, cwd=tmp_path))


def test_a_link_to_the_script_leads_to_the_checkout(checkout, tmp_path):
    link = tmp_path / "shuren"
    link.symlink_to(checkout / "shuren")
    done = subprocess.run([link, "--version"], capture_output=True, text=True, check=False)
    assert quiet_and_well(done)


def test_no_network_and_no_node_are_needed_once_installed(checkout, tmp_path):
    assert quiet_and_well(run_script(checkout, path=make_machine(tmp_path / "bin")))


def test_a_changed_pin_is_installed_and_nothing_else_is_done_again(checkout):
    pins = checkout / "requirements" / "run.txt"
    pins.write_text(pins.read_text("utf-8") + "# changed\n", "utf-8")
    result = run_script(checkout)
    assert "[1/1] Installing Python packages" in result.stderr
    assert result.returncode == 0
    assert quiet_and_well(run_script(checkout))


def test_a_set_up_that_was_killed_is_mended_by_the_next_run(checkout):
    (checkout / ".venv" / "shuren-stamp").unlink()
    shutil.rmtree(next((checkout / ".venv" / "lib").glob("python*/site-packages/click")))
    result = run_script(checkout)
    assert (result.returncode, result.stdout[:7]) == (0, "shuren "), result.stderr


def test_two_set_ups_at_once_do_one(checkout):
    (checkout / ".venv" / "shuren-stamp").unlink()
    command = [str(checkout / "shuren"), "--version"]
    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate() for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum("Installing Python packages" in error for _, error in said) == 1


def test_a_moved_checkout_works_without_a_network(checkout, tmp_path):
    moved = tmp_path / "elsewhere"
    checkout.rename(moved)
    try:
        offline = {"UV_OFFLINE": "1", "PIP_NO_INDEX": "1", "npm_config_offline": "true"}
        result = run_script(moved, **offline)
        assert (result.returncode, result.stdout[:7]) == (0, "shuren "), result.stderr
        assert quiet_and_well(run_script(moved, **offline))
    finally:
        moved.rename(checkout)


def test_a_machine_without_node_gets_it_from_a_wheel(checkout, tmp_path):
    shutil.rmtree(checkout / "node_modules")
    (checkout / ".venv" / "shuren-stamp").unlink(missing_ok=True)
    machine = make_machine(tmp_path / "bin", python3=f'exec "{base_python()}" "$@"')
    result = run_script(checkout, path=machine)
    assert result.returncode == 0, result.stderr
    assert "Installing browser parts" in result.stderr
    assert (checkout / "node_modules" / "htmx.org" / "dist" / "htmx.min.js").is_file()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_an_ordinary_user_is_told_when_a_checkout_cannot_be_written(checkout, tmp_path_factory):
    """Installed by root for a Python only root can reach, it says so instead of half working."""
    bare = copy_checkout(Path("/tmp") / f"shuren-readonly-{os.getpid()}", "shuren", "requirements")
    try:
        done = subprocess.run(
            [bare / "shuren", "--version"], user="nobody", group="nogroup", extra_groups=[],
            env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 1
        assert "Cannot write to" in done.stderr
    finally:
        shutil.rmtree(bare)
