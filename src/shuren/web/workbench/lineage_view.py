"""What the lineage page shows: tables with their columns, each with what stands before it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from shuren.data.lineage import KINDS, ROWS, VALUE, Graph, Links, Node, note, without_steps
from shuren.kernel.i18n import pick
from shuren.web.workbench.lineage_drawing import fitted

KEPT, MOST = 4, 400
ORDER = {kind: place for place, kind in enumerate(KINDS)}


@dataclass
class Box:
    """A table-like node as it is drawn and listed.

    before  numbers of entries, `v3` or `r3`
    room    for how many columns it is drawn, which come later
    via     rows where nothing links it by value with what the page is about
    """

    number: int
    node: Node
    label: str
    url: str
    focus: bool = False
    before: str = ""
    room: int = 0
    via: str = VALUE
    columns: list["Line"] = field(default_factory=list)


@dataclass
class Line:
    number: int
    node: Node
    label: str
    url: str
    via: str = VALUE
    focus: bool = False
    before: str = ""


@dataclass(frozen=True)
class Layer:
    """The boxes of one kind, from the source to who reads it."""

    kind: str
    title: str
    boxes: list[Box]


@dataclass(frozen=True)
class Wish:
    """What to show. rows: what decides rows too; steps: named steps too; all: every column."""

    node: str = ""
    rows: bool = False
    steps: bool = False
    all: bool = False

    def url(self, node: str) -> str:
        wanted = {"node": node, "rows": self.rows, "steps": self.steps}
        query = urlencode({k: int(v) if v is True else v for k, v in wanted.items() if v})
        return f"{reverse('workbench:lineage')}?{query}"


def direct(graph: Graph) -> Links:
    """The same with steps."""
    links: Links = {id: {} for id in graph.nodes}
    for edge in graph.edges:
        note(links[edge.target], edge.source, edge.kind)
    return links


_shut: list[tuple[Links, Links]] = []


def by_table(graph: Graph, links: Links) -> Links:
    """Table before table, whatever the columns. The last few answers are kept."""
    for known, made in list(_shut):
        if known is links:
            return made
    found: Links = {}
    for id, before in links.items():
        table = graph.nodes[id].table or id
        for source, kind in before.items():
            other = graph.nodes[source].table or source
            if other != table:
                note(found.setdefault(table, {}), other, kind)
    _shut.append((links, found))
    del _shut[:-KEPT]
    return found


def reach(links: Links, start: Iterable[str]) -> set[str]:
    """Everything linked to by what is linked to …"""
    found, queue = set(start), list(start)
    while queue:
        for other in links.get(queue.pop(), ()):
            if other not in found:
                found.add(other)
                queue.append(other)
    return found


def turned(links: Links) -> Links:
    """Target and source exchanged."""
    found: Links = {}
    for target, before in links.items():
        for source, kind in before.items():
            found.setdefault(source, {})[target] = kind
    return found


def picture(graph: Graph, wish: Wish) -> list[Layer]:
    """The whole graph with its tables shut, or what leads to a node and away from it."""
    links = direct(graph) if wish.steps else without_steps(graph)
    if not wish.node:
        layers = _layers(graph, wish, links, _all_tables(graph, wish, links), set())
        for box in (box for layer in layers for box in layer.boxes if wish.all):
            box.room = len(graph.columns(box.node.id))
        return layers
    focus = graph.nodes[wish.node]
    if not focus.table:
        tables = by_table(graph, links)
        shown = both_ways(tables, focus.id)
        own = {c.id for c in graph.columns(focus.id)}
        layers = _layers(graph, wish, links, shown, own)
        return _marked(layers, both_ways(_only_values(tables), focus.id) | own)
    if wish.rows:
        trail = graph.downstream(focus.id) | graph.upstream(focus.id)
        around = {id for id in trail if id in links}
        by_value = {id for id in around if trail[id][1] == VALUE}
        narrowed = links
    else:
        narrowed = _only_values(links)
        around = by_value = both_ways(narrowed, focus.id)
    columns = {id for id in around if graph.nodes[id].table}
    if len(columns) > MOST:  # tables reached by rows alone stay shut
        columns &= by_value
    shown = {graph.nodes[id].table or id for id in around}
    of_value = {graph.nodes[id].table for id in columns & by_value}
    return _marked(_layers(graph, wish, narrowed, shown, columns), by_value | of_value)


def both_ways(links: Links, id: str) -> set[str]:
    return reach(links, [id]) | reach(turned(links), [id])


def _marked(layers: list[Layer], by_value: set[str]) -> list[Layer]:
    """Say of each box and column whether a value links it with what the page is about."""
    for box in (box for layer in layers for box in layer.boxes):
        ones: list[Any] = [box, *box.columns]
        for one in ones:
            one.via = VALUE if one.node.id in by_value else ROWS
    return layers


def _all_tables(graph: Graph, wish: Wish, links: Links) -> set[str]:
    shown = set(by_table(graph, links)) | {node.id for node in graph.tables()}
    shown = {id for id in shown if id in links}
    if wish.all:
        return shown
    # An interface has the columns of its table: it shows with that one.
    return {id for id in shown if graph.nodes[id].kind != "api"}


def columns(graph: Graph, wish: Wish) -> dict[str, list[list[object]]]:
    """{number of a box of the whole graph: its columns, each [number, label, id, before]}."""
    links = direct(graph) if wish.steps else without_steps(graph)
    tables = _in_order(graph, _all_tables(graph, wish, links))
    numbers = {id: place for place, id in enumerate(tables)}
    lines = {id: [c for c in graph.columns(id) if c.id in links] for id in tables}
    for column in (column for found in lines.values() for column in found):
        numbers[column.id] = len(numbers)
    return {
        str(numbers[id]): [
            [
                str(numbers[c.id]),
                fitted(pick(c.title) or c.name),
                c.id,
                _numbered(links[c.id], numbers),
            ]
            for c in found
        ]
        for id, found in lines.items()
    }


def _in_order(graph: Graph, tables: Iterable[str]) -> list[str]:
    return sorted(tables, key=lambda id: (ORDER.get(graph.nodes[id].kind, 99), id))


def _only_values(links: Links) -> Links:
    return {
        id: {source: kind for source, kind in before.items() if kind == VALUE}
        for id, before in links.items()
    }


def _layers(
    graph: Graph, wish: Wish, links: Links, tables: set[str], columns: set[str]
) -> list[Layer]:
    ids = _in_order(graph, tables)
    boxes: list[Box] = []
    numbers: dict[str, int] = {}
    for id in ids:
        node = graph.nodes[id]
        numbers[id] = len(numbers)
        box = Box(numbers[id], node, pick(node.title) or id, wish.url(id), id == wish.node)
        for column in graph.columns(id):
            if column.id in columns:
                numbers[column.id] = len(numbers)
                label = pick(column.title) or column.name
                line = Line(numbers[column.id], column, label, wish.url(column.id))
                line.focus = column.id == wish.node
                box.columns.append(line)
        boxes.append(box)
    shut = by_table(graph, links)
    for box in boxes:
        for line in box.columns:
            line.before = _numbered(links.get(line.node.id, {}), numbers)
        joined = {} if columns else shut.get(box.node.id, {})
        joined = joined or _loose(graph, links, shut, box, columns)
        if wish.rows:  # the columns that decide its rows
            own = links.get(box.node.id, {})
            joined = joined | {id: kind for id, kind in own.items() if id in columns}
        box.before = _numbered(joined, numbers)
    kinds = dict.fromkeys(box.node.kind for box in boxes)
    return [
        Layer(kind, pick(KINDS.get(kind, {"en": kind})), [b for b in boxes if b.node.kind == kind])
        for kind in kinds
    ]


def _loose(graph: Graph, links: Links, shut: Links, box: Box, columns: set[str]) -> dict[str, str]:
    """Links of a table that no line between two shown columns draws already."""
    drawn = {
        graph.nodes[source].table
        for line in box.columns
        for source in links.get(line.node.id, {})
        if source in columns
    }
    return {id: kind for id, kind in shut.get(box.node.id, {}).items() if id not in drawn}


def _numbered(before: dict[str, str], numbers: dict[str, int]) -> str:
    marks: Callable[[str], str] = {VALUE: "v", ROWS: "r"}.__getitem__
    return " ".join(f"{marks(k)}{numbers[id]}" for id, k in before.items() if id in numbers)
