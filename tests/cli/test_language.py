"""The command line speaks one language at a time, click's words included."""

import inspect
from pathlib import Path

import click
import pytest

from shuren.cli.language import click_words
from shuren.kernel.i18n import ENGLISH, use_language
from tests.cli.test_main import shuren


def test_help_is_chinese_to_the_last_word():
    help = shuren("account", "add", "--help", SHUREN_LANG="zh").stdout
    assert "用法" in help
    assert "必填" in help
    assert "显示这段说明后退出。" in help
    for word in ("Usage", "Options:", "required", "Show this"):
        assert word not in help


@pytest.mark.parametrize(
    "line, said",
    [
        (["load"], "缺少参数"),
        (["build", "--fast"], "没有 '--fast' 这个选项"),
        (["serve", "--port", "x"], "'--port' 的值不对"),
    ],
    ids=["missing argument", "unknown option", "wrong value"],
)
def test_a_wrong_call_is_answered_in_chinese(line, said):
    result = shuren(*line, SHUREN_LANG="zh")
    assert result.returncode == 2
    assert said in result.stderr


def test_lang_on_the_line_wins_over_the_environment():
    help = shuren("--lang", "en", "load", "--help", SHUREN_LANG="zh").stdout
    assert "Show this message and exit." in help


@pytest.fixture
def english():
    use_language(ENGLISH)
    yield
    use_language(None)


@pytest.mark.usefixtures("english")
def test_what_we_translate_is_what_click_says():
    folder = Path(inspect.getfile(click)).parent
    source = "\n".join(path.read_text("utf-8") for path in folder.glob("*.py"))
    assert [word for word in click_words() if f'"{word}"' not in source] == []
