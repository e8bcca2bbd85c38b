"""The demo library of the journeys: set up by the command a person would give."""

import json
import sqlite3
import subprocess
import sys

from tests.journeys.test_walks import plain_environment

# What the index and the matchers load themselves, beside the exports.
MATCHED = {"work_links", "reader_links", "reader_pairs", "suggestions", "content_entities"}
COMMAND = [sys.executable, "-m", "shuren", "demo", "--no-serve", "--scale", "0.05"]


def set_up(folder):
    result = subprocess.run(
        [*COMMAND, str(folder)],
        env=plain_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stderr


def receipts(folder):
    found = [json.loads(path.read_text("utf-8")) for path in folder.glob("data/receipts/*.json")]
    return {one["source_name"]: one for one in found if one["contract"] not in MATCHED}


def rows_of(folder, sql):
    with sqlite3.connect(f"file:{folder / 'data/shuren.sqlite3'}?mode=ro", uri=True) as database:
        return database.execute(sql).fetchall()
