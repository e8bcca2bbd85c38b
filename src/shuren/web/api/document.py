"""The OpenAPI 3.1 document, and the page that is made from it."""

from copy import deepcopy
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from shuren.data.contract_shapes import MEDIA_TYPES
from shuren.kernel.i18n import ENGLISH, current_language
from shuren.web.api import words
from shuren.web.api.endpoint import api
from shuren.web.api.keys import refuse_key_in_address
from shuren.web.api.problems import KINDS, MEDIA_TYPE

FILE = "dataset_file"  # the one operation that answers with a file as it is
_ALWAYS = (400, 405, 406, 422, 503)
_WITH_KEY = (401, 403, 404, 410, 429)

_PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "titles", "status", "detail", "fix"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "titles": {"type": "object", "additionalProperties": {"type": "string"}},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "fix": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"where": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}


def openapi(request: HttpRequest) -> HttpResponse:
    """The document; open to all, since it holds no data."""
    refuse_key_in_address(request)
    response = JsonResponse(document(), json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Cache-Control"] = "no-cache"
    return response


def docs(request: HttpRequest) -> HttpResponse:
    """The same as a page, with a form for each operation."""
    made = document()
    context = {
        "groups": _groups(made),
        "about": made["info"]["description"],
        "base": request.build_absolute_uri("/").rstrip("/"),
        "problems": sorted(KINDS.values(), key=lambda kind: kind[0]),
    }
    return render(request, "api/docs.html", context)


def document() -> dict[str, Any]:
    """In the language of the request."""
    made = deepcopy(_bare())
    made["info"] = {
        "title": settings.SITE_SETTINGS.name_en
        if current_language() == ENGLISH
        else settings.SITE_SETTINGS.name_zh,
        "version": "1",
        "description": words.about(),
    }
    titles, parameters = words.operations(), words.parameters()
    made["tags"] = [{"name": name, "description": text} for name, text in words.tags().items()]
    for path in made["paths"].values():
        for operation in path.values():
            title, text = titles[operation["operationId"]]
            operation["summary"], operation["description"] = title, text
            for parameter in operation["parameters"]:
                parameter["description"] = parameters[parameter["name"]]
    return made


@cache
def _bare() -> dict[str, Any]:
    """Ninja's document, completed by what all operations share."""
    made: dict[str, Any] = deepcopy(dict(api.get_openapi_schema()))
    made["openapi"] = "3.1.0"
    made["servers"] = []
    schemas = made["components"]["schemas"]
    schemas["Problem"] = _PROBLEM
    made["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    del made["servers"]
    for path in made["paths"].values():
        path.pop("head", None)
        for operation in path.values():
            _complete(operation)
    return made


def _complete(operation: dict[str, Any]) -> None:
    for parameter in operation["parameters"]:
        parameter["schema"].pop("title", None)
    needs_key = "security" in operation
    statuses = {*_ALWAYS, *(_WITH_KEY if needs_key else ()), *operation.pop("x-refusals")}
    if needs_key:
        operation["security"] = [{"key": []}]
    responses = {str(status): answer for status, answer in operation["responses"].items()}
    good = responses["200"]
    if operation["operationId"] == FILE:
        good["content"] = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
    if operation["x-tabular"]:
        good["content"][MEDIA_TYPES["csv"]] = {"schema": {"type": "string"}}
        good["content"][MEDIA_TYPES["parquet"]] = {"schema": {"type": "string", "format": "binary"}}
    good["headers"] = {"ETag": {"schema": {"type": "string"}}}
    responses["304"] = {"description": "Not Modified"}
    for status in sorted(statuses):
        responses[str(status)] = {
            "description": next(t["en"] for s, t in reversed(KINDS.values()) if s == status),
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    operation["responses"] = responses


def _groups(made: dict[str, Any]) -> list[dict[str, Any]]:
    """Operations by tag, as the page shows them; tags without operations are left out."""
    groups: dict[str, dict[str, Any]] = {
        tag["name"]: {"id": tag["name"], "title": tag["description"], "operations": []}
        for tag in made["tags"]
    }
    for path, methods in made["paths"].items():
        operation = methods["get"]
        tag = operation["tags"][0]
        groups[tag]["operations"].append(
            {
                "id": operation["operationId"],
                "path": path,
                "title": operation["summary"],
                "text": operation["description"],
                "scope": operation["x-scope"],
                "needs_key": "security" in operation,
                "formats": list(MEDIA_TYPES) if operation["x-tabular"] else ["json"],
                "parameters": [_parameter(one) for one in operation["parameters"]],
            }
        )
    return [group for group in groups.values() if group["operations"]]


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    schema = parameter["schema"]
    many = schema.get("type") == "array"
    return {
        "name": parameter["name"],
        "place": parameter["in"],
        "text": parameter["description"],
        "required": parameter["required"],
        "many": many,
        "default": "" if many else schema.get("default", ""),
        "choices": [one for one in schema.get("enum", ()) if one],
    }
