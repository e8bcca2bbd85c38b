"""An error is a page with a sentence and a way out, never a traceback."""

import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shuren.kernel.errors import ShurenError, UsageError
from shuren.kernel.i18n import gettext as _

log = logging.getLogger(__name__)

# By the names of the classes, so that no room has to be imported to be understood.
_STATUS = {
    "NotAllowed": 403,
    "NotOpen": 403,
    "UnknownName": 404,
    "NoSuchFigure": 404,
    "NoSuchIndicator": 404,
    "NoSuchItem": 404,
    "SignInRefused": 400,
    "SignInLocked": 429,
    "KeyRefused": 401,
    "QuotaUsedUp": 429,
    "TooFast": 429,
    "SnapshotGone": 410,
    "AccessRefused": 403,
    "LicenceNotAccepted": 403,
    "WithdrawnVersion": 410,
    "NotFit": 400,
    "ConsentTextChanged": 400,
    "NoSuchCase": 404,
    "NoSuchCampaign": 404,
    "NoSuchDocument": 404,
    "NoSuchEvent": 404,
    "NoSuchReview": 404,
    "NoSuchShift": 404,
    "NotNow": 409,
    "CaseChanged": 409,
    "NotOffered": 403,
    "WrongField": 400,
    "PlaceTaken": 409,
    "WrongCode": 400,
    "LinkRefused": 410,
}


def status_of(error: ShurenError) -> int:
    """400 the request was wrong, 403 not allowed, 404 no such thing, 503 not ready yet."""
    for kind in type(error).__mro__:
        if kind.__name__ in _STATUS:
            return _STATUS[kind.__name__]
    return 400 if isinstance(error, UsageError) else 503


def error_page(request: HttpRequest, error: ShurenError) -> HttpResponse:
    status = status_of(error)
    if status >= 500:
        log.warning("%s: %s", type(error).__name__, error)
    return _page(request, status, error.message, error.fix)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 400, _("This request cannot be understood."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    reason = str(exception) or _("Your role does not open this page.")
    return _page(request, 403, reason, _("Sign in with another account, or ask the library."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(
        request,
        404,
        _("There is no page at this address."),
        _("It may have moved. Search, or start again from the home page."),
    )


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(
        request,
        403,
        _("This form is too old, or it was not sent from this site."),
        _("Go back, load the page again and send it once more."),
    )


def broken(request: HttpRequest) -> HttpResponse:
    """The page for what nobody foresaw; without context, since that may be what broke."""
    return render(None, "errors/broken.html", status=500)


def _page(request: HttpRequest, status: int, message: str, fix: str = "") -> HttpResponse:
    context = {"status": status, "message": message, "fix": fix, "heading": _heading(status)}
    return render(request, "errors/error.html", context, status=status)


def _heading(status: int) -> str:
    return {
        400: _("That did not work"),
        401: _("Not open to you"),
        403: _("Not open to you"),
        404: _("Not found"),
        409: _("That did not work"),
        410: _("Not found"),
        429: _("Too many tries"),
        503: _("Not ready yet"),
    }[status]
