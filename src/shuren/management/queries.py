"""Reads of the management room: the decision log."""

from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.management.errors import NoSuchDecision
from shuren.management.models import Decision
from shuren.management.shapes import DecisionLine, figure_used
from shuren.trust import queries as trust


def decisions(*, actor: Actor, limit: int = 200) -> list[DecisionLine]:
    """The newest decisions first; needs decisions.read."""
    trust.require(actor, "decisions.read")
    return [_line(one) for one in Decision.objects.order_by("-decided_on", "-pk")[:limit]]


def decision(id: int, *, actor: Actor) -> DecisionLine:
    """One decision; raises NoSuchDecision, trust's NotAllowed."""
    trust.require(actor, "decisions.read")
    found = Decision.objects.filter(pk=id).first()
    if found is None:
        raise NoSuchDecision(_("There is no decision number %(number)s.", number=id))
    return _line(found)


def _line(decision: Decision) -> DecisionLine:
    return DecisionLine(
        id=int(decision.pk),
        title=decision.title,
        question=decision.question,
        decided_on=decision.decided_on,
        decided_by=decision.decided_by,
        recorded_by=decision.recorded_by,
        recorded_at=decision.recorded_at,
        expected=decision.expected,
        review_on=decision.review_on,
        outcome=decision.outcome,
        outcome_on=decision.outcome_on,
        outcome_by=decision.outcome_by,
        figures=tuple(figure_used(one) for one in decision.figures),
    )
