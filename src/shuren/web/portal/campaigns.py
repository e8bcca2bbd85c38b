"""The short address of a campaign: one more is counted, and on to the page it leads to."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from shuren.service import campaigns
from shuren.web.somebody import is_somebody


@require_safe
def go(request: HttpRequest, campaign: str) -> HttpResponse:
    path = campaigns.target(campaign)
    if is_somebody(request):
        campaigns.count(settings.SITE, campaign, clicks=1)
    if path.partition("?")[0] == reverse("my-membership"):
        path += ("&" if "?" in path else "?") + urlencode({"via": campaign})
    answer = HttpResponseRedirect(path)
    # Else a browser that remembers where it leads asks us no second time.
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
