"""What is written about the platform is what the platform does."""

import ast
import re
from pathlib import Path

import click
import pytest

from shuren.cli import main
from shuren.data.definitions import NAMING_RULES
from shuren.data.rules import RULES
from shuren.kernel import calendar
from shuren.kernel.definitions import SHIPPED
from shuren.kernel.settings import PREFIX, RUN_NAMES, SiteSettings
from tools.reference.__main__ import FOLDER, PAGES, stale_pages
from tools.reference.commands import ENVIRONMENT, EXIT_CODES, walk
from tools.reference.definitions import EXAMPLES, KINDS, PARTS

ROOT = Path(__file__).parents[2]
COMMANDS = dict(walk())


def page(name):
    return (FOLDER / f"{name}.md").read_text("utf-8")


def test_every_page_is_current():
    assert stale_pages() == [], "run `python -m tools.reference`"


def test_a_page_that_says_something_else_is_stale(monkeypatch):
    monkeypatch.setitem(PAGES, "rules", lambda: "N99")
    assert stale_pages() == ["rules"]


def test_every_command_and_option_is_documented_in_both_languages():
    text = page("commands")
    for path, command in COMMANDS.items():
        section = text.split(f"# shuren {' '.join(path)}\n")[1].split("\n#")[0]
        assert re.search(r"[\u4e00-\u9fff]", section), path
        for option in command.params:
            if isinstance(option, click.Option):
                assert option.help, (path, option.name)
                assert f"| `{option.opts[0]}" in section


def test_every_exit_code_is_documented():
    codes = {value for name, value in vars(main).items() if name.isupper() and type(value) is int}
    assert codes == set(EXIT_CODES)


def test_every_name_the_code_takes_from_the_environment_is_documented():
    files = [ROOT / "shuren", ROOT / ".ci" / "run", ROOT / "hatch_build.py"]
    for folder in ("src", "tools"):
        files += (ROOT / folder).rglob("*.py")
    found = {
        name for file in files for name in re.findall(r"\bSHUREN_[A-Z_]*[A-Z]", file.read_text())
    }
    of_settings = {PREFIX + name.upper() for name in SiteSettings.model_fields}
    assert found - of_settings - set(ENVIRONMENT) == set()
    assert set(RUN_NAMES) <= set(ENVIRONMENT)


def test_every_setting_is_documented():
    assert all(f"| `{name}` |" in page("settings") for name in SiteSettings.model_fields)


def test_every_rule_is_documented():
    for code in (*RULES, *NAMING_RULES):
        assert f"| {code} |" in page("rules")


def test_every_kind_of_definition_is_documented():
    kinds = {path.name for path in SHIPPED.iterdir() if path.is_dir()}
    assert kinds == set(PARTS) == set(KINDS) == set(EXAMPLES)
    text = page("definitions")
    for parts in PARTS.values():
        for name, key in (item for keys in parts.values() for item in keys.items()):
            assert key.zh
            assert key.en
            assert f"| `{name}` |" in text


@pytest.mark.parametrize("kind", ["calendars", "vocabularies"])
def test_keys_read_without_a_check_are_documented(kind):
    """These two loaders take what they know and let the rest be, so their source is asked."""
    folder = Path(calendar.__file__).parents[1]
    file = {"calendars": "kernel/calendar.py", "vocabularies": "data/internals/vocabularies.py"}
    known = {name for keys in PARTS[kind].values() for name in keys}
    assert keys_read((folder / file[kind]).read_text("utf-8")) <= known


def keys_read(source):
    """The constants in `content["…"]` and `entry.get("…")` of a loader."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Subscript):
            found.append((ast.unparse(node.value), node.slice))
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith((".get", ".pop")):
            found.append((ast.unparse(node.func).rpartition(".")[0], node.args[0]))
    return {
        key.value
        for place, key in found
        if isinstance(key, ast.Constant) and place.endswith(("content", "entry", "read_yaml()"))
    }


def test_the_index_leads_to_every_page():
    index = (FOLDER / "README.md").read_text("utf-8")
    assert all(f"({name}.md)" in index for name in PAGES)
