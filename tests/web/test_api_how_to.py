"""The examples of docs/how-to/api.md work as they stand."""

import re
import shlex
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.web.api_tools import program as program

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "api.md").read_text("utf-8")
EXAMPLES = re.findall(r"^curl .*$", PAGE, re.M)


@pytest.mark.parametrize("line", EXAMPLES)
def test_an_example_answers(program, line):
    one = program()
    words = shlex.split(line.replace("$KEY", one.key).replace("$SITE", "http://localhost"))
    parts = urlsplit(words[-1])
    headers = dict(words[n + 1].split(": ", 1) for n, word in enumerate(words) if word == "-H")
    answer = one.client.get(f"{parts.path}?{parts.query}", headers=headers)
    assert answer.status_code == 200, answer.content


def test_there_are_examples():
    assert len(EXAMPLES) == 7
