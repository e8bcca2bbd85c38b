"""Chinese is complete: nothing untranslated, fuzzy or stale, and compiled as written."""

import polib
import pytest

from tools.messages import CATALOGUE, collect, find_problems, read_catalogue, updated


def test_the_catalogue_is_complete():
    assert find_problems(collect(), read_catalogue(CATALOGUE), CATALOGUE) == []


@pytest.fixture
def package(tmp_path):
    """A small package that says one thing in each of the ways there are."""
    root = tmp_path / "src" / "shuren"
    (root / "web" / "templates").mkdir(parents=True)
    (root / "cli").mkdir()
    (root / "web" / "pages.py").write_text('_("Hello %(name)s.", name=1)\n_("a" "b")\n', "utf-8")
    (root / "web" / "templates" / "page.html").write_text(
        '<p>\n  {% translate "Find" %} {% translate "copies" context "unit" %}</p>'
        "{% blocktranslate count n=n %}{{ n }} book{% plural %}"
        "{{ n }} books{% endblocktranslate %}",
        "utf-8",
    )
    (root / "cli" / "load.py").write_text(
        '@click.command()\n@click.option("--x", help="Do it twice.")\n'
        'def load():\n    """Load a file.\n\n    Slowly.\n    """\n',
        "utf-8",
    )
    return root


def test_messages_are_collected_wherever_people_read_them(package):
    assert set(collect(package)) == {
        ("", "Hello %(name)s.", ""),
        ("", "ab", ""),
        ("", "Find", ""),
        ("unit", "copies", ""),
        ("", "%(n)s book", "%(n)s books"),
        ("", "Do it twice.", ""),
        ("", "Load a file.\n\nSlowly.", ""),
    }


@pytest.mark.parametrize(
    "spoil, said",
    [
        (lambda entry: setattr(entry, "msgstr", ""), "untranslated"),
        (lambda entry: entry.flags.append("fuzzy"), "fuzzy"),
        (lambda entry: setattr(entry, "msgid", "Gone."), "stale"),
        (lambda entry: setattr(entry, "msgstr", "你好。"), "other places"),
    ],
    ids=["empty", "fuzzy", "stale", "a lost place"],
)
def test_what_is_not_ready_is_named(package, tmp_path, spoil, said):
    messages = {("", "Hello %(name)s.", ""): ["web/pages.py"]}
    catalogue = updated(messages, polib.POFile())
    entry = catalogue[0]
    entry.msgstr = "%(name)s，你好。"
    path = tmp_path / "django.po"
    path.with_suffix(".mo").write_bytes(catalogue.to_binary())
    assert find_problems(messages, catalogue, path) == []
    spoil(entry)
    assert any(problem.startswith(said) for problem in find_problems(messages, catalogue, path))


def test_a_compiled_file_of_other_words_is_noticed(tmp_path):
    path = tmp_path / "django.po"
    path.with_suffix(".mo").write_bytes(b"old")
    assert find_problems({}, polib.POFile(), path) == ["django.mo is not compiled from django.po"]


def test_translations_are_kept_when_the_source_moves():
    messages = {("", "Find", ""): ["web/a.py"]}
    old = updated(messages, polib.POFile())
    old[0].msgstr = "查找"
    new = updated({("", "Find", ""): ["web/b.py"], ("", "New", ""): ["web/b.py"]}, old)
    assert {entry.msgid: entry.msgstr for entry in new} == {"Find": "查找", "New": ""}
