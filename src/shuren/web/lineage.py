"""The last part of the lineage graph: pages and the API, which only this room knows, and the
datasets of the repository."""

from dataclasses import dataclass

from shuren.data.lineage import VALUE, Edge, Graph, Node
from shuren.insight import queries
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.repository import queries as repository
from shuren.repository.definitions import datasets

PREFIX, KEPT = "page:", 4
_kept: list[tuple[Graph, Graph]] = []


@dataclass(frozen=True)
class Page:
    """What a page shows. Tables are read as `table` (its rows) or `table.column`.

    address  name of its URL; argument, what stands in it
    """

    title: dict[str, str]
    address: str
    figures: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    argument: str = ""


def _columns(table: str, names: str) -> tuple[str, ...]:
    return (table, *(f"{table}.{name}" for name in names.split()))


PAGES: dict[str, Page] = {
    "home": Page(
        {"zh": "门户首页", "en": "Portal: home"},
        "home",
        ("top_titles_monthly",),
        ("conformed.title", "conformed.item", *_columns("conformed.seat_zone", "seats")),
    ),
    "find": Page(
        {"zh": "门户：查找", "en": "Portal: search"},
        "find",
        tables=_columns(
            "mart.title_availability",
            "title_id title title_pinyin author publisher published_year isbn language"
            " call_number clc_main campus copies on_loan available search_text",
        ),
    ),
    "spaces": Page(
        {"zh": "门户：空间", "en": "Portal: spaces"},
        "spaces",
        tables=_columns(
            "conformed.seat_zone",
            "zone_id campus building floor title title_en kind seats power quiet_level"
            " opens_at closes_at",
        ),
    ),
    "my": Page(
        {"zh": "我的图书馆", "en": "My library"},
        "my",
        tables=_columns(
            "mart.loan_fact",
            "loan_id title_id title author call_number campus loaned_at due_at returned_at"
            " renewals is_out",
        ),
    ),
}


def lineage(site: Site, *, actor: Actor) -> Graph:
    """The whole graph, from connected systems to pages, the API and open datasets.

    raises  trust's NotAllowed without contracts.read
    """
    graph = queries.lineage(site, actor=actor)
    for known, made in list(_kept):
        if known is graph:
            return made
    made = repository.with_datasets(_with_pages(graph, pages(site)), datasets(site))
    _kept.append((graph, made))
    del _kept[:-KEPT]
    return made


def pages(site: Site) -> dict[str, Page]:
    """Every page that shows what was loaded, dashboards among them."""
    return PAGES | {
        one.id: Page(
            one.title, "workbench:dashboard", (*one.numbers, *one.figures), argument=one.id
        )
        for one in queries.dashboards(site)
    }


def _with_pages(graph: Graph, shown_pages: dict[str, Page]) -> Graph:
    nodes: list[Node] = []
    edges: list[Edge] = []
    for id, page in shown_pages.items():
        name = f"{PREFIX}{id}"
        nodes.append(Node(name, "page", page.title))
        for figure in page.figures:
            shown = f"figure:{figure}"
            nodes.append(Node(f"{name}.{figure}", "page", graph.nodes[shown].title, name))
            edges.append(Edge(shown, f"{name}.{figure}", VALUE))
            parts = graph.columns(shown)
            edges += [Edge(part.id, f"{name}.{figure}", VALUE) for part in parts]
        for source in page.tables:
            _read(graph, name, source, "page", nodes, edges)
    for table in graph.tables():
        if table.kind in ("conformed", "mart"):
            _offered(graph, table, nodes, edges)
    return graph.extended(nodes, edges)


def _read(
    graph: Graph, name: str, source: str, kind: str, nodes: list[Node], edges: list[Edge]
) -> None:
    node = graph.nodes.get(source)
    if node is None:
        return
    if not node.table:
        edges.append(Edge(source, name, VALUE))
        return
    column = f"{name}.{source}"
    nodes.append(Node(column, kind, node.title, name, node.level, node.type))
    edges.append(Edge(source, column, VALUE))


def _offered(graph: Graph, table: Node, nodes: list[Node], edges: list[Edge]) -> None:
    """What /api/v1/ hands out of a table, field by field."""
    name = f"api:{table.id}"
    nodes.append(Node(name, "api", {"zh": f"接口 {table.id}", "en": f"API {table.id}"}))
    edges.append(Edge(table.id, name, VALUE))
    for column in graph.columns(table.id):
        id = f"{name}.{column.name}"
        nodes.append(Node(id, "api", column.title, name, column.level, column.type))
        edges.append(Edge(column.id, id, VALUE))
