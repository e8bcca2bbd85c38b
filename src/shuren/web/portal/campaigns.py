"""The short address of a campaign: one more is counted, and on to the page it leads to."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from shuren.service import campaigns

# Of programs that say what they are. The words are looked at and not kept.
_PROGRAMS = ("bot", "spider", "crawl", "preview", "curl/", "wget/", "python-")
_EARLY = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")


@require_safe
def go(request: HttpRequest, campaign: str) -> HttpResponse:
    path = campaigns.target(campaign)
    if _is_somebody(request):
        campaigns.count(settings.SITE, campaign, clicks=1)
    if path.partition("?")[0] == reverse("my-membership"):
        path += ("&" if "?" in path else "?") + urlencode({"via": campaign})
    answer = HttpResponseRedirect(path)
    # Else a browser that remembers where it leads asks us no second time.
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _is_somebody(request: HttpRequest) -> bool:
    """Not a HEAD, a page fetched before anybody asked for it, or a program that says it is one."""
    if request.method != "GET":
        return False
    early = " ".join(request.headers.get(name, "") for name in _EARLY).lower()
    if "prefetch" in early or "preview" in early:
        return False
    agent = request.headers.get("User-Agent", "").lower()
    return not any(word in agent for word in _PROGRAMS)
