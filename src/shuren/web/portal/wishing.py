"""A search that finds nothing leads to having the book bought, its words filled in."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from shuren.discovery.queries import named_book
from shuren.discovery.queries import resolve as resolve_openurl
from shuren.service import offers
from shuren.web import moments
from shuren.web.portal.buttons import as_offers

# What brings a book here that the library lacks, the likeliest first.
KINDS = ("purchase", "delivery")


def wish(request: HttpRequest, text: str) -> dict[str, Any] | None:
    """The inputs of components/offers.html for what was searched; None where it names no book.

    The tables of the buttons answer as for any hit: what is held, online or suggested already is
    said instead of asked for twice.
    """
    said = named_book(text)
    if not said:
        return None
    actor = request.actor  # type: ignore[attr-defined]
    values = {key: [value] for key, value in said.items()}
    found = resolve_openurl(settings.SITE, values, actor=actor, today=moments.today())
    address = urlencode(said | {"q": text})
    wanted = offers.wanted_article(settings.SITE, found, address, actor=actor)
    [seen] = offers.see(settings.SITE, [wanted], actor=actor)
    kept = {one.kind: one for one in seen.offers if one.kind in KINDS}
    shown = replace(seen, offers=tuple(kept[kind] for kind in KINDS if kind in kept))
    title = wanted.subject["title"]
    return {"title": title} | as_offers(request, shown, about=title, home="")


def way_back(request: HttpRequest, address: str) -> str:
    """From the form: to the search it came from, else to what an OpenURL led to."""
    if text := request.GET.get("q", ""):
        return f"{reverse('find')}?{urlencode({'q': text})}"
    return f"{reverse('resolve')}?{address}"
