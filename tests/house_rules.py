"""The laws of the house that imports alone cannot show, as functions over a source tree.

Each rule takes the folder that holds the `shuren` package and yields violations; the tests
run them on our code, and on a planted violation to see that they can fail.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOMS = (
    "web", "cli", "assistant", "management", "service", "insight",
    "discovery", "repository", "memory", "data", "trust", "kernel",
)  # fmt: skip

FILE_LINES, FUNCTION_LINES, PROTOCOL_METHODS = 400, 60, 4

# Third-party parts and the only rooms that may import them (law 3).
ENGINES = {
    ("duckdb", "pyarrow", "sqlglot", "pyspark", "splink"): {"data"},
    ("tantivy", "jieba", "opencc", "whoosh"): {"discovery"},
    ("sklearn", "scipy", "statsmodels", "ortools", "torch"): {"insight", "assistant"},
    ("openai", "anthropic", "ollama", "llama_cpp"): {"assistant"},
    ("django.http", "django.urls", "django.shortcuts", "django.views", "django.template",
     "django.middleware", "ninja"): {"web"},
}  # fmt: skip


@dataclass(frozen=True)
class Violation:
    rule: str
    place: str
    what: str


def python_files(source: Path) -> Iterator[tuple[Path, str]]:
    """Every module with its room ('' for the few at the root); migrations are generated."""
    package = source / "shuren"
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).parts
        if "migrations" not in parts:
            yield path, parts[0] if len(parts) > 1 else ""


def file_length(source: Path) -> Iterator[Violation]:
    for path, _room in python_files(source):
        lines = len(path.read_text("utf-8").splitlines())
        if lines > FILE_LINES:
            yield Violation("file length", place(path, source), f"{lines} lines")


def function_length(source: Path) -> Iterator[Violation]:
    for path, _room in python_files(source):
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    yield Violation(
                        "function length", f"{place(path, source)}:{node.name}", f"{lines} lines"
                    )


def empty_init(source: Path) -> Iterator[Violation]:
    for path, _room in python_files(source):
        if path.name == "__init__.py" and path.read_text("utf-8").strip():
            yield Violation("empty __init__", place(path, source), "is not empty")


def engines_in_their_rooms(source: Path) -> Iterator[Violation]:
    for path, room in python_files(source):
        for module, line in imported_modules(parse(path)):
            for names, allowed in ENGINES.items():
                hit = any(module == name or module.startswith(f"{name}.") for name in names)
                if hit and room and room not in allowed:
                    yield Violation("engine", f"{place(path, source)}:{line}", module)


def no_private_names_in_strings(source: Path) -> Iterator[Violation]:
    """Law 4, the part imports do not show: 'shuren.data.internals…' or ForeignKey("data.Load")."""
    dotted = re.compile(r"^shuren\.(\w+)\.(?:models|internals)\b")
    key = re.compile(r"^(\w+)\.[A-Z]\w+$")
    for path, room in python_files(source):
        tree = parse(path)
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                match = dotted.match(node.value)
                if match and match[1] != room:
                    yield Violation(
                        "private name", f"{place(path, source)}:{node.lineno}", node.value
                    )
            if isinstance(node, ast.Call) and called_name(node) in RELATIONS and node.args:
                target = node.args[0]
                if isinstance(target, ast.Constant) and isinstance(target.value, str):
                    match = key.match(target.value)
                    if match and match[1] in ROOMS and match[1] not in (room, "trust"):
                        yield Violation(
                            "private name", f"{place(path, source)}:{node.lineno}", target.value
                        )


RELATIONS = {"ForeignKey", "OneToOneField", "ManyToManyField"}


def small_protocols(source: Path) -> Iterator[Violation]:
    """Law 6: an extension point is a Protocol of at most four methods."""
    for path, _room in python_files(source):
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.ClassDef) and any(
                getattr(base, "id", getattr(base, "attr", "")) == "Protocol" for base in node.bases
            ):
                methods = [part for part in node.body if isinstance(part, ast.FunctionDef)]
                if len(methods) > PROTOCOL_METHODS:
                    yield Violation(
                        "protocol size", f"{place(path, source)}:{node.name}", f"{len(methods)}"
                    )


def unfinished_marks(source: Path) -> Iterator[Violation]:
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|^\s*#\s*[-=*#]{4,}")
    for path, _room in python_files(source):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            if marks.search(line):
                yield Violation(
                    "unfinished or banner", f"{place(path, source)}:{number}", line.strip()
                )


def printing(source: Path) -> Iterator[Violation]:
    """Only the command line talks to the terminal; loggers carry the module's name."""
    for path, room in python_files(source):
        for node in ast.walk(parse(path)):
            if not isinstance(node, ast.Call):
                continue
            name = called_name(node)
            if name == "print" and isinstance(node.func, ast.Name) and room != "cli":
                yield Violation("printing", f"{place(path, source)}:{node.lineno}", "print()")
            if name == "getLogger" and not (
                node.args and isinstance(node.args[0], ast.Name) and node.args[0].id == "__name__"
            ):
                yield Violation("printing", f"{place(path, source)}:{node.lineno}", "getLogger")


def rooms_have_a_purpose(source: Path) -> Iterator[Violation]:
    """All twelve rooms exist and say in one line what they are for."""
    for room in ROOMS:
        readme = source / "shuren" / room / "README.md"
        if not readme.is_file() or not readme.read_text("utf-8").strip():
            yield Violation("room purpose", f"shuren/{room}", "has no README.md")


def one_sql_door(source: Path) -> Iterator[Violation]:
    """Law 5: nobody but `data` names files of the lake or reads Parquet by path."""
    lake = re.compile(r"read_parquet|\.parquet\b|snapshots/|lake/raw")
    for path, room in python_files(source):
        if room in ("data", "kernel", ""):
            continue
        tree = parse(path)
        docs = {id(node) for node in docstrings(tree)}
        for node in ast.walk(tree):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
                continue
            if id(node) not in docs and " " not in node.value and lake.search(node.value):
                yield Violation("one door", f"{place(path, source)}:{node.lineno}", node.value)


# Row I18: what mines data (the engine) takes them at the door and from nowhere else.
_MINING = ("insight",)
_OPEN_TO_MINING = {
    "shuren.data": {"queries", "definitions", "errors", "lineage", "shapes"},
    "shuren.trust": {"queries", "errors", "definitions"},
}
_FOLDERS = {"data", "lake", "raw", "snapshots", "quarantine", "database", "secrets", "temporary"}
_ASKING = {"read", "summarise", "calculate"}


def mining_keeps_to_the_door(source: Path) -> Iterator[Violation]:
    """Insight reads by data.queries with a purpose: no file of the site, no table of another room,
    no SQL of its own, nothing of trust that opens identities."""
    for path, room in python_files(source):
        if room not in _MINING:
            continue
        tree = parse(path)
        for module, line in imported_modules(tree):
            head, _dot, inner = module.removeprefix("shuren.").partition(".")
            allowed = _OPEN_TO_MINING.get(f"shuren.{head}")
            if allowed is not None and inner and inner.split(".")[0] not in allowed:
                yield Violation("mining", f"{place(path, source)}:{line}", f"imports {module}")
            if module.startswith("django.db"):
                yield Violation("mining", f"{place(path, source)}:{line}", f"imports {module}")
        for node in ast.walk(tree):
            if what := _round_the_door(node):
                yield Violation("mining", f"{place(path, source)}:{node.lineno}", what)  # type: ignore[attr-defined]


def _round_the_door(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute) and node.attr in _FOLDERS:
        holder = node.value.attr if isinstance(node.value, ast.Attribute) else ""
        if getattr(node.value, "id", holder).lower() == "site":
            return f"site.{node.attr}"
    if not isinstance(node, ast.Call):
        return ""
    name = called_name(node)
    of = getattr(getattr(node.func, "value", None), "id", "")
    if name in ("open", "import_module", "__import__", "get_model"):
        return f"calls {name}"
    given = {keyword.arg for keyword in node.keywords}
    if of in ("data", "queries") and name in _ASKING and not given & {"purpose", None}:
        return f"{of}.{name} without a purpose"
    return ""


RULES = (
    mining_keeps_to_the_door,
    file_length,
    function_length,
    empty_init,
    engines_in_their_rooms,
    no_private_names_in_strings,
    small_protocols,
    unfinished_marks,
    printing,
    rooms_have_a_purpose,
    one_sql_door,
)


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def place(path: Path, source: Path) -> str:
    return path.relative_to(source).as_posix()


def called_name(node: ast.Call) -> str:
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def imported_modules(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module, node.lineno
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno


def docstrings(tree: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            yield body[0].value
