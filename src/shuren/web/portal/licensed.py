"""The door to licensed full text: whom the licence leaves out is told why, everybody else goes on,
and one more is counted for their kind of reader."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from shuren.kernel.i18n import gettext as _
from shuren.service import licensed, licensed_uses
from shuren.service.errors import NotOffered
from shuren.web.portal import opened
from shuren.web.somebody import is_somebody

_SALT = "shuren.online"
_LONGEST = 300  # of what an event names


def door(url: str, provider: str, package: str) -> str:
    """Our address that leads to a place of the library's lists; "" where it has no address. It is
    signed, so that it leads nowhere else."""
    if not url.startswith(("https://", "http://")):
        return ""
    to = signing.dumps([provider, package, url], salt=_SALT, compress=True)
    return f"{reverse('online')}?{urlencode({'to': to})}"


@require_safe
def go(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    try:
        said: Any = signing.loads(request.GET.get("to", ""), salt=_SALT)
    except signing.BadSignature:
        raise Http404 from None
    provider, package, url = said
    place = (provider, package)
    gate = licensed.access(settings.SITE, [place], actor=actor)[place]
    if not gate.is_open:
        raise NotOffered(gate.why, fix=_("Open its page again; the other ways are named there."))
    if is_somebody(request):
        licensed_uses.count(settings.SITE, place, actor=actor)
        opened.note(request, " · ".join(filter(None, place))[:_LONGEST])
    answer = HttpResponseRedirect(url)
    # Else a browser that remembers where it leads asks us no second time.
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
