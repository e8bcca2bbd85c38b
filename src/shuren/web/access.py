"""Who may see a page: one decorator, and no workbench view stands without it."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from shuren.trust.queries import require
from shuren.web.rules import SIGNED_IN

View = Callable[..., HttpResponseBase]


def signed_in_to_send(view: View) -> View:
    """Open to everybody to look at; sending a form there asks to sign in first."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST" and not request.user.is_authenticated:
            return to_sign_in(request)
        return view(request, *args, **kwargs)

    guarded.post = SIGNED_IN  # type: ignore[attr-defined]
    return guarded


def requires(permission: str, *, post: str = "") -> Callable[[View], View]:
    """Open a view only to roles with `permission`; sending a form there takes `post` as well.

    Nobody signed in: to the sign-in page, and back to this page afterwards. Signed in
    without the permission: NotAllowed, which becomes a 403 page naming the roles that may.
    The view's request.actor does that action, and reads data for what the role may then only.
    The wrapped view carries both, so that a test can walk all URLs.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            doing = require(request.actor, permission)  # type: ignore[attr-defined]
            if post and request.method == "POST":
                doing = require(doing, post)
            request.actor = doing  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        guarded.post = post  # type: ignore[attr-defined]
        return guarded

    return decorate


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and back; a POST comes back as a GET, without what was typed."""
    back = request.get_full_path() if request.method == "GET" else request.path
    return HttpResponseRedirect(f"{reverse('sign-in')}?{urlencode({'next': back})}")
