"""Where a column comes from, and what would break without it."""

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse

from shuren.data.lineage import Graph, Node
from shuren.kernel.i18n import gettext as _
from shuren.kernel.suggestions import did_you_mean
from shuren.web.api import shapes
from shuren.web.api.endpoint import endpoint
from shuren.web.api.formats import json_answer
from shuren.web.api.problems import Problem
from shuren.web.api.uses import note_use
from shuren.web.lineage import lineage as whole_graph
from shuren.web.workbench.shell import current_site


@endpoint("/lineage", tag="lineage", response=shapes.Lineage, scope="lineage:read")
def lineage(request: HttpRequest) -> HttpResponse:
    graph = _graph(request)
    note_use(request, "api.lineage", len(graph.nodes))
    edges = [{"source": e.source, "target": e.target, "kind": e.kind} for e in graph.edges]
    nodes = [_node(node) for node in graph.nodes.values()]
    return json_answer(request, {"nodes": nodes, "edges": edges})


@endpoint(
    "/lineage/{direction}/{path:id}", tag="lineage", response=shapes.Trail, scope="lineage:read"
)
def lineage_of(
    request: HttpRequest, direction: Literal["upstream", "downstream"], id: str
) -> HttpResponse:
    graph = _graph(request)
    if id not in graph.nodes:
        raise Problem(
            "not-found",
            _("The lineage knows nothing called '%(id)s'.", id=id[:80]),
            fix=did_you_mean(id, list(graph.nodes)),
        )
    trail = graph.upstream(id) if direction == "upstream" else graph.downstream(id)
    note_use(request, "api.lineage", len(trail))
    nodes = [_node(graph.nodes[name]) for name in trail if name in graph.nodes and name != id]
    return json_answer(request, {"id": id, "direction": direction, "nodes": nodes})


def _graph(request: HttpRequest) -> Graph:
    return whole_graph(current_site(), actor=request.actor)  # type: ignore[attr-defined]


def _node(node: Node) -> dict[str, Any]:
    return {
        "id": node.id,
        "kind": node.kind,
        "title": node.title,
        "table": node.table,
        "level": node.level,
    }
