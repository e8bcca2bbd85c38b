"""A reader's own cases by a key of their own: a small API beside the open one, with a document of
its own, for nothing here is anybody else's."""

from collections.abc import Iterable
from typing import Any, Literal

import orjson
from django.conf import settings
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    JsonResponse,
    StreamingHttpResponse,
)
from django.urls import reverse
from django.utils.http import content_disposition_header
from ninja import NinjaAPI, Query, Schema
from ninja.errors import HttpError, ValidationError
from ninja.security.base import AuthBase

from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import ENGLISH, current_language
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.service import own_cases, own_files, reader_keys
from shuren.service.case_shapes import CaseLine, CaseView
from shuren.service.errors import WrongField
from shuren.service.file_links import Delivered
from shuren.service.own_files import Sent
from shuren.trust import egress
from shuren.web.api import own_opening
from shuren.web.api.keys import refuse_key_in_address
from shuren.web.api.problems import (
    MEDIA_TYPE,
    Problem,
    from_error,
    from_validation,
    kind_of,
    problem,
)
from shuren.web.workbench.shell import current_site

ONCE = "Idempotency-Key"
_MORE = {"open_own_case": (413,), "own_file": (410,)}  # what else they may refuse with
own = NinjaAPI(title="My cases", version="1", urls_namespace="own-api", openapi_url=None,
               docs_url=None)  # fmt: skip
own.add_exception_handler(ShurenError, from_error)  # type: ignore[arg-type]
own.add_exception_handler(ValidationError, from_validation)
own.add_exception_handler(Http404, lambda request, error: problem("not-found"))
own.add_exception_handler(HttpError, lambda request, error: _refused(error))


