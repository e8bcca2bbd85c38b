"""Emergency access: one reader's records opened with a reason, looked at, ended, reviewed."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from shuren.data.shapes import Table
from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.service import desk
from shuren.trust import glass
from shuren.trust.queries import roles
from shuren.web.access import requires
from shuren.web.workbench.card_words import card_lines
from shuren.web.workbench.paging import whole_number
from shuren.web.workbench.shell import current_site, page

PLACE, REVIEWS = "break-glass", "break-glass-reviews"


@dataclass(frozen=True)
class Line:
    """One opening as the lists show it."""

    opened: glass.Opened
    role: str
    kind: str
    verdict: str
    may_review: bool


@requires(glass.OPEN)
def open_one(request: HttpRequest) -> HttpResponse:
    """The form while nothing is open; what can be looked at while something is.

    POST  card, kind, reason, minutes
    """
    problem: ShurenError | None = None
    if request.method == "POST":
        form = request.POST
        try:
            desk.open_in_emergency(
                current_site(),
                form.get("card", ""),
                kind=form.get("kind", ""),
                reason=form.get("reason", ""),
                minutes=whole_number(form.get("minutes", "")) or 0,
                actor=_actor(request),
            )
            return HttpResponseRedirect(reverse("workbench:break-glass"))
        except ShurenError as error:
            problem = error
    return _page(request, problem=problem)


@requires(glass.OPEN)
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """One thing about the reader: a look, asked for by itself, so that none happens unmeant."""
    what = request.POST.get("what", "")
    try:
        return _page(request, shown=desk.look(current_site(), what, actor=_actor(request)),
                     what=what)  # fmt: skip
    except ShurenError as error:
        return _page(request, problem=error)


@requires(glass.OPEN)
@require_POST
def end(request: HttpRequest) -> HttpResponse:
    glass.end(_actor(request))
    return HttpResponseRedirect(reverse("workbench:break-glass"))


@requires(glass.REVIEW)
def reviews(request: HttpRequest) -> HttpResponse:
    """What was opened, those first that nobody has reviewed. POST: opened (its number), verdict"""
    problem: ShurenError | None = None
    if request.method == "POST":
        number = whole_number(request.POST.get("opened", "")) or 0
        try:
            glass.review(number, request.POST.get("verdict", ""), actor=_actor(request))
            return HttpResponseRedirect(reverse("workbench:break-glass-reviews"))
        except ShurenError as error:
            problem = error
    lines = _lines(_actor(request))
    lines.sort(key=lambda line: line.opened.state == "reviewed")
    context = {
        "lines": lines,
        "waiting": sum(1 for line in lines if line.opened.state == "unreviewed"),
        "verdicts": [{"value": id, "label": pick(text)} for id, text in glass.VERDICTS.items()],
        "problem": problem,
    }
    status = 400 if problem else 200
    return page(request, "break_glass_reviews.html", context, place=REVIEWS, status=status)


def _page(
    request: HttpRequest, *, problem: ShurenError | None = None, shown: Table | None = None,
    what: str = "",
) -> HttpResponse:  # fmt: skip
    actor = _actor(request)
    most = glass.most_minutes(current_site())
    choices = [m for m in (15, 30, 60, 120, 240, 480) if m < most] + [most]
    context: dict[str, Any] = {
        "opened": glass.open_now(actor),
        "kinds": [{"value": id, "label": pick(text)} for id, text in glass.KINDS.items()],
        "minutes": [{"value": m, "label": _("%(count)s minutes", count=m)} for m in choices],
        "whats": _whats(),
        "what": dict(_whats()).get(what, ""),
        "card": card_lines(shown.dicts()[0]) if shown and shown.rows and what == "card" else [],
        "shown": shown,
        "heads": [_heads().get(c, c) for c in shown.columns] if shown else [],
        "lines": _lines(actor),
        "typed": request.POST if problem else {},
        "least": glass.SHORTEST_REASON,
        "problem": problem,
    }
    return page(request, "break_glass.html", context, place=PLACE, status=400 if problem else 200)


def _lines(actor: Actor) -> list[Line]:
    known = roles()
    return [
        Line(
            one,
            pick(known[one.role].title) if one.role in known else one.role,
            pick(glass.KINDS[one.kind]),
            pick(glass.VERDICTS[one.verdict]) if one.verdict else "",
            one.state == "unreviewed" and one.opened_by != actor.id,
        )
        for one in glass.opened(actor=actor)
    ]


def _whats() -> list[tuple[str, str]]:
    return [
        (desk.WHO, _("Who it is and how to reach them")),
        (desk.ON_CARD, _("The reader's card")),
        (desk.LOANS, _("What is on loan")),
        (desk.VISITS, _("When they were last here")),
    ]


def _heads() -> dict[str, str]:
    return {
        "reader_id": _("Card number"),
        "name": _("Full name"),
        "phone": _("Telephone"),
        "email": _("E-mail"),
        "title": _("Title"),
        "campus": _("Campus"),
        "loaned_at": _("Lent"),
        "due_at": _("Due"),
        "passed_at": _("When"),
        "building": _("Building"),
        "direction": _("Direction"),
    }


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor
