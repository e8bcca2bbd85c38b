"""What every request passes: what the page may load, which language it speaks, who asks."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import CHINESE, ENGLISH, use_language
from shuren.kernel.shapes import Actor
from shuren.trust.queries import actor_of
from shuren.web.errors import error_page

Handler = Callable[[HttpRequest], HttpResponse]

# No role file has this id, so it may do nothing that is not open to all.
ANONYMOUS = Actor("anonymous", "anonymous")

DEVICES = "camera=(), geolocation=(), microphone=()"

# No inline script or style anywhere, and nothing from another machine.
POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
    ]
)


class ContentSecurityPolicy:
    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", DEVICES)
        return response


class KeptByNobody:
    """What one person is shown stays with that person: nothing between keeps it, and a shared
    machine's back button shows nothing after signing out."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        kept = "private, no-store" if request.user.is_authenticated else "private, no-cache"
        response.headers.setdefault("Cache-Control", kept)
        return response


class Language:
    """The switch's cookie, else the site's language; the browser's wish is not asked, because
    campus machines are set up in any language and readers read Chinese."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, settings.LANGUAGE_CODE)
        language = ENGLISH if chosen == ENGLISH else CHINESE
        use_language(language)
        with translation.override(language):
            response = self.get_response(request)
        use_language(None)
        response.headers.setdefault("Content-Language", "en" if language == ENGLISH else "zh-Hans")
        return response


class CurrentActor:
    """Sets request.actor, and turns a ShurenError of any view into its page."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = actor_of(request.user) or ANONYMOUS  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return error_page(request, error) if isinstance(error, ShurenError) else None
