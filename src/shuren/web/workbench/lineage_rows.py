"""From a figure to the rows that were loaded, and from a loaded row to what stands on it."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from shuren.data import definitions
from shuren.data import queries as data
from shuren.data.lineage import MadeRows, RawRows
from shuren.insight import queries
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.web.access import requires
from shuren.web.lineage import lineage
from shuren.web.workbench.filters import for_figure
from shuren.web.workbench.lineage import END, hit, kind_title
from shuren.web.workbench.lineage_view import Wish
from shuren.web.workbench.receipts import contract_titles
from shuren.web.workbench.shell import Crumb, crumbs, current_site, page


@requires("quarantine.read")
def behind(request: HttpRequest, figure_id: str) -> HttpResponse:
    """Up to fifty rows that a figure counts, as they were loaded, with load and line."""
    site = current_site()
    figure = next((one for one in queries.figures(site) if one.id == figure_id), None)
    filters = for_figure(request, bool(figure and figure.one_month))
    found = queries.rows_behind(
        site,
        figure_id,
        actor=request.actor,  # type: ignore[attr-defined]
        filters=filters,
    )
    assert figure is not None
    models = definitions.models(site)
    context = {
        "figure": figure,
        "found": found,
        "table": models[found.table],
        "groups": [_group(raw) for raw in found.found],
        "titles": contract_titles(definitions.contracts(site)),
        "filters": filters,
        "trail": crumbs(
            "lineage",
            Crumb(pick(figure.title), Wish().url(f"figure:{figure_id}")),
            Crumb(_("Rows behind it")),
        ),
    }
    return page(request, "rows_behind.html", context, place="lineage")


@requires("quarantine.read")
def row(request: HttpRequest, load_id: str, line: int) -> HttpResponse:
    """One loaded row: where it stood in its file, which rows stand on it, who counts those."""
    site = current_site()
    actor = request.actor  # type: ignore[attr-defined]
    raw, made = data.made_of_row(site, load_id, line, actor=actor)
    graph = lineage(site, actor=actor)
    trail = graph.downstream(f"raw.{raw.contract}")
    wish = Wish()
    readers = [
        (kind_title(kind), [hit(graph, graph.nodes[i], wish) for i in trail if _is(graph, i, kind)])
        for kind in END
    ]
    context = {
        "raw": _group(raw),
        "receipt": data.receipt(site, load_id),
        "line": line,
        "made": [_table(site, one) for one in made],
        "readers": [pair for pair in readers if pair[1]],
        "trail": crumbs("sources", Crumb(load_id), Crumb(_("Line %(line)s", line=line))),
    }
    return page(request, "row.html", context, place="sources")


def _is(graph: Any, id: str, kind: str) -> bool:
    node = graph.nodes[id]
    return node.kind == kind and not node.table


def _group(raw: RawRows) -> dict[str, Any]:
    contract = definitions.contracts(current_site())[raw.contract]
    titles = {f.name: pick(f.title) for f in contract.fields}
    return {
        "contract": contract,
        "columns": [titles[name] for name in raw.columns],
        "rows": [{"load": r[0], "line": r[1], "cells": r[2:]} for r in raw.rows],
        "pairs": list(zip([titles[n] for n in raw.columns], raw.rows[0][2:], strict=True))
        if raw.rows
        else [],
    }


def _table(site: Any, made: MadeRows) -> dict[str, Any]:
    model = definitions.models(site)[made.table]
    titles = {column.name: pick(column.title) for column in model.columns}
    return {
        "name": made.table,
        "title": pick(made.title),
        "columns": [titles[name] for name in made.columns],
        "rows": made.rows,
    }
