"""The thirty indicators by area, the page behind each, and its numbers as CSV."""

import csv
import io
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from shuren.data import definitions
from shuren.insight import queries
from shuren.insight.errors import NoSuchIndicator
from shuren.insight.shapes import Indicator, IndicatorResult, IndicatorValue
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.trust import egress
from shuren.trust.queries import may
from shuren.web.access import requires
from shuren.web.workbench.csv_text import BYTE_ORDER_MARK, harmless
from shuren.web.workbench.shell import Crumb, crumbs, current_site, page

PLACE = "indicators"


@requires("dashboards.read")
def index(request: HttpRequest) -> HttpResponse:
    """All indicators: the last full year, the year before, and which way it goes."""
    results = queries.indicators(current_site(), actor=request.actor)  # type: ignore[attr-defined]
    areas = []
    for id_, title in area_titles().items():
        own = [result for result in results if result.definition.area == id_]
        areas.append({"title": title, "table": _list_table(title, own)})
    context = {
        "areas": areas,
        "known": sum(1 for result in results if result.last is not None),
        "lacking": [result for result in results if result.last is None],
        "date": next((result.data_date for result in results if result.data_date), ""),
    }
    return page(request, "indicators.html", context, place=PLACE)


@requires("dashboards.read")
def one(request: HttpRequest, indicator_id: str) -> HttpResponse:
    """One indicator: definition, formula, values by year and by its breakdowns."""
    result = _computed(request, indicator_id)
    declared = result.definition
    context = {
        "indicator": declared,
        "result": result,
        "area": area_titles()[declared.area],
        "last": sentence(result),
        "years": _years_chart(result),
        "parts": [_parts_chart(result, column) for column in result.parts if result.parts[column]],
        "direction": direction_words(declared),
        "contracts": [
            (id_, pick(known.title)) for id_ in declared.needs if (known := _contracts().get(id_))
        ],
        "lineage_url": f"{reverse('workbench:lineage')}?"
        + urlencode({"node": f"indicator:{declared.id}"}),
        "may_decide": may(request.actor, "decisions.write"),  # type: ignore[attr-defined]
        "trail": crumbs(PLACE, Crumb(pick(declared.title))),
    }
    return page(request, "indicator.html", context, place=PLACE)


@requires("dashboards.read")
def csv_file(request: HttpRequest, indicator_id: str) -> HttpResponse:
    """Every value the page shows: year, breakdown, part, value, numerator, denominator."""
    result = _computed(request, indicator_id)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        [
            *(_("Year"), _("Breakdown"), _("Part"), pick(result.definition.unit)),
            *(_("Numerator"), _("Denominator"), _("Year complete")),
        ]
    )
    titles = _column_titles(result.definition)
    groups = [("", result.years), *((titles[c], values) for c, values in result.parts.items())]
    for column, values in groups:
        for one_ in values:
            numbers = (one_.value, one_.numerator, one_.denominator)
            whole = _("yes") if one_.whole else _("no")
            writer.writerow([one_.year, column, harmless(one_.label), *numbers, whole])
    content = BYTE_ORDER_MARK + out.getvalue()
    egress.check(
        "workbench.indicator",
        actor=request.actor,  # type: ignore[attr-defined]
        content=content.encode(),
    )
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    name = "_".join(part for part in (indicator_id, result.data_date) if part)
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def area_titles() -> dict[str, str]:
    return {
        "resources": _("Resources, access and infrastructure"),
        "use": _("Use"),
        "efficiency": _("Efficiency"),
        "potentials": _("Potentials and development"),
    }


def direction_words(indicator: Indicator) -> str:
    words = {
        "up": _("Higher is better"),
        "down": _("Lower is better"),
        "neutral": _("Neither higher nor lower is better by itself"),
    }
    return words[indicator.direction]


def shown(value: float | None, decimals: int) -> str:
    return "–" if value is None else f"{value:,.{decimals}f}"


def sentence(result: IndicatorResult) -> str:
    """The last full year, and how it stands to the year before."""
    last, declared = result.last, result.definition
    if last is None:
        return ""
    words = {
        "year": last.year,
        "value": shown(last.value, declared.decimals),
        "unit": pick(declared.unit),
    }
    if not last.whole:
        return _("%(value)s %(unit)s in %(year)s so far; no year is complete yet.", **words)
    if result.before is None:
        return _("%(value)s %(unit)s in %(year)s; the year before is not complete.", **words)
    words["before"] = shown(result.before.value, declared.decimals)
    words["change"] = change_words(result)["text"]
    return _("%(value)s %(unit)s in %(year)s, %(before)s the year before: %(change)s.", **words)


