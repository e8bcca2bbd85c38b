"""`shuren account`: a whole life of an account at the terminal."""

import json
import subprocess
import sys

import pytest

from tests.early import make_site


@pytest.fixture
def account(tmp_path):
    site = make_site(tmp_path / "site")

    def run(*arguments, password=""):
        return subprocess.run(
            [sys.executable, "-m", "shuren", "--lang", "en", "--site", site, "account", *arguments],
            input=password + "\n",
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_an_account_comes_changes_and_goes(account):
    added = account("add", "li", "--role", "student", "--card", "2019001", password="quiet-river-4")
    assert (added.returncode, added.stdout.strip()) == (0, "Added li.")
    [line] = json.loads(account("list", "--json").stdout)
    assert (line["username"], line["role"], line["is_reader"]) == ("li", "student", True)
    assert "2019001" not in json.dumps(line)
    assert "Student" in account("list").stdout
    assert account("password", "li", password="louder-river-5").returncode == 0
    assert account("remove", "li", "--yes").returncode == 0
    assert json.loads(account("list", "--json").stdout) == []


@pytest.mark.parametrize(
    "arguments, password, said",
    [
        (["add", "li", "--role", "studnet"], "quiet-river-4", "Did you mean 'student'?"),
        (["add", "li", "--role", "student"], "short", "at least 10 characters"),
        (["remove", "wu", "--yes"], "", "There is no account called 'wu'."),
    ],
    ids=["role", "password", "nobody"],
)
def test_a_mistake_is_a_sentence_and_exit_code_2(account, arguments, password, said):
    done = account(*arguments, password=password)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
