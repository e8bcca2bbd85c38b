"""Trouble outside the program is a sentence, in either language; doctor names all of it at once."""

import json
import sqlite3
import subprocess
import sys

import pytest

from shuren.cli.main import FAILED
from shuren.cli.trouble import explain
from shuren.kernel.i18n import use_language
from tests.cli.test_main import shuren


@pytest.fixture
def library(tmp_path):
    assert shuren("init", str(tmp_path / "lib")).returncode == 0
    return tmp_path / "lib"


@pytest.mark.parametrize(
    "words, sentence",
    [
        ("database or disk is full", "The disk is full."),
        ("disk I/O error", "The disk is full."),
        ("file is not a database", "is damaged"),
        ("attempt to write a readonly database", "may not be written"),
        ("database is locked", "busy"),
        ("connection refused", "does not answer"),
    ],
)
def test_words_of_the_database_become_sentences(words, sentence):
    use_language("en")
    said = explain(sqlite3.OperationalError(words))
    use_language(None)
    assert said
    assert sentence in said[0]
    assert said[1]


def test_a_fault_of_ours_is_not_explained_away():
    assert explain(ValueError("no")) is None


@pytest.mark.parametrize("lang, words", [("en", "database"), ("zh", "数据库")])
def test_a_damaged_database_is_said(library, lang, words):
    (library / "data").mkdir(exist_ok=True)
    (library / "data" / "shuren.sqlite3").write_bytes(b"garbage" * 1000)
    done = shuren("--site", str(library), "quarantine", "list", SHUREN_LANG=lang)
    assert done.returncode == FAILED
    assert words in done.stderr
    assert "unexpected" not in done.stderr
    checked = shuren("--site", str(library), "doctor", SHUREN_LANG=lang)
    assert checked.returncode == FAILED
    assert "settings_and_database" not in checked.stdout


def test_doctor_names_a_mistake_in_every_kind_of_definition(library):
    for place, text in {
        "contracts/loans.yaml": "id: loans\n",
        "models/mart/mine.sql": "SELECT 1\n",
        "indicators/mine.yaml": "titel: x\n",
        "roles/mine.yaml": "kind: staff\n",
        "purposes/mine.yaml": "a: [\n",
    }.items():
        (library / "definitions" / place).parent.mkdir(parents=True, exist_ok=True)
        (library / "definitions" / place).write_text(text)
    done = shuren("--site", str(library), "doctor", "--json")
    findings = json.loads(done.stdout)
    wrong = " ".join(f["message"] for f in findings if f["state"] == "wrong")
    for name in ("loans.yaml", "mine.sql", "indicators/mine.yaml", "purposes/mine.yaml"):
        assert name in wrong
    assert done.returncode == FAILED


def test_a_mistake_in_the_settings_is_one_finding(library):
    (library / "shuren.toml").write_text("a = [")
    findings = json.loads(shuren("--site", str(library), "doctor", "--json").stdout)
    assert sum("shuren.toml" in f["message"] for f in findings) == 1


def test_doctor_asks_whom_harvesters_should_write_to(library):
    settings = library / "shuren.toml"

    def advice():
        findings = json.loads(shuren("--site", str(library), "doctor", "--json").stdout)
        return [f["fix"] for f in findings if "/oai" in f["message"]]

    settings.write_text('public_url = "https://lib.example.edu"\n')
    (fix,) = advice()
    assert "admin_email" in fix
    settings.write_text(settings.read_text() + 'admin_email = "oai@example.edu"\n')
    assert advice() == []
    settings.write_text('admin_email = "nobody"\n')
    findings = json.loads(shuren("--site", str(library), "doctor", "--json").stdout)
    assert any("admin_email" in f["message"] for f in findings if f["state"] == "wrong")


def test_a_table_in_a_pipe_breaks_no_name_in_two(library, tmp_path):
    export = tmp_path / "2024-2025学年第一学期全校借阅流水（含分馆）最终版.csv"
    export.write_text("reader_id,loaned_at\n" + "".join(f"s{n},x\n" for n in range(3)))
    assert shuren("--site", str(library), "load", "loans", str(export)).returncode == 3
    listed = shuren("--site", str(library), "quarantine", "list").stdout
    assert export.name in listed


def test_one_unreadable_file_among_many_does_not_stop_the_rest(library, tmp_path):
    good, folder = tmp_path / "good.csv", tmp_path / "folder"
    good.write_text("reader_id,loaned_at\ns1,2025-01-01\n")
    folder.mkdir()
    loop = tmp_path / "loop.csv"
    loop.symlink_to(loop)
    long = tmp_path / ("x" * 300)
    done = shuren(
        "--site", str(library), "load", "loans", str(folder), str(loop), str(long), str(good),
        "--json",
    )  # fmt: skip
    assert done.returncode != 0
    results = json.loads(done.stdout)
    assert [("error" in result) for result in results] == [True, True, True, False]


def test_ctrl_c_is_not_lost_while_an_object_is_taken_down():
    code = (
        "import signal, sys, time\n"
        "from shuren.cli import main\n"
        # A shell gives its background jobs a Ctrl-C that is ignored.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "class Held:\n"
        "    def __del__(self): raise KeyboardInterrupt\n"
        "def work(arguments):\n"
        "    try:\n"
        "        Held()\n"
        "        time.sleep(20)\n"
        "    except KeyboardInterrupt:\n"
        "        return main.INTERRUPTED\n"
        "main.run = work\n"
        "main.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (130, "")
