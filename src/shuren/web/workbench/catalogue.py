"""The data catalogue: every table of the hub, what it holds, who answers for it, who uses it."""

from collections import Counter
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from shuren.data import queries as data
from shuren.data.asset import Asset
from shuren.data.errors import NoSnapshot, NoSuchTable
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.trust.queries import may, purposes, roles, uses_of
from shuren.web.access import requires
from shuren.web.lineage import lineage
from shuren.web.templatetags.workbench import level_name
from shuren.web.workbench.lineage import hit, kind_title
from shuren.web.workbench.lineage_view import Wish
from shuren.web.workbench.models import model_lines
from shuren.web.workbench.shell import Crumb, crumbs, current_site, page

FACETS = ("layer", "data_class", "level")


@requires("contracts.read")
def index(request: HttpRequest) -> HttpResponse:
    """All tables; searched in Chinese or English, narrowed by layer, class of data and level."""
    site = current_site()
    everything = data.assets(site, lineage(site, actor=request.actor))  # type: ignore[attr-defined]
    words = request.GET.get("q", "").strip()
    chosen = {name: request.GET.get(name, "") for name in FACETS}
    found = [one for one in everything if one.says(words)] if words else everything
    shown = [one for one in found if _fits(one, chosen)]
    context = {
        "q": words,
        "assets": [{"asset": one, "columns": _matching(one, words)} for one in shown],
        "total": len(everything),
        "orphans": [one for one in everything if one.orphan],
        "models": [] if words or any(chosen.values()) else model_lines(),
        "facets": [_facet(request, name, found, chosen) for name in FACETS],
        "chosen": {name: value for name, value in chosen.items() if value},
    }
    return page(request, "catalogue.html", context, place="catalogue")


@requires("contracts.read")
def table(request: HttpRequest, table: str) -> HttpResponse:
    """One table: the row of the asset register, its columns, a sample, its uses, its consumers."""
    site = current_site()
    actor = request.actor  # type: ignore[attr-defined]
    graph = lineage(site, actor=actor)
    asset = next((one for one in data.assets(site, graph) if one.id == table), None)
    if asset is None:
        raise Http404
    wish = Wish()
    context = {
        "asset": asset,
        "layer": kind_title(asset.layer),
        "data_class": _class_title(asset.data_class),
        "columns": [{"column": c, "url": wish.url(f"{table}.{c.name}")} for c in asset.columns],
        "sample": _sample(request, asset),
        "uses": uses_of(table, actor=actor),
        "names_persons": may(actor, "ledger.read"),
        "purposes": {id: pick(one.title) for id, one in purposes().items()},
        "roles": {id: pick(one.title) for id, one in roles().items()},
        "readers": [hit(graph, graph.nodes[id], wish) for id in asset.readers],
        "consumers": [hit(graph, graph.nodes[id], wish) for id in asset.consumers],
        "lineage_url": wish.url(table),
        "trail": crumbs("catalogue", Crumb(asset.name)),
    }
    return page(request, "table.html", context, place="catalogue")


def _sample(request: HttpRequest, asset: Asset) -> dict[str, Any] | None:
    """None where the role may see counts only, or nothing is built."""
    if asset.layer == "raw":
        return None
    try:
        found = data.sample(current_site(), asset.id, actor=request.actor)  # type: ignore[attr-defined]
    except (NoSnapshot, NoSuchTable):
        return None
    if found is None:
        return None
    purpose, rows = found
    titles = {column.name: pick(column.title) for column in asset.columns}
    return {
        "purpose": pick(purposes()[purpose].title),
        "columns": [titles.get(name, name) for name in rows.columns],
        "rows": rows.rows,
    }


def _fits(asset: Asset, chosen: dict[str, str]) -> bool:
    return all(not value or str(getattr(asset, name)) == value for name, value in chosen.items())


def _matching(asset: Asset, words: str) -> list[Any]:
    return asset.matching_columns(words)[:6] if words else []


def _facet(
    request: HttpRequest, name: str, found: list[Asset], chosen: dict[str, str]
) -> dict[str, Any]:
    others = {key: value for key, value in chosen.items() if key != name}
    counts = Counter(str(getattr(one, name)) for one in found if _fits(one, others))
    values = []
    for value, count in counts.most_common():
        query = request.GET.copy()
        if chosen[name] == value:
            query.pop(name, None)
        else:
            query[name] = value
        url = f"{reverse('workbench:catalogue')}?{query.urlencode()}"
        label = _facet_label(name, value)
        values.append({"label": label, "count": count, "url": url, "chosen": chosen[name] == value})
    titles = {"layer": _("Layer"), "data_class": _("Class of data"), "level": _("Level")}
    return {"id": name, "label": titles[name], "values": values}


def _facet_label(name: str, value: str) -> str:
    if name == "layer":
        return kind_title(value)
    return _class_title(value) if name == "data_class" else level_name(int(value))


def _class_title(name: str) -> str:
    headings = data.headings(current_site(), "data_class")
    return pick(headings[name]) if name in headings else name
