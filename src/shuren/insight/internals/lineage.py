"""Figures and indicators as nodes of the lineage graph: what each counts, groups by and is
narrowed by."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from shuren.data.lineage import ROWS, VALUE, Edge, Graph, Node
from shuren.insight.shapes import Figure, Indicator

KEPT = 4
PERIOD = "month"  # the column a period narrows
YEAR = "year"  # the column every indicator is told by
_PARTS = {
    "formula": {"zh": "数值", "en": "Value"},
    "numerator": {"zh": "分子", "en": "Numerator"},
    "denominator": {"zh": "分母", "en": "Denominator"},
    "whole_year": {"zh": "数据是否完整", "en": "Whether the data are complete"},
}

# What data.queries.select_origins answers.
Origins = Callable[[list[str]], dict[str, dict[str, tuple[set[str], set[str]]]]]


_kept: list[tuple[Graph, Any, Any, Graph]] = []


def whole_graph(
    graph: Graph,
    figures: Mapping[str, Figure],
    indicators: Mapping[str, Indicator],
    origins: Origins,
) -> Graph:
    """Both kinds in the graph. The last few answers are kept for as long as all three inputs are
    the same objects, as they are while no definition changes."""
    for known, by_figures, by_indicators, made in list(_kept):
        if known is graph and by_figures is figures and by_indicators is indicators:
            return made
    made = with_figures(graph, figures.values())
    made = with_indicators(made, indicators.values(), origins)
    _kept.append((graph, figures, indicators, made))
    del _kept[:-KEPT]
    return made


def with_figures(graph: Graph, figures: Iterable[Figure]) -> Graph:
    nodes: list[Node] = []
    edges: list[Edge] = []
    for figure in figures:
        id = f"figure:{figure.id}"
        nodes.append(Node(id, "figure", figure.title))
        edges.append(Edge(figure.table, id, VALUE))
        for name, what in figure.measures.items():
            column = what.partition(":")[2]
            nodes.append(Node(f"{id}.{name}", "figure", figure.measure_titles[name], id))
            columns = [f"{figure.table}.{part}" for part in column.split("/") if part]
            edges += [Edge(origin, f"{id}.{name}", VALUE) for origin in columns or [figure.table]]
        for name in figure.by:
            nodes.append(Node(f"{id}.by.{name}", "figure", _title(graph, figure.table, name), id))
            edges.append(Edge(f"{figure.table}.{name}", f"{id}.by.{name}", VALUE))
            edges.append(Edge(f"{figure.table}.{name}", id, ROWS))
        edges += [Edge(f"{figure.table}.{name}", id, ROWS) for name in _narrowed_by(figure)]
    return graph.extended(nodes, edges)


def with_indicators(graph: Graph, indicators: Iterable[Indicator], origins: Origins) -> Graph:
    """An indicator whose table no model makes yet stands alone: it lacks its data."""
    nodes: list[Node] = []
    edges: list[Edge] = []
    declared = list(indicators)
    known = [one for one in declared if one.table in graph.nodes]
    found = origins([_select(one, part) for one in known for part in _PARTS if getattr(one, part)])
    for indicator in declared:
        id = f"indicator:{indicator.id}"
        nodes.append(Node(id, "indicator", indicator.title))
        if indicator.table not in graph.nodes:
            continue
        edges.append(Edge(indicator.table, id, VALUE))
        narrowed = [*(name for name, _value in indicator.where), YEAR]
        edges += [Edge(f"{indicator.table}.{name}", id, ROWS) for name in narrowed]
        for part, title in _PARTS.items():
            if not getattr(indicator, part):
                continue
            nodes.append(Node(f"{id}.{part}", "indicator", title, id))
            values, _rows = found[_select(indicator, part)]["made"]
            edges += [Edge(one, f"{id}.{part}", VALUE) for one in sorted(values)]
        for name in indicator.breakdowns:
            title = _title(graph, indicator.table, name)
            nodes.append(Node(f"{id}.by.{name}", "indicator", title, id))
            edges.append(Edge(f"{indicator.table}.{name}", f"{id}.by.{name}", VALUE))
    return graph.extended(nodes, edges)


def _select(indicator: Indicator, part: str) -> str:
    return f"SELECT {getattr(indicator, part)} AS made FROM {indicator.table}"


def _title(graph: Graph, table: str, name: str) -> dict[str, str]:
    source = graph.nodes.get(f"{table}.{name}")
    return source.title if source else {"zh": name, "en": name}


def _narrowed_by(figure: Figure) -> Iterator[str]:
    for name in figure.filters:
        yield PERIOD if name == "period" else name
    for name, _values in figure.where:
        yield name
