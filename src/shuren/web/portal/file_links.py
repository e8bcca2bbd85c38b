"""A file behind a signed link: the page with the note on copyright before it, and the file itself,
whole or in pieces."""

import re
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.service import file_links
from shuren.service.errors import LinkRefused
from shuren.service.file_links import Fetched
from shuren.web.access import to_sign_in

_STATUS = {"unknown": 404, "other": 403}
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


def page(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows the note and opens nothing, for mail programs look at links too; POST opens the
    link once and leads to the file."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    try:
        if request.method == "POST":
            grant = file_links.open_file(settings.SITE, token, actor=actor)
            answer: HttpResponse = HttpResponseRedirect(
                reverse("file-link-get", args=[token, grant])
            )
        else:
            found = file_links.look(settings.SITE, token, actor=actor)
            context = {"file": found, "service": pick(found.service),
                       "size": filesizeformat(found.size)}  # fmt: skip
            answer = render(request, "portal/file_link.html", context)
    except LinkRefused as refusal:
        answer = _refused(request, refusal)
    return _unseen(answer)


@require_safe
def fetch(request: HttpRequest, token: str, grant: str) -> HttpResponseBase:
    """The file, for who has just opened its link; a part of it where a part is asked for."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    try:
        found = file_links.fetch(settings.SITE, token, grant, actor=actor)
    except LinkRefused as refusal:
        return _unseen(_refused(request, refusal))
    return _unseen(_handed_out(request, found))


def _handed_out(request: HttpRequest, file: Fetched) -> HttpResponseBase:
    """The bytes asked for: all, or one range of them (RFC 9110, 14)."""
    etag = f'"{file.sha256}"'
    span = _span(request, file.size, etag)
    if span is None:
        answer: HttpResponseBase = HttpResponse(status=416)
        answer["Content-Range"] = f"bytes */{file.size}"
        return answer
    first, last = span
    if request.method == "HEAD":
        answer = HttpResponse(content_type=file.media_type)
    else:
        content = file.content(first, last)
        answer = StreamingHttpResponse(content, content_type=file.media_type)
    if last - first + 1 < file.size:
        answer.status_code = 206
        answer["Content-Range"] = f"bytes {first}-{last}/{file.size}"
    answer["Content-Length"] = str(last - first + 1)
    answer["Content-Disposition"] = content_disposition_header(True, file.name) or "attachment"
    answer["Accept-Ranges"] = "bytes"
    answer["ETag"] = etag
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


def _span(request: HttpRequest, size: int, etag: str) -> tuple[int, int] | None:
    """(first, last) byte to be sent; None for a range that lies outside. What is no single range,
    or of another state of the file, is answered with all of it."""
    whole = (0, size - 1)
    match = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if match is None or request.headers.get("If-Range", etag) != etag:
        return whole
    begin, end = match.groups()
    if not begin and not end:
        return whole
    if not begin:  # the last so many
        return (max(0, size - int(end)), size - 1) if int(end) else None
    last = min(int(end), size - 1) if end else size - 1
    if end and int(end) < int(begin):
        return whole
    return (int(begin), last) if int(begin) < size else None


def _refused(request: HttpRequest, refusal: LinkRefused) -> HttpResponse:
    """A plain sentence, and where to ask again."""
    if refusal.why == "sign_in":
        return to_sign_in(request)
    context: dict[str, Any] = {
        "problem": refusal,
        "href": reverse("my-case", args=[refusal.case]) if refusal.case else reverse("my-cases"),
        "is_own": bool(refusal.case),
    }
    status = _STATUS.get(refusal.why, 410)
    return render(request, "portal/file_link_ended.html", context, status=status)


def _unseen(answer: HttpResponseBase) -> Any:
    """An address that is a key is kept by nobody and told to nobody."""
    answer["Cache-Control"] = "private, no-store"
    # No other site is told the address. Not "no-referrer": browsers then send the form's origin as
    # "null", and agreeing would be taken for a forgery.
    answer["Referrer-Policy"] = "same-origin"
    answer["X-Robots-Tag"] = "noindex"
    return answer
