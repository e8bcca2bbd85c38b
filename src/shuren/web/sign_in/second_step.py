"""The second step: a code at the sign-in, and setting an authenticator up."""

from typing import Any

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.trust import sign_on
from shuren.trust.errors import SignInLocked
from shuren.web.access import to_sign_in
from shuren.web.addresses import client_address
from shuren.web.sign_in.entering import enter, pending

WAITING = "new_second_step"


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """After the password: the code."""
    waiting = pending(request)
    if waiting is None:
        return HttpResponseRedirect(reverse("sign-in"))
    account, came = waiting
    if request.method == "GET":
        return render(request, "sign_in/code.html", {"error": None})
    try:
        sign_on.check_second_step(
            settings.SITE, account, request.POST.get("code", ""), client_address(request)
        )
    except ShurenError as error:
        return render(request, "sign_in/code.html", {"error": error}, status=_status(error))
    return HttpResponseRedirect(enter(request, account, **came))


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def set_up_to_enter(request: HttpRequest) -> HttpResponse:
    """After the password of somebody who must have a second step and has none yet."""
    waiting = pending(request)
    if waiting is None or sign_on.has_second_step(waiting[0]):
        return HttpResponseRedirect(reverse("sign-in"))
    account, came = waiting
    if request.method == "GET":
        return _set_up_page(request, account, must=True)
    try:
        codes = _confirm(request, account)
    except ShurenError as error:
        return _set_up_page(request, account, must=True, error=error)
    return _codes_page(request, codes, enter(request, account, **came))


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def set_up(request: HttpRequest) -> HttpResponse:
    """For who is signed in and wants one."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    if sign_on.has_second_step(request.user):
        return HttpResponseRedirect(reverse("sessions"))
    if request.method == "GET":
        return _set_up_page(request, request.user, must=False)
    try:
        codes = _confirm(request, request.user)
    except ShurenError as error:
        return _set_up_page(request, request.user, must=False, error=error)
    return _codes_page(request, codes, reverse("sessions"))


@never_cache
@sensitive_post_parameters("code")
@require_POST
def renew_codes(request: HttpRequest) -> HttpResponse:
    """Ten new recovery codes, for a code."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    codes = sign_on.renew_recovery_codes(
        settings.SITE,
        request.user,
        request.POST.get("code", ""),
        client_address(request),
    )
    return _codes_page(request, codes, reverse("sessions"))


@never_cache
@sensitive_post_parameters("code")
@require_POST
def turn_off(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return to_sign_in(request)
    sign_on.end_second_step(
        settings.SITE,
        request.user,
        request.POST.get("code", ""),
        client_address(request),
    )
    return HttpResponseRedirect(reverse("sessions"))


def _confirm(request: HttpRequest, account: Any) -> list[str]:
    codes = sign_on.confirm_second_step(
        settings.SITE,
        account,
        request.session.get(WAITING, ""),
        request.POST.get("code", ""),
        client_address(request),
    )
    request.session.pop(WAITING, None)
    return codes


def _set_up_page(
    request: HttpRequest, account: Any, *, must: bool, error: ShurenError | None = None
) -> HttpResponse:
    told = sign_on.begin_second_step(settings.SITE, account, request.session.get(WAITING, ""))
    request.session[WAITING] = told.waiting
    context = {
        "must": must,
        "error": error,
        "qr": drawn(told.uri),
        "secret": " ".join(told.secret[i : i + 4] for i in range(0, len(told.secret), 4)),
        "username": account.username,
    }
    status = _status(error) if error else 200
    return render(request, "sign_in/set_up.html", context, status=status)


def _codes_page(request: HttpRequest, codes: list[str], onward: str) -> HttpResponse:
    """The only time these are shown."""
    return render(request, "sign_in/recovery_codes.html", {"codes": codes, "onward": onward})


def drawn(text: str) -> SafeString:
    """A QR code as SVG, black on white in every theme: cameras want it so."""
    svg = segno.make(text, error="m").svg_inline(
        scale=4, border=4, omitsize=True, svgclass="qr", lineclass=None, dark="#000", light="#fff",
        title=_("QR code of the secret key"),
    )  # fmt: skip
    return mark_safe(svg)  # drawn by us; the text itself is not in it


def _status(error: ShurenError) -> int:
    return 429 if isinstance(error, SignInLocked) else 400
