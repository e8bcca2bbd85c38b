"""The lineage page: from a figure to the file it comes from, and from a field to everything that
is made of it. The lists are the page; lineage.js draws them."""

import hashlib
from dataclasses import dataclass
from typing import Any

import orjson
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.cache import get_conditional_response
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from shuren.data import definitions
from shuren.data import queries as data
from shuren.data.lineage import KINDS, VALUE, Effect, Graph, Node
from shuren.data.shapes import Receipt
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.trust.queries import may
from shuren.web.access import requires
from shuren.web.lineage import PREFIX, lineage, pages
from shuren.web.workbench.lineage_view import KEPT, Wish, columns, picture
from shuren.web.workbench.receipts import contract_titles
from shuren.web.workbench.shell import Crumb, crumbs, current_site, page

FOUND, LOADS = 60, 12
WHOLES = 8  # ways to show the whole graph, in two languages
END = ("figure", "indicator", "page", "api", "dataset", "learned_model", "matcher", "vault")


@dataclass(frozen=True)
class Hit:
    """A node as lists show it. place: the table it belongs to; via: value or rows."""

    node: Node
    label: str
    place: str
    kind: str
    url: str
    via: str = VALUE


@requires("contracts.read")
def index(request: HttpRequest) -> HttpResponse:
    """The whole graph with its tables shut, or one node with what leads to it and from it."""
    site = current_site()
    graph = lineage(site, actor=request.actor)  # type: ignore[attr-defined]
    wish = _wish(request, graph)
    words = request.GET.get("q", "").strip()
    context: dict[str, Any] = {
        "whole": "" if wish.node else _whole(graph, wish),
        "layers": picture(graph, wish) if wish.node else (),
        "wish": wish,
        "q": words,
        "hits": _search(graph, words, wish) if words else None,
        "gaps": graph.gaps,
        "numbers": _numbers(graph),
        "switches": _switches(wish),
    }
    if not wish.node:
        return page(request, "lineage.html", context, place="lineage")
    node = graph.nodes[wish.node]
    sees_loads = may(request.actor, "loads.read")  # type: ignore[attr-defined]
    context |= {
        "node": node,
        "table": graph.nodes[node.table or node.id],
        "kind": kind_title(node.kind),
        "own_url": own_url(node),
        "upstream": _ends(graph, graph.upstream(node.id), wish, ("source", "connector")),
        "downstream": _ends(graph, graph.downstream(node.id), wish, END),
        "receipts": _receipts(graph, node) if sees_loads else [],
        "titles": contract_titles(definitions.contracts(site)),
        "impact_url": _impact_url(node),
        "trail": crumbs("lineage", Crumb(pick(node.title) or node.name)),
    }
    return page(request, "lineage.html", context, place="lineage")


_wholes: list[tuple[Graph, tuple[Wish, str], SafeString]] = []


def _whole(graph: Graph, wish: Wish) -> SafeString:
    """The picture and list of the whole graph; made once for as long as no definition changes."""
    question = (wish, get_language() or "")
    for known, asked, made in list(_wholes):
        if known is graph and asked == question:
            return made
    inputs = {
        "layers": picture(graph, wish),
        "label": _("Graph of what is made from what; the same as the list below it"),
        "columns_url": _columns_url(wish),
    }
    drawn = render_to_string("components/lineage.html", inputs)
    _wholes.append((graph, question, drawn))
    del _wholes[:-WHOLES]
    return drawn


_drawn: list[tuple[Graph, tuple[Wish, str], bytes, str]] = []


