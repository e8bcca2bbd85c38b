"""The command line as a person meets it: help, names, exit codes, sentences."""

import subprocess
import sys

import pytest

from shuren.cli.main import entries, site_first

QUIET = {"PATH": "", "SHUREN_LANG": "en"}


def shuren(*arguments, cwd=None, **environment):
    return subprocess.run(
        [sys.executable, "-m", "shuren", *arguments],
        cwd=cwd,
        env=QUIET | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_names_every_command_in_both_languages():
    english, chinese = shuren("--help"), shuren("--help", SHUREN_LANG="zh")
    assert english.returncode == chinese.returncode == 0
    for entry in entries():
        assert f"  {entry.name} " in english.stdout
        assert f"  {entry.name} " in chinese.stdout
        assert entry.help in english.stdout
    assert "数据" in chinese.stdout


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from shuren.cli.main import run; run(['--help']);"
        "print(sorted({'django', 'rich', 'duckdb', 'pyarrow', 'numpy'} & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], env=QUIET, capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", [entry.name for entry in entries()])
def test_every_command_has_help_of_its_own(name):
    result = shuren(name, "--help")
    assert result.returncode == 0, result.stderr
    assert "Usage: shuren" in result.stdout


def test_an_unknown_command_is_answered_with_the_nearest():
    result = shuren("biuld")
    assert result.returncode == 2
    assert "Did you mean 'build'?" in result.stderr


def test_a_folder_that_is_no_site_is_said_with_the_way_out(tmp_path):
    result = shuren("--site", str(tmp_path), "build")
    assert result.returncode == 2
    assert "has no shuren.toml" in result.stderr
    assert "shuren init" in result.stderr
    assert "Traceback" not in result.stderr


def test_init_makes_a_site_once(tmp_path):
    folder = tmp_path / "my library"
    first = shuren("init", str(folder))
    assert first.returncode == 0, first.stderr
    assert (folder / "shuren.toml").is_file()
    again = shuren("init", str(folder))
    assert again.returncode == 1
    assert "is a site already" in again.stderr


def test_init_leaves_a_folder_with_other_things_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine", "utf-8")
    result = shuren("init", str(tmp_path))
    assert result.returncode == 1
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_output_into_a_pipe_has_no_colours(tmp_path):
    result = shuren("init", str(tmp_path / "lib"))
    assert "\x1b[" not in result.stdout + result.stderr


@pytest.mark.parametrize(
    "line, meant",
    [
        (["load", "loans", "a.csv", "--site", "lib"], ["--site", "lib", "load", "loans", "a.csv"]),
        (["doctor", "--site=lib"], ["--site=lib", "doctor"]),
        (["--site", "lib", "doctor"], ["--site", "lib", "doctor"]),
        (["load", "loans", "--", "--site", "x"], ["load", "loans", "--", "--site", "x"]),
        (["doctor", "--site"], ["doctor", "--site"]),
    ],
    ids=["after", "with =", "before", "a file's name", "without a folder"],
)
def test_the_site_may_be_named_anywhere(line, meant):
    assert site_first(line) == meant
