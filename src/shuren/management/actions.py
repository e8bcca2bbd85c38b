"""What the management room does: record decisions with the figures they rest on, and outcomes."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from django.db import transaction

from shuren.insight import queries as insight
from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.management.errors import BadDecision, NoSuchDecision
from shuren.management.models import Decision
from shuren.management.shapes import FigureUsed
from shuren.trust import queries as trust


def record_decision(
    site: Site,
    *,
    actor: Actor,
    title: str,
    question: str,
    expected: str,
    indicators: Sequence[str],
    decided_on: date,
    review_on: date | None = None,
) -> int:
    """Write a decision down with the indicators it rests on as they are now; its number.

    raises  trust's NotAllowed; BadDecision if a text is missing, no indicator is named or the
            review is before the decision; NoSuchIndicator
    """
    trust.require(actor, "decisions.write")
    texts = {"title": title.strip(), "question": question.strip(), "expected": expected.strip()}
    if not all(texts.values()):
        raise BadDecision(_("A decision has a title, a question and an expected effect."))
    if not indicators:
        raise BadDecision(_("A decision names at least one figure it rests on."))
    if decided_on > now().date():
        raise BadDecision(_("The decision is dated in the future."))
    if review_on is not None and review_on < decided_on:
        raise BadDecision(_("The review is before the decision."))
    used = [asdict(_used(site, id, actor)) for id in dict.fromkeys(indicators)]
    with transaction.atomic():
        decision = Decision.objects.create(
            **texts,
            figures=used,
            decided_on=decided_on,
            review_on=review_on,
            decided_by=actor.role,
            recorded_by=actor.id,
            recorded_at=now(),
        )
    return int(decision.pk)


def record_outcome(decision_id: int, *, actor: Actor, outcome: str, on: date) -> None:
    """Say what came of a decision, once.

    raises  trust's NotAllowed, NoSuchDecision; BadDecision if there is an outcome already, the
            text is empty, or it is dated before the decision
    """
    trust.require(actor, "decisions.write")
    with transaction.atomic():
        decision = Decision.objects.select_for_update().filter(pk=decision_id).first()
        if decision is None:
            raise NoSuchDecision(_("There is no decision number %(number)s.", number=decision_id))
        if decision.outcome:
            raise BadDecision(_("The outcome of this decision is recorded already."))
        if not outcome.strip():
            raise BadDecision(_("Say what came of the decision."))
        if on < decision.decided_on:
            raise BadDecision(_("The outcome is dated before the decision."))
        decision.outcome, decision.outcome_on = outcome.strip(), on
        decision.outcome_by = actor.id
        decision.save(update_fields=["outcome", "outcome_on", "outcome_by"])


def _used(site: Site, id: str, actor: Actor) -> FigureUsed:
    result = insight.indicator(site, id, actor=actor)
    return FigureUsed(
        kind="indicator",
        id=id,
        title=pick(result.definition.title),
        filters=result.filters,
        year=result.last.year if result.last else None,
        value=result.last.value if result.last else None,
        unit=pick(result.definition.unit),
        snapshot=result.snapshot,
        data_date=result.data_date,
        sql=result.sql,
    )