@requires("contracts.read")
def drawn_columns(request: HttpRequest) -> HttpResponseBase:
    """The columns of the whole graph for the picture, apart from the page: they are many."""
    graph = lineage(current_site(), actor=request.actor)  # type: ignore[attr-defined]
    wish = Wish(steps=request.GET.get("steps") == "1", all=True)
    question = (wish, get_language() or "")
    found = next((one for one in list(_drawn) if one[0] is graph and one[1] == question), None)
    if found is None:
        content = orjson.dumps(columns(graph, wish))
        found = (graph, question, content, f'"{hashlib.md5(content).hexdigest()}"')
        _drawn.append(found)
        del _drawn[:-KEPT]
    answer = HttpResponse(found[2], content_type="application/json")
    answer["ETag"] = found[3]
    answer["Cache-Control"] = "private, no-cache"
    answer["Vary"] = "Cookie, Accept-Language"
    return get_conditional_response(request, etag=found[3], response=answer) or answer


def _columns_url(wish: Wish) -> str:
    """Where the picture gets its columns; "" where they are in the page or not wished for."""
    if wish.node or not wish.all:
        return ""
    return f"{reverse('workbench:lineage-columns')}?steps={int(wish.steps)}"


def _wish(request: HttpRequest, graph: Graph) -> Wish:
    name = request.GET.get("node", "")
    if name and name not in graph.nodes:
        raise Http404
    flags = {key: request.GET.get(key) == "1" for key in ("rows", "steps", "all")}
    if name and graph.nodes[name].kind == "step":
        flags["steps"] = True
    return Wish(node=name, **flags)


def _switches(wish: Wish) -> list[dict[str, object]]:
    """What the picture leaves out, as links that add it or take it away."""
    names = {"rows": _("What decides rows"), "steps": _("Named steps")}
    if not wish.node:
        names = {"all": _("All columns"), "steps": _("Named steps")}
    found = []
    for key, label in names.items():
        on = getattr(wish, key)
        other = Wish(**(vars(wish) | {key: not on}))
        url = (
            other.url(wish.node) if wish.node else f"?all={int(other.all)}&steps={int(other.steps)}"
        )
        found.append({"label": label, "url": url, "on": on})
    return found


def _numbers(graph: Graph) -> dict[str, int]:
    tables = sum(not node.table for node in graph.nodes.values())
    return {"tables": tables, "columns": len(graph.nodes) - tables, "edges": len(graph.edges)}


def _search(graph: Graph, words: str, wish: Wish) -> list[Hit]:
    """Nodes in whose id or titles every word stands; tables and sources first."""
    wanted = words.lower().split()
    hits = []
    for node in graph.nodes.values():
        text = f"{node.id} {' '.join(node.title.values())}".lower()
        if node.kind != "step" and all(word in text for word in wanted):
            hits.append(node)
    hits.sort(key=lambda node: (bool(node.table), len(node.id), node.id))
    return [hit(graph, node, wish) for node in hits[:FOUND]]


def hit(graph: Graph, node: Node, wish: Wish, via: str = VALUE) -> Hit:
    place = pick(graph.nodes[node.table].title) if node.table else ""
    label = pick(node.title) or node.name
    return Hit(node, label, place, kind_title(node.kind), wish.url(node.id), via)


def _ends(
    graph: Graph, trail: dict[str, tuple[str, str]], wish: Wish, kinds: tuple[str, ...]
) -> list[tuple[str, list[Hit]]]:
    """(kind, nodes) at the ends of a trail: its files, or who reads it. By values unless rows
    are wished for; a table alone where none of its columns is reached."""
    reached = {id: via for id, (_before, via) in trail.items() if wish.rows or via == VALUE}
    groups: list[tuple[str, list[Hit]]] = []
    for kind in kinds:
        own = [graph.nodes[id] for id in reached if graph.nodes[id].kind == kind]
        with_columns = {node.table for node in own if node.table}
        shown = [n for n in own if n.id not in with_columns and n.id != wish.node]
        if shown:
            hits = [hit(graph, node, wish, reached[node.id]) for node in shown]
            groups.append((kind_title(kind), sorted(hits, key=lambda h: (h.place, h.label))))
    return groups


