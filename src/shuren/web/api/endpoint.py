"""The API object, and the one way an operation is added to it."""

import inspect
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.suggestions import did_you_mean
from shuren.web.api.keys import ApiKey
from shuren.web.api.problems import Problem, from_error, from_validation, kind_of, problem

View = Callable[..., HttpResponse]

# No page and no document of ninja's own: ours are in document.py.
api = NinjaAPI(title="Shuren", version="1", urls_namespace="api", openapi_url=None, docs_url=None)
api.add_exception_handler(ShurenError, from_error)  # type: ignore[arg-type]
api.add_exception_handler(ValidationError, from_validation)
api.add_exception_handler(Http404, lambda request, error: problem("not-found"))
api.add_exception_handler(HttpError, lambda request, error: _refused(error))


def endpoint(
    path: str,
    *,
    tag: str,
    response: Any,
    scope: str | None = "",
    tabular: bool = False,
    refusals: Sequence[int] = (),
) -> Callable[[View], View]:
    """Add a reading operation under its function's name.

    scope    what the key needs; "" any key; None: open to all
    tabular  also as CSV and Parquet, chosen by `format` or the Accept header
    refusals statuses it may answer with beyond those that all operations have
    """

    def register(view: View) -> View:
        known = [name for name in inspect.signature(view).parameters if name != "request"]

        @wraps(view)
        def checked(request: HttpRequest, **values: Any) -> HttpResponse:
            _refuse_unknown(request, known)
            return view(request, **values)

        api.api_operation(
            ["GET", "HEAD"],
            path,
            auth=None if scope is None else ApiKey(scope),
            response={200: response},
            operation_id=view.__name__,
            tags=[tag],
            openapi_extra={
                "x-scope": scope or "",
                "x-tabular": tabular,
                "x-refusals": list(refusals),
            },
        )(checked)
        return checked

    return register


def _refused(error: Any) -> HttpResponse:
    """What ninja itself refuses, such as a body that cannot be read."""
    return problem(kind_of(error.status_code))


def _refuse_unknown(request: HttpRequest, known: list[str]) -> None:
    """A parameter that would be ignored is a filter somebody believes in."""
    for name in request.GET:
        if name not in known:
            raise Problem(
                "wrong-parameter",
                _("There is no parameter called '%(name)s'.", name=name[:40]),
                fix=did_you_mean(name, known) if known else "",
                errors=[{"where": name[:40], "message": "unknown"}],
            )