class OwnKey(AuthBase):
    """`Authorization: Bearer shr_…`, a key that a reader made."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Actor:
        refuse_key_in_address(request)
        scheme, _space, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not text.strip():
            raise Problem(
                "no-key",
                _("This request came without a key."),
                fix=_("Send it in a header: Authorization: Bearer <key>."),
            )
        actor = reader_keys.admit(text.strip(), self.scope)
        request.actor = actor  # type: ignore[attr-defined]
        return actor


class Line(Schema):
    id: str
    service: str
    service_title: dict[str, str]
    title: str
    state: str
    state_title: dict[str, str]
    waits_for: str
    is_over: bool
    is_success: bool
    opened_at: str
    changed_at: str
    due_at: str | None
    version: int
    url: str


class Lines(Schema):
    cases: list[Line]
    next: str | None


class StepShape(Schema):
    number: int
    at: str
    by: str
    event: str
    title: dict[str, str]
    state: str
    note: str


class MoveShape(Schema):
    event: str
    title: dict[str, str]
    needs_note: bool


class FileShape(Schema):
    name: str
    size: int
    sha256: str
    url: str | None
    until: str | None
    left: int
    gone_at: str | None


class SentFile(Schema):
    field: str
    name: str
    size: int
    sha256: str
    at: str
    url: str | None
    until: str | None
    gone_at: str | None


class Whole(Line):
    trace: str
    fields: dict[str, Any]
    stamps: dict[str, str | None]
    history: list[StepShape]
    moves: list[MoveShape]
    file: FileShape | None
    files: list[SentFile]


@own.get("/cases", auth=OwnKey(reader_keys.READ), response=Lines, operation_id="own_cases")
def own_case_list(
    request: HttpRequest,
    show: Literal["all", "open", "over"] = "all",
    after: str = Query("", max_length=32),
    limit: int = Query(50, ge=1, le=100),
) -> HttpResponse:
    is_open = {"all": None, "open": True, "over": False}[show]
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = own_cases.listed(current_site(), actor=actor, is_open=is_open, after=after, limit=limit)
    return _answer(
        actor,
        {"cases": [_line(request, one) for one in found.cases], "next": found.after or None},
    )


@own.get("/cases/{id}", auth=OwnKey(reader_keys.READ), response=Whole, operation_id="own_case")
def own_case(request: HttpRequest, id: str) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    case, file = own_cases.one(current_site(), id, actor=actor)
    files = own_files.sent(current_site(), case.id, actor=actor)
    return _answer(actor, _whole(request, case, file, files))


@own.post(
    "/cases", auth=OwnKey(reader_keys.OPEN), response={201: Whole}, operation_id="open_own_case"
)
def open_own_case(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    opening, fields = own_opening.read(request)
    try:
        case = own_cases.open_one(
            current_site(), opening.service, actor=actor, title=opening.title,
            fields=fields, key=request.headers.get(ONCE, "")[:60],
        )  # fmt: skip
    except WrongField as error:
        where = error.name if error.name == "title" else f"fields.{error.name}"
        raise own_opening.wrong(where, error.message, error.fix) from error
    files = own_files.sent(current_site(), case.id, actor=actor)
    answer = _answer(actor, _whole(request, case, None, files), status=201)
    answer["Location"] = reverse("own-api:own_case", args=[case.id])
    return answer


@own.get(
    "/files/{token}", auth=OwnKey(reader_keys.READ), operation_id="own_file",
    openapi_extra={"responses": {200: {"content": {"*/*": {
        "schema": {"type": "string", "format": "binary"}}}}}},
)  # fmt: skip
def own_file(request: HttpRequest, token: str) -> Any:
    """As it is, to be kept and never opened in a page."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    kept = own_files.fetch(current_site(), token, actor=actor)
    answer = StreamingHttpResponse(kept.content, content_type=kept.media_type)
    answer["Content-Length"] = str(kept.size)
    answer["Content-Disposition"] = content_disposition_header(True, kept.name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["Cache-Control"] = "private, no-store"
    return answer


def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI 3.1 document of these; open to all, since it holds no data."""
    refuse_key_in_address(request)
    made: dict[str, Any] = dict(own.get_openapi_schema())
    is_english = current_language() == ENGLISH
    name = settings.SITE_SETTINGS.name_en if is_english else settings.SITE_SETTINGS.name_zh
    made |= {"openapi": "3.1.0", "info": {"title": name, "version": "1", "description": _about()}}
    made.pop("servers", None)
    made["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    made["components"]["schemas"]["Problem"] = {
        "type": "object",
        "required": ["type", "title", "status", "detail", "fix"],
        "properties": {
            name: {"type": "integer" if name == "status" else "string"}
            for name in ("type", "title", "status", "detail", "fix")
        },
    }
    made["components"]["schemas"]["Opening"] = own_opening.Opening.model_json_schema()
    for path in made["paths"].values():
        for operation in path.values():
            if operation["operationId"] == "open_own_case":
                operation["requestBody"] = own_opening.body_schema()
                operation["parameters"].append(
                    {"name": ONCE, "in": "header", "schema": {"type": "string", "maxLength": 60}}
                )
            title, text, scope = _operations()[operation["operationId"]]
            operation |= {"summary": title, "description": text, "x-scope": scope,
                          "security": [{"key": []}]}  # fmt: skip
            for status in (400, 401, 403, 404, *_MORE.get(operation["operationId"], ()), 422, 429):
                operation["responses"][str(status)] = {
                    "description": "Problem",
                    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
                }
    answer = JsonResponse(made, json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Cache-Control"] = "no-cache"
    return answer


def _refused(error: Any) -> HttpResponse:
    """What ninja itself refuses, such as a body that cannot be read."""
    return problem(kind_of(error.status_code))


def _about() -> str:
    return _(
        "For a program that acts for one reader: it lists that reader's own cases, reads one with "
        "its trace, and opens one by the form of a service. Readers make keys on their page “My "
        "keys”. Nothing of anybody else is ever here."
    )


def _operations() -> dict[str, tuple[str, str, str]]:
    """{operation: (title, explanation, scope)}"""
    return {
        "own_cases": (
            _("My cases"),
            _("The newest first. Go on with `after`, the id that `next` names."),
            reader_keys.READ,
        ),
        "own_case": (
            _("One of my cases"),
            _("With its trace, what I can do with it, and the link to a file that was delivered."),
            reader_keys.READ,
        ),
        "open_own_case": (
            _("Open a case"),
            _("By the fields of the service's form, see `/api/v1/services/{id}`. With an "
              "Idempotency-Key the same request twice opens one case. With files it is a form of "
              "several parts: `case` holds the JSON, each file is a part named as its field."),
            reader_keys.OPEN,
        ),
        "own_file": (
            _("A file of one of my cases"),
            _("By the address that the case gives. It ends after a quarter of an hour and opens by "
              "the key of the same reader alone."),
            reader_keys.READ,
        ),
    }  # fmt: skip


def _answer(actor: Actor, content: Any, status: int = 200) -> HttpResponse:
    body = orjson.dumps(content)
    egress.check("own", actor=actor, content=body)
    answer = HttpResponse(body, content_type="application/json", status=status)
    answer["Cache-Control"] = "private, no-store"
    return answer


def _line(request: HttpRequest, case: CaseLine) -> dict[str, Any]:
    return {
        "id": case.id,
        "service": case.service,
        "service_title": case.service_title,
        "title": case.subject.get("title", ""),
        "state": case.state,
        "state_title": case.state_title,
        "waits_for": case.waits_for,
        "is_over": case.is_over,
        "is_success": case.is_success,
        "opened_at": case.opened_at.isoformat(),
        "changed_at": case.changed_at.isoformat(),
        "due_at": case.due_at.isoformat() if case.due_at else None,
        "version": case.version,
        "url": request.build_absolute_uri(reverse("my-case", args=[case.id])),
    }


def _whole(
    request: HttpRequest, case: CaseView, file: Delivered | None, files: Iterable[Sent]
) -> dict[str, Any]:
    stamps = {"need": case.needed_at, "match": case.matched_at, "delivery": case.delivered_at,
              "feedback": case.feedback_at}  # fmt: skip
    return _line(request, case) | {
        "trace": case.trace,
        "fields": case.fields,
        "stamps": {name: at.isoformat() if at else None for name, at in stamps.items()},
        "history": [
            {"number": step.number, "at": step.at.isoformat(), "by": step.by, "event": step.event,
             "title": step.title, "state": step.to_state, "note": step.note}
            for step in case.history
        ],
        "moves": [
            {"event": move.event, "title": move.title, "needs_note": move.needs_note}
            for move in case.moves
        ],
        "file": _file(request, file),
        "files": [_sent(request, one) for one in files],
    }  # fmt: skip


def _file(request: HttpRequest, file: Delivered | None) -> dict[str, Any] | None:
    if file is None:
        return None
    path = "" if file.why else reverse("file-link", args=[file.token])
    return {
        "name": file.name,
        "size": file.size,
        "sha256": file.sha256,
        "url": request.build_absolute_uri(path) if path else None,
        "until": file.until.isoformat() if file.until else None,
        "left": file.left,
        "gone_at": file.gone_at.isoformat() if file.gone_at else None,
    }


def _sent(request: HttpRequest, file: Sent) -> dict[str, Any]:
    path = reverse("own-api:own_file", args=[file.token]) if file.token else ""
    return {
        "field": file.field,
        "name": file.name,
        "size": file.size,
        "sha256": file.sha256,
        "at": file.at.isoformat(),
        "url": request.build_absolute_uri(path) if path else None,
        "until": file.until.isoformat() if file.until else None,
        "gone_at": file.gone_at.isoformat() if file.gone_at else None,
    }