def change_words(result: IndicatorResult) -> dict[str, str]:
    """The change with its sign, and whether that is for the better: {text, tone}."""
    change, declared = result.change, result.definition
    if change is None:
        return {"text": "–", "tone": ""}
    sign = f"{change:+,.{declared.decimals}f}".replace("-", "−")
    if round(change, declared.decimals) == 0:
        return {"text": _("unchanged"), "tone": ""}
    if declared.direction == "neutral":
        return {"text": sign, "tone": ""}
    if (change > 0) == (declared.direction == "up"):
        return {"text": _("%(change)s, better", change=sign), "tone": "good"}
    return {"text": _("%(change)s, worse", change=sign), "tone": "warn"}


def _computed(request: HttpRequest, indicator_id: str) -> IndicatorResult:
    try:
        return queries.indicator(current_site(), indicator_id, actor=request.actor)  # type: ignore[attr-defined]
    except NoSuchIndicator:
        raise Http404 from None


def _list_table(title: str, results: list[IndicatorResult]) -> dict[str, Any]:
    columns = (_("Indicator"), _("Last full year"), _("Year before"), _("Change over the year"))
    rows = []
    for result in results:
        declared = result.definition
        href = reverse("workbench:indicator", args=[declared.id])
        name = {"text": f"{declared.number}. {pick(declared.title)}", "href": href}
        if result.last is None:
            rows.append(
                [name, {"text": _("no data"), "tone": "warn"}, {"text": "–"}, {"text": "–"}]
            )
            continue
        before = result.before.value if result.before else None
        value = shown(result.last.value, declared.decimals)
        words = {"value": value, "unit": pick(declared.unit), "year": result.last.year}
        rows.append(
            [
                name,
                {"text": _("%(value)s %(unit)s (%(year)s)", **words)},
                {"text": shown(before, declared.decimals)},
                change_words(result),
            ]
        )
    return {
        "caption": title,
        "columns": [{"label": label, "number": False} for label in columns],
        "rows": rows,
        "empty": _("No indicators."),
    }


def _years_chart(result: IndicatorResult) -> dict[str, Any]:
    declared = result.definition
    titles = [_("Year"), pick(declared.title), _("Numerator"), _("Denominator")]
    unfinished = [str(one_.year) for one_ in result.years if not one_.whole]
    rows = [
        {"label": str(one_.year), "short": "", "cells": _cells(one_, declared)}
        for one_ in result.years
    ]
    chart = _chart(result, "years", "bar", titles, rows)
    return chart | {
        "finding": sentence(result),
        "unfinished": ", ".join(unfinished),
        "suppressed": result.suppressed,
        "csv_url": reverse("workbench:indicator-csv", args=[declared.id]),
    }


def _parts_chart(result: IndicatorResult, column: str) -> dict[str, Any]:
    """A row for each part, a column for each year."""
    declared, values = result.definition, result.parts[column]
    years = sorted({one_.year for one_ in values})
    by_part: dict[str, dict[int, IndicatorValue]] = {}
    for one_ in values:
        by_part.setdefault(one_.label, {})[one_.year] = one_
    rows = [
        {
            "label": label,
            "short": "",
            "cells": [_number(found.get(year), declared) for year in years],
        }
        for label, found in sorted(by_part.items())
    ]
    title = _column_titles(declared)[column]
    chart = _chart(result, column, "table", [title, *map(str, years)], rows)
    return chart | {"finding": _("By %(column)s", column=title)}


def _chart(
    result: IndicatorResult, id: str, kind: str, titles: list[str], rows: list[dict[str, Any]]
) -> dict[str, Any]:
    declared = result.definition
    return {
        "id": f"indicator-{id}",
        "kind": kind,
        "title": pick(declared.title),
        "finding": "",
        "axis": titles[0],
        "unit": pick(declared.unit),
        "table": {
            "caption": pick(declared.title),
            "columns": [{"label": t, "number": at > 0} for at, t in enumerate(titles)],
            "rows": rows,
            "empty": _("No values."),
        },
        "date": result.data_date,
        "unfinished": "",
        "suppressed": 0,
        "definition_url": "",
        "csv_url": "",
    }


def _cells(one_: IndicatorValue, declared: Indicator) -> list[dict[str, Any]]:
    parts = [(one_.numerator, 0), (one_.denominator, 0)]
    return [_number(one_, declared), *({"text": shown(v, d), "value": v} for v, d in parts)]


def _number(one_: IndicatorValue | None, declared: Indicator) -> dict[str, Any]:
    value = one_.value if one_ else None
    rounded = None if value is None else round(value, declared.decimals)
    return {"text": shown(value, declared.decimals), "value": rounded}


def _column_titles(declared: Indicator) -> dict[str, str]:
    model = definitions.models(current_site()).get(declared.table)
    titles = {column.name: pick(column.title) for column in model.columns} if model else {}
    return {name: titles.get(name, name) for name in declared.breakdowns}


def _contracts() -> dict[str, Any]:
    return definitions.contracts(current_site())
