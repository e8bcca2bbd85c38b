"""What lineage hands out: a graph of columns, and what follows when one of them changes.

A node is a table-like thing (`mart.loan_fact`, `source:demo-loans`, `figure:loans_by_month`) or
one of its columns. An edge says that one is made from the other: by its value, or because it
decides which rows there are (a condition, a join, a group, the order of a window).
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

VALUE, ROWS = "value", "rows"

# Kinds of nodes, from the source to who reads it; rooms above bring the kinds they own.
KINDS: dict[str, dict[str, str]] = {
    "connector": {"zh": "接入系统", "en": "Connected system"},
    "source": {"zh": "来源文件", "en": "Source file"},
    "contract": {"zh": "数据契约", "en": "Data contract"},
    "raw": {"zh": "原始层", "en": "Raw layer"},
    "vault": {"zh": "身份保险库", "en": "Identity vault"},
    "reference": {"zh": "参照表", "en": "Reference table"},
    "step": {"zh": "加工步骤", "en": "Step"},
    "conformed": {"zh": "规范层", "en": "Conformed layer"},
    "mart": {"zh": "主题层", "en": "Mart"},
    "figure": {"zh": "图表数字", "en": "Figure"},
    "indicator": {"zh": "绩效指标", "en": "Indicator"},
    "page": {"zh": "页面", "en": "Page"},
    "api": {"zh": "开放接口", "en": "API"},
    "dataset": {"zh": "开放数据集", "en": "Open dataset"},
    "learned_model": {"zh": "学习模型", "en": "Learned model"},
    "matcher": {"zh": "匹配规则", "en": "Matching rules"},
}
CONSUMERS = (
    "vault", "conformed", "mart", "figure", "indicator", "page", "api", "dataset", "learned_model",
    "matcher",
)  # fmt: skip
MATCHING = ("learned_model", "matcher")


@dataclass(frozen=True)
class Node:
    """table  the table-like node a column belongs to; "" for such a node itself
    level  1 public … 4 sensitive; 0 where it does not apply
    title  what people call it; the same text in both languages where a file says it
    type   a column's; of a modelled table what the door asks of it: person, headcount, public"""

    id: str
    kind: str
    title: dict[str, str]
    table: str = ""
    level: int = 0
    type: str = ""

    @property
    def name(self) -> str:
        """A column's own name; for a table-like node what stands behind its kind."""
        return self.id[len(self.table) + 1 :] if self.table else self.id.partition(":")[2]


@dataclass(frozen=True)
class Edge:
    source: str
    target: str
    kind: str = VALUE


Trail = dict[str, tuple[str, str]]  # node → (the node before it, kind of the worst edge so far)


