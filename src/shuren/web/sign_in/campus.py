"""Signing in with the campus' own account: to the provider and back.

What was sent along (state, nonce, code verifier) waits in the session for ten minutes and is good
once. The way back is made from public_url and never from what a request says.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from shuren.kernel.clock import now
from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.trust import sign_on
from shuren.trust.errors import SignInRefused
from shuren.web.portal.switches import safe_return
from shuren.web.sign_in import cas, oidc
from shuren.web.sign_in.entering import DEVICE, proceed

WAYS = ("oidc", "cas")
WAITING, TIME_TO_RETURN, TABS = "campus_sign_in", timedelta(minutes=10), 5


def campus_ways() -> list[dict[str, str]]:
    """The buttons of the sign-in page: what shuren.toml declares, and nothing else."""
    asked = settings.SITE_SETTINGS.sign_in
    return [
        {
            "label": pick({"zh": said.title_zh, "en": said.title_en}),
            "url": reverse(f"sign-in-{way}"),
        }
        for way in WAYS
        if (said := getattr(asked, way)) is not None
    ]


@never_cache
@require_GET
def begin(request: HttpRequest, way: str) -> HttpResponse:
    """Off to the campus; `next` is checked now and kept here, never sent along."""
    asked = _asked(way)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _n in range(3))
    waiting = dict(list(request.session.get(WAITING, {}).items())[-(TABS - 1) :])
    waiting[state] = {
        "way": way,
        "nonce": nonce,
        "verifier": verifier,
        "next": safe_return(request, fallback=""),
        "at": now().isoformat(),
    }
    try:
        if way == "oidc":
            address = oidc.sign_in_address(
                asked, return_address(way), state=state, nonce=nonce, verifier=verifier
            )
        else:
            address = cas.sign_in_address(asked, _service(state))
    except ShurenError as error:
        return _back_to_form(request, error)
    request.session[WAITING] = waiting
    return HttpResponseRedirect(address)


@never_cache
@require_GET
def oidc_return(request: HttpRequest) -> HttpResponse:
    asked = _asked("oidc")
    if request.GET.get("error"):  # some providers forget the state when they say no
        return _back_to_form(request, oidc.said_no())
    try:
        sent = _take(request, "oidc", request.GET.get("state", ""))
        said = oidc.who(
            settings.SITE, asked, return_address("oidc"), request.GET.dict(),
            nonce=sent["nonce"], verifier=sent["verifier"],
        )  # fmt: skip
        return _enter(request, "oidc", said["sub"], said, sent["next"], ticket="")
    except ShurenError as error:
        return _back_to_form(request, error)


@csrf_exempt  # the campus posts its single log-out here; what it names is the proof
@never_cache
@sensitive_post_parameters("logoutRequest")
@require_http_methods(["GET", "POST"])
def cas_return(request: HttpRequest) -> HttpResponse:
    """Back with a ticket; or, posted by the CAS server itself, the end of such a session."""
    asked = _asked("cas")
    if request.method == "POST":
        ticket = cas.ended_ticket(request.POST.get("logoutRequest", ""))
        if ticket:
            sign_on.end_campus_session(ticket)
        return HttpResponse(status=204)
    try:
        state, ticket = request.GET.get("state", ""), request.GET.get("ticket", "")
        sent = _take(request, "cas", state)
        user, said = cas.who(asked, _service(state), ticket)
        return _enter(request, "cas", user, said, sent["next"], ticket=ticket)
    except ShurenError as error:
        return _back_to_form(request, error)


def campus_way_of(request: HttpRequest) -> str:
    """How the session began, if by the campus, else ''."""
    how = str(request.session.get(DEVICE, {}).get("how", ""))
    return how if how in WAYS else ""


def sign_out_address(request: HttpRequest, way: str) -> str:
    """Where the campus' own session is ended, or '' if that is not known."""
    asked = _asked(way)
    home = str(settings.SITE_SETTINGS.public_url) + "/"
    try:
        return oidc.sign_out_address(asked, home) if way == "oidc" else cas.sign_out_address(asked)
    except ShurenError:
        return ""


def return_address(way: str) -> str:
    return str(settings.SITE_SETTINGS.public_url) + reverse(f"sign-in-{way}-return")


def _service(state: str) -> str:
    """CAS has no state of its own; the service it sends people back to carries ours."""
    return f"{return_address('cas')}?state={state}"


def _asked(way: str) -> Any:
    asked = getattr(settings.SITE_SETTINGS.sign_in, way, None) if way in WAYS else None
    if asked is None:
        raise Http404
    return asked


def _take(request: HttpRequest, way: str, state: str) -> dict[str, str]:
    """What was sent along with this state, which is spent by this."""
    waiting = request.session.get(WAITING, {})
    sent = waiting.pop(state, None)
    request.session[WAITING] = waiting
    if sent is None or sent["way"] != way:
        raise SignInRefused(
            _("This sign-in was not begun here, or it is finished already."),
            fix=_("Begin again."),
        )
    if now() - datetime.fromisoformat(sent["at"]) > TIME_TO_RETURN:
        raise SignInRefused(_("This sign-in took too long."), fix=_("Begin again."))
    return dict(sent)


def _enter(
    request: HttpRequest, way: str, subject: str, said: Mapping[str, object], back: str, ticket: str
) -> HttpResponse:
    account = sign_on.campus_account(settings.SITE, way, subject, said)
    campus = sign_on.campus_session(ticket) if ticket else ""
    return proceed(request, account, how=way, back=back, campus=campus)


def _back_to_form(request: HttpRequest, error: ShurenError) -> HttpResponse:
    from shuren.web.sign_in.views import sign_in_page

    status = 400 if isinstance(error, SignInRefused) else 503
    return sign_in_page(request, error=error, status=status)
