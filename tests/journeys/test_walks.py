"""The walks of docs/map.md that work, from the terminal to the page, as a newcomer would go."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

# A GBK export as an ILS writes it: four good rows, a repeat, a broken quote, a bad date.
EXPORT = """\
读者证号,题名,索书号,借出时间,归还日期
20230001,三体,I247.55/7,2026-03-02 10:00:00,2026-03-20
20230002,三体,I247.55/7,2026-03-21 10:00:00,
20230003,"红楼梦",I242.4/1,2026-03-05 09:30:00,2026-04-01
20230003,"红楼梦",I242.4/1,2026-03-05 09:30:00,2026-04-01
20230004,"活着,I247.57/1,2026-03-06 09:30:00,
20230005,活着,I247.57/1,2026-13-06 09:30:00,
20230006,活着,I247.57/1,2026-03-07 09:30:00,
"""


def plain_environment() -> dict[str, str]:
    """Ours, in English, on the site's own SQLite whatever the test run uses."""
    kept = {name: value for name, value in os.environ.items() if "DATABASE" not in name}
    return kept | {"SHUREN_LANG": "en"}


def shuren(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "shuren", "--site", str(site), *arguments],
        env=plain_environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def answer(site: Path, *arguments: str):
    result = shuren(site, *arguments, "--json")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "my library"
    made = subprocess.run(
        [sys.executable, "-m", "shuren", "init", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    return folder


def test_a_row_comes_in_is_mended_and_shows_on_the_page(library, tmp_path):
    export = tmp_path / "loans 2026.csv.gz"
    export.write_bytes(gzip.compress(EXPORT.encode("gbk")))

    receipt = answer(library, "load", "loans", str(export))[0]
    assert (receipt["records"], receipt["accepted"], receipt["refused"]) == (7, 4, 3)
    assert receipt["encoding"] == "gb18030"
    assert receipt["rules"] == {"R02": 1, "R06": 1, "S02": 1}

    again = shuren(library, "load", "loans", str(export))
    assert again.returncode == 0
    assert "already loaded" in again.stdout + again.stderr

    waiting = answer(library, "quarantine", "show", receipt["id"])
    assert [(row["line"], row["rule"]) for row in waiting] == [(5, "R06"), (6, "S02"), (7, "R02")]
    assert not any("2023000" in json.dumps(row) for row in waiting)

    built = shuren(library, "build")
    assert built.returncode == 0, built.stderr
    assert "I247.55/7" in page_of(library, "/find/?q=三体")
    assert "I247.57/1" in page_of(library, "/find/?q=活着")


def page_of(library: Path, address: str) -> str:
    """The page as the server answers it, from a process of its own that uses this site."""
    code = (
        "import django, sys; django.setup();"
        "from django.test import Client;"
        "response = Client(HTTP_HOST='127.0.0.1').get(sys.argv[1]);"
        "assert response.status_code == 200, response.status_code;"
        "print(response.content.decode())"
    )
    site = {"SHUREN_SITE": str(library), "DJANGO_SETTINGS_MODULE": "shuren.settings"}
    result = subprocess.run(
        [sys.executable, "-c", code, address],
        env=plain_environment() | site,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout
