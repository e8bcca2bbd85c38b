"""Every place in the code that hands something out of the site calls the guard.

Such places are found by what they must do to hand anything out: set a file's name on an answer,
answer the open API, write a file where a command was told to, send a snapshot to a store. A new one
that does not call `egress.check`, itself or through a function of ours that does, fails here.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from shuren.trust.egress import POINTS

GUARD = "shuren.trust.egress.check"
SOURCE = Path(__file__).parents[2] / "src" / "shuren"
# What it takes to hand out, by the text of a call or a constant.
MARKS = ("Content-Disposition", "FileResponse", "StreamingHttpResponse")
# Commands whose name says that something leaves; those that take a file which need not be there
# count too, for they write it.
LEAVING = ("export", "push", "write", "report", "backup", "publish")
# No rows of the library's tables about anybody: why each may do without.
WITHOUT = {
    "web/workbench/contracts.py:odcs": "the definition itself",
    "web/workbench/sources.py:load_json": "the receipt of a load: numbers and names of rules",
    "web/workbench/governance.py:markdown": "the data rules",
    "web/workbench/governance.py:pdf": "the data rules",
    "web/workbench/campaigns.py:csv_file": "counts of clicks, and of persons in fives",
    "web/workbench/gift_copies.py:sheet": "books of gifts, for who catalogues them; no donor",
    "web/portal/documents.py:as_file": "the reader's own is checked by its caller; staff get the "
    "document of a case they work on, and a proof is hashes",
    "web/portal/cases.py:hand_out": "what the reader sent or was sent, to whom the case is open",
    "web/portal/cases.py:file": "the same",
    "web/api/own.py:own_file": "a file of the reader's own case, to that reader's own key",
    "web/portal/file_links.py:_handed_out": "what the library sent a reader, by the link it sent",
    "web/workbench/cases.py:file": "the same; who took it is in the ledger",
    "web/workbench/projects.py:hand_out": "a document of a project, to who takes part in it",
    "web/voice_words.py:download": "what somebody sent with an opinion, to who works on it",
    "cli/init.py:init": "makes a site",
    "cli/load.py:load": "takes in",
    "cli/restore.py:restore": "takes in",
    "cli/suggest.py:suggest": "the mapping it proposes: names of columns",
    "cli/backup.py:backup": "the whole site with its keys, kept as the site is kept",
    "cli/ledger.py:export": "names and numbers, readers by alias",
    "web/workbench/ledger.py:export": "the same",
    "web/workbench/ledger.py:_as_file": "the same, or a proof: hashes",
    "cli/governance.py:write": "the data rules",
    "cli/governance.py:publish": "the data rules",
}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(SOURCE.rglob("*.py")):
        if "migrations" not in path.parts and path.parts[-2] != "campus":
            yield path.relative_to(SOURCE).as_posix(), ast.parse(path.read_text("utf-8"))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield node


def imported(tree: ast.Module) -> dict[str, str]:
    """{name here: where it is from} of everything of ours a module imports, at any depth."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("shuren"):
            for one in node.names:
                found[one.asname or one.name] = f"{node.module}.{one.name}"
    return found


def named(node: ast.AST, module: str, names: dict[str, str], own: set[str]) -> Iterator[str]:
    """Full names of what a piece of code mentions: `shuren.trust.egress.check`."""
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and part.id in own:
            yield f"{module}.{part.id}"
        elif isinstance(part, ast.Name) and part.id in names:
            yield names[part.id]
        elif isinstance(part, ast.Attribute):
            base = part.value.id if isinstance(part.value, ast.Name) else ""
            if base in names:
                yield f"{names[base]}.{part.attr}"


def mentions(known: list[tuple[str, ast.Module]]) -> dict[str, set[str]]:
    """{function or name given to one at the top of a module: what it mentions}."""
    found: dict[str, set[str]] = {}
    for path, tree in known:
        module = "shuren." + path.removesuffix(".py").replace("/", ".")
        names, own = imported(tree), {function.name for function in functions(tree)}
        for function in functions(tree):
            found[f"{module}.{function.name}"] = set(named(function, module, names, own))
        for node in tree.body:
            if isinstance(node, ast.Assign):
                targets, values = node.targets[0], node.value
                pairs = (
                    zip(targets.elts, values.elts, strict=True)
                    if isinstance(targets, ast.Tuple) and isinstance(values, ast.Tuple)
                    else [(targets, values)]
                )
                for target, value in pairs:
                    if isinstance(target, ast.Name):
                        what = set(named(value, module, names, own))
                        found[f"{module}.{target.id}"] = what
    return found


def guarded(found: dict[str, set[str]]) -> set[str]:
    """The guard, and whatever calls it, and whatever calls that."""
    known = {GUARD}
    while more := {name for name, said in found.items() if said & known} - known:
        known |= more
    return known


def hands_out(path: str, function: ast.FunctionDef) -> bool:
    text = {n.value for n in ast.walk(function) if isinstance(n, ast.Constant)}
    names = {n.id for n in ast.walk(function) if isinstance(n, ast.Name)}
    if any(mark in text or mark in names for mark in MARKS):
        return True
    decorators = {ast.unparse(one) for one in function.decorator_list}
    if path.startswith("web/api/") and any(one.startswith("endpoint(") for one in decorators):
        return True
    is_command = any(".command" in one or one == "click.command()" for one in decorators)
    if not path.startswith("cli/") or not is_command:
        return False
    writes = any("click.Path(" in one and "exists=True" not in one for one in decorators)
    return writes or any(word in function.name for word in LEAVING)


KNOWN = list(modules())
GUARDED = guarded(mentions(KNOWN))
WAYS = [
    (f"{path}:{function.name}", f"shuren.{path.removesuffix('.py').replace('/', '.')}")
    for path, tree in KNOWN
    for function in functions(tree)
    if hands_out(path, function)
]


@pytest.mark.parametrize("place, module", WAYS, ids=[place for place, _module in WAYS])
def test_what_hands_out_calls_the_guard(place, module):
    asks = f"{module}.{place.partition(':')[2]}" in GUARDED
    if place in WITHOUT:
        assert not asks, "it calls the guard now: take it off the list"
    else:
        assert asks, "call shuren.trust.egress.check before anything leaves"


def test_the_list_of_exceptions_names_places_that_are_there():
    assert set(WITHOUT) <= {place for place, _module in WAYS}


def test_a_planted_way_out_is_found_and_fails():
    text = (
        "from shuren.data.queries import read\n"
        "def leak(request):\n"
        "    answer = HttpResponse(read(site, 'mart.loan_fact'))\n"
        "    answer['Content-Disposition'] = 'attachment'\n"
        "    return answer\n"
    )
    planted = ("web/workbench/planted.py", ast.parse(text))
    leak = next(functions(planted[1]))
    assert hands_out(planted[0], leak)
    assert "shuren.web.workbench.planted.leak" not in guarded(mentions([*KNOWN, planted]))


def test_every_way_out_has_its_place_in_the_code_and_every_call_its_way_out():
    points = {
        node.args[0].value
        for _path, tree in KNOWN
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "egress.check"
        and isinstance(node.args[0], ast.Constant)
    }
    assert points == set(POINTS)
