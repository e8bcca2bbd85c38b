"""`shuren content`: what is found in documents, on a terminal."""

import json
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from shuren.cli.main import shuren
from tests.web.test_content_pages import load_documents


def run(site, *arguments: str):
    return CliRunner().invoke(
        shuren, ["--site", str(site.root), "--lang", "en", *arguments], catch_exceptions=False
    )


@pytest.mark.django_db
def test_words_lead_to_title_page_and_passage(site):
    load_documents(site, index=False)
    assert "There is no index yet" in run(site, "content", "rooms").stdout
    made = json.loads(run(site, "content", "--index", "--json").stdout)
    assert (made["promoted"], made["segments"]) == (True, 3)
    shown = run(site, "content", "rooms")
    assert shown.exit_code == 0
    assert "开放时间, page 1" in shown.stdout
    assert "【rooms】" in shown.stdout
    assert run(site, "content", "zzzz").stdout.startswith("Nothing has these words.")


def test_a_new_process_says_what_to_do_before_there_is_an_index(site):
    result = subprocess.run(
        [sys.executable, "-m", "shuren", "--site", str(site.root), "--lang", "en", "content", "a"],
        capture_output=True, text=True, env=os.environ | {"NO_COLOR": "1"}, check=False,
    )  # fmt: skip
    assert (result.returncode, result.stderr) == (1, "")
    assert "shuren content --index" in result.stdout
