"""Saved searches: kept from the page of hits, and what is new in each."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from shuren.discovery.search_shapes import Query
from shuren.kernel.shapes import Actor
from shuren.service import search_alerts, searches
from shuren.service.searches import Saved
from shuren.trust.queries import may
from shuren.web import moments
from shuren.web.access import requires
from shuren.web.portal import narrowing
from shuren.web.portal.held import READ
from shuren.web.portal.hits import as_row
from shuren.web.portal.privacy import choice_of

NEW_SHOWN = 5


@requires(READ)
def saved(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.reader_key:
        return render(request, "portal/my_nobody.html")
    found = searches.saved(settings.SITE, actor=actor)
    return render(
        request,
        "portal/my_searches.html",
        {
            "searches": [_card(one, actor) for one in found],
            "is_agreed": search_alerts.agreed(actor),
            "choice": choice_of(actor, search_alerts.PURPOSE),
        },
    )


@requires(READ)
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the search whose words and filters the form says again."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.reader_key:
        return render(request, "portal/my_nobody.html")
    asked = narrowing.asked(request.POST)
    searches.save(settings.SITE, Query(asked.text, asked.chosen, asked.sort), actor=actor)
    return HttpResponseRedirect(reverse("my-searches"))


@requires(READ)
@require_POST
def change(request: HttpRequest, number: int) -> HttpResponse:
    """Mark what is new as seen, or remove the search."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.reader_key:
        return render(request, "portal/my_nobody.html")
    if request.POST.get("do") == "remove":
        searches.remove(number, actor=actor)
    else:
        searches.mark_seen(number, actor=actor)
    return HttpResponseRedirect(reverse("my-searches"))


@requires(READ)
@require_POST
def alert(request: HttpRequest, number: int) -> HttpResponse:
    """Be told of what is new in a saved search: alert=daily, weekly or nothing."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.reader_key:
        return render(request, "portal/my_nobody.html")
    search_alerts.choose(number, request.POST.get("alert", ""), actor=actor)
    return HttpResponseRedirect(reverse("my-searches"))


def may_save(actor: Actor) -> bool:
    return bool(actor.reader_key) and may(actor, READ)


def new_in_searches(actor: Actor) -> int:
    """How many of the reader's saved searches found something new."""
    return sum(1 for one in searches.saved(settings.SITE, actor=actor) if one.new)


def _card(one: Saved, actor: Actor) -> dict[str, Any]:
    asked = narrowing.Asked(one.query.text, one.query.chosen, one.query.sort)
    shown = min(one.new or 0, NEW_SHOWN)
    items = searches.fresh_items(settings.SITE, one, shown, actor=actor) if shown else []
    return {
        "id": one.id,
        "words": one.query.text,
        "filters": [chip["label"] for chip in narrowing.chips(asked, settings.SITE)],
        "url": asked.url(),
        "saved": moments.day(one.saved_at),
        "new": one.new,
        "is_broad": one.is_broad,
        "books": [as_row(item) for item in items],
        "alert": one.alert,
        "more": max(0, (one.new or 0) - shown),
    }
