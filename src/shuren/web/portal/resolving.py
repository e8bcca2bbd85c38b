"""Where an OpenURL of a database leads: the places that hold the full text."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from shuren.data.queries import current_snapshot
from shuren.discovery.queries import resolve as resolve_openurl
from shuren.discovery.shapes import Citation, FullText, Resolution
from shuren.kernel.i18n import gettext as _
from shuren.service import licensed, offers
from shuren.web import moments
from shuren.web.portal.buttons import as_offers
from shuren.web.portal.licensed import door

MOST_VALUES = 5
COMMANDS = "shuren load eholdings Provider_Region_Package_2026-01-01.txt\nshuren build"
_PERSONAL = ("req_", "req.", "rfe_", "rfe.", "svc_")
_PRIVATE = ("pid", "rft_dat", "rfr_dat", "req_dat", "req_id")


def resolve(request: HttpRequest) -> HttpResponse:
    query = {key: request.GET.getlist(key)[:MOST_VALUES] for key in request.GET}
    clean = {key: values for key, values in query.items() if not _is_private(key)}
    if len(clean) < len(query):
        # An id of a reader stays neither in the address bar nor in what the next site is told.
        return redirect(f"{reverse('resolve')}?{urlencode(clean, doseq=True)}")
    context: dict[str, Any] = {"loaded": current_snapshot(settings.SITE) is not None}
    context["commands"] = (
        "shuren load eholdings Provider_Global_Package_2026-01-01.txt\nshuren build"
    )
    if context["loaded"]:
        found, address = resolution(request)
        asked = bool(query) and found.citation.names_a_work
        context |= {
            "citation": found.citation,
            "asked": asked,
            "offers": _offers(request, found, address) if asked else None,
            "cited": _cited(found.citation),
            "places": _places(request, [one for one in found.places if one.holds is not False]),
            "elsewhere": _places(request, [one for one in found.places if one.holds is False]),
            "doi_url": f"https://doi.org/{found.citation.doi}" if found.citation.doi else "",
        }
    return render(request, "portal/resolve.html", context)


def resolution(request: HttpRequest) -> tuple[Resolution, str]:
    """What the address names and where it is, and the address without what names a person."""
    query = {key: request.GET.getlist(key)[:MOST_VALUES] for key in request.GET}
    clean = {key: values for key, values in query.items() if not _is_private(key)}
    actor = request.actor  # type: ignore[attr-defined]
    found = resolve_openurl(settings.SITE, clean, actor=actor, today=moments.today())
    return found, urlencode(clean, doseq=True)


def _offers(request: HttpRequest, found: Resolution, address: str) -> dict[str, Any]:
    actor = request.actor  # type: ignore[attr-defined]
    wanted = offers.wanted_article(settings.SITE, found, address, actor=actor)
    [seen] = offers.see(settings.SITE, [wanted], actor=actor)
    return as_offers(request, seen, about=wanted.subject["title"], home="")


def _places(request: HttpRequest, found: Sequence[FullText]) -> list[dict[str, Any]]:
    """A package that is closed to the reader has no address, but the reason."""
    actor = request.actor  # type: ignore[attr-defined]
    paid = [(one.provider, one.package) for one in found if not one.free]
    may = licensed.access(settings.SITE, paid, actor=actor)
    lines = []
    for one in found:
        gate = None if one.free else may[one.provider, one.package]
        line = as_place(one)
        if gate is not None and gate.is_open:
            line["url"] = door(one.url, one.provider, one.package)
        elif gate is not None:
            line |= {"url": "", "why": gate.why, "membership": gate.membership}
        lines.append(line)
    return lines


def as_place(place: FullText) -> dict[str, Any]:
    """The inputs of one entry of portal/resolve.html."""
    marks = []
    if place.free:
        marks.append({"label": _("Free to read"), "tone": "good"})
    if place.depth == "abstracts":
        marks.append({"label": _("Abstracts only"), "tone": "warn"})
    elif place.depth == "selected articles":
        marks.append({"label": _("Selected articles"), "tone": "warn"})
    if place.holds is None:
        marks.append({"label": _("May hold it"), "tone": ""})
    return {
        "title": place.title,
        "publisher": place.publisher,
        "package": " · ".join(part for part in (place.provider, place.package) if part),
        "url": place.url,
        "span": _span(place),
        "notes": place.notes,
        "marks": marks,
        "why": "",
        "membership": False,
    }


def _span(place: FullText) -> str:
    first = place.first.isoformat() if place.first else ""
    last = place.last.isoformat() if place.last else ""
    if first and last:
        return _("%(first)s to %(last)s", first=first, last=last)
    if first:
        return _("since %(first)s", first=first)
    return _("until %(last)s", last=last) if last else ""


def _cited(citation: Citation) -> str:
    numbers = [citation.date]
    if citation.volume:
        numbers.append(_("vol. %(number)s", number=citation.volume))
    if citation.issue:
        numbers.append(_("no. %(number)s", number=citation.issue))
    if citation.page:
        numbers.append(_("p. %(number)s", number=citation.page))
    return ", ".join(part for part in (citation.author, citation.title, *numbers) if part)


def without_persons(request: HttpRequest) -> str:
    """The query of the address without keys that name a person, "" where there are none to drop."""
    clean = {key: request.GET.getlist(key) for key in request.GET if not _is_private(key)}
    return urlencode(clean, doseq=True) if len(clean) < len(request.GET) else ""


def _is_private(key: str) -> bool:
    return key.startswith(_PERSONAL) or key in _PRIVATE
