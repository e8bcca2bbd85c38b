"""One hit on a page: where its copies are, what it is, and why it stands where it does."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from shuren.discovery.search_shapes import Edition, Item, Reason, Suggestion
from shuren.discovery.shapes import FoundTitle, Holding
from shuren.kernel.i18n import gettext as _
from shuren.web.portal import narrowing

_MOST_REASONS, _MOST_NAMES = 6, 3


def as_row(
    item: Item,
    reasons: Sequence[Reason] = (),
    near: bool = False,
    *,
    places: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    """The inputs of components/book_row.html.

    places  badges of the copies as they are now; else those of the last build
    """
    if places is None:
        places = [place(holding) for holding in known(item.holdings)]
    return {
        "title": item.title,
        "rest": item.title_rest,
        "href": reverse("item", args=[item.id]),
        "author": names(item.authors),
        "publisher": item.publisher,
        "year": item.year,
        "class_number": item.call_number or item.class_number,
        "call_number": item.call_number,
        "notes": _notes(item),
        "places": places,
        "why": [_reason(one) for one in reasons[:_MOST_REASONS]],
        "near": near,
    }


def title_row(title: FoundTitle) -> dict[str, Any]:
    """The same of a title out of the tables."""
    return {
        "title": title.title,
        "href": reverse("item", args=[title.title_id]),
        "author": title.author,
        "publisher": title.publisher,
        "year": title.published_year,
        "class_number": title.call_number or title.clc_main,
        "call_number": title.call_number,
        "places": [place(holding) for holding in known(title.holdings)],
    }


def names(authors: Sequence[str]) -> str:
    """The first names of a work, and whether there are more."""
    shown = " · ".join(authors[:_MOST_NAMES])
    return _("%(names)s and others", names=shown) if len(authors) > _MOST_NAMES else shown


def _notes(item: Item) -> list[dict[str, str]]:
    notes = []
    if item.kind != "book":
        notes.append({"label": narrowing.kinds().get(item.kind, item.kind), "tone": ""})
    if item.free:
        notes.append({"label": _("Free to read online"), "tone": "good"})
    elif item.online:
        notes.append({"label": _("Online"), "tone": "info"})
    for index in item.indexes:
        notes.append({"label": narrowing.indexes().get(index, index), "tone": ""})
    count = len(editions(item))
    if count > 1:
        notes.append({"label": _("%(count)s editions", count=count), "tone": ""})
    return notes


def editions(item: Item) -> list[Edition]:
    """Those that differ in title, publisher or year; what stands on a shelf speaks first."""
    seen: dict[tuple[Any, ...], Edition] = {}
    for one in item.editions:
        if one.record in ("title", "bib"):
            seen.setdefault((one.title, one.publisher, one.year), one)
    return list(seen.values())


def known(holdings: Sequence[Holding]) -> Sequence[Holding]:
    """Those that say how many copies there are; else those that name a place. Loans of a copy
    that no list of items names say neither."""
    counted = [one for one in holdings if one.copies is not None]
    return counted or [one for one in holdings if one.campus]


def place(holding: Holding) -> dict[str, str]:
    campus = holding.campus or _("Library")
    if holding.copies is None:
        return {"label": campus, "tone": ""}
    free = holding.available or 0
    label = _("%(campus)s: %(free)s of %(all)s in", campus=campus, free=free, all=holding.copies)
    return {"label": label, "tone": "good" if free else "warn"}


def _reason(one: Reason) -> dict[str, str]:
    text = _sentences()[one.kind]
    return {
        "text": text % {"words": one.words} if "%(words)s" in text else text,
        "points": f"{one.points:.1f}",
    }


def _sentences() -> dict[str, str]:
    return {
        "word": _("“%(words)s” is in it"),
        "character": _("the character “%(words)s” is in it"),
        "phrase": _("it has the phrase “%(words)s”"),
        "number": _("its number or class is %(words)s"),
        "title_is": _("this is its title"),
        "title_begins": _("its title begins so"),
        "title_has": _("its title has the words in this order"),
        "author_is": _("this is its author"),
        "title_read": _("its title is read so"),
        "author_read": _("its author is read so"),
        "pinyin_is": _("its title is read so, from beginning to end"),
        "pinyin_begins": _("its title begins with this sound"),
        "initials": _("its title begins with these initials"),
        "near_characters": _("most characters are in it"),
        "near_letters": _("its pinyin is spelt nearly so"),
        "near_words": _("most words are in it, or nearly"),
        "same_sound": _("its title or author sounds the same"),
        "alike_sound": _("its title sounds much the same"),
        "one_sign_off": _("its title differs by a sign or two"),
    }


def suggestion_row(one: Suggestion) -> dict[str, str]:
    """One completion. A name or subject leads to a search for it, a title to its page."""
    kinds = {"title": _("Title"), "author": _("Author"), "subject": _("Subject")}
    field = {"author": _("author"), "subject": _("subject")}.get(one.kind, "")
    url = reverse("item", args=[one.id]) if one.id else field_url(field, one.text)
    return {"kind": one.kind, "label": kinds[one.kind], "text": one.text,
            "note": one.note if one.kind == "title" else "", "url": url}  # fmt: skip


def field_url(field: str, value: str) -> str:
    """A search for a value in one field."""
    plain = value.replace('"', " ")
    query = urlencode({"q": f'{field}:"{plain}"'})
    return f"{reverse('find')}?{query}"
