"""Looking a title up. The search engine comes with the discovery room's own issue."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from shuren.data.actions import record_event
from shuren.data.errors import NoSuchTable
from shuren.data.queries import current_snapshot
from shuren.discovery.queries import find_titles
from shuren.discovery.shapes import Found, FoundTitle, Holding
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.service.queries import TRACKING, own_searches
from shuren.trust import consent

PER_PAGE = 20
LONGEST = 200


def find(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:LONGEST]
    number = _page_number(request.GET.get("page", ""))
    context: dict[str, Any] = {
        "query": text,
        "loaded": current_snapshot(settings.SITE) is not None,
        "commands": "shuren load items items.csv\nshuren build",
    }
    if not text and context["loaded"]:
        context["earlier"] = _earlier(request.actor)  # type: ignore[attr-defined]
    if text and context["loaded"]:
        found = find_titles(
            settings.SITE,
            text,
            actor=request.actor,  # type: ignore[attr-defined]
            offset=(number - 1) * PER_PAGE,
            limit=PER_PAGE,
        )
        if number == 1:
            _record(text, found.total, request.actor.reader_key)  # type: ignore[attr-defined]
        context |= {
            "found": found,
            "books": [as_row(title) for title in found.titles],
            "pager": _pager(found, number),
        }
    return render(request, "portal/find.html", context)


def _earlier(actor: Actor) -> list[dict[str, str]]:
    """The reader's own last searches, where the reader agreed to have them remembered."""
    if not actor.reader_key or not consent.given(TRACKING, actor.reader_key):
        return []
    with suppress(NoSuchTable):  # a snapshot of before there was such a table
        found = own_searches(settings.SITE, actor)
        return [{"words": words, "url": f"{reverse('find')}?{urlencode({'q': words})}"}
                for words in found]  # fmt: skip
    return []


def _record(words: str, hits: int, reader: str) -> None:
    """What was searched and how much was found, not by whom; off by a setting. Once more with the
    reader's pseudonym, where that reader consents. A search is answered even when its words
    cannot be kept."""
    said = {"words": words, "hits": hits, "place": "portal"}
    with suppress(OSError):
        if settings.SITE_SETTINGS.record_searches:
            record_event(settings.SITE, "search_events", said)
        if reader:
            record_event(settings.SITE, "reader_searches", said | {"reader_id": reader})


def as_row(title: FoundTitle) -> dict[str, Any]:
    """The inputs of components/book_row.html."""
    return {
        "title": title.title,
        "author": title.author,
        "publisher": title.publisher,
        "year": title.published_year,
        "class_number": title.call_number or title.clc_main,
        "call_number": title.call_number,
        "places": [_place(holding) for holding in _known(title.holdings)],
    }


def _known(holdings: Sequence[Holding]) -> Sequence[Holding]:
    """Those that say how many copies there are; else those that name a place. Loans of a copy
    that no list of items names say neither."""
    counted = [one for one in holdings if one.copies is not None]
    return counted or [one for one in holdings if one.campus]


def _place(holding: Holding) -> dict[str, str]:
    campus = holding.campus or _("Library")
    if holding.copies is None:
        return {"label": campus, "tone": ""}
    free = holding.available or 0
    label = _("%(campus)s: %(free)s of %(all)s in", campus=campus, free=free, all=holding.copies)
    return {"label": label, "tone": "good" if free else "warn"}


def _page_number(text: str) -> int:
    return max(1, int(text)) if text.isdecimal() and len(text) < 6 else 1


def _pager(found: Found, number: int) -> dict[str, Any] | None:
    pages = -(-found.total // PER_PAGE)
    if pages < 2:
        return None
    first = (number - 1) * PER_PAGE + 1
    return {
        "number": number,
        "pages": pages,
        "text": _(
            "%(first)s–%(last)s of %(total)s",
            first=f"{first:,}",
            last=f"{min(first + PER_PAGE - 1, found.total):,}",
            total=f"{found.total:,}",
        ),
        "previous": _url(found.text, number - 1) if number > 1 else "",
        "next": _url(found.text, number + 1) if number < pages else "",
    }


def _url(text: str, number: int) -> str:
    return f"{reverse('find')}?{urlencode({'q': text, 'page': number})}"
