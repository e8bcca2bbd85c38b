"""What ./shuren says on a machine that lacks something."""

from pathlib import Path

import pytest

from tests.setup.checkout import base_python, copy_checkout, make_machine, run_script

SCRIPT_ONLY = ("shuren", "requirements", "package.json", "package-lock.json", "pyproject.toml")

OLD_PYTHON = "exit 1"


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    return copy_checkout(tmp_path / "a library", *SCRIPT_ONLY)


def without(module: str) -> str:
    return f'case "$*" in *"import {module}"*) exit 1;; esac\nexec "{base_python()}" "$@"'


def failing_at(arguments: str, words: str) -> str:
    fault = f'echo "{words}" >&2; exit 1'
    return f'case "$*" in *"{arguments}"*) {fault};; esac\nexec "{base_python()}" "$@"'


CASES = {
    "no Python": ({}, "needs Python 3.11 or newer"),
    "an old Python": ({"python3": OLD_PYTHON, "python": OLD_PYTHON}, "needs Python 3.11 or newer"),
    "no venv module": ({"python3": without("venv")}, "venv module is missing"),
    "little disk space": (
        {"python3": f'exec "{base_python()}" "$@"', "df": "printf 'head\\n/dev/x 9 9 1000 9 /\\n'"},
        "too little disk space",
    ),
    "the disk fills up": (
        {"python3": failing_at("-m venv", "OSError: [Errno 28] No space left on device")},
        "no disk space left",
    ),
    "no network": (
        {"python3": failing_at("-m venv", "Could not resolve host")},
        "package indexes of Python and Node.js",
    ),
    "a certificate of unknown origin": (
        {"python3": failing_at("-m venv", "invalid peer certificate: UnknownIssuer")},
        "certificate that is not trusted",
    ),
    "a forged download": (
        {"python3": failing_at("-m venv", "THESE PACKAGES DO NOT MATCH THE HASHES")},
        "not the file that was pinned",
    ),
    "something else": (
        {"python3": failing_at("-m venv", "Segmentation fault")},
        "Set-up failed at this step",
    ),
}


@pytest.mark.parametrize("programs, sentence", CASES.values(), ids=CASES)
def test_what_is_missing_is_said_in_one_sentence(bare, tmp_path, programs, sentence):
    machine = make_machine(tmp_path / "bin", **programs)
    result = run_script(bare, path=machine)
    assert result.returncode == 1
    assert sentence in result.stderr
    assert result.stdout == ""
    assert not (bare / ".venv-lock").exists(), "the lock is given back"


def test_a_refusal_is_said_in_chinese_too(bare, tmp_path):
    result = run_script(bare, path=make_machine(tmp_path / "bin"))
    assert "需要 Python 3.11" in result.stderr


def test_a_named_python_that_is_too_old_is_refused(bare, tmp_path):
    machine = make_machine(tmp_path / "bin", python3=f'exec "{base_python()}" "$@"', old=OLD_PYTHON)
    result = run_script(bare, path=machine, SHUREN_PYTHON=str(machine / "old"))
    assert "needs Python 3.11" in result.stderr


def test_a_lock_whose_owner_is_gone_is_taken_over(bare, tmp_path):
    (bare / ".venv-lock").mkdir()
    (bare / ".venv-lock" / "pid").write_text("999999999\n")
    result = run_script(bare, path=make_machine(tmp_path / "bin"))
    assert "needs Python 3.11" in result.stderr
    assert "Another set-up" not in result.stderr


def test_a_set_up_that_broke_off_is_begun_again(bare, tmp_path):
    """A half-made environment has no stamp, so the next run does not hand over to it."""
    fake = bare / ".venv" / "bin" / "python"
    fake.parent.mkdir(parents=True)
    fake.write_text("#!/bin/sh\necho never run\n")
    fake.chmod(0o755)
    result = run_script(bare, path=make_machine(tmp_path / "bin"))
    assert result.returncode == 1
    assert "never run" not in result.stdout
