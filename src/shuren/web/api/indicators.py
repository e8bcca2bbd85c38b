"""The performance indicators, with their values by year and part."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from shuren.data import queries as data
from shuren.data.shapes import Column, Table
from shuren.insight import queries as insight
from shuren.insight.shapes import IndicatorResult, IndicatorValue
from shuren.web.api import shapes
from shuren.web.api.catalogue import live
from shuren.web.api.endpoint import endpoint
from shuren.web.api.formats import json_answer, table_answer, tag_of, unchanged, wanted_format
from shuren.web.api.marts import Format
from shuren.web.api.uses import note_use
from shuren.web.workbench.shell import current_site

_COLUMNS = (
    Column("year", "BIGINT", 1, {"zh": "年", "en": "Year"}),
    Column("breakdown", "VARCHAR", 1, {"zh": "细分", "en": "Breakdown"}),
    Column("part", "VARCHAR", 1, {"zh": "部分", "en": "Part"}),
    Column("value", "DOUBLE", 1, {"zh": "值", "en": "Value"}),
    Column("numerator", "DOUBLE", 1, {"zh": "分子", "en": "Numerator"}),
    Column("denominator", "DOUBLE", 1, {"zh": "分母", "en": "Denominator"}),
    Column("whole", "BOOLEAN", 1, {"zh": "数据完整", "en": "Complete"}),
)


@endpoint("/indicators", tag="indicators", response=shapes.Indicators, scope="indicators:read")
def indicators(request: HttpRequest) -> HttpResponse:
    found = insight.indicators(current_site(), actor=request.actor)  # type: ignore[attr-defined]
    note_use(request, "api.indicators", len(found))
    return json_answer(request, {"indicators": [_line(one) for one in found]})


@endpoint(
    "/indicators/{id}",
    tag="indicators",
    response=shapes.IndicatorRows,
    scope="indicators:read",
    tabular=True,
)
def indicator(request: HttpRequest, id: str, format: Format = "") -> HttpResponse:
    form = wanted_format(request, format)
    with data.same_snapshot(current_site()):
        tag = tag_of(request, live().id, form)
        if answer := unchanged(request, tag):
            return answer
        result = insight.indicator(current_site(), id, actor=request.actor)  # type: ignore[attr-defined]
    note_use(request, "api.indicators", 1)
    rows = [_row("", value) for value in result.years]
    rows += [_row(name, value) for name, part in result.parts.items() for value in part]
    table = Table(
        tuple(column.name for column in _COLUMNS),
        rows,
        result.suppressed,
        result.data_date,
        result.snapshot,
    )
    about = {
        "id": result.definition.id,
        "title": result.definition.title,
        "unit": result.definition.unit,
        "missing": list(result.missing),
        "reason": result.reason,
    }
    return table_answer(request, table, _COLUMNS, form, tag, about)


def _row(breakdown: str, value: IndicatorValue) -> tuple[Any, ...]:
    return (
        value.year,
        breakdown,
        value.part,
        value.value,
        value.numerator,
        value.denominator,
        value.whole,
    )


def _line(result: IndicatorResult) -> dict[str, Any]:
    declared = result.definition
    return {
        "id": declared.id,
        "number": declared.number,
        "title": declared.title,
        "definition": declared.definition,
        "formula": declared.formula,
        "unit": declared.unit,
        "direction": declared.direction,
        "breakdowns": list(declared.breakdowns),
        "reference": declared.reference,
        "year": result.last.year if result.last else None,
        "value": result.last.value if result.last else None,
        "change": result.change,
        "missing": list(result.missing),
    }
