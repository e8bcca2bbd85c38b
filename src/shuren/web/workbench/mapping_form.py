"""The form that says which column is which field: drawn from a suggestion, read back."""

import dataclasses
from typing import Any

from django.http import QueryDict

from shuren.data.shapes import ColumnSource, Contract, Mapping
from shuren.data.trial import Preview, Suggestion
from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick

DATES = ("date", "timestamp")
_MOST = 200


def form_rows(
    contract: Contract, suggestion: Suggestion, mapping: Mapping, shown: Preview
) -> list[dict[str, Any]]:
    """One row a field: its column of `mapping`, and why it was suggested."""
    guesses = {one.field: one for one in suggestion.fields}
    rows = []
    for field in contract.fields:
        source = mapping.columns.get(field.name, ColumnSource())
        chosen = str(_place(source, shown.columns) or "")
        guess = guesses[field.name]
        suggested = guess.column is not None and chosen == str(
            _place(ColumnSource(names=(guess.column,)), shown.columns) or ""
        )
        rows.append(
            {
                "name": field.name,
                "title": pick(field.title),
                "required": field.required,
                "personal": field.storage != "keep",
                "chosen": chosen,
                "options": _options(shown, chosen),
                "confidence": round(100 * guess.confidence) if suggested else None,
                "reasons": " ".join(guess.reasons) if suggested else "",
                "has_formats": field.type in DATES,
                "formats": " | ".join(source.formats),
                "has_values": bool(field.allowed),
                "values": "; ".join(f"{k}={v}" for k, v in source.values.items()),
            }
        )
    return rows


def read_form(posted: QueryDict, contract: Contract, base: Mapping, shown: Preview) -> Mapping:
    """The mapping as the form says it; what else the base says stays.

    raises  UsageError for a value table that cannot be read
    """
    columns = {}
    for field in contract.fields:
        place = posted.get(f"column.{field.name}", "")
        if not place.isdigit() or not 1 <= int(place) <= len(shown.columns):
            continue
        name: str | int = shown.columns[int(place) - 1] if base.header else int(place)
        before = base.columns.get(field.name, ColumnSource())
        columns[field.name] = ColumnSource(
            names=(name,),
            extract=before.extract if before.names == (name,) else "",
            formats=tuple(
                part.strip()
                for part in posted.get(f"formats.{field.name}", "").split("|")
                if part.strip()
            )
            if field.type in DATES
            else (),
            values=_values(field.name, posted.get(f"values.{field.name}", "")),
        )
    return dataclasses.replace(base, columns=columns)


def _values(field: str, text: str) -> dict[str, str]:
    table = {}
    for part in text.replace("；", ";").split(";"):
        word, sign, value = part.partition("=")
        if not part.strip():
            continue
        if not sign or not word.strip():
            raise UsageError(
                _("%(field)s: '%(text)s' is no pair of values.", field=field, text=part.strip()),
                fix=_("Write word=value, with ; between the pairs."),
            )
        table[word.strip()] = value.strip()
        if len(table) > _MOST:
            break
    return table


def _place(source: ColumnSource, columns: tuple[str, ...]) -> int | None:
    for name in source.names:
        if isinstance(name, int):
            return name
        if name in columns:
            return columns.index(name) + 1
    return None


def _options(shown: Preview, chosen: str) -> list[dict[str, Any]]:
    none = {"value": "", "label": _("– not in the file –"), "chosen": not chosen}
    return [none] + [
        {"value": str(n), "label": name, "chosen": str(n) == chosen}
        for n, name in enumerate(shown.columns, 1)
    ]
