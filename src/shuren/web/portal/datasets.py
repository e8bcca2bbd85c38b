"""Open datasets: the list, one version with its terms, its files, and where an identifier leads."""

import csv
import json
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_POST

from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.repository import actions, queries
from shuren.repository.errors import AccessRefused, LicenceNotAccepted, UnknownName
from shuren.repository.shapes import (
    CLOSED,
    ON_REQUEST,
    SIGNED_IN,
    TIERS,
    FrozenPart,
    Shelf,
    Version,
)
from shuren.trust.queries import may
from shuren.web import moments
from shuren.web.access import to_sign_in

# What JSON may not say inside a script element.
_ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


def index(request: HttpRequest) -> HttpResponse:
    """Every dataset that was published, newest first."""
    found = [one for one in queries.published(settings.SITE) if one.current]
    found.sort(key=lambda one: one.versions[0].at, reverse=True)
    context = {
        "lines": [_line(one) for one in found],
        "commands": "shuren dataset publish loans_by_class",
    }
    return render(request, "portal/datasets.html", context)


def one(request: HttpRequest, dataset_id: str, number: int | None = None) -> HttpResponse:
    """The newest version that stands, or the one asked for, withdrawn or not."""
    return _page(request, *_found(dataset_id, number))


@require_POST
def download(request: HttpRequest, dataset_id: str, number: int) -> HttpResponse:
    """A file, if its licence was accepted in the same form; needs no script and no cookie."""
    shelf, version = _found(dataset_id, number)
    is_signed_in = bool(request.user.is_authenticated)
    if shelf.dataset.access == SIGNED_IN and not is_signed_in:
        back = HttpRequest()
        back.method, back.path = "GET", _address(version)
        return to_sign_in(back)
    try:
        file, content = actions.give_out(
            settings.SITE,
            dataset_id,
            number,
            request.POST.get("file", ""),
            accepts=request.POST.get("accept", ""),
            actor=request.actor,  # type: ignore[attr-defined]
            is_signed_in=is_signed_in,
        )
    except UnknownName:
        raise Http404 from None
    except (LicenceNotAccepted, AccessRefused) as error:
        return _page(request, shelf, version, problem=error)
    response = HttpResponse(content, content_type=file.media_type)
    response["Content-Disposition"] = f'attachment; filename="{file_name(version, file.name)}"'
    response["Cache-Control"] = "no-store"
    return response


def resolve(request: HttpRequest, identifier: str) -> HttpResponse:
    """From an identifier to the page of its version."""
    try:
        version = queries.resolved(settings.SITE, identifier)
    except UnknownName:
        raise Http404 from None
    return HttpResponseRedirect(_address(version))


def file_name(version: Version, name: str) -> str:
    """What a file is called on the disk of whoever takes it: `loans_by_class.v1.loans.csv`."""
    own = f"{version.dataset}.{version.label}"
    return name if name.startswith(own) else f"{own}.{name}"


def _found(dataset_id: str, number: int | None) -> tuple[Shelf, Version]:
    try:
        shelf = queries.find(settings.SITE, dataset_id)
        if number is not None:
            return shelf, queries.version(settings.SITE, dataset_id, number)
    except UnknownName:
        raise Http404 from None
    if not shelf.versions:
        raise Http404
    return shelf, shelf.current or shelf.versions[0]


def _page(
    request: HttpRequest, shelf: Shelf, version: Version, problem: ShurenError | None = None
) -> HttpResponse:
    site = settings.SITE
    address = request.build_absolute_uri(queries.url(site, version))
    newest = shelf.current
    context = {
        "version": version,
        "shelf": shelf,
        "licence": queries.licence(site, version.licence),
        "tier": pick(TIERS[shelf.dataset.access]),
        "opens": _opens(request, shelf),
        "must_sign_in": shelf.dataset.access == SIGNED_IN and not request.user.is_authenticated,
        "previews": [_preview(version, part) for part in version.parts],
        "files": [_file(version, file) for file in version.files],
        "cited": queries.citations(site, version, address, moments.today()),
        "address": address,
        "newer": newest if newest and newest.number > version.number else None,
        "json_ld": as_script(queries.json_ld(site, version, address)),
        "problem": problem,
        "trail": [
            {"label": _("Open data"), "url": reverse("datasets")},
            {"label": pick(version.title), "url": ""},
        ],
    }
    return render(request, "portal/dataset.html", context, status=403 if problem else 200)


def as_script(content: dict[str, Any]) -> SafeString:
    """JSON that may stand in a script element: no sign in it can end the element."""
    return mark_safe(json.dumps(content, ensure_ascii=False).translate(_ESCAPES))


def _opens(request: HttpRequest, shelf: Shelf) -> bool:
    """Whether the form that hands files out is shown at all."""
    if may(request.actor, actions.PUBLISH):  # type: ignore[attr-defined]
        return True
    return shelf.dataset.access not in (ON_REQUEST, CLOSED)


def _preview(version: Version, part: FrozenPart) -> dict[str, Any]:
    numbers = ("BIGINT", "INTEGER", "DOUBLE")
    columns = [
        {"label": pick(field.title), "number": field.type in numbers} for field in part.fields
    ]
    lines = csv.reader(queries.first_lines(settings.SITE, version, part.name))
    rows = [
        [
            {"text": cell_text(cell), "number": column["number"]}
            for cell, column in zip(line, columns, strict=True)
        ]
        for line in lines
    ]
    table = {
        "caption": pick(part.title), "columns": columns, "rows": rows,
        "empty": _("No rows can be shown."),
    }  # fmt: skip
    return {"part": part, "table": table}


def cell_text(cell: str) -> str:
    return {"true": _("yes"), "false": _("no"), "": "–"}.get(cell, cell)


def _file(version: Version, file: Any) -> dict[str, Any]:
    titles = {part.name: pick(part.title) for part in version.parts}
    return {
        "name": file.name,
        "about": titles.get(file.part) or file_title(file.name),
        "size": file.bytes,
        "sha256": file.sha256,
    }


def file_title(name: str) -> str:
    known = {
        "datapackage.json": _("Description of the tables (Data Package)"),
        "datacite.json": _("Metadata (DataCite, JSON)"),
        "datacite.xml": _("Metadata (DataCite, XML)"),
        "LICENCE.txt": _("Licence in plain words"),
        "SHA256SUMS": _("Checksums"),
    }
    return known.get(name, _("Everything in one file"))


def _line(shelf: Shelf) -> dict[str, Any]:
    version = shelf.current or shelf.versions[0]
    return {
        "title": pick(version.title),
        "text": pick(version.description),
        "url": reverse("dataset", args=[version.dataset]),
        "marks": [
            {"label": version.licence, "tone": ""},
            {
                "label": pick(TIERS[shelf.dataset.access]),
                "tone": "good" if shelf.dataset.access == "open" else "",
            },
        ],
        "version": version,
    }


def _address(version: Version) -> str:
    return reverse("dataset-version", args=[version.dataset, version.number])
