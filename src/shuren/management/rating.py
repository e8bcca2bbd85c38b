"""The writer rates the answer: signed in, or by the page whose address only they were told.

A low score gives the opinion back to who supervises it; nobody who handled it rates it.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.management.errors import BadOpinion, NoSuchOpinion
from shuren.management.internals import rating_rows, showing, telling
from shuren.management.internals.voice_rows import Opinion, OpinionSource
from shuren.service import cases, supervised
from shuren.service.case_shapes import BY_ITSELF, CaseLine
from shuren.trust.queries import require_purpose

LOW = 2
SURVEYED = "surveyed"


@dataclass(frozen=True)
class Own:
    """One writer's view of their opinion: what they wrote is masked as everywhere.

    answer   what the library answered, "" while it has not
    may_rate now is the time to rate it
    """

    case_id: str
    title: str
    text: str
    channel: str
    received_at: datetime
    case: CaseLine | None
    answer: str
    resolution: str
    rating: int | None
    may_rate: bool
    agreed: bool
    actions: tuple[tuple[str, CaseLine], ...] = ()


def by_token(site: Site, token: str) -> Own:
    """The opinion of whoever holds its address; raises NoSuchOpinion."""
    source = rating_rows.source_of(token)
    if source is None:
        raise NoSuchOpinion
    return _own(site, source)


def by_case(site: Site, case_id: str, *, actor: Actor) -> Own:
    """A reader's own opinion; raises NoSuchOpinion, trust's NotAllowed."""
    return _own(site, _readers(case_id, actor))


def token_of(source_id: str) -> str:
    """The part of the address that opens one's own opinion without an account."""
    return rating_rows.token(source_id)


def rate_by_token(
    site: Site, token: str, *, score: int, comment: str, agreed: bool, actor: Actor | None = None
) -> None:
    """Rate an answer; actor: who is signed in, if anybody is.

    raises  NoSuchOpinion; BadOpinion for a score outside 1 to 5, or when there is no answer to rate
            now, or the actor handled it
    """
    source = rating_rows.source_of(token)
    if source is None:
        raise NoSuchOpinion
    _rate(site, source, score, comment, agreed, actor)


def rate(site: Site, case_id: str, *, score: int, comment: str, agreed: bool, actor: Actor) -> None:
    """A signed-in reader rates the answer to their own opinion; raises as rate_by_token."""
    _rate(site, _readers(case_id, actor), score, comment, agreed, actor)


def _readers(case_id: str, actor: Actor) -> OpinionSource:
    require_purpose(actor, "own_records")
    found = OpinionSource.objects.filter(pseudonym=actor.reader_key).select_related("opinion")
    source = (
        found.filter(opinion=case_id[:32]).order_by("received_at").first()
        or found.filter(home=case_id[:32]).order_by("received_at").first()
    )
    if source is None:
        raise NoSuchOpinion
    return source


def _rate(
    site: Site, source: OpinionSource, score: int, comment: str, agreed: bool, actor: Actor | None
) -> None:
    if score not in range(1, 6):
        raise BadOpinion(_("Choose a score from 1 to 5."))
    with transaction.atomic():
        opinion = Opinion.objects.select_for_update().get(pk=source.opinion_id)
        source = OpinionSource.objects.select_for_update().get(pk=source.pk)
        stands = supervised.lines(site, [opinion.pk]).get(opinion.pk)
        if stands is None or stands.state != SURVEYED:
            raise BadOpinion(
                _("There is no answer to rate now."),
                fix=_("You are asked again when there is one."),
            )
        if actor is not None and actor.id in supervised.handlers(opinion.pk):
            raise BadOpinion(_("Who handled an opinion does not rate it."))
        comment = showing.masked(comment.replace("\x00", "").strip())[:1000]
        source.rating, source.rated_at, source.comment = score, now(), comment
        source.agreed = agreed
        source.save()
        known = OpinionSource.objects.filter(opinion=opinion)
        opinion.rating = min(one for one in known.values_list("rating", flat=True) if one)
        opinion.agreed = all(known.values_list("agreed", flat=True))
        if score <= LOW:
            _act(site, source, "dissatisfied", comment or _("Score %(score)s.", score=score), actor)
            opinion.reopened += 1
            opinion.answered_at = None
            telling.reopened(site, opinion)
        elif not known.filter(rating=None).exclude(pseudonym=source.pseudonym).exists():
            _act(site, source, "satisfied", comment, actor)
            opinion.closed_at = now()
        opinion.save()


def _act(site: Site, source: OpinionSource, event: str, note: str, actor: Actor | None) -> None:
    """As the case's own reader; for a writer whose opinion was merged into it, by itself."""
    who = BY_ITSELF
    if source.home == source.opinion_id:
        who = Actor(
            actor.id if actor else "voice:writer",
            actor.role if actor else "anonymous",
            source.pseudonym,
        )
    cases.act(site, source.opinion_id, event, actor=who, note=note)


def _own(site: Site, source: OpinionSource) -> Own:
    opinion = source.opinion
    parts = supervised.parts(opinion.pk)
    stands = supervised.lines(site, [opinion.pk, *parts])
    case = stands.get(opinion.pk)
    return Own(
        opinion.pk, opinion.title, opinion.text, source.channel, source.received_at, case,
        opinion.outcome if opinion.answered_at else "", opinion.resolution, source.rating,
        case is not None and case.state == SURVEYED, source.agreed,
        tuple((stands[id].subject.get("title", ""), stands[id]) for id in parts if id in stands),
    )  # fmt: skip
