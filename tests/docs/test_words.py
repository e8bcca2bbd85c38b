"""Links lead somewhere, and command lines that pages quote can be typed."""

import re
import shlex
import subprocess
from pathlib import Path

import click
import pytest

from shuren.cli import main
from tools.reference.commands import walk

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"\]\(([^)\s]+)\)")
COMMANDS = dict(walk())


def pages():
    """Every Markdown file of the project, written or not yet committed."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    found = [ROOT / name for name in names.splitlines()] or list(ROOT.glob("docs/**/*.md"))
    return [path for path in found if path.is_file()]


@pytest.mark.parametrize("page", pages(), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files(page):
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    targets = [link.split("#")[0] for link in LINK.findall(text) if "://" not in link]
    assert [target for target in targets if target and not (page.parent / target).exists()] == []


def quoted():
    """(page, command line) for each `shuren …` in README and the how-to pages."""
    for page in [*ROOT.glob("README*.md"), *(ROOT / "docs" / "how-to").glob("*.md")]:
        text = page.read_text("utf-8")
        blocks = re.findall(r"```(?:sh|bash|console)?\n(.*?)```", text, re.DOTALL)
        lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
        lines += re.findall(r"`((?:[A-Z_]+=\S+ )*(?:\./)?shuren [^`]+)`", text)
        for line in lines:
            for part in line.split("#")[0].split("&&"):
                if match := re.match(
                    r"\s*(?:\$ )?(?:sudo )?(?:[A-Z_]+=\S+ )*(?:\S*/)?shuren (.+)", part
                ):
                    yield page.name, match[1].strip()


@pytest.mark.parametrize("page, line", sorted(set(quoted())), ids=str)
def test_a_quoted_command_line_can_be_typed(page, line):
    words = [word for word in shlex.split(line) if word not in ("…", "...")]
    assert problem(words) == ""


def test_a_line_nobody_could_type_is_found():
    assert problem(["build", "--fast"]) == "build has no --fast"
    assert problem(["bild"]) == "there is no command bild"
    assert problem(["quarantine", "lst"]) == "there is no command quarantine lst"
    assert problem(["--sight", "lib", "build"]) == "shuren has no --sight"


def problem(words):
    """What is wrong with a command line, or ''."""
    if words[0] == "test":  # ./shuren test hands the rest to pytest
        return ""
    words, wrong = without_options(main.shuren, words, stop_at_word=True)
    path, command = (), main.shuren
    while not wrong and words and command in (main.shuren, *GROUPS.values()):
        path += (words[0],)
        if path not in COMMANDS:
            return f"there is no command {' '.join(path)}"
        command = COMMANDS[path]
        group = path in GROUPS
        words, wrong = without_options(command, words[1:], stop_at_word=group)
    return wrong


GROUPS = {path: command for path, command in COMMANDS.items() if isinstance(command, click.Group)}


def without_options(command, words, *, stop_at_word):
    """The words that are no options, and the first option the command does not have."""
    options = {name: o for o in command.params for name in (*o.opts, *o.secondary_opts)}
    rest = []
    words = list(words)
    while words:
        word = words.pop(0)
        if not word.startswith("-"):
            rest.append(word)
            if stop_at_word:
                return [*rest, *words], ""
            continue
        name, equals, _value = word.partition("=")
        if name in ("--help", "-h"):
            continue
        if name not in options:
            return rest, f"{command.name} has no {name}"
        if not equals and not options[name].is_flag and words:
            words.pop(0)
    return rest, ""
