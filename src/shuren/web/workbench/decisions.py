"""The decision log: what was decided, on which figures, and what came of it."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from shuren.insight import queries as insight
from shuren.insight.errors import NoSuchIndicator
from shuren.insight.shapes import IndicatorResult
from shuren.kernel.clock import now
from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.management import actions, queries
from shuren.management.errors import BadDecision, NoSuchDecision
from shuren.management.shapes import DecisionLine
from shuren.trust.queries import may, roles
from shuren.web import moments
from shuren.web.access import requires
from shuren.web.workbench.indicators import sentence
from shuren.web.workbench.shell import Crumb, crumbs, current_site, page

PLACE = "decisions"
TEXTS = ("title", "question", "expected")


@requires("decisions.read")
def index(request: HttpRequest) -> HttpResponse:
    """All decisions, the newest first."""
    found = queries.decisions(actor=request.actor)  # type: ignore[attr-defined]
    labels = (_("Decision"), _("Decided on"), _("Rests on"), _("Review"), _("Outcome"))
    table = {
        "caption": _("Decisions"),
        "columns": [{"label": label, "number": False} for label in labels],
        "rows": [_row(one_) for one_ in found],
        "empty": _("No decisions yet. Open an indicator and note one there."),
    }
    return page(request, "decisions.html", {"table": table}, place=PLACE)


@requires("decisions.write")
def new(request: HttpRequest) -> HttpResponse:
    """The form; the figure it rests on is the indicator it was opened from."""
    posted = request.POST if request.method == "POST" else {}
    indicator_id = posted.get("indicator") or request.GET.get("indicator", "")
    result = _indicator(request, indicator_id)
    problem: ShurenError | None = None
    if request.method == "POST":
        try:
            number = actions.record_decision(
                current_site(),
                actor=request.actor,  # type: ignore[attr-defined]
                indicators=[indicator_id],
                decided_on=_day(posted.get("decided_on", "")) or now().date(),
                review_on=_day(posted.get("review_on", "")),
                **{name: posted.get(name, "") for name in TEXTS},
            )
            return HttpResponseRedirect(reverse("workbench:decision", args=[number]))
        except BadDecision as error:
            problem = error
    context = {
        "fields": _fields(posted),
        "indicator": result.definition,
        "sentence": sentence(result),
        "date": result.data_date,
        "problem": problem,
        "trail": crumbs(PLACE, Crumb(_("Note a decision"))),
    }
    return page(request, "decision_new.html", context, place=PLACE, status=400 if problem else 200)


@requires("decisions.read", post="decisions.write")
def one(request: HttpRequest, decision_id: int) -> HttpResponse:
    """One decision: the question, the figures as they were, the outcome or the form for it."""
    actor = request.actor  # type: ignore[attr-defined]
    problem: ShurenError | None = None
    if request.method == "POST":
        try:
            on = _day(request.POST.get("outcome_on", "")) or now().date()
            outcome = request.POST.get("outcome", "")
            actions.record_outcome(decision_id, actor=actor, outcome=outcome, on=on)
            return HttpResponseRedirect(reverse("workbench:decision", args=[decision_id]))
        except BadDecision as error:
            problem = error
        except NoSuchDecision:
            raise Http404 from None
    try:
        found = queries.decision(decision_id, actor=actor)
    except NoSuchDecision:
        raise Http404 from None
    role = roles().get(found.decided_by)
    context = {
        "decision": found,
        "decided_by": pick(role.title) if role else found.decided_by,
        "may_write": may(actor, "decisions.write") and not found.outcome,
        "outcome": request.POST.get("outcome", ""),
        "problem": problem,
        "trail": crumbs(PLACE, Crumb(found.title)),
    }
    return page(request, "decision.html", context, place=PLACE, status=400 if problem else 200)


def _indicator(request: HttpRequest, id: str) -> IndicatorResult:
    try:
        return insight.indicator(current_site(), id, actor=request.actor)  # type: ignore[attr-defined]
    except NoSuchIndicator:
        raise Http404 from None


def _row(found: DecisionLine) -> list[dict[str, Any]]:
    figures = ", ".join(figure.title for figure in found.figures)
    return [
        {"text": found.title, "href": reverse("workbench:decision", args=[found.id])},
        {"text": moments.day(found.decided_on)},
        {"text": figures},
        {"text": moments.day(found.review_on) if found.review_on else "–"},
        {"text": found.outcome or _("not yet known")},
    ]


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise BadDecision(
            _("'%(text)s' is not a date.", text=text), fix=_("Write it as 2026-03-31.")
        ) from None


def _fields(posted: Any) -> list[dict[str, Any]]:
    today = now().date().isoformat()
    plan: list[tuple[str, str, str, bool]] = [
        ("title", _("Decision"), "text", True),
        ("question", _("Question it answers"), "area", True),
        ("expected", _("Expected effect"), "area", True),
        ("decided_on", _("Decided on"), "date", True),
        ("review_on", _("Review on"), "date", False),
    ]
    defaults = {"decided_on": today}
    return [
        {
            "name": name,
            "label": label,
            "type": kind,
            "required": needed,
            "value": posted.get(name, defaults.get(name, "")),
        }
        for name, label, kind, needed in plan
    ]
