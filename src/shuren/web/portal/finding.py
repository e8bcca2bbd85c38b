"""Searching: one box, filters beside the hits, and what is being typed completed."""

from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from shuren.data.actions import record_event
from shuren.data.errors import NoSuchTable
from shuren.data.queries import current_snapshot
from shuren.discovery import queries
from shuren.discovery.errors import NoIndex, NotSearchable, OldIndex
from shuren.discovery.search_shapes import RELEVANCE, SORTS, Answer, Query
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.service import offers
from shuren.service.queries import TRACKING, own_searches
from shuren.trust import consent
from shuren.web.portal import narrowing
from shuren.web.portal.buttons import as_offers
from shuren.web.portal.copies import badges, watched
from shuren.web.portal.hits import as_row, suggestion_row
from shuren.web.portal.narrowing import Asked
from shuren.web.portal.searches import may_save
from shuren.web.portal.wishing import wish

PER_PAGE = 20
DEEPEST_PAGE = 500
# In what forms hits are taken along.
FORMS = {"gbt7714": "GB/T 7714", "ris": "RIS", "bibtex": "BibTeX", "csl": "CSL JSON", "csv": "CSV"}
LONGEST = 300


def find(request: HttpRequest) -> HttpResponse:
    asked = narrowing.asked(request.GET)
    context: dict[str, Any] = {
        "query": asked.text,
        "loaded": current_snapshot(settings.SITE) is not None,
        "commands": "shuren load items items.csv\nshuren build",
        "kept": asked.kept(),
    }
    if not asked.text and context["loaded"]:
        context["earlier"] = _earlier(request.actor)  # type: ignore[attr-defined]
    if asked.text and context["loaded"]:
        try:
            context |= _answered(request, asked)
        except NotSearchable as problem:
            context |= {"no_index": problem, "commands": commands_of(problem)}
    response = render(request, "portal/find.html", context)
    if asked.chosen or asked.page > 1 or asked.sort != RELEVANCE:
        # One list of hits may be known elsewhere; the endless combinations of filters may not.
        response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def commands_of(problem: NotSearchable) -> str:
    """What helps where there is no index that can be read; nothing a reader could do elsewhere."""
    return "shuren index" if isinstance(problem, (NoIndex, OldIndex)) else ""


def _answered(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    query = Query(asked.text, asked.chosen, asked.sort, (asked.page - 1) * PER_PAGE, PER_PAGE)
    answer = queries.search(settings.SITE, query, actor=request.actor)  # type: ignore[attr-defined]
    if asked.page == 1 and not asked.chosen:
        reader = request.actor.reader_key  # type: ignore[attr-defined]
        _record(asked.text, 0 if answer.near else answer.total, reader)
    return {
        "found": answer,
        "books": _books(request, answer),
        "facets": narrowing.facets(answer, asked, settings.SITE),
        "chips": narrowing.chips(asked, settings.SITE),
        "clear_url": asked.url(chosen={}),
        "sorts": _sorts(asked),
        "pager": _pager(answer, asked),
        "meant": asked.url(text=answer.suggestion, chosen={}) if answer.suggestion else "",
        "exports": exports(asked) if answer.total else [],
        "can_save": may_save(request.actor),  # type: ignore[attr-defined]
        "again": asked.again(),
        "wish": _wish(request, asked, answer),
    }


def _wish(request: HttpRequest, asked: Asked, answer: Answer) -> dict[str, Any] | None:
    """Only where the words found nothing: filters that leave nothing are another matter."""
    is_in_vain = not answer.total or answer.near
    return wish(request, asked.text) if is_in_vain and not asked.chosen else None


def _books(request: HttpRequest, answer: Answer) -> list[dict[str, Any]]:
    """The hits with their copies as they are at this moment, and their buttons."""
    actor = request.actor  # type: ignore[attr-defined]
    seen = offers.see(settings.SITE, answer.hits, actor=actor)
    return [
        as_row(hit.item, hit.reasons, near=answer.near, places=badges(one.copies, one.order))
        | {
            "live": watched(one.copies, hit.item.title_ids),
            "offers": as_offers(
                request, one, about=hit.item.title, home=reverse("item", args=[hit.item.id]),
                short=True,
            ),
        }
        for hit, one in zip(answer.hits, seen, strict=True)
    ]  # fmt: skip


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


def _sorts(asked: Asked) -> list[dict[str, Any]]:
    labels = dict(
        zip(SORTS, (_("Best match"), _("Newest"), _("Oldest"), _("Shelf order")), strict=True)
    )
    return [
        {"label": label, "url": asked.url(sort=sort), "current": asked.sort == sort}
        for sort, label in labels.items()
    ]


def exports(asked: Asked) -> list[dict[str, str]]:
    """Links to the hits in other forms."""
    return [
        {"label": label, "url": f"{reverse('find-export')}{asked.query(format=form)}"}
        for form, label in FORMS.items()
    ]


def _pager(answer: Answer, asked: Asked) -> dict[str, Any] | None:
    pages = min(-(-answer.total // PER_PAGE), DEEPEST_PAGE)
    if pages < 2:
        return None
    first = (asked.page - 1) * PER_PAGE + 1
    last = min(first + PER_PAGE - 1, answer.total)
    shown = {"first": f"{first:,}", "last": f"{last:,}", "total": f"{answer.total:,}"}
    return {
        "number": asked.page,
        "pages": pages,
        "text": _("%(first)s–%(last)s of about %(total)s", **shown)
        if answer.is_about
        else _("%(first)s–%(last)s of %(total)s", **shown),
        "previous": asked.url(page=asked.page - 1) if asked.page > 1 else "",
        "next": asked.url(page=asked.page + 1) if asked.page < pages else "",
    }


def suggest(request: HttpRequest) -> HttpResponse:
    """Completions as JSON: [{kind, label, text, note, url}]; [] where there is no index."""
    typed = request.GET.get("q", "").strip()[:LONGEST]
    found = []
    with suppress(NotSearchable):
        if typed:
            found = queries.suggest(settings.SITE, typed, actor=request.actor)  # type: ignore[attr-defined]
    return JsonResponse({"suggestions": [suggestion_row(one) for one in found]})


ROBOTS = """User-agent: *
Disallow: /find/?
Disallow: /find/suggest/
Disallow: /find/export/
Disallow: /find/shelf/
Disallow: /find/now/
Disallow: /find/*/ask/
Disallow: /find/*/review/
Disallow: /resolve/ask/
Disallow: /workbench/
Disallow: /my/
Disallow: /go/
Disallow: /sign-in/
"""


def robots(request: HttpRequest) -> HttpResponse:
    """Items may be known everywhere; lists of hits and their filters are not to be walked."""
    return HttpResponse(ROBOTS, content_type="text/plain; charset=utf-8")
