"""The circulation dashboard, the page behind each figure, and its numbers as CSV."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from shuren.data import definitions
from shuren.data import queries as data
from shuren.data.shapes import SnapshotInfo
from shuren.insight import queries
from shuren.insight.shapes import Dashboard, FigureResult
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.trust import egress
from shuren.trust.queries import may
from shuren.web.access import requires
from shuren.web.workbench import service_scores
from shuren.web.workbench.charts import chart, number
from shuren.web.workbench.csv_text import figure_csv
from shuren.web.workbench.filters import MONTH, chosen_filters, filter_fields, for_figure
from shuren.web.workbench.receipts import contract_titles
from shuren.web.workbench.shell import Crumb, crumbs, current_site, page

CIRCULATION = "circulation"


@requires("dashboards.read")
def dashboard(request: HttpRequest, dashboard_id: str) -> HttpResponse:
    """A page of figures, narrowed by one form; those whose table is empty say what to load."""
    site = current_site()
    declared = next((one for one in queries.dashboards(site) if one.id == dashboard_id), None)
    if declared is None:
        raise Http404
    known = {one.id: one for one in queries.figures(site)}
    wanted = [known[id_] for id_ in (*declared.numbers, *declared.figures)]
    chosen = chosen_filters(request)
    with data.same_snapshot(site) as snapshot:
        fed = [one for one in wanted if snapshot and _is_fed(snapshot, one.table)]
        if snapshot is None or not fed:
            return _nothing_yet(request, declared)
        results = [_figure(request, one.id) for one in fed]
        tables = list(dict.fromkeys(one.table for one in fed))
        choices = queries.filter_choices(site, request.actor, tables)  # type: ignore[attr-defined]
        scores = _scores(request, dashboard_id)
    offered = {name for one in fed for name in one.filters}
    month = request.GET.get(MONTH, "")
    drawn = [chart(r, snapshot) for r in results if r.definition.chart != "number"]
    context = {
        "dashboard": declared,
        "numbers": [number(r) for r in results if r.definition.chart == "number"],
        "wide": [one for one in drawn if one["kind"] != "bar"],
        "narrow": [one for one in drawn if one["kind"] == "bar"],
        "scores": scores,
        "fields": filter_fields(
            _offered(choices, offered), chosen, month, any(one.one_month for one in fed)
        ),
        "narrowed": bool(chosen or month),
        "snapshot": snapshot,
        "unfed": [one for one in wanted if one not in fed],
        "counts_people": any(snapshot.tables[one.table].person for one in fed),
    }
    return page(request, "dashboard.html", context, place=dashboard_id)


def _scores(request: HttpRequest, dashboard_id: str) -> dict[str, Any]:
    """All declared services with their targets, on the dashboard of services only."""
    if dashboard_id != service_scores.BOARD:
        return {}
    asked = request.GET.get(service_scores.PERIOD, "")
    actor = request.actor  # type: ignore[attr-defined]
    return service_scores.context(current_site(), actor, asked)


def _is_fed(snapshot: SnapshotInfo, table: str) -> bool:
    found = snapshot.tables.get(table)
    return found is not None and bool(found.rows or found.live)


def _offered(choices: dict[str, Any], offered: set[str]) -> dict[str, Any]:
    """Only the filters that a figure of the page listens to."""
    period = {"from", "to"} if "period" in offered else set()
    return {name: found for name, found in choices.items() if name in offered | period}


def _nothing_yet(request: HttpRequest, declared: Dashboard) -> HttpResponse:
    commands = "shuren load loans FILE\nshuren build"
    if declared.id != CIRCULATION:
        commands = "shuren load CONTRACT FILE\nshuren build"
    context = {"commands": commands, "dashboard": declared}
    return page(request, "dashboard_empty.html", context, place=declared.id)


def dashboard_of(figure_id: str) -> str:
    """The dashboard that shows a figure, else the first there is."""
    known = queries.dashboards(current_site())
    holding = (one.id for one in known if figure_id in (*one.figures, *one.numbers))
    return next(holding, known[0].id)


@requires("dashboards.read")
def definition(request: HttpRequest, figure_id: str) -> HttpResponse:
    """What a figure means, how it is computed, and which loads it comes from."""
    site = current_site()
    with data.same_snapshot(site) as snapshot:
        result = _figure(request, figure_id)
    fed = set(snapshot.loads) if snapshot else set()
    behind = data.lineage(site).contracts_behind(result.definition.table)
    place = dashboard_of(figure_id)
    context = {
        "figure": result.definition,
        "chart": chart(result, snapshot),
        "sees_rows": may(request.actor, "quarantine.read"),  # type: ignore[attr-defined]
        "query": request.GET.urlencode(),
        "sql": result.sql,
        "columns": _columns(result),
        "snapshot": snapshot,
        "receipts": [
            one for one in data.receipts(site) if one.contract in behind and one.is_in(fed)
        ],
        "titles": contract_titles(definitions.contracts(site)),
        "trail": crumbs(place, Crumb(pick(result.definition.title))),
    }
    return page(request, "figure.html", context, place=place)


@requires("dashboards.read")
def csv_file(request: HttpRequest, figure_id: str) -> HttpResponse:
    """The figure's table; the file is named after the figure and the data date."""
    with data.same_snapshot(current_site()) as snapshot:
        result = _figure(request, figure_id)
    text = figure_csv(result, snapshot)
    egress.check(
        "workbench.figure",
        actor=request.actor,  # type: ignore[attr-defined]
        table=result.definition.table,
        columns=data.classes(snapshot, result.definition.table, result.definition.by),
        content=text.encode(),
    )
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    name = "_".join(part for part in (figure_id, result.data_date) if part)
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _figure(request: HttpRequest, figure_id: str) -> FigureResult:
    site = current_site()
    one_month = any(one.id == figure_id and one.one_month for one in queries.figures(site))
    return queries.figure(
        site,
        figure_id,
        actor=request.actor,  # type: ignore[attr-defined]
        filters=for_figure(request, one_month),
    )


def _columns(result: FigureResult) -> list[tuple[str, str]]:
    """(name, title) of the columns the figure groups by and is narrowed by."""
    model = definitions.models(current_site()).get(result.definition.table)
    titles = {column.name: pick(column.title) for column in model.columns} if model else {}
    asked = (m.partition(":")[2] for m in result.definition.measures.values())
    measured = [name for one in asked for name in one.split("/")]  # a share is of two
    names = dict.fromkeys([*result.definition.by, *filter(None, measured)])
    return [(name, titles.get(name, _("no title"))) for name in names]
