"""What everybody may read of the reader's voice: how satisfied writers are, what came of opinions,
why some were not resolved, and answers whose writers agreed.

Counts of persons below five are not said (K); a mean of fewer than five ratings is none.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.management.errors import BadOpinion, NoSuchOpinion
from shuren.management.internals import showing
from shuren.management.internals.voice_rows import Opinion, OpinionSource
from shuren.management.opinions import MANAGE
from shuren.management.voice_shapes import REASONS, RESOLUTIONS
from shuren.service import supervised
from shuren.trust.queries import require, require_purpose

K = 5
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Standing:
    """Of the last twelve months. None: fewer than K persons stand behind it.

    mean        of ratings 1 to 5; rated: how many there are
    resolutions {of RESOLUTIONS: opinions}; reasons: {of REASONS: opinions}
    in_time     share of answered ones that kept their deadline, 0..1
    """

    opinions: int | None
    rated: int | None
    mean: float | None
    in_time: float | None
    resolutions: dict[str, int | None]
    reasons: dict[str, int | None]


@dataclass(frozen=True)
class Answer:
    """A published opinion and its answer, both read by a person before."""

    id: str
    topic: str
    text: str
    answer: str
    resolution: str
    published_at: datetime


@dataclass(frozen=True)
class Contribution:
    """What a reader said, and what came of it; resolution "" while it is open."""

    case_id: str
    title: str
    said_at: datetime
    state: dict[str, str]
    is_over: bool
    resolution: str
    answer: str
    may_rate: bool


def standing() -> Standing:
    """How the reader's voice stands, for anybody."""
    since = now() - YEAR
    rows = Opinion.objects.filter(received_at__gt=since, merged_into="")
    answered = rows.exclude(resolution="")
    total = answered.count()
    late = answered.filter(was_late=True).count()
    ratings = [
        one
        for one in OpinionSource.objects.filter(received_at__gt=since).values_list(
            "rating", flat=True
        )
        if one
    ]
    # Opinions that were kept elsewhere before have no source, but a rating of their own.
    ratings += [one for one in rows.filter(sources=None).values_list("rating", flat=True) if one]
    ended = Counter(answered.values_list("resolution", flat=True))
    why = Counter(answered.exclude(unresolved_why="").values_list("unresolved_why", flat=True))
    return Standing(
        _told(rows.count()),
        _told(len(ratings)),
        sum(ratings) / len(ratings) if len(ratings) >= K else None,
        (total - late) / total if total >= K and (late == 0 or late >= K) else None,
        {id: _told(ended[id]) for id in RESOLUTIONS if ended[id]},
        {id: _told(why[id]) for id in REASONS if why[id]},
    )


def answers(limit: int = 50) -> list[Answer]:
    """The newest published answers."""
    rows = Opinion.objects.filter(published_at__isnull=False).order_by("-published_at", "pk")
    return [
        Answer(one.pk, one.topic, one.published_text, one.published_answer, one.resolution,
               one.published_at)
        for one in rows[:limit]
        if one.published_at
    ]  # fmt: skip


def publish(site: Site, case_id: str, *, text: str, answer: str, actor: Actor) -> None:
    """Publish an answered opinion, in the words a person has read over; or change what stands.

    raises  BadOpinion without the writers' agreement, before there is an answer, or without words;
            NoSuchOpinion, trust's NotAllowed
    """
    require(actor, MANAGE)
    with transaction.atomic():
        row = Opinion.objects.select_for_update().filter(pk=case_id[:32]).first()
        if row is None:
            raise NoSuchOpinion
        if not row.agreed:
            raise BadOpinion(_("Its writers have not all agreed to its being published."))
        if row.answered_at is None:
            raise BadOpinion(_("There is no answer to publish yet."))
        if not text.strip() or not answer.strip():
            raise BadOpinion(_("Write both what was said and what was answered."))
        row.published_text = showing.masked(text.strip())[:4000]
        row.published_answer = showing.masked(answer.strip())[:4000]
        row.published_at = row.published_at or now()
        row.save(update_fields=["published_text", "published_answer", "published_at"])


def withdraw(site: Site, case_id: str, *, actor: Actor) -> None:
    """Take a published opinion back; raises NoSuchOpinion, trust's NotAllowed."""
    require(actor, MANAGE)
    gone = Opinion.objects.filter(pk=case_id[:32]).update(
        published_at=None, published_text="", published_answer=""
    )
    if not gone:
        raise NoSuchOpinion


def contributions(site: Site, actor: Actor) -> list[Contribution]:
    """What the actor told the library, newest first, and what came of each."""
    require_purpose(actor, "own_records")
    found = OpinionSource.objects.filter(pseudonym=actor.reader_key).select_related("opinion")
    rows = list(found.order_by("-received_at", "pk")[:200])
    stands = supervised.lines(site, [one.opinion_id for one in rows])
    told = []
    for one in rows:
        case = stands.get(one.opinion_id)
        told.append(
            Contribution(
                one.opinion_id, one.opinion.title, one.received_at,
                case.state_title if case else {"zh": "已办结", "en": "Closed"},
                case is None or case.is_over, one.opinion.resolution,
                one.opinion.outcome if one.opinion.answered_at else "",
                case is not None and case.state == "surveyed" and one.rating is None,
            )
        )  # fmt: skip
    return told


def has_page(case_id: str, actor: Actor) -> bool:
    """Whether a case is an opinion of the actor's that has a page of its own here."""
    found = OpinionSource.objects.filter(pseudonym=actor.reader_key)
    return bool(actor.reader_key) and found.filter(opinion=case_id).exists()


def _told(count: int) -> int | None:
    return count if count >= K else None
