"""The search box as other sites show it in a frame: the one page of ours that may stand in one."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from shuren.kernel.i18n import ENGLISH, current_language, use_language
from shuren.web import search_box
from shuren.web.context import site_name


@require_safe
@xframe_options_exempt
def page(request: HttpRequest) -> HttpResponse:
    """?language, look, scope. No script, no cookie, no session; framed by ourselves and by the
    sites of `embed_sites` only."""
    before = current_language()
    box = search_box.asked(request.GET)
    use_language(box.language)
    try:
        with translation.override(box.language):
            answer = HttpResponse(render_to_string("portal/search_box.html", _context(box)))
    finally:
        use_language(before)
    framed_by = " ".join(("'self'", *settings.SITE_SETTINGS.embed_sites))
    answer["Content-Security-Policy"] = "; ".join(
        [
            "default-src 'none'",
            "style-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            f"frame-ancestors {framed_by}",
        ]
    )
    answer["Cache-Control"] = "public, max-age=600"
    answer["X-Robots-Tag"] = "noindex"
    answer["Content-Language"] = _tag(box)
    return answer


def _context(box: search_box.Box) -> dict[str, Any]:
    """Without the context of other pages: who looks is not asked."""
    return {
        "box": box,
        "words": search_box.said(box),
        "narrowed": box.narrowed,
        "scope": search_box.scopes()[box.scope] if box.scope else "",
        "lang": _tag(box),
        "site_name": site_name(),
    }


def _tag(box: search_box.Box) -> str:
    return "en" if box.language == ENGLISH else "zh-Hans"
