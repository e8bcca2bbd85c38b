"""Who may see a page: one decorator, and nothing opens without it."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from shuren.trust.errors import NotAllowed
from shuren.trust.queries import require

View = Callable[..., HttpResponse]


def requires(permission: str) -> Callable[[View], View]:
    """Open a view only to roles with `permission`.

    Nobody signed in: to the sign-in page, and back afterwards (a POST comes back as
    a GET). Signed in without the permission: the 403 page with the reason.
    The wrapped view carries `permission`, so a test can walk all URLs.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            actor = getattr(request, "actor", None)
            if actor is None:
                return _to_sign_in(request)
            try:
                require(actor, permission)
            except NotAllowed as refusal:
                raise PermissionDenied(str(refusal)) from refusal
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    back = request.get_full_path() if request.method == "GET" else request.path
    return HttpResponseRedirect(f"{reverse('sign-in')}?{urlencode({'next': back})}")
