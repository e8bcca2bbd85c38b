"""What templates say often: an icon, a cover, a number with its commas, a moment."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from shuren.kernel.i18n import pick
from shuren.web import covers, moments

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """One symbol of icons.svg; decoration only, the words stand beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        static("shuren/img/icons.svg"),
        name,
    )


@register.simple_tag
def cover(title: str, author: str = "", class_number: str = "") -> SafeString:
    return covers.cover(title or "", author or "", class_number or "")


@register.filter
def grouped(value: Any) -> str:
    """12,345; anything but a number stays as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "" if value is None else str(value)
    return f"{value:,}"


@register.filter
def at(values: Sequence[Any], place: int) -> Any:
    """What stands at a place, from 0; "" beyond the end."""
    return values[place] if place < len(values) else ""


@register.filter
def unlocalised(value: Any) -> str:
    """A number for a machine: no thousands marks."""
    return str(value)


@register.filter
def picked(texts: Any) -> str:
    """The current language's text of a definition's {zh, en}."""
    return pick(texts) if texts else ""


@register.simple_tag
def moment(value: datetime | None) -> SafeString | str:
    """A <time>: relative within a week, else the date; the exact time is in the title."""
    if value is None:
        return ""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        value.isoformat(timespec="seconds"),
        moments.exact(value),
        moments.relative(value),
    )


@register.filter
def exact(value: datetime) -> str:
    """Day and minute, for what ends just then."""
    return moments.exact(value)


@register.filter
def in_words(value: str) -> str:
    """An ISO day, as 2026年3月2日 or 2 March 2026."""
    return moments.data_day(value or "")


@register.simple_tag
def day(value: date | None) -> SafeString | str:
    if value is None:
        return ""
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), moments.day(value))


@register.simple_tag(takes_context=True)
def show_component(context: template.Context, name: str, inputs: dict[str, Any]) -> SafeString:
    """A component of templates/components/, with the inputs of one of its states."""
    assert context.template is not None
    found = context.template.engine.get_template(f"components/{name}.html")
    with context.push(**inputs):
        return found.render(context)