def _receipts(graph: Graph, node: Node) -> list[Receipt]:
    """The newest loads of the files that a node's values come from."""
    trail = graph.upstream(node.id)
    own = node.table or node.id
    tables = {
        graph.nodes[id].table or id
        for id, (_before, via) in trail.items()
        if graph.nodes[id].kind == "source" and (via == VALUE or not node.table)
    }
    if node.kind == "source":
        tables = {own}
    contracts = {
        (graph.nodes[t].table or t).partition(":")[2]
        for table in tables
        for t, _kind in graph.targets_of(table)
        if graph.nodes[t].kind == "contract"
    }
    found = [
        one
        for one in data.receipts(current_site())
        if one.contract in contracts
        and (f"source:{one.mapping}" if one.mapping else f"names:{one.contract}") in tables
    ]
    return found[:LOADS]


def _impact_url(node: Node) -> str:
    if not node.table or node.kind not in ("contract", "source"):
        return ""
    return f"{reverse('workbench:impact')}?owner={node.table}&field={node.name}"


def kind_title(kind: str) -> str:
    return pick(KINDS.get(kind, {"en": kind}))


def own_url(node: Node) -> str:
    """The page about the thing itself: the contract, the table, the figure."""
    id = node.table or node.id
    _kind, _colon, name = id.partition(":")
    try:
        if node.kind == "contract":
            return reverse("workbench:contract", args=[name])
        if node.kind in ("conformed", "mart", "raw"):
            return reverse("workbench:table", args=[id])
        if node.kind == "figure":
            return reverse("workbench:figure", args=[name])
        if node.kind == "indicator":
            return reverse("workbench:indicator", args=[name])
        if node.kind == "dataset":
            return reverse("workbench:dataset", args=[name])
        if node.kind == "learned_model":
            return reverse("workbench:model", args=[name])
        shown = pages(current_site()).get(id.removeprefix(PREFIX))
        if node.kind == "page" and shown:
            return reverse(shown.address, args=[shown.argument] if shown.argument else [])
    except NoReverseMatch:
        pass
    return ""


@requires("contracts.read")
def impact(request: HttpRequest) -> HttpResponse:
    """What breaks or changes if a field is dropped, renamed or retyped, before anybody does it."""
    owner, name = request.GET.get("owner", ""), request.GET.get("field", "")
    if not (owner and name):  # a field is chosen there
        return HttpResponseRedirect(reverse("workbench:lineage"))
    site = current_site()
    graph = lineage(site, actor=request.actor)  # type: ignore[attr-defined]
    action = request.GET.get("action", "drop")
    if action not in ACTIONS:
        raise Http404
    changes = data.field_changes(graph, owner, [name], action)
    found = data.impact(graph, changes)
    node = graph.nodes[changes[0].node]
    context = {
        "node": node,
        "table": graph.nodes[node.table],
        "owner": owner,
        "action": action,
        "actions": [{"value": key, "label": label()} for key, label in ACTIONS.items()],
        "breaking": [_line(graph, one) for one in found if one.breaks],
        "changing": [_line(graph, one) for one in found if not one.breaks],
        "trail": crumbs(
            "lineage",
            Crumb(pick(node.title), Wish().url(node.id)),
            Crumb(_("If it changes")),
        ),
    }
    return page(request, "impact.html", context, place="lineage")


ACTIONS = {
    "drop": lambda: _("It is dropped"),
    "rename": lambda: _("It gets another name"),
    "retype": lambda: _("It gets another type"),
}


def _line(graph: Graph, effect: Effect) -> dict[str, object]:
    wish = Wish()
    return {
        "effect": effect,
        "kind": kind_title(effect.table.kind),
        "title": pick(effect.table.title),
        "url": wish.url(effect.table.id),
        "columns": [hit(graph, node, wish, via) for node, via in effect.columns],
        "path": [hit(graph, graph.nodes[id], wish) for id in effect.path],
    }
