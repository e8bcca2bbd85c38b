"""One item with its permanent address, the shelf it stands on, and hits in other forms."""

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from shuren.discovery import queries
from shuren.discovery.errors import NotSearchable
from shuren.discovery.search_shapes import Item, Online, Query
from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.service import gift_copies, licensed, offers
from shuren.trust import egress
from shuren.web.portal import copies, narrowing, opened, reviews
from shuren.web.portal.buttons import as_offers
from shuren.web.portal.finding import FORMS, commands_of
from shuren.web.portal.hits import as_row, editions, field_url, names
from shuren.web.portal.licensed import door

SHELF, AROUND = 12, 6
_TYPES = {"book": "Book", "journal": "Periodical", "article": "Article", "thesis": "Thesis",
          "map": "Map", "audio": "AudioObject", "video": "VideoObject", "score": "SheetMusic",
          "data": "Dataset"}  # fmt: skip
_MEDIA = {"ris": "application/x-research-info-systems", "bibtex": "application/x-bibtex",
          "csl": "application/vnd.citationstyles.csl+json", "gbt7714": "text/plain",
          "csv": "text/csv"}  # fmt: skip
_ENDINGS = {"ris": "ris", "bibtex": "bib", "csl": "json", "gbt7714": "txt", "csv": "csv"}
# What JSON inside a page may not say as it is.
_UNSAFE = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def item(request: HttpRequest, item_id: str) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    found = queries.item(settings.SITE, item_id, actor=actor)
    if found.id != item_id:
        return redirect("item", item_id=found.id)  # by the id of one of its records
    opened.note(request, found.id)
    link = permanent(request, found.id)
    [seen] = offers.see(settings.SITE, [found], actor=actor)
    home = reverse("item", args=[found.id])
    around: Sequence[Item] = ()
    if found.call_number:
        around = queries.shelf(settings.SITE, found.call_number, actor=actor, size=AROUND + 1).items
    said = reviews.of_item(request, found)
    context = {
        "item": found,
        "names": names(found.authors),
        "facts": _facts(found),
        "offers": as_offers(request, seen, about=found.title, home=home),
        "places": copies.places(
            seen.copies, gift_copies.notes([one.item_id for one in seen.copies])
        ),
        "held": copies.are_here(seen.copies),
        "coming": copies.coming_words(seen.copies, seen.order),
        "free": sum(one.is_available for one in seen.copies),
        "live": copies.watched(seen.copies, found.title_ids),
        "old": copies.is_old(seen.copies),
        "online": _online(found, actor),
        "editions": [_edition(one) for one in editions(found)],
        "authors": [{"text": one, "url": field_url(_("author"), one)} for one in found.authors],
        "subjects": [{"text": one, "url": field_url(_("subject"), one)} for one in found.subjects],
        "citation": queries.cite(found, link.removesuffix(f"{found.id}/")),
        "link": link,
        "exports": _exports(found),
        "around": [as_row(one) for one in around if one.id != found.id][:AROUND],
        "shelf_url": _shelf_url(found.call_number) if found.call_number else "",
        "reviews": said,
        "schema_org": schema_org(found, link, said["rating"]),
    }
    return render(request, "portal/item.html", context)


def permanent(request: HttpRequest, id: str) -> str:
    """The item's address for a citation: at public_url, where the library has one."""
    path, public = reverse("item", args=[id]), settings.SITE_SETTINGS.public_url
    return public.rstrip("/") + path if public else request.build_absolute_uri(path)


def _facts(found: Item) -> list[tuple[str, str]]:
    """(what, value) of what a reader asks of a book, without what is not known."""
    lines = [
        (_("Published"), " ".join(filter(None, (found.place, found.publisher)))),
        (_("Year"), str(found.year or "")),
        (_("Extent"), found.extent),
        (_("Series"), "; ".join(found.series)),
        (_("Language"), narrowing.label("language", found.language, settings.SITE)),
        (_("Class"), _class_path(found.class_number)),
        ("ISBN", ", ".join(found.isbns)),
        ("ISSN", ", ".join(f"{one[:4]}-{one[4:]}" for one in found.issns)),
        ("DOI", ", ".join(found.dois)),
        (_("Indexed in"), ", ".join(narrowing.indexes().get(one, one) for one in found.indexes)),
    ]
    return [(name, value) for name, value in lines if value]


def _class_path(number: str) -> str:
    """T 工业技术 › TP 自动化技术、计算机技术 › TP312"""
    codes = [number[:end] for end in range(1, min(len(number), 4) + 1)]
    named = [narrowing.label("clc", code, settings.SITE) for code in codes]
    path = [one for one, code in zip(named, codes, strict=True) if one != code]
    return " › ".join([*path, number] if number and number not in codes[: len(path)] else path)