@dataclass
class Graph:
    """gaps  columns of a SELECT whose origin could not be found, as sentences; empty when whole"""

    nodes: dict[str, Node]
    edges: tuple[Edge, ...]
    gaps: tuple[str, ...] = ()
    _out: dict[str, list[tuple[str, str]]] = field(init=False, repr=False)
    _in: dict[str, list[tuple[str, str]]] = field(init=False, repr=False)
    _columns: dict[str, list[str]] = field(init=False, repr=False)
    _links: "Links | None" = field(init=False, repr=False, default=None)

    def __post_init__(self) -> None:
        self._out, self._in, self._columns = {}, {}, {}
        for edge in self.edges:
            self._out.setdefault(edge.source, []).append((edge.target, edge.kind))
            self._in.setdefault(edge.target, []).append((edge.source, edge.kind))
        for node in self.nodes.values():
            if node.table:
                self._columns.setdefault(node.table, []).append(node.id)

    def extended(self, nodes: Iterable[Node], edges: Iterable[Edge]) -> "Graph":
        """With what a room above makes of it. An edge from a node that is not there is a gap."""
        known = self.nodes | {node.id: node for node in nodes}
        kept, lost = [], []
        for edge in edges:
            missing = [id for id in (edge.source, edge.target) if id not in known]
            if missing:
                lost.append(f"{edge.source} → {edge.target}: {missing[0]}?")
            else:
                kept.append(edge)
        return Graph(known, (*self.edges, *kept), (*self.gaps, *lost))

    def columns(self, table: str) -> list[Node]:
        return [self.nodes[id] for id in self._columns.get(table, ())]

    def tables(self) -> Iterator[Node]:
        return (node for node in self.nodes.values() if not node.table)

    def own_sources(self, id: str) -> list[tuple[str, str]]:
        """(node, kind of edge) directly before, a column's table left aside."""
        return self._in.get(id, [])

    def sources_of(self, id: str) -> list[tuple[str, str]]:
        """(node, kind of edge) directly before; a column stands and falls with its table's rows."""
        own = self._in.get(id, [])
        table = self.nodes[id].table
        return [*own, (table, ROWS)] if table else own

    def targets_of(self, id: str) -> list[tuple[str, str]]:
        """(node, kind of edge) directly behind; what decides a table's rows decides its columns."""
        return [*self._out.get(id, ()), *((c, ROWS) for c in self._columns.get(id, ()))]

    def upstream(self, id: str) -> Trail:
        """Everything a node is made from, nearest first."""
        return self._walk(id, self.sources_of)

    def downstream(self, id: str) -> Trail:
        """Everything that is made from a node, nearest first. The columns of a table too."""
        return self._walk(id, self.targets_of)

    def contracts_behind(self, table: str) -> set[str]:
        """Ids of the contracts whose rows go into a table, over any number of steps."""
        if table not in self.nodes:
            return set()
        before = {
            id for start in (table, *self._columns.get(table, ())) for id in self.upstream(start)
        }
        ids = (id.removeprefix("contract:") for id in before if id.startswith("contract:"))
        return {id.partition(".")[0] for id in ids}

    def path(self, trail: Trail, id: str) -> tuple[str, ...]:
        """From the node a trail began at to one it reached."""
        found = [id]
        while trail[found[-1]][0]:
            found.append(trail[found[-1]][0])
        return tuple(reversed(found))

    def _walk(self, start: str, further: object) -> Trail:
        """By values as far as they go, then by rows: who is reached both ways counts as value."""
        assert callable(further)
        trail: Trail = {start: ("", VALUE)}
        queue, later = deque([start]), deque[tuple[str, str]]()
        while queue or later:
            if queue:
                here = queue.popleft()
            else:
                here, before = later.popleft()
                if here in trail:
                    continue
                trail[here] = (before, ROWS)
            for there, kind in further(here):
                if there in trail:
                    continue
                if kind == VALUE and trail[here][1] == VALUE:
                    trail[there] = (here, VALUE)
                    queue.append(there)
                else:
                    later.append((there, here))
        return trail


@dataclass(frozen=True)
class Change:
    """What is about to happen to one node. action: drop, rename, retype, store, level, rule"""

    node: str
    action: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Effect:
    """One thing that a change reaches.

    table    the table-like node; columns: its columns that are reached, with how
    via      "value" if a number in it is made from what changes, else "rows"
    path     node ids from what changes to it, shortest
    breaks   it cannot be made any more until somebody mends it; else its content changes
    """

    change: Change
    table: Node
    columns: tuple[tuple[Node, str], ...]
    via: str
    path: tuple[str, ...]
    breaks: bool


@dataclass(frozen=True)
class RawRows:
    """Rows as they were loaded, pseudonyms masked: load, line in its file, then `columns`."""

    contract: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


@dataclass(frozen=True)
class RowsBehind:
    """table   whose rows were followed; another than asked for where that is made of groups
    made    how many of its rows were looked at
    left_out  columns that were to narrow the rows and that `table` does not have"""

    table: str
    found: tuple[RawRows, ...]
    made: int
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class MadeRows:
    """Rows of a table that stand on one loaded row; what points at a person is masked.

    sensitive  one of them tells a sensitive topic, which is left out of it
    """

    table: str
    title: dict[str, str]
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    sensitive: bool = False


Links = dict[str, dict[str, str]]  # node → {node before it: kind of edge}


def without_steps(graph: Graph) -> Links:
    """Every node that is no step, with what stands before it when steps are passed through."""
    if graph._links is not None:
        return graph._links
    known: Links = {}

    def before(id: str) -> dict[str, str]:
        found = known.get(id)
        if found is None:
            found = known[id] = {}
            for source, kind in graph.own_sources(id):
                if graph.nodes[source].kind != "step":
                    note(found, source, kind)
                    continue
                for further, inner in before(source).items():
                    note(found, further, VALUE if kind == inner == VALUE else ROWS)
        return found

    for id, node in graph.nodes.items():
        if node.kind != "step":
            before(id)
    graph._links = {id: links for id, links in known.items() if graph.nodes[id].kind != "step"}
    return graph._links


def note(found: dict[str, str], id: str, kind: str) -> None:
    """Who stands before a node both ways stands there by value."""
    if found.get(id) != VALUE:
        found[id] = kind
