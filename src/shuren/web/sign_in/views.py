"""Signing in by password, and out. On the demo, one account per role takes one press."""

import json
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import pick
from shuren.trust.actions import check_sign_in
from shuren.trust.definitions import READER, STAFF
from shuren.trust.errors import SignInLocked
from shuren.trust.queries import accounts, roles
from shuren.web.addresses import client_address
from shuren.web.portal.switches import safe_return
from shuren.web.sign_in.campus import campus_way_of, campus_ways, sign_out_address
from shuren.web.sign_in.entering import proceed


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _try(request)
    return sign_in_page(request)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Home; who came by the campus is told that the campus' own session goes on."""
    way = campus_way_of(request)
    logout(request)
    return HttpResponseRedirect(reverse("signed-out", args=[way]) if way else "/")


@never_cache
def signed_out(request: HttpRequest, way: str) -> HttpResponse:
    """A link, no redirect: a page may not send its form on to another site, and who signs out
    here may want to stay signed in there."""
    return render(request, "sign_in/signed_out.html", {"address": sign_out_address(request, way)})


def _try(request: HttpRequest) -> HttpResponse:
    username = request.POST.get("username", "").strip()
    try:
        account = check_sign_in(username, request.POST.get("password", ""), client_address(request))
    except ShurenError as error:
        status = 429 if isinstance(error, SignInLocked) else 400
        return sign_in_page(request, username=username, error=error, status=status)
    return proceed(request, account, how="password", back=safe_return(request, fallback=""))


def sign_in_page(
    request: HttpRequest, *, username: str = "", error: ShurenError | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "username": username,
        "error": error,
        "next": safe_return(request, fallback=""),
        "campus": campus_ways(),
        "demo_groups": _demo_groups() if settings.SITE_SETTINGS.demo else [],
    }
    return render(request, "sign_in/sign_in.html", context, status=status)


def _demo_groups() -> list[dict[str, Any]]:
    """The accounts the demo made, one per role: readers, then staff."""
    try:
        note = json.loads(settings.SITE.demo_note.read_text("utf-8"))
    except OSError:
        return []
    groups: dict[str, list[dict[str, str]]] = {READER: [], STAFF: []}
    known = {account.username: account for account in accounts()}
    for account in filter(None, map(known.get, note["usernames"])):
        role = roles().get(account.role)
        if role:
            entry = {
                "username": account.username,
                "password": note["password"],
                "name": account.display_name,
                "role": pick(role.title),
                "what": pick(role.description),
            }
            groups[role.kind].append(entry)
    return [{"kind": kind, "accounts": entries} for kind, entries in groups.items() if entries]
