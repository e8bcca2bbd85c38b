"""Figures as nodes of the lineage graph: what each counts, groups by and is narrowed by."""

from collections.abc import Iterable, Iterator

from shuren.data.lineage import ROWS, VALUE, Edge, Graph, Node
from shuren.insight.shapes import Figure

PERIOD = "month"  # the column a period narrows


def with_figures(graph: Graph, figures: Iterable[Figure]) -> Graph:
    nodes: list[Node] = []
    edges: list[Edge] = []
    for figure in figures:
        id = f"figure:{figure.id}"
        nodes.append(Node(id, "figure", figure.title))
        edges.append(Edge(figure.table, id, ROWS))
        for name, what in figure.measures.items():
            column = what.partition(":")[2]
            nodes.append(Node(f"{id}.{name}", "figure", figure.measure_titles[name], id))
            origin = f"{figure.table}.{column}" if column else figure.table
            edges.append(Edge(origin, f"{id}.{name}", VALUE))
        for name in figure.by:
            source = graph.nodes.get(f"{figure.table}.{name}")
            title = source.title if source else {"zh": name, "en": name}
            nodes.append(Node(f"{id}.by.{name}", "figure", title, id))
            edges.append(Edge(f"{figure.table}.{name}", f"{id}.by.{name}", VALUE))
            edges.append(Edge(f"{figure.table}.{name}", id, ROWS))
        edges += [Edge(f"{figure.table}.{name}", id, ROWS) for name in _narrowed_by(figure)]
    return graph.extended(nodes, edges)


def _narrowed_by(figure: Figure) -> Iterator[str]:
    for name in figure.filters:
        yield PERIOD if name == "period" else name