def _online(found: Item, actor: Actor) -> list[dict[str, Any]]:
    """Where it is read; a package that is closed to the reader has no address, but the reason."""
    paid = [(one.provider, one.package) for one in found.online if _is_paid(one)]
    may = licensed.access(settings.SITE, paid, actor=actor)
    lines = []
    for one in found.online:
        name = " · ".join(filter(None, (one.provider, one.package))) or _("Our own collections")
        gate = may[one.provider, one.package] if _is_paid(one) else None
        safe = one.url if one.url.startswith(("https://", "http://")) else ""
        lines.append(
            {
                "name": name,
                "url": _way(safe, one, gate),
                "free": one.free,
                "coverage": one.coverage,
                "why": gate.why if gate else "",
                "membership": bool(gate and gate.membership),
            }
        )
    return lines


def _way(url: str, one: Online, gate: licensed.Access | None) -> str:
    """A licensed place is reached by our door, which counts; one that is closed is not."""
    if gate is None:
        return url
    return door(url, one.provider, one.package) if gate.is_open else ""


def _is_paid(one: Online) -> bool:
    """What has no provider is of the library itself and under no licence."""
    return bool(one.provider) and not one.free


def _edition(one: Any) -> dict[str, str]:
    about = " · ".join(filter(None, (one.author, one.publisher, str(one.year or ""))))
    return {"title": one.title, "about": about, "call_number": one.call_number}


def _exports(found: Item) -> list[dict[str, str]]:
    base = reverse("find-export")
    return [
        {"label": label, "url": f"{base}?id={found.id}&format={form}"}
        for form, label in FORMS.items()
    ]


def _shelf_url(call_number: str, campus: str = "", to: str = "") -> str:
    query = {"at": call_number, "campus": campus, "to": to}
    said = urlencode({name: value for name, value in query.items() if value})
    return f"{reverse('find-shelf')}?{said}"


def schema_org(found: Item, link: str, rating: dict[str, Any] | None = None) -> SafeString:
    """The item for machines, https://schema.org; safe inside a <script> of data.

    rating  {value, count} of readers' stars, where it is shown
    """
    content: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": _TYPES.get(found.kind, "CreativeWork"),
        "@id": link,
        "url": link,
        "name": found.title,
    }
    more = {
        "author": [{"@type": "Person", "name": one} for one in found.authors],
        "publisher": {"@type": "Organization", "name": found.publisher} if found.publisher else "",
        "datePublished": str(found.year or ""),
        "inLanguage": {"chi": "zh", "eng": "en"}.get(found.language, found.language),
        "isbn": list(found.isbns),
        "issn": [f"{one[:4]}-{one[4:]}" for one in found.issns],
        "about": list(found.subjects),
        "isAccessibleForFree": found.free or "",
        "description": found.summary,
        "aggregateRating": {
            "@type": "AggregateRating",
            "ratingValue": rating["value"],
            "ratingCount": rating["count"],
        }
        if rating
        else "",
    }
    content |= {name: value for name, value in more.items() if value}
    return mark_safe(json.dumps(content, ensure_ascii=False, indent=1).translate(_UNSAFE))


def shelf(request: HttpRequest) -> HttpResponse:
    """The books on the shelf from a call number on."""
    at = request.GET.get("at", "").strip()[:100]
    campus = request.GET.get("campus", "").strip()[:100]
    backwards = request.GET.get("to") == "earlier"
    context: dict[str, Any] = {"at": at, "campus": campus, "books": []}
    try:
        found = queries.shelf(
            settings.SITE,
            at,
            actor=request.actor,  # type: ignore[attr-defined]
            size=SHELF,
            campus=campus,
            backwards=backwards,
        )
        context |= {
            "books": [as_row(one) for one in found.items],
            "earlier": _shelf_url(found.earlier, campus, "earlier") if found.earlier else "",
            "later": _shelf_url(found.later, campus) if found.later else "",
        }
    except NotSearchable as problem:
        context |= {"no_index": problem, "commands": commands_of(problem)}
    response = render(request, "portal/shelf.html", context)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def export(request: HttpRequest) -> HttpResponse:
    """One item, or the first hits of a search, as a file."""
    actor = request.actor  # type: ignore[attr-defined]
    form = request.GET.get("format", "ris")
    if id := request.GET.get("id", "")[:100]:
        chosen = [queries.item(settings.SITE, id, actor=actor)]
    else:
        asked = narrowing.asked(request.GET)
        query = Query(asked.text, asked.chosen, asked.sort, 0, queries.MOST_EXPORTED)
        answer = queries.search(settings.SITE, query, actor=actor)
        chosen = [hit.item for hit in answer.hits]
    if form not in queries.FORMATS:
        raise UsageError(_("There is no format '%(form)s'.", form=form[:40]))
    base = permanent(request, "x").removesuffix("x/")
    content = queries.export(chosen, form, base).encode()
    egress.check("citations", actor=actor, content=content)
    response = HttpResponse(content, content_type=f"{_MEDIA[form]}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="records.{_ENDINGS[form]}"'
    response["X-Robots-Tag"] = "noindex"
    return response
