"""Signing in and out. On the demo, one account per role can be taken with one press."""

import json
from typing import Any

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
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


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _try(request)
    return _form(request)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return HttpResponseRedirect("/")


def _try(request: HttpRequest) -> HttpResponse:
    username = request.POST.get("username", "").strip()
    try:
        account = check_sign_in(username, request.POST.get("password", ""), client_address(request))
    except ShurenError as error:
        status = 429 if isinstance(error, SignInLocked) else 400
        return _form(request, username=username, error=error, status=status)
    login(request, account)
    granted = roles().get(account.role)
    home = "/workbench/" if granted and granted.kind == STAFF else "/my/"
    return HttpResponseRedirect(safe_return(request, fallback=home))


def _form(
    request: HttpRequest, *, username: str = "", error: ShurenError | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "username": username,
        "error": error,
        "next": safe_return(request, fallback=""),
        "demo_groups": _demo_groups() if settings.SITE_SETTINGS.demo else [],
    }
    return render(request, "portal/sign_in.html", context, status=status)


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
