"""The filters of a dashboard: what the address says, and the form that writes it."""

from typing import Any

from django.http import HttpRequest

from shuren.insight.shapes import Choice
from shuren.kernel.i18n import gettext as _
from shuren.web.moments import month as month_name

NAMES = (
    "from", "to", "campus", "building", "college", "clc_main", "reader_kind", "platform", "service",
)  # fmt: skip
MONTH = "month"  # of the figures that speak of one month; the period does not bind it


def chosen_filters(request: HttpRequest) -> dict[str, str]:
    """Filters of the address that are not empty; the order of the form."""
    return {name: value for name in NAMES if (value := request.GET.get(name, "").strip())}


def for_figure(request: HttpRequest, one_month: bool) -> dict[str, str]:
    """The filters of one figure; one that speaks of a month takes the month chosen for it."""
    chosen = chosen_filters(request)
    month = request.GET.get(MONTH, "").strip()
    if one_month and month:
        return chosen | {"from": month, "to": month}
    return chosen


def filter_fields(
    choices: dict[str, list[Choice]], chosen: dict[str, str], month: str, ranked: bool = True
) -> list[dict[str, Any]]:
    """Inputs of components/field.html, one for each filter that has choices, then the month of
    the figures that speak of one, if there are such."""
    labels = {
        "from": _("From"),
        "to": _("To"),
        "campus": _("Campus"),
        "building": _("Library building"),
        "platform": _("Platform"),
        "service": _("Service"),
        "college": _("College"),
        "clc_main": _("CLC class"),
        "reader_kind": _("Reader kind"),
    }
    every = {"value": "", "label": _("All")}
    fields = [
        {
            "name": name,
            "label": labels[name],
            "type": "select",
            "value": chosen.get(name, ""),
            "options": [every, *({"value": c.value, "label": c.label} for c in choices[name])],
        }
        for name in NAMES
        if choices.get(name)
    ]
    if not ranked:
        return fields
    months = [{"value": c.value, "label": month_name(c.value)} for c in choices.get("to", [])]
    last = {"value": "", "label": _("Last full month")}
    ranking = {"name": MONTH, "label": _("Month of the rankings"), "type": "select"}
    return [*fields, ranking | {"value": month, "options": [last, *months]}]
