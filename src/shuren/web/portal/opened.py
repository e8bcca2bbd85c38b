"""That something of a list of hits was opened: what tells a search that led somewhere from one that
was left."""

from contextlib import suppress
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from shuren.data.actions import record_event
from shuren.web.somebody import is_somebody

_LONGEST = 300  # as the words of a search are cut


def note(request: HttpRequest, target: str) -> None:
    """Keep that a hit was opened and for which words, not by whom; off where searches are.

    target  id of the item, or the place online

    The words are those of the page it was opened from, as the browser says it to us and to nobody
    else. So no address of an item has to carry them, and what is opened from elsewhere is no hit.
    """
    if not settings.SITE_SETTINGS.record_searches or not is_somebody(request):
        return
    if words := _words(request):
        with suppress(OSError):  # a page is shown even when this cannot be kept
            said = {"words": words, "target": target, "place": "portal"}
            record_event(settings.SITE, "click_events", said)


def _words(request: HttpRequest) -> str:
    """What was searched on the page of ours this was opened from, or ""."""
    try:
        came = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return ""
    if came.netloc != request.get_host() or came.path != reverse("find"):
        return ""
    return parse_qs(came.query).get("q", [""])[0].replace("\x00", "").strip()[:_LONGEST]
