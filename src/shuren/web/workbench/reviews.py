"""Readers' reviews before they are public, and those that are reported."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.service import review_desk
from shuren.service.errors import NoSuchReview
from shuren.service.review_shapes import (
    DOWN,
    KEEP,
    PUBLISH,
    PUBLISHED,
    REFUSE,
    REFUSED,
    TAKE_DOWN,
    WAITING,
    DeskReview,
)
from shuren.web import review_words
from shuren.web.access import requires
from shuren.web.errors import status_of
from shuren.web.workbench.paging import paging, whole_number
from shuren.web.workbench.shell import Crumb, Tab, crumbs, current_site, page

PLACE = "voice"


@requires(review_desk.WORK)
def index(request: HttpRequest) -> HttpResponse:
    """What waits, the oldest first; ?show= of review_desk.VIEWS."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    show = request.GET.get("show", "")
    show = show if show in review_desk.VIEWS else WAITING
    number = whole_number(request.GET.get("page", "")) or 1
    found = review_desk.queue(show, page=number, actor=actor)
    context = {
        "tabs": [
            Tab(label, f"?show={id}", found.counts[id], id == show)
            for id, label in _views().items()
        ],
        "rows": [review_words.for_desk(one) for one in found.reviews],
        "pager": paging(request, found.total, review_desk.PAGE)
        if found.total > review_desk.PAGE
        else None,
        "show": show,
        "trail": crumbs(PLACE, Crumb(_("Reviews of titles"))),
    }
    return page(request, "reviews.html", context, place=PLACE)


@requires(review_desk.WORK)
def one(request: HttpRequest, review_id: str) -> HttpResponse:
    """One review. POST do=publish, refuse, take_down or keep, with the version that was read."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    problem: ShurenError | None = None
    if request.method == "POST":
        said = request.POST
        try:
            review_desk.decide(
                current_site(), review_id, said.get("do", ""),
                version=whole_number(said.get("version", "")) or 0,
                reason=said.get("reason", ""), actor=actor,
            )  # fmt: skip
            return HttpResponseRedirect(reverse("workbench:reviews"))
        except NoSuchReview:
            raise
        except ShurenError as error:
            problem = error
    found = review_desk.one(review_id, actor=actor)
    context = {
        "row": review_words.for_desk(found),
        "version": found.version,
        "moves": _moves(found),
        "reason": request.POST.get("reason", ""),
        "problem": problem,
        "trail": crumbs(
            PLACE,
            Crumb(_("Reviews of titles"), reverse("workbench:reviews")),
            Crumb(found.title),
        ),
    }
    status = status_of(problem) if problem else 200
    return page(request, "review.html", context, place=PLACE, status=status)


def _views() -> dict[str, str]:
    return {
        WAITING: _("Waiting to be read"),
        review_desk.REPORTED: _("Reported"),
        PUBLISHED: _("Made public"),
        REFUSED: _("Not published"),
        DOWN: _("Taken down"),
    }


def _moves(found: DeskReview) -> dict[str, Any]:
    """{without: [{do, label, is_main}] that take no reason, with_reason: the one that does}"""
    without = []
    if found.state != PUBLISHED:
        without.append({"do": PUBLISH, "label": _("Publish it"), "is_main": True})
    if found.state == PUBLISHED and found.reports:
        without.append({"do": KEEP, "label": _("Leave it: it is all right"), "is_main": True})
    with_reason = None
    if found.state == WAITING:
        with_reason = {"do": REFUSE, "label": _("Do not publish")}
    if found.state == PUBLISHED:
        with_reason = {"do": TAKE_DOWN, "label": _("Take it down")}
    return {"without": without, "with_reason": with_reason}
