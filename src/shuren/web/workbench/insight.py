"""The circulation dashboard, the page behind each figure, and its numbers as CSV."""

from django.http import HttpRequest, HttpResponse

from shuren.data import definitions
from shuren.data import queries as data
from shuren.insight import queries
from shuren.insight.shapes import FigureResult
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.web.access import requires
from shuren.web.workbench.charts import chart
from shuren.web.workbench.csv_text import figure_csv
from shuren.web.workbench.filters import MONTH, chosen_filters, filter_fields, for_figure
from shuren.web.workbench.receipts import contract_titles
from shuren.web.workbench.shell import Crumb, crumbs, current_site, page

CIRCULATION = (
    "loans_by_month",
    "top_titles_monthly",
    "loans_by_class",
    "loans_by_college",
    "loans_by_campus",
    "loans_by_reader_kind",
)


@requires("dashboards.read")
def circulation(request: HttpRequest) -> HttpResponse:
    """Loans by month, title, class, college, campus and reader kind, narrowed by one form."""
    site = current_site()
    chosen = chosen_filters(request)
    with data.same_snapshot(site) as snapshot:
        if snapshot is None:
            commands = {"commands": "shuren load loans FILE\nshuren build"}
            return page(request, "circulation_empty.html", commands, place="circulation")
        results = [_figure(request, id_) for id_ in CIRCULATION]
        choices = queries.filter_choices(site, request.actor)  # type: ignore[attr-defined]
    month = request.GET.get(MONTH, "")
    drawn = [chart(result, snapshot) for result in results]
    context = {
        "wide": [one for one in drawn if one["kind"] != "bar"],
        "narrow": [one for one in drawn if one["kind"] == "bar"],
        "fields": filter_fields(choices, chosen, month),
        "narrowed": bool(chosen or month),
        "snapshot": snapshot,
    }
    return page(request, "circulation.html", context, place="circulation")


@requires("dashboards.read")
def definition(request: HttpRequest, figure_id: str) -> HttpResponse:
    """What a figure means, how it is computed, and which loads it comes from."""
    site = current_site()
    with data.same_snapshot(site) as snapshot:
        result = _figure(request, figure_id)
    fed = set(snapshot.loads) if snapshot else set()
    context = {
        "figure": result.definition,
        "chart": chart(result, snapshot),
        "sql": result.sql,
        "columns": _columns(result),
        "snapshot": snapshot,
        "receipts": [one for one in data.receipts(site) if one.id in fed],
        "titles": contract_titles(definitions.contracts(site)),
        "trail": crumbs("circulation", Crumb(pick(result.definition.title))),
    }
    return page(request, "figure.html", context, place="circulation")


@requires("dashboards.read")
def csv_file(request: HttpRequest, figure_id: str) -> HttpResponse:
    """The figure's table; the file is named after the figure and the data date."""
    with data.same_snapshot(current_site()) as snapshot:
        result = _figure(request, figure_id)
    text = figure_csv(result, snapshot)
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
    measured = [m.partition(":")[2] for m in result.definition.measures.values()]
    names = dict.fromkeys([*result.definition.by, *filter(None, measured)])
    return [(name, titles.get(name, _("no title"))) for name in names]
