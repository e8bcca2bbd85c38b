"""The catalogue of translations: python -m tools.messages [--check]

Collects every English sentence a person may see: `_()` in Python, {% translate %} in
templates, the help of commands and their options. Writes them to the Chinese catalogue,
sorted, keeping what is translated; a new one is empty until somebody translates it. Then
compiles the catalogue. --check changes nothing and exits 1 if anything is left to do.
"""

import argparse
import ast
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import polib
from babel.messages.extract import extract

PACKAGE = Path(__file__).parents[1] / "src" / "shuren"
CATALOGUE = PACKAGE / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
METADATA = {
    "Project-Id-Version": "shuren",
    "Language": "zh_Hans",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}

# A message's identity: its context ("" for none), its text, its plural ("" for none).
Message = tuple[str, str, str]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if not ready")
    choice = parser.parse_args()
    if choice.check:
        problems = find_problems(collect(), read_catalogue(CATALOGUE), CATALOGUE)
        print("\n".join(problems) or "The catalogue is complete.")
        return 1 if problems else 0
    catalogue = updated(collect(), read_catalogue(CATALOGUE))
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    CATALOGUE.write_text(str(catalogue).rstrip() + "\n", "utf-8")
    CATALOGUE.with_suffix(".mo").write_bytes(catalogue.to_binary())
    empty = [entry.msgid for entry in catalogue if not entry.translated()]
    print(f"{len(catalogue)} messages, {len(empty)} without a translation")
    return 0


def collect(package: Path = PACKAGE) -> dict[Message, list[str]]:
    """Every message of the source, with the files that say it."""
    found: dict[Message, set[str]] = {}
    for path in sorted(package.rglob("*.py")):
        for message in _python_messages(path):
            found.setdefault(message, set()).add(path.relative_to(package.parent).as_posix())
    for path in sorted(package.rglob("templates/**/*.html")):
        for message in _template_messages(path):
            found.setdefault(message, set()).add(path.relative_to(package.parent).as_posix())
    return {message: sorted(files) for message, files in found.items()}


def _python_messages(path: Path) -> Iterator[Message]:
    source = path.read_bytes()
    yield from _extracted(source)
    if path.parent.name == "cli":
        yield from _command_help(ast.parse(source))


def _template_messages(path: Path) -> Iterator[Message]:
    from django.utils.translation.template import templatize

    # What is not a message comes out as X of the same length; only its indentation is no Python.
    lines = templatize(path.read_text("utf-8")).splitlines()
    yield from _extracted("\n".join(line.strip() for line in lines).encode())


def _extracted(source: bytes) -> Iterator[Message]:
    options = {"encoding": "utf-8"}
    for _line, found, _comments, context in extract(
        "python", BytesIO(source), keywords=KEYWORDS, options=options
    ):
        single, plural = (found[-2], found[-1]) if isinstance(found, tuple) else (found, "")
        if single:
            yield (context or "", single, plural)


def _command_help(tree: ast.Module) -> Iterator[Message]:
    """Docstrings of click commands and the `help=` of their options: click shows them, and
    shuren.cli.main translates them as it does."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef):
            continue
        for decorator in node.decorator_list:
            name = ast.unparse(decorator.func) if isinstance(decorator, ast.Call) else ""
            if name.endswith((".command", ".group")) and ast.get_docstring(node):
                yield ("", ast.get_docstring(node) or "", "")
            if isinstance(decorator, ast.Call):
                for keyword in decorator.keywords:
                    if keyword.arg == "help" and isinstance(keyword.value, ast.Constant):
                        yield ("", str(keyword.value.value), "")


def read_catalogue(path: Path) -> polib.POFile:
    return polib.pofile(str(path), wrapwidth=100) if path.is_file() else polib.POFile(wrapwidth=100)


def updated(messages: dict[Message, list[str]], old: polib.POFile) -> polib.POFile:
    """The messages with what `old` says about them; what nobody says any more is left out."""
    known = {_identity(entry): entry for entry in old if not entry.obsolete}
    new = polib.POFile(wrapwidth=100)
    new.metadata = METADATA
    for message in sorted(messages, key=lambda one: (one[1].casefold(), one)):
        context, single, plural = message
        before = known.get(message)
        new.append(
            polib.POEntry(
                msgctxt=context or None,
                msgid=single,
                msgid_plural=plural,
                msgstr=before.msgstr if before else "",
                msgstr_plural=(before.msgstr_plural if before else {0: ""}) if plural else {},
                occurrences=[(file, "") for file in messages[message]],
                flags=["fuzzy"] if before and before.fuzzy else [],
            )
        )
    return new


def find_problems(
    messages: dict[Message, list[str]], catalogue: polib.POFile, path: Path
) -> list[str]:
    """One line for each message that is missing, empty, fuzzy or stale, or that loses a place
    to fill in; and one if the compiled file is not of these words."""
    problems = []
    known = {_identity(entry): entry for entry in catalogue if not entry.obsolete}
    for message, files in messages.items():
        if message not in known:
            problems.append(f"missing: {message[1]!r} ({files[0]})")
    for message, entry in known.items():
        if message not in messages:
            problems.append(f"stale: {entry.msgid!r}")
        elif entry.fuzzy:
            problems.append(f"fuzzy: {entry.msgid!r}")
        elif not entry.translated():
            problems.append(f"untranslated: {entry.msgid!r}")
        elif lost := _lost_places(entry):
            problems.append(f"other places to fill in ({lost}): {entry.msgid!r}")
    compiled = path.with_suffix(".mo")
    if not compiled.is_file() or compiled.read_bytes() != catalogue.to_binary():
        problems.append(f"{compiled.name} is not compiled from {path.name}")
    return problems


def _lost_places(entry: polib.POEntry) -> str:
    """Names of %(name)s that only one side has."""
    source = entry.msgid_plural or entry.msgid
    target = entry.msgstr_plural[0] if entry.msgid_plural else entry.msgstr
    return ", ".join(sorted(_places(source) ^ _places(target)))


def _places(text: str) -> set[str]:
    return {part.split(")")[0] for part in text.split("%(")[1:]}


def _identity(entry: polib.POEntry) -> Message:
    return (entry.msgctxt or "", entry.msgid, entry.msgid_plural or "")


if __name__ == "__main__":
    sys.exit(main())
