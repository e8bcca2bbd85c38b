"""The graph on disk, so that a new process need not follow every model again.

data/lineage/graph.json holds what was found last and a hash of all it was found from: the texts
of the definitions and of the code that reads them. Any other hash, or a damaged file, counts as
nothing kept; nobody has to delete it.
"""

import hashlib
import logging
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson

from shuren.data.lineage import Edge, Graph, Node
from shuren.kernel.files import write_atomically
from shuren.kernel.site import Site

logger = logging.getLogger(__name__)

FORMAT = 3
Origins = dict[str, tuple[set[str], set[str]]]


def key_of(texts: Iterable[Path], others: Iterable[str]) -> str:
    """Changes with every text the graph is computed from."""
    made = hashlib.sha256(_code().encode())
    for path in texts:
        content = path.read_bytes()
        made.update(f"{path.name} {len(content)} ".encode())
        made.update(content)
    made.update(" ".join(others).encode())
    return made.hexdigest()


@cache
def _code() -> str:
    """A hash of the code that makes a graph of definitions."""
    own = Path(__file__).parent
    files = [*own.glob("*.py"), *own.parent.glob("*.py"), own.parent.parent / "shapes.py"]
    files += [own.parent / "resolution" / f"{name}.py" for name in ("declared", "records")]
    made = hashlib.sha256(f"{FORMAT} {version('sqlglot')}".encode())
    for path in sorted(files):
        made.update(path.read_bytes())
    return made.hexdigest()


def read(site: Site, key: str) -> Graph | None:
    """The graph kept under this key, or None."""
    content = _content(_path(site, "graph"), key)
    if content is None:
        return None
    try:
        nodes = {one[0]: Node(*one) for one in content["nodes"]}
        edges = tuple(Edge(*one) for one in content["edges"])
        if any(edge.source not in nodes or edge.target not in nodes for edge in edges):
            return None
        return Graph(nodes, edges, tuple(map(str, content["gaps"])))
    except (KeyError, TypeError, ValueError):
        return None


def write(site: Site, key: str, graph: Graph) -> None:
    """Keep a graph. What cannot be written is computed again by the next process."""
    nodes = [[n.id, n.kind, n.title, n.table, n.level, n.type] for n in graph.nodes.values()]
    edges = [[edge.source, edge.target, edge.kind] for edge in graph.edges]
    _write(site, "graph", {"key": key, "nodes": nodes, "edges": edges, "gaps": graph.gaps})


def read_origins(site: Site, key: str) -> dict[str, Origins]:
    """{SELECT: where its columns come from} found over the graph of this key."""
    content = _content(_path(site, "selects"), key)
    try:
        return {
            sql: {name: (set(values), set(rows)) for name, (values, rows) in columns.items()}
            for sql, columns in (content or {}).get("selects", {}).items()
        }
    except (AttributeError, TypeError, ValueError):
        return {}


def write_origins(site: Site, key: str, found: dict[str, Origins]) -> None:
    selects = {
        sql: {name: [sorted(values), sorted(rows)] for name, (values, rows) in columns.items()}
        for sql, columns in found.items()
    }
    _write(site, "selects", {"key": key, "selects": selects})


def _path(site: Site, name: str) -> Path:
    return site.data / "lineage" / f"{name}.json"


def _content(path: Path, key: str) -> dict[str, Any] | None:
    try:
        content = orjson.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) and content.get("key") == key else None


def _write(site: Site, name: str, content: dict[str, Any]) -> None:
    try:
        write_atomically(_path(site, name), orjson.dumps(content))
    except OSError as error:
        logger.info("The lineage was not kept: %s", error.strerror)
