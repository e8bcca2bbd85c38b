"""The demo library, byte by byte: no identity outside the vault, and after an erasure nothing of
the reader but what must stay under a new name."""

import csv
import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.journeys.demo import rows_of
from tests.journeys.test_walks import plain_environment

pytestmark = pytest.mark.xdist_group("demo")

_HAN = re.compile(r"[㐀-鿿]{3,}")
_NUMBER = re.compile(r"[A-Z]?\d{6,}")
ERASE = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "shuren.settings"
import django
django.setup()
from datetime import timedelta
from django.conf import settings
from shuren.data.internals import building
from shuren.kernel.shapes import Actor
from shuren.service import actions
from shuren.trust.models import Account
from shuren.trust.queries import actor_of

operator = Actor("cli:test", "administrator")
building.MINIMUM_AGE = timedelta(0)  # a snapshot is otherwise kept for ten minutes
actions.erase(settings.SITE, actor_of(Account.objects.get(username="student")))
swept = [actions.sweep(settings.SITE, actor=operator) for _time in range(2)]
print(sum(one.done for one in swept), swept[-1].waiting)
"""


def texts(data: Path) -> Iterator[tuple[Path, str]]:
    """Every file as it lies and, where it is packed, what is in it."""
    for path in sorted(data.rglob("*")):
        if not path.is_file():
            continue
        yield path, path.read_bytes().decode("utf-8", "replace")
        if path.suffix == ".parquet":
            yield path, json.dumps(pq.read_table(path).to_pylist(), default=str, ensure_ascii=False)
        if path.suffix == ".sqlite3":
            with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
                yield path, "\n".join(database.iterdump())


def people(exports: Path) -> tuple[set[str], set[str]]:
    """(names, numbers) of the readers in both card systems' lists: cards and telephones."""
    with (exports / "readers-cards.csv").open(encoding="gb18030", errors="replace") as file:
        university = list(csv.DictReader(file))
    with (exports / "yunxi-cards.csv").open(encoding="utf-8-sig") as file:
        gates = list(csv.DictReader(file))
    names = {row["姓名"] or "" for row in [*university, *gates]}
    numbers = {row[key] or "" for row in university for key in ("证件号", "手机")}
    numbers |= {row[key] or "" for row in gates for key in ("卡号", "学工号", "手机")}
    return (
        {name for name in names if _HAN.fullmatch(name)},
        {number for number in numbers if _NUMBER.fullmatch(number)},
    )


def names_in(text: str, names: set[str]) -> set[str]:
    parts = {
        run[i : i + n] for run in set(_HAN.findall(text)) for n in (3, 4) for i in range(len(run))
    }
    return parts & names


def test_no_name_card_or_telephone_of_a_reader_stands_outside_the_vault(stopped_and_resumed):
    folder, _first, _said = stopped_and_resumed
    names, numbers = people(folder / "exports")
    # Some readers are namesakes of authors and publishers' people: they prove nothing.
    books = [*folder.glob("exports/*.iso"), folder / "exports/items-ils.txt"]
    for path in [*books, *folder.glob("exports/acquisitions.csv")]:
        for encoding in ("utf-8", "gb18030"):
            names -= names_in(path.read_bytes().decode(encoding, "replace"), names)
    assert len(names) > 300
    assert len(numbers) > 900
    found = [
        (str(path.relative_to(folder)), sorted(hits)[:3])
        for path, text in texts(folder / "data")
        if (hits := names_in(text, names) | (set(_NUMBER.findall(text)) & numbers))
    ]
    assert found == []


def test_after_an_erasure_no_byte_of_the_site_has_the_readers_pseudonym(
    stopped_and_resumed, tmp_path
):
    folder = shutil.copytree(stopped_and_resumed[0], tmp_path / "library")
    [(pseudonym,)] = rows_of(
        folder, "SELECT reader_key FROM trust_account WHERE username = 'student'"
    )
    before = [path for path, text in texts(folder / "data") if pseudonym in text]
    assert len(before) > 10
    result = subprocess.run(
        [sys.executable, "-c", ERASE],
        env=plain_environment() | {"SHUREN_SITE": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == ["1", "0"]
    after = [path.relative_to(folder) for path, text in texts(folder / "data") if pseudonym in text]
    assert after == []
    [(now,)] = rows_of(folder, "SELECT reader_key FROM trust_account WHERE username = 'student'")
    assert now not in ("", pseudonym)
