"""Open datasets: what there is and the files of a version. No key is needed; a file is given to
whoever names the licence it comes under, as they accept it."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from pydantic import Field

from shuren.kernel.i18n import gettext as _
from shuren.repository import actions, queries
from shuren.repository.errors import AccessRefused
from shuren.repository.shapes import OPEN, Shelf, Version
from shuren.web.api import shapes
from shuren.web.api.endpoint import endpoint
from shuren.web.api.formats import json_answer
from shuren.web.api.keys import refuse_key_in_address
from shuren.web.portal.datasets import file_name
from shuren.web.workbench.shell import current_site

Number = Annotated[int, Field(ge=1, le=100_000)]


@endpoint("/datasets", tag="datasets", response=shapes.Datasets, scope=None)
def datasets(request: HttpRequest) -> HttpResponse:
    refuse_key_in_address(request)
    found = queries.published(current_site())
    return json_answer(request, {"datasets": [_line(one) for one in found]})


@endpoint(
    "/datasets/{id}", tag="datasets", response=shapes.DatasetShape, scope=None, refusals=[404]
)
def dataset(request: HttpRequest, id: str) -> HttpResponse:
    refuse_key_in_address(request)
    found = queries.find(current_site(), id)
    versions = [_version(request, one) for one in found.versions]
    return json_answer(request, _line(found) | {"versions": versions})


@endpoint(
    "/datasets/{id}/{number}/{file}",
    tag="datasets",
    response=bytes,
    scope=None,
    refusals=[403, 404, 410],
)
def dataset_file(
    request: HttpRequest,
    id: str,
    number: Number,
    file: str,
    licence: Annotated[str, Field(max_length=60)] = "",
) -> HttpResponse:
    refuse_key_in_address(request)
    version = queries.version(current_site(), id, number)
    if queries.find(current_site(), id).dataset.access != OPEN:
        raise AccessRefused(_("The files of this dataset are handed out on its page only."))
    found, content = actions.give_out(
        current_site(),
        id,
        number,
        file,
        accepts=licence,
        actor=request.actor,  # type: ignore[attr-defined]
        is_signed_in=False,
    )
    response = HttpResponse(content, content_type=found.media_type)
    response["Content-Disposition"] = f'attachment; filename="{file_name(version, found.name)}"'
    response["ETag"] = f'"{found.sha256[:32]}"'
    response["Cache-Control"] = "no-store"
    return response


def _line(shelf: Shelf) -> dict[str, Any]:
    current = shelf.current
    return {
        "id": shelf.dataset.id,
        "title": shelf.dataset.title,
        "description": shelf.dataset.description,
        "licence": shelf.dataset.licence,
        "access": shelf.dataset.access,
        "training": shelf.dataset.training,
        "newest": current.identifier if current else None,
    }


def _version(request: HttpRequest, version: Version) -> dict[str, Any]:
    stone = version.withdrawn
    return {
        "number": version.number,
        "identifier": version.identifier,
        "url": request.build_absolute_uri(queries.url(current_site(), version)),
        "published_at": version.at.isoformat(),
        "licence": version.licence,
        "training": version.training,
        "begin": version.begin,
        "end": version.end,
        "data_date": version.data_date,
        "withdrawn": {"at": stone.at.isoformat(), "reason": stone.reason} if stone else None,
        "files": []
        if stone
        else [
            {"name": f.name, "bytes": f.bytes, "sha256": f.sha256, "media_type": f.media_type}
            for f in version.files
        ],
    }
