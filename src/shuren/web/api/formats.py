"""Answers: JSON, CSV or Parquet of the same rows, with an ETag, and 304 where nothing changed."""

import hashlib
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import orjson
from django.http import HttpRequest, HttpResponse

from shuren.data import queries as data
from shuren.data.contract_shapes import MEDIA_TYPES
from shuren.data.shapes import Column, Table
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.trust import egress
from shuren.trust.queries import own_api_key
from shuren.web.api.problems import Problem

KEPT = "private, no-cache"


def wanted_format(request: HttpRequest, named: str = "") -> str:
    """`format` of the address, else the Accept header; raises Problem 406."""
    if named:
        return named
    by_media = {media: name for name, media in MEDIA_TYPES.items()}
    chosen = request.get_preferred_type(list(by_media))
    if chosen is None:
        raise Problem(
            "not-acceptable",
            _("There are JSON, CSV and Parquet here."),
            fix=_("Ask for one of: %(media)s.", media=", ".join(by_media)),
        )
    return by_media[str(chosen)]


def tag_of(request: HttpRequest, *parts: str) -> str:
    """An ETag of what the answer depends on: the data, the question, what the key may see."""
    key = own_api_key(request.actor)  # type: ignore[attr-defined]
    asked = sorted((name, tuple(values)) for name, values in request.GET.lists())
    depends = [request.path, asked, key.id, key.scopes, key.purposes, *parts]
    return '"' + hashlib.sha256(repr(depends).encode()).hexdigest()[:32] + '"'


def unchanged(request: HttpRequest, tag: str) -> HttpResponse | None:
    """304 when the program has this answer already; nothing is read for it."""
    held = [one.strip().removeprefix("W/") for one in _held(request).split(",")]
    if tag not in held and held != ["*"]:
        return None
    return _headed(HttpResponse(status=304), tag)


def _held(request: HttpRequest) -> str:
    return request.headers.get("If-None-Match", "")


def json_answer(request: HttpRequest, content: Any) -> HttpResponse:
    """The whole answer is made, then compared with what the program has."""
    body = orjson.dumps(content, default=_default)
    egress.check("api.answer", actor=_actor(request), content=body)
    tag = '"' + hashlib.sha256(body).hexdigest()[:32] + '"'
    return unchanged(request, tag) or _headed(
        HttpResponse(body, content_type="application/json"), tag
    )


def table_answer(
    request: HttpRequest,
    table: Table,
    columns: Sequence[Column],
    form: str,
    tag: str,
    about: dict[str, Any],
    after: str = "",
) -> HttpResponse:
    """Rows in the form asked for. about: what JSON says besides; after: mark of the next page."""
    following = next_address(request, after) if after else None
    if form == "json":
        content = about | {
            "snapshot": table.snapshot,
            "data_date": table.data_date,
            "suppressed": table.suppressed,
            "columns": [column_json(column) for column in columns],
            "rows": table.dicts(),
            "after": after or None,
            "next": following,
        }
        body = orjson.dumps(content, default=_default, option=orjson.OPT_NON_STR_KEYS)
    elif form == "csv":
        body = data.as_csv(table)
    else:
        body = data.as_parquet(table, [column.type for column in columns])
    egress.check(
        "api.table",
        actor=_actor(request),
        table=_name(about),
        columns={column.name: column.classification for column in columns},
        content=body if form != "parquet" else data.as_csv(table),
    )
    media = MEDIA_TYPES[form]
    response = HttpResponse(
        body, content_type=f"{media}; charset=utf-8" if form == "csv" else media
    )
    if form != "json":
        response["Content-Disposition"] = f'attachment; filename="{_name(about)}.{form}"'
    response["Shuren-Snapshot"] = table.snapshot
    response["Shuren-Suppressed"] = str(table.suppressed)
    if following:
        response["Link"] = f'<{following}>; rel="next"'
    return _headed(response, tag)


def _name(about: dict[str, Any]) -> str:
    return str(about.get("table") or about.get("id") or "rows")


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined]


def column_json(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "type": column.type,
        "unit": column.unit,
        "class": column.classification,
        "title": column.title,
    }


def next_address(request: HttpRequest, after: str) -> str:
    asked = [(n, v) for n, values in request.GET.lists() if n != "after" for v in values]
    return f"{request.path}?{urlencode([*asked, ('after', after)])}"


def _headed(response: HttpResponse, tag: str) -> HttpResponse:
    response["ETag"] = tag
    response["Cache-Control"] = KEPT
    response["Vary"] = "Accept, Accept-Language, Authorization"
    return response


def _default(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else str(value)
