"""`shuren report`: what it writes, what it says, what it refuses."""

import os
from pathlib import Path

import pytest

from shuren.cli.main import run
from shuren.kernel.site import Site
from tests.web.conftest import library as library
from tests.web.library import built as built

pytestmark = pytest.mark.django_db


def report(site: Site, out: Path, *arguments: str) -> int:
    return run(["--site", str(site.root), "--lang", "en", "report", "--out", str(out), *arguments])


def test_one_command_writes_every_format_in_both_languages(library, tmp_path, capsys):
    assert report(library, tmp_path / "new" / "folder") == 0
    names = sorted(path.name for path in (tmp_path / "new" / "folder").iterdir())
    assert names == sorted(
        f"monthly-2026-03-{language}.{kind}"
        for language in ("zh", "en")
        for kind in ("html", "pdf", "xlsx")
    )
    said = capsys.readouterr().out
    assert "2026-03" in said
    assert all(name in said for name in names)


def test_files_that_are_there_are_left_alone_unless_forced(library, tmp_path, capsys):
    mine = tmp_path / "monthly-2026-03-en.html"
    mine.write_text("mine")
    assert report(library, tmp_path, "--lang", "both", "--format", "html") == 2
    assert mine.read_text() == "mine"
    assert [path.name for path in tmp_path.glob("monthly-*")] == [mine.name]
    assert "Already there: monthly-2026-03-en.html" in capsys.readouterr().err
    assert report(library, tmp_path, "--lang", "en", "--format", "html", "--force") == 0
    assert "Monthly report, March 2026" in mine.read_text("utf-8")


def test_a_failure_half_way_leaves_no_half_file(library, tmp_path, monkeypatch):
    def broken(*_names: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", broken)
    assert report(library, tmp_path / "out", "--format", "html") == 1
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    "arguments, code, sentence",
    [
        (("--month", "2026-13"), 2, "no data for the month"),
        (("--month", "2031-01"), 2, "2026-03 to 2026-04"),
        (("--format", "docx"), 2, "'docx' is no format"),
        (("--format", ","), 2, "is no format"),
        (("--lang", "fr"), 2, "fr"),
    ],
)
def test_what_cannot_be_is_a_sentence(library, tmp_path, capsys, arguments, code, sentence):
    assert report(library, tmp_path / "out", *arguments) == code
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_site_without_data_says_what_to_do(site, tmp_path, capsys):
    assert report(site, tmp_path / "out") == 2
    assert "shuren build" in capsys.readouterr().err
