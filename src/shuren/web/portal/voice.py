"""The reader's voice on the portal: say something, follow it, rate the answer; what is public."""

import secrets
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.management import opinions, published, rating
from shuren.management.errors import BadOpinion, NoSuchOpinion
from shuren.management.voice import topic_titles
from shuren.management.voice_shapes import REASONS, RESOLUTIONS
from shuren.service.case_shapes import BY_ITSELF
from shuren.service.errors import NotNow
from shuren.web import case_words, voice_words
from shuren.web.access import requires
from shuren.web.addresses import client_address
from shuren.web.errors import status_of
from shuren.web.portal.held import READ

_TEXTS = ("title", "text", "email")


def voice(request: HttpRequest) -> HttpResponse:
    """What readers said and what came of it; the form to say something, with a name or without."""
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    problem: ShurenError | None = None
    if request.method == "POST":
        try:
            taken = _take(request, actor)
            token = rating.token_of(taken.source_id)
            return HttpResponseRedirect(f"{reverse('voice-own', args=[token])}?new=1")
        except BadOpinion as error:
            problem = error
    # A link may begin the text: which service it is about.
    posted = request.POST if problem else {"text": request.GET.get("text", "")[:200]}
    context = {
        "standing": _standing(),
        "answers": _answers(),
        "is_reader": bool(actor and actor.reader_key),
        "values": {name: posted.get(name, "") for name in _TEXTS},
        "agreed": bool(posted.get("agreed")),
        "form_key": posted.get("key") or secrets.token_hex(12),
        "problem": problem,
        "text_error": problem.message if problem else "",
    }
    status = status_of(problem) if problem else 200
    return render(request, "portal/voice.html", context, status=status)


def own(request: HttpRequest, token: str) -> HttpResponse:
    """One's own opinion, for whoever holds its address; POST score, comment, agreed."""
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    problem: ShurenError | None = None
    try:
        if request.method == "POST":
            try:
                rating.rate_by_token(settings.SITE, token, actor=actor, **_rated(request))
                return HttpResponseRedirect(f"{request.path}?rated=1")
            except NoSuchOpinion:
                raise
            except (BadOpinion, NotNow) as error:
                problem = error
        found = rating.by_token(settings.SITE, token)
    except NoSuchOpinion:
        raise Http404 from None
    response = _page(request, found, problem)
    # The address opens the page, so no other site is told it. Not "no-referrer": browsers then send
    # the form without saying where from, and it is refused as a forgery.
    response["Referrer-Policy"] = "same-origin"
    return response


@requires(READ)
def mine(request: HttpRequest) -> HttpResponse:
    """What a reader told the library, and what came of each."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.reader_key:
        return render(request, "portal/my_nobody.html")
    rows = [
        {
            "title": one.title or _("An opinion"),
            "href": reverse("my-opinion", args=[one.case_id]),
            "at": one.said_at,
            "state": {
                "label": _("Please rate the answer") if one.may_rate else pick(one.state),
                "tone": "warn" if one.may_rate else ("good" if one.is_over else "info"),
            },
            "came": voice_words.resolution(one.resolution),
            "answer": one.answer,
        }
        for one in published.contributions(settings.SITE, actor)
    ]
    led = sum(row["came"] in _led() for row in rows)
    return render(request, "portal/my_opinions.html", {"rows": rows, "led": led})


@requires(READ)
def my_opinion(request: HttpRequest, case_id: str) -> HttpResponse:
    """One of a reader's own opinions; POST score, comment, agreed."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.reader_key:
        return render(request, "portal/my_nobody.html")
    problem: ShurenError | None = None
    try:
        if request.method == "POST":
            try:
                rating.rate(settings.SITE, case_id, actor=actor, **_rated(request))
                return HttpResponseRedirect(f"{request.path}?rated=1")
            except NoSuchOpinion:
                raise
            except (BadOpinion, NotNow) as error:
                problem = error
        found = rating.by_case(settings.SITE, case_id, actor=actor)
    except NoSuchOpinion:
        raise Http404 from None
    return _page(request, found, problem)


