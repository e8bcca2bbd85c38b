"""My interests: subjects a reader chooses, and what is new in them. Nothing is guessed."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from shuren.data.queries import current_snapshot, headings
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.service import actions
from shuren.service.queries import INTERESTS, new_in_subjects, own_interests, subjects
from shuren.trust import consent
from shuren.web.access import requires
from shuren.web.portal.held import READ
from shuren.web.portal.hits import title_row
from shuren.web.portal.privacy import barred_text, choice_of


@requires(READ)
def interests(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.reader_key:
        return render(request, "portal/my_nobody.html")
    if request.method == "POST":
        actions.choose_interests(settings.SITE, request.POST.getlist("subject"), actor=actor)
        return HttpResponseRedirect(reverse("my-interests"))
    context: dict[str, Any] = {
        "choice": choice_of(actor, INTERESTS),
        "barred": barred_text(actor),
        "agreed": consent.given(INTERESTS, actor.reader_key),
    }
    if context["agreed"]:
        context |= {"groups": _groups(actor), "shelves": _shelves(actor)}
    return render(request, "portal/my_interests.html", context)


def _groups(actor: Actor) -> list[dict[str, Any]]:
    """Main classes with their subjects, those of the reader ticked."""
    ticked = {one.code for one in own_interests(settings.SITE, actor)}
    titles = headings(settings.SITE, "clc")
    groups: dict[str, dict[str, Any]] = {}
    for one in subjects(settings.SITE):
        main = one.code[0]
        group = groups.setdefault(
            main, {"code": main, "title": pick(titles[main]), "subjects": [], "ticked": 0}
        )
        chosen = one.code in ticked
        group["ticked"] += chosen
        group["subjects"].append({"code": one.code, "title": pick(one.title), "ticked": chosen})
    return list(groups.values())


def _shelves(actor: Actor) -> list[dict[str, Any]]:
    if current_snapshot(settings.SITE) is None:
        return []
    return [
        {
            "code": one.subject.code,
            "title": pick(one.subject.title),
            "books": [title_row(title) for title in one.titles],
        }
        for one in new_in_subjects(settings.SITE, actor)
    ]
