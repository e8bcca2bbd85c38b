"""Our code keeps the laws of the house, and every law is seen to catch a planted violation."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house_rules import RULES, Violation, mining_keeps_to_the_door

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src"

# Places over a limit, with the size they may have. The list only shrinks.
EXCEPTIONS: dict[str, int] = {}


def size(violation: Violation) -> int:
    digits = violation.what.split()[0]
    return int(digits) if digits.isdigit() else 0


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_our_code_keeps_the_rule(rule):
    broken = [v for v in rule(SOURCE) if size(v) > EXCEPTIONS.get(v.place, 0) or not size(v)]
    assert not broken, "\n".join(f"{v.place}: {v.rule}: {v.what}" for v in broken)


def test_the_exception_list_only_shrinks():
    found = {v.place: size(v) for rule in RULES for v in rule(SOURCE)}
    stale = {place: limit for place, limit in EXCEPTIONS.items() if found.get(place, 0) < limit}
    assert not stale, f"lower or remove these exceptions: {stale}"


LONG_FUNCTION = "def long():\n" + "    x = 1\n" * 61

PLANTS = {
    "mining_keeps_to_the_door": ("insight/planted.py", "from shuren.trust import linking\n"),
    "file_length": ("data/planted.py", "x = 1\n" * 401),
    "function_length": ("data/planted.py", LONG_FUNCTION),
    "empty_init": ("insight/__init__.py", "from shuren.data import queries\n"),
    "engines_in_their_rooms": ("web/planted.py", "def f():\n    import duckdb\n"),
    "no_private_names_in_strings": (
        "service/planted.py",
        "owner = models.ForeignKey('data.Load', on_delete=1)\n",
    ),
    "small_protocols": (
        "data/planted.py",
        "class Source(Protocol):\n" + "".join(f"    def m{i}(self): ...\n" for i in range(5)),
    ),
    "unfinished_marks": ("data/planted.py", "x = 1  # TO" + "DO later\n"),
    "printing": ("trust/planted.py", "print('reader')\n"),
    "rooms_have_a_purpose": ("memory/README.md", ""),
    "one_sql_door": ("insight/planted.py", "x = 'lake/raw/loans'\n"),
}


def test_every_rule_has_a_plant():
    assert set(PLANTS) == {rule.__name__ for rule in RULES}


@pytest.fixture
def copied_source(tmp_path):
    shutil.copytree(
        SOURCE,
        tmp_path / "src",
        ignore=shutil.ignore_patterns("__pycache__", "static", "vendor", "*.egg-info"),
    )
    return tmp_path / "src"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_planted_violation_is_caught(rule, copied_source):
    name, text = PLANTS[rule.__name__]
    place = copied_source / "shuren" / name
    place.write_text(text, "utf-8")
    assert any(place.parent.name in violation.place for violation in rule(copied_source))


# Ways round the guard rail that an engine could try (row I18).
BYPASSES = [
    "from shuren.trust.actions import unseal\n",
    "from shuren.trust.linking import veiled_identities\n",
    "import shuren.trust.glass\n",
    "from shuren.data.actions import load_file\n",
    "from shuren.data import internals\n",
    "from shuren.data.models import Task\n",
    "from django.db import connection\n",
    "def f(site):\n    return list(site.raw.iterdir())\n",
    "def f():\n    return settings.SITE.snapshots\n",
    "def f(path):\n    return open(path).read()\n",
    "def f():\n    return apps.get_model('trust', 'Identity')\n",
    "def f():\n    return import_module('shuren.trust.internals.identities')\n",
    "def f(site, actor):\n    return data.read(site, 'mart.loan_fact', actor=actor)\n",
    "def f(site, actor):\n    return queries.calculate(site, 't', values={}, actor=actor)\n",
]


@pytest.mark.parametrize("text", BYPASSES, ids=lambda text: text.splitlines()[-1].strip())
def test_mining_cannot_go_round_the_guard(text, tmp_path):
    place = tmp_path / "shuren" / "insight" / "planted.py"
    place.parent.mkdir(parents=True)
    place.write_text(text, "utf-8")
    assert [v.rule for v in mining_keeps_to_the_door(tmp_path)][:1] == ["mining"]


def test_what_asks_at_the_door_is_no_bypass(tmp_path):
    place = tmp_path / "shuren" / "insight" / "planted.py"
    place.parent.mkdir(parents=True)
    place.write_text(
        "from shuren.data import queries as data\nfrom shuren.trust.errors import NotAllowed\n"
        "def f(site, actor):\n    return data.read(site, 't', purpose='x', actor=actor)\n",
        "utf-8",
    )
    assert list(mining_keeps_to_the_door(tmp_path)) == []


IMPORT_PLANTS = [
    ("kernel/planted.py", "import shuren.data.shapes\n", "Law 1"),
    ("data/planted.py", "import shuren.insight\n", "Law 1"),
    ("discovery/planted.py", "import shuren.memory\n", "Law 1"),
    ("campus/planted.py", "import shuren.data.shapes\n", "Law 1"),
    ("insight/planted.py", "import duckdb\n", "Law 3"),
    ("web/planted.py", "import shuren.trust.models\n", "Law 4"),
    ("insight/planted.py", "import shuren.data.internals\n", "Law 4"),
]


@pytest.mark.parametrize(
    "name, text, law",
    IMPORT_PLANTS,
    ids=["kernel looks up", "data looks up", "siblings", "campus", "engine", "models", "internals"],
)
def test_a_planted_import_is_caught(name, text, law, copied_source):
    (copied_source / "shuren" / name).write_text(text, "utf-8")
    result = lint_imports(copied_source.parent)
    assert result.returncode != 0
    broken = [line for line in result.stdout.splitlines() if "BROKEN" in line]
    assert any(law in line for line in broken), result.stdout


def test_our_imports_keep_the_contracts():
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter with our configuration on the `shuren` package below `folder`/src."""
    code = (
        "import sys; sys.path[:0] = [sys.argv[1], sys.argv[2]]; sys.argv[1:] = []\n"
        "from importlinter.cli import lint_imports\n"
        "sys.exit(lint_imports(config_filename=__import__('os').environ['LINT_CONFIG'], "
        "no_cache=True))"
    )
    return subprocess.run(
        [sys.executable, "-c", code, str(folder / "src"), str(ROOT)],
        cwd=folder,
        env={"LINT_CONFIG": str(ROOT / "pyproject.toml"), "PATH": "", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
