"""Where one is signed in, and ending it; the second step beside it. For readers and staff."""

from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from shuren.trust import sign_on
from shuren.web.access import to_sign_in
from shuren.web.sign_in.device import how_in_words, in_words, place_in_words


def sessions(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return to_sign_in(request)
    account: Any = request.user
    context = {
        "sessions": [_line(one) for one in sign_on.sessions(account, request.session.session_key)],
        "has_second_step": sign_on.has_second_step(account),
        "must_have": sign_on.must_have_second_step(account),
        "codes_left": sign_on.recovery_codes_left(account),
        "ended": request.GET.get("ended", ""),
        "is_demo": settings.SITE_SETTINGS.demo,
    }
    return render(request, "sign_in/sessions.html", context)


@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """One session by its id, or `others`; ending the own one signs out."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    account: Any = request.user
    named = request.POST.get("session", "")
    own = request.session.session_key
    if named == "others":
        sign_on.end_sessions(account, but=own)
        return HttpResponseRedirect(f"{reverse('sessions')}?ended=others")
    open_ones = sign_on.sessions(account, own)
    if any(one.is_this and one.id == named for one in open_ones):
        logout(request)
        return HttpResponseRedirect("/")
    if any(one.id == named for one in open_ones):
        sign_on.end_sessions(account, only=named)
        return HttpResponseRedirect(f"{reverse('sessions')}?ended=one")
    return HttpResponseRedirect(reverse("sessions"))


def _line(one: sign_on.OpenSession) -> dict[str, Any]:
    details = [place_in_words(one.device["place"]), how_in_words(one.device["how"])]
    return {
        "id": one.id,
        "device": in_words(one.device["browser"], one.device["system"]),
        "details": [words for words in details if words],
        "began_at": one.began_at,
        "last_used_at": one.last_used_at,
        "is_this": one.is_this,
    }
