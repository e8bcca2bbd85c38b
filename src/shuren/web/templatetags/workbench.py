"""What workbench templates need and the portal does not."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from shuren.data.asset import owner_names
from shuren.data.queries import headings
from shuren.data.rules import RULES
from shuren.data.shapes import Field
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.web.workbench.lineage_drawing import Picture, drawing
from shuren.web.workbench.shares import share_text, spark_points, split

register = template.Library()

LEVELS = {1: "good", 2: "info", 3: "warn", 4: "bad"}


@register.filter
def item(mapping: dict[str, Any], key: str) -> Any:
    """mapping[key], or nothing."""
    return mapping.get(key, "")


@register.filter
def owner_name(owner: str) -> str:
    """`资源建设部 Collections`: the name in the language of the page, where both are given."""
    return pick(owner_names(owner))


@register.filter
def node_url(wish: Any, node: str) -> str:
    """The lineage of another node, with the same things shown."""
    return str(wish.url(node))


@register.filter
def rule_title(code: str) -> str:
    """`S02 Broken quotes`: the code people quote and the words they understand."""
    rule = RULES.get(code)
    return f"{code} {pick(rule.title)}" if rule else code


@register.filter
def share(part: int, whole: int) -> str:
    return share_text(part, whole)


@register.inclusion_tag("components/split_bar.html")
def split_bar(good: int, held: int, label: str) -> dict[str, Any]:
    """The bar of two numbers that make up a whole."""
    return {"parts": split(good, held), "label": label}


@register.filter
def percent(part: float | None) -> str:
    """A share of 0..1 in per cent, one decimal; 100 only if it is all, – where there is none."""
    if part is None:
        return "–"
    return "100" if part == 1 else f"{min(99.9, 100 * part):.1f}"


@register.filter
def nth(values: Sequence[Any], place: int) -> Any:
    """values[place], for lists that run side by side."""
    return values[place]


@register.inclusion_tag("components/spark.html")
def spark(values: Sequence[float], label: str) -> dict[str, str]:
    """A small line of values over time."""
    return {"points": spark_points(values), "label": label}


@register.simple_tag
def lineage_picture(layers: Sequence[Any]) -> Picture:
    """The boxes of layers, laid out."""
    return drawing(layers)


@register.filter
def level_name(level: int) -> str:
    """Data class in words, its level first."""
    names = {1: _("public"), 2: _("internal"), 3: _("personal"), 4: _("sensitive")}
    return f"{level} {names.get(level, '')}"


@register.filter
def level_tone(level: int) -> str:
    return LEVELS.get(level, "")


@register.filter
def storage_name(storage: str) -> str:
    """How a column is kept, in words."""
    names = {
        "keep": _("as it is"),
        "pseudonym": _("as a pseudonym"),
        "vault": _("sealed in the vault"),
        "drop": _("not kept"),
    }
    return names.get(storage, storage)


@register.filter
def unit_name(unit: str) -> str:
    """A column's unit as its definition writes it, in the language of the page."""
    return pick(headings(None, "unit").get(unit, unit))


@register.filter
def in_a_cell(value: Any) -> str:
    """A value of the lake as tables show it: days and moments the short way, on one line."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return str(value)


@register.filter
def type_name(kind: str) -> str:
    """A column's type in words."""
    names = {
        "string": _("text"),
        "integer": _("whole number"),
        "number": _("number"),
        "date": _("date"),
        "timestamp": _("date and time"),
        "boolean": _("yes or no"),
    }
    return names.get(kind, kind)


@register.filter
def field_rules(field: Field) -> SafeString:
    """What the contract asks of a column, one line each."""
    rules: list[SafeString | str] = []
    if field.required:
        rules.append(_("required"))
    if field.unique:
        rules.append(_("no value twice"))
    if field.pattern:
        rules.append(format_html("<code>{}</code>", field.pattern))
    if field.minimum is not None or field.maximum is not None:
        rules.append(f"{field.minimum or '…'} – {field.maximum or '…'}")
    if field.allowed:
        rules.append(_("one of: %(values)s", values=", ".join(field.allowed)))
    return format_html_join(mark_safe("<br>"), "{}", ((rule,) for rule in rules))


@register.filter
def kept_for(days: int | None) -> str:
    """A retention time: whole years where it is some, else days."""
    if days is None:
        return _("as long as the library keeps the record")
    years, rest = divmod(days, 365)
    return _("%(count)s days", count=days) if rest else _("%(count)s years", count=years)


@register.filter
def status_name(status: str) -> str:
    """Where a contract stands in its life, after the Open Data Contract Standard."""
    names = {
        "proposed": _("proposed"),
        "draft": _("draft"),
        "active": _("in force"),
        "deprecated": _("being replaced"),
        "retired": _("no longer in force"),
    }
    return names.get(status, status)


@register.filter
def text_from(origin: str) -> str:
    """Where the text of a page comes from."""
    names = {
        "layer": _("text layer"),
        "ocr": _("text recognition"),
        "plain": _("plain text"),
        "none": _("no text"),
    }
    return names.get(origin, origin)


@register.filter
def entity_kind(kind: str) -> str:
    """What an entity is, and so by what rule it was found."""
    names = {
        "isbn": "ISBN",
        "doi": "DOI",
        "year": _("year"),
        "heading": _("authorised heading"),
        "author": _("author in the catalogue"),
        "title": _("title held"),
    }
    return names.get(kind, kind)
