"""The filters of a dashboard: what the address says, and the form that writes it."""

from typing import Any

from django.http import HttpRequest

from shuren.insight.shapes import Choice
from shuren.kernel.i18n import gettext as _

NAMES = ("from", "to", "campus", "college", "clc_main", "reader_kind")


def chosen_filters(request: HttpRequest) -> dict[str, str]:
    """Filters of the address that are not empty; the order of the form."""
    return {name: value for name in NAMES if (value := request.GET.get(name, "").strip())}


def filter_fields(choices: dict[str, list[Choice]], chosen: dict[str, str]) -> list[dict[str, Any]]:
    """Inputs of components/field.html, one for each filter that has choices."""
    labels = {
        "from": _("From"),
        "to": _("To"),
        "campus": _("Campus"),
        "college": _("College"),
        "clc_main": _("CLC class"),
        "reader_kind": _("Reader kind"),
    }
    every = {"value": "", "label": _("All")}
    return [
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
