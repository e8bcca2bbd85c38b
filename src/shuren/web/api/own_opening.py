"""What a program sends to open a case: JSON, or a form with the same JSON and files beside it."""

from typing import Any

import orjson
from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from ninja import Schema
from pydantic import ConfigDict, Field, ValidationError

from shuren.kernel.i18n import gettext as _
from shuren.service.case_shapes import Incoming
from shuren.web.api.problems import Problem

CASE = "case"  # the part of a form that holds the JSON
MULTIPART = "multipart/form-data"


class Opening(Schema):
    """What is opened, by the form of a service as /api/v1/services/{id} describes it."""

    model_config = ConfigDict(extra="forbid")
    service: str = Field(max_length=60)
    title: str = Field("", max_length=300)
    fields: dict[str, str | int | float | bool] = Field(default_factory=dict, max_length=60)


def read(request: HttpRequest) -> tuple[Opening, dict[str, Any]]:
    """(what is opened, all its fields with the files among them)

    raises  Problem, naming the part or the field
    """
    files: dict[str, Incoming] = {}
    try:
        if request.content_type == MULTIPART:
            files = _files(request)
            body: str | bytes = _case(request)
        else:
            body = request.body
    except RequestDataTooBig:
        raise Problem(
            "too-large",
            _("This request is longer than the library takes."),
            fix=_("Send smaller files; the service says how large each may be."),
        ) from None
    except (MultiPartParserError, TooManyFilesSent):
        raise Problem("bad-request", _("The parts of this form cannot be read.")) from None
    opening = _opening(body)
    for name in files:
        if name in opening.fields:
            raise wrong(f"fields.{name}", _("This field is given twice: as text and as a file."))
    return opening, {**opening.fields, **files}


def wrong(where: str, message: str, fix: str = "") -> Problem:
    return Problem(
        "wrong-parameter", message, fix=fix, errors=[{"where": where, "message": message}]
    )


def body_schema() -> dict[str, Any]:
    """The requestBody of the document."""
    opening = {"$ref": "#/components/schemas/Opening"}
    return {
        "required": True,
        "content": {
            "application/json": {"schema": opening},
            MULTIPART: {
                "schema": {
                    "type": "object",
                    "required": [CASE],
                    "properties": {CASE: opening},
                    "additionalProperties": {"type": "string", "format": "binary"},
                    "description": _(
                        "`case` is the JSON; each file is a part named as its field of the form."
                    ),
                },
                "encoding": {CASE: {"contentType": "application/json"}},
            },
        },
    }


def _case(request: HttpRequest) -> str:
    said = request.POST.getlist(CASE)
    if len(said) != 1 or len(request.POST) != 1:
        raise wrong(
            CASE,
            _("The form has one part of text, “case”, and it holds the JSON."),
            fix=_("Send all fields but files inside it."),
        )
    return str(said[0])


def _files(request: HttpRequest) -> dict[str, Incoming]:
    found = {}
    for name, sent in request.FILES.lists():
        if len(sent) > 1:
            raise wrong(f"fields.{name[:60]}", _("A field takes one file."))
        one = sent[0]
        assert isinstance(one, UploadedFile)
        found[str(name)] = Incoming(str(one.name), int(one.size or 0), one.chunks)
    return found


def _opening(body: str | bytes) -> Opening:
    try:
        return Opening.model_validate_json(body)
    except ValidationError as error:
        found = [
            {"where": ".".join(str(step) for step in one["loc"]), "message": one["msg"]}
            for one in error.errors(include_url=False, include_context=False, include_input=False)
        ]
        if any(one["where"] == "" for one in found):
            raise Problem(
                "bad-request" if not _is_json(body) else "wrong-parameter",
                _("What opens a case is one JSON object: service, title, fields."),
            ) from None
        names = ", ".join(dict.fromkeys(one["where"] for one in found))
        text = _("These parameters cannot be read: %(names)s.", names=names)
        raise Problem("wrong-parameter", text, errors=found) from None


def _is_json(body: str | bytes) -> bool:
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError:
        return False
    return True
