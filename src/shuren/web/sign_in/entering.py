"""From being known to being signed in: the second step between, then a session that says how.

Between the steps only the session's `pending` says who is meant; nobody is signed in by it. It
lasts ten minutes, and a changed password ends it.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from shuren.kernel.clock import now
from shuren.trust import sign_on, young
from shuren.trust.definitions import STAFF
from shuren.trust.queries import roles
from shuren.trust.sessions import CAMPUS
from shuren.web.addresses import client_address
from shuren.web.sign_in.device import place_of, read_agent

PENDING, DEVICE = "pending_sign_in", "device"
STEP_TIME = timedelta(minutes=10)
_BACKEND = "django.contrib.auth.backends.ModelBackend"


def proceed(
    request: HttpRequest, account: Any, *, how: str, back: str, campus: str = ""
) -> HttpResponse:
    """Who it is is known: sign in, or first ask for a code, or have an authenticator set up.

    how     password, oidc or cas
    back    where to go afterwards, checked to be on this site; "": where the own things are
    campus  what sign_on.campus_session made of the campus' ticket
    """
    if sign_on.asks_second_step(account):
        step = "sign-in-code"
    elif sign_on.must_have_second_step(account):
        step = "sign-in-second-step"
    else:
        return HttpResponseRedirect(enter(request, account, how=how, back=back, campus=campus))
    request.session.cycle_key()
    request.session[PENDING] = {
        "account": account.pk,
        "proof": account.get_session_auth_hash(),
        "at": now().isoformat(),
        "how": how,
        "back": back,
        "campus": campus,
    }
    return HttpResponseRedirect(reverse(step))


def pending(request: HttpRequest) -> tuple[Any, dict[str, str]] | None:
    """The account that waits for its second step, and how it came; None when nobody does."""
    said = request.session.get(PENDING)
    if not said or now() - datetime.fromisoformat(said["at"]) > STEP_TIME:
        request.session.pop(PENDING, None)
        return None
    account = sign_on.account_by_key(said["account"])
    if account is None or not constant_time_compare(said["proof"], account.get_session_auth_hash()):
        request.session.pop(PENDING, None)
        return None
    return account, {name: said[name] for name in ("how", "back", "campus")}


def enter(request: HttpRequest, account: Any, *, how: str, back: str, campus: str = "") -> str:
    """Sign in, and say where to go."""
    sign_on.sweep()
    young.come_of_age(account)
    login(request, account, backend=_BACKEND)
    request.session.pop(PENDING, None)
    browser, system = read_agent(request.headers.get("User-Agent", ""))
    request.session[DEVICE] = {
        "browser": browser,
        "system": system,
        "place": place_of(client_address(request), settings.SITE_SETTINGS.sign_in.networks),
        "how": how,
        "began_at": now().isoformat(timespec="seconds"),
    }
    if campus:
        request.session[CAMPUS] = campus
    granted = roles().get(account.role)
    return back or ("/workbench/" if granted and granted.kind == STAFF else "/my/")