def _take(request: HttpRequest, actor: Actor | None) -> Any:
    said = {name: request.POST.get(name, "") for name in _TEXTS}
    signed = actor if actor and actor.reader_key and request.POST.get("as") == "me" else None
    email = said["email"].strip()
    if email and ("@" not in email or len(email) > 254):
        raise BadOpinion(
            _("This is no e-mail address; leave it empty if you want no answer by mail.")
        )
    return opinions.take_in(
        settings.SITE,
        channel="web",
        text=said["text"],
        title=said["title"],
        address="" if signed else email,
        agreed=bool(request.POST.get("agreed")),
        actor=signed or BY_ITSELF,
        files=voice_words.files_of(request),
        letter=request.POST.get("key", "")[:80],
        sender=("", "") if signed else _sender(request),
    )


def _sender(request: HttpRequest) -> tuple[str, str]:
    """(browser, address): who is signed in does not share the measure of the address."""
    if request.user.is_authenticated:
        return f"account {request.user.pk}", ""
    address = client_address(request)
    return f"{address} {request.headers.get('User-Agent', '')}", address


def _rated(request: HttpRequest) -> dict[str, Any]:
    score = request.POST.get("score", "")
    return {
        "score": int(score) if score in ("1", "2", "3", "4", "5") else 0,
        "comment": request.POST.get("comment", ""),
        "agreed": bool(request.POST.get("agreed")),
    }


def _page(request: HttpRequest, found: rating.Own, problem: ShurenError | None) -> HttpResponse:
    context = {
        "own": found,
        "title": found.title or _("An opinion"),
        "channel": voice_words.channel(found.channel),
        "state": voice_words.opinion_badge(found.case),
        "actions": [
            {"title": title, "state": case_words.state_badge(line)} for title, line in found.actions
        ],
        "resolution": voice_words.resolution(found.resolution) if found.answer else "",
        "scores": voice_words.scores(),
        "given": voice_words.score_words().get(found.rating or 0, ""),
        "is_new": bool(request.GET.get("new")),
        "is_rated": bool(request.GET.get("rated")),
        "problem": problem,
    }
    return render(request, "portal/voice_own.html", context, status=400 if problem else 200)


def _led() -> set[str]:
    return {pick(RESOLUTIONS[id]) for id in ("fixed", "partly")}


def _standing() -> dict[str, Any]:
    now = published.standing()
    few = _("fewer than five")
    return {
        "numbers": [
            {
                "label": _("Opinions in twelve months"),
                "value": few if now.opinions is None else f"{now.opinions:,}",
            },
            {
                "label": _("Mean of ratings, of five"),
                "value": _("too few ratings") if now.mean is None else f"{now.mean:.1f}",
            },
            {
                "label": _("Answered within their deadline"),
                "value": _("too few to say") if now.in_time is None else f"{now.in_time:.0%}",
            },
        ],
        "ended": _counted(now.resolutions, RESOLUTIONS),
        "reasons": _counted(now.reasons, REASONS),
    }


def _counted(counts: dict[str, int | None], titles: dict[str, dict[str, str]]) -> dict[str, Any]:
    few = _("fewer than five")
    return {
        "columns": [
            {"label": _("How it ended") if titles is RESOLUTIONS else _("Why"), "number": False},
            {"label": _("Opinions"), "number": True},
        ],
        "rows": [
            [
                {"text": pick(titles[id])},
                {"text": few if count is None else f"{count:,}", "number": True},
            ]
            for id, count in counts.items()
        ],
        "caption": _("How opinions ended, in twelve months")
        if titles is RESOLUTIONS
        else _("Why opinions were not resolved, in twelve months"),
        "empty": _("Nothing yet."),
    }


def _answers() -> list[dict[str, Any]]:
    titles = topic_titles(settings.SITE)
    return [
        {
            "topic": titles.get(one.topic, one.topic),
            "text": one.text,
            "answer": one.answer,
            "resolution": voice_words.resolution(one.resolution),
            "at": one.published_at,
        }
        for one in published.answers(20)
    ]
