"""Language and light or dark: a form each, a cookie each, and back to the same page."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from shuren.kernel.i18n import CHINESE, ENGLISH
from shuren.web.context import THEME_COOKIE, THEMES

A_YEAR = 365 * 24 * 60 * 60


def safe_return(request: HttpRequest, fallback: str = "/") -> str:
    """The form's `next` if it stays on this site."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else fallback


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    return _remember(
        request, settings.LANGUAGE_COOKIE_NAME, request.POST.get("language"), (CHINESE, ENGLISH)
    )


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    return _remember(request, THEME_COOKIE, request.POST.get("theme"), THEMES)


def _remember(
    request: HttpRequest, cookie: str, value: str | None, allowed: tuple[str, ...]
) -> HttpResponse:
    response = HttpResponseRedirect(safe_return(request))
    if value in allowed:
        response.set_cookie(
            cookie,
            value,
            max_age=A_YEAR,
            secure=request.is_secure(),
            httponly=True,
            samesite="Lax",
        )
    return response
