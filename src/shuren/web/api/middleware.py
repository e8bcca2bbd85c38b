"""Whatever goes wrong below /api/, the answer is a problem and not a page."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from shuren.kernel.i18n import CHINESE, ENGLISH, use_language
from shuren.web.api.problems import MEDIA_TYPE, kind_of, problem

Handler = Callable[[HttpRequest], HttpResponse]
PREFIX = "/api/"
PAGES = ("/api/v1/docs",)


class ProblemsOfTheApi:
    """Also speaks the language the program asks for; a program has no switch with a cookie."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(PREFIX) or request.path.startswith(PAGES):
            return self.get_response(request)
        language = _wanted(request)
        if language is None:
            return _as_problem(self.get_response(request))
        use_language(language)
        with translation.override(language):
            response = _as_problem(self.get_response(request))
        response["Content-Language"] = "en" if language == ENGLISH else "zh-Hans"
        return response


def _as_problem(response: HttpResponse) -> HttpResponse:
    """A page of an error becomes a problem; 405 keeps saying what would be allowed."""
    if response.status_code < 400 or response.get("Content-Type", "").startswith(MEDIA_TYPE):
        return response
    answer = problem(kind_of(response.status_code))
    answer.status_code = response.status_code
    if "Allow" in response:
        answer["Allow"] = response["Allow"]
    return answer


def _wanted(request: HttpRequest) -> str | None:
    first = request.headers.get("Accept-Language", "").split(",")[0].strip().lower()
    if first.startswith("zh"):
        return CHINESE
    return ENGLISH if first.startswith("en") else None
