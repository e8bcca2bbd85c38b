"""`shuren ledger` at the terminal."""

import gzip
import json

import pytest
from click.testing import CliRunner
from django.db import connection

from shuren.cli.checks import ledger as doctor_looks
from shuren.cli.context import CliContext
from shuren.cli.ledger import ledger as command
from shuren.kernel.shapes import Actor
from shuren.trust import ledger

pytestmark = pytest.mark.django_db
CHEN = Actor("chen", "director")


@pytest.fixture
def run(site):
    """Runs `shuren ledger …` on the tests' database."""
    context = CliContext(str(site.root))
    context.__dict__["site"] = site

    def call(*arguments):
        answer = CliRunner().invoke(command, arguments, obj=context, standalone_mode=False)
        if answer.exception:
            raise answer.exception
        return answer.return_value or 0, answer.output

    return call


@pytest.fixture
def numbers():
    return [ledger.append("snapshot", {"n": at}, actor=CHEN) for at in range(3)]


def tamper(number):
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE trust_ledgerentry SET leaf = replace(leaf, 'chen', 'wang') WHERE id = %s",
            [number],
        )


def test_the_head_is_shown_and_printed_as_json(run, numbers):
    code, said = run("head")
    assert (code, ledger.public_key() in said) == (0, True)
    assert json.loads(run("head", "--json")[1])["size"] == 3


def test_verification_says_how_much_holds(run, numbers):
    code, said = run("verify")
    assert (code, "3 of 3 entries" in said) == (0, True)
    assert json.loads(run("verify", "--json")[1])["ok"] is True


def test_verification_names_what_was_changed_and_fails(run, numbers):
    ledger.head()
    tamper(numbers[1])
    code, said = run("verify")
    assert (code, f"Entry {numbers[1]}, at place 1" in said) == (1, True)
    code, said = run("verify", "--json")
    assert (code, json.loads(said)["faults"][0]["number"]) == (1, numbers[1])


def test_the_export_is_one_file_also_packed(run, numbers, tmp_path):
    assert "4 entries" in run("export", str(tmp_path / "a.txt"))[1]  # the export itself is one
    run("export", str(tmp_path / "a.txt.gz"))
    plain = (tmp_path / "a.txt").read_bytes().splitlines()
    packed = gzip.decompress((tmp_path / "a.txt.gz").read_bytes()).splitlines()
    assert packed[1:5] == plain[1:]
    assert len(packed) == 6
    assert sorted(path.name for path in tmp_path.glob("*a.txt*")) == ["a.txt", "a.txt.gz"]


def test_a_proof_is_printed(run, numbers):
    assert json.loads(run("proof", str(numbers[2]))[1])["place"] == 2


def test_a_proof_of_no_entry_is_a_sentence(run, numbers):
    with pytest.raises(ledger.NoSuchEntry, match="no entry of number 99999"):
        run("proof", "99999")


def test_doctor_says_whether_the_ledger_holds(site, numbers):
    [finding] = doctor_looks(CliContext(None), site)
    assert (finding.state, "3 of 3" in finding.message) == ("ok", True)
    tamper(numbers[0])
    [finding] = doctor_looks(CliContext(None), site)
    assert (finding.state, f"Entry {numbers[0]}" in finding.message) == ("wrong", True)
