"""`shuren build` on a site with a few loans: the receipt people see, JSON, steps, exit codes."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from shuren.cli.main import shuren
from shuren.kernel.site import Site
from tests.data.raw_helper import put_raw, reader
from tests.data.test_models import put_model

pytestmark = pytest.mark.django_db


def run(site: Site, *arguments: str) -> str:
    result = CliRunner().invoke(
        shuren, ["--site", str(site.root), "--lang", "en", *arguments], catch_exceptions=False
    )
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def loaded(site: Site) -> Site:
    loan = {"loan_id": "1", "reader_id": reader(1), "title": "三体", "loaned_at": "2026-03-02"}
    put_raw(site, "loans", [loan])
    return site


def test_a_build_lists_its_tables_and_says_how_far_the_data_speak(loaded: Site) -> None:
    shown = run(loaded, "build")
    assert "mart.loan_fact" in shown
    assert "from 1 loads" in shown
    assert "until 2026-03-02" in shown


def test_json_says_the_same(loaded: Site) -> None:
    report = json.loads(run(loaded, "build", "--json"))
    assert report["data_date"] == "2026-03-02"
    assert {t["name"]: t["rows"] for t in report["tables"]}["conformed.loan"] == 1
    assert (loaded.snapshots / report["snapshot"]).is_dir()


def test_without_loans_it_says_what_to_load(site: Site) -> None:
    assert "shuren load loans" in run(site, "build")


def test_steps_show_their_sql_and_publish_nothing(loaded: Site) -> None:
    shown = run(loaded, "build", "--steps", "conformed.loan")
    for step in ("lent", "copy_of_title", "with_item"):
        assert f"{step} · 1 rows" in shown
    assert "三体" in shown
    assert not Path(loaded.current_pointer).exists()


def test_a_broken_model_is_a_sentence_and_exit_code_one(loaded: Site) -> None:
    from shuren.cli.main import run as run_command

    put_model(loaded, "mart.odd", "SELECT nothing AS id FROM raw.items")
    assert run_command(["--site", str(loaded.root), "build"]) == 1
