"""The figures of the dashboards, computed as the workbench computes them."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from pydantic import Field

from shuren.data import queries as data
from shuren.data.shapes import Column
from shuren.insight import queries as insight
from shuren.web.api import shapes
from shuren.web.api.catalogue import live
from shuren.web.api.endpoint import endpoint
from shuren.web.api.formats import json_answer, table_answer, tag_of, unchanged, wanted_format
from shuren.web.api.marts import Format, Text
from shuren.web.api.uses import note_use
from shuren.web.workbench.shell import current_site

Month = Annotated[str, Field(max_length=10)]


@endpoint("/figures", tag="figures", response=shapes.Figures, scope="figures:read")
def figures(request: HttpRequest) -> HttpResponse:
    found = insight.figures(current_site())
    note_use(request, "api.figures", len(found))
    lines = [
        {
            "id": one.id,
            "title": one.title,
            "description": one.description,
            "unit": one.unit,
            "table": one.table,
            "filters": one.filters,
        }
        for one in found
    ]
    return json_answer(request, {"figures": lines})


@endpoint(
    "/figures/{id}", tag="figures", response=shapes.FigureRows, scope="figures:read", tabular=True
)
def figure(
    request: HttpRequest,
    id: str,
    begin: Month = "",
    end: Month = "",
    campus: Text = "",
    college: Text = "",
    clc_main: Text = "",
    reader_kind: Text = "",
    format: Format = "",
) -> HttpResponse:
    site = current_site()
    form = wanted_format(request, format)
    asked = {"from": begin, "to": end, "campus": campus, "college": college}
    asked |= {"clc_main": clc_main, "reader_kind": reader_kind}
    with data.same_snapshot(site):
        snapshot = live()
        tag = tag_of(request, snapshot.id, form)
        if answer := unchanged(request, tag):
            return answer
        result = insight.figure(
            site,
            id,
            actor=request.actor,  # type: ignore[attr-defined]
            filters={name: value for name, value in asked.items() if value},
        )
    definition = result.definition
    known = snapshot.tables[definition.table]
    columns = []
    for name in result.table.columns:
        own = known.column(name) if name in definition.by else None
        kind = definition.measures.get(name, "")
        made = Column(
            name,
            "DOUBLE" if kind.startswith("sum") else "BIGINT",
            1,
            definition.measure_titles.get(name, {}),
        )
        columns.append(own or made)
    about = {
        "id": definition.id,
        "title": definition.title,
        "filters": result.filters,
        "labels": result.labels,
    }
    return table_answer(request, result.table, columns, form, tag, about)
