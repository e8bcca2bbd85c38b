"""Who reads readers' reviews before they are public, and looks at those that are reported.

Whose a review is, nobody sees here: its writer is told by pseudonym.
"""

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import messages
from shuren.service.errors import CaseChanged, NoSuchReview, NotNow, WrongField
from shuren.service.internals.review_rows import ReviewMark, TitleReview
from shuren.service.internals.reviews import showing
from shuren.service.message_shapes import Work
from shuren.service.review_shapes import (
    DOWN,
    KEEP,
    PUBLISH,
    PUBLISHED,
    REFUSE,
    REFUSED,
    STATES,
    TAKE_DOWN,
    WAITING,
    DeskReview,
    Queue,
)
from shuren.service.reviews import COLUMNS, TABLE, WORK
from shuren.trust.actions import record_use
from shuren.trust.queries import may, require, require_covered, require_purpose

PURPOSE = "case_handling"
REPORTED = "reported"
VIEWS = (WAITING, REPORTED, *STATES[1:])
PAGE, LONGEST_REASON = 20, 500
# What is decided → (from which states, to which, how the writer is told).
_STEPS = {
    PUBLISH: ((WAITING, REFUSED, DOWN), PUBLISHED, "review_published"),
    REFUSE: ((WAITING,), REFUSED, "review_refused"),
    TAKE_DOWN: ((PUBLISHED,), DOWN, "review_taken_down"),
}


def queue(show: str = WAITING, *, page: int = 1, actor: Actor) -> Queue:
    """Reviews of one of VIEWS: what waits, the oldest first; of the others the newest first.

    raises  trust's NotAllowed without reviews.moderate
    """
    actor = _allowed(actor)
    found = _viewed(show)
    total = found.count()
    order = ("at", "pk") if show in (WAITING, REPORTED) else ("-at", "-pk")
    start = (min(max(1, page), max(1, -(-total // PAGE))) - 1) * PAGE
    rows = list(found.order_by(*order)[start : start + PAGE])
    _note_look(actor, len(rows))
    counts = dict.fromkeys(VIEWS, 0)
    counted = TitleReview.objects.values_list("state")
    counts |= dict(counted.annotate(n=Count("pk")).order_by())
    counts[REPORTED] = _viewed(REPORTED).count()
    return Queue(showing.for_desk(rows), total, counts)


def to_look_at(actor: Actor) -> int | None:
    """How many wait or are reported; None for who does not decide. It opens none of them."""
    if not may(actor, WORK):
        return None
    return TitleReview.objects.filter(_open()).count()


def one(review_id: str, *, actor: Actor) -> DeskReview:
    """raises  NoSuchReview; trust's NotAllowed"""
    actor = _allowed(actor)
    rows = list(TitleReview.objects.filter(pk=showing.plain_id(review_id)))
    if not rows:
        raise NoSuchReview
    _note_look(actor, 1)
    return showing.for_desk(rows)[0]


def decide(
    site: Site, review_id: str, what: str, *, version: int, reason: str = "", actor: Actor
) -> DeskReview:
    """Publish, refuse or take down a review, which its writer is told; or keep a reported one.

    version  of the review as it was read: nobody publishes words they did not see
    reason   what its writer is told when it is refused or taken down
    raises   NoSuchReview; CaseChanged; WrongField without a reason; NotNow for one's own, and for
             what cannot be done with it; trust's NotAllowed
    """
    actor = _allowed(actor)
    if what not in (*_STEPS, KEEP):
        raise WrongField("do", _("Choose what is to be done with it."))
    reason = reason.replace("\x00", "").strip()[:LONGEST_REASON]
    if what in (REFUSE, TAKE_DOWN) and not reason:
        raise WrongField("reason", _("Say why: its writer is told."))
    with transaction.atomic():
        row = TitleReview.objects.select_for_update().filter(pk=showing.plain_id(review_id)).first()
        if row is None:
            raise NoSuchReview
        if row.pseudonym == actor.reader_key:
            raise NotNow(_("It is your own review: somebody else decides about it."))
        if what == KEEP:
            _settle(row, version)
        elif row.state != _STEPS[what][1]:  # else a second tap
            _move(site, row, what, version, reason, actor)
        return showing.for_desk([row])[0]


def _settle(row: TitleReview, version: int) -> None:
    _must_be(row, version)
    ReviewMark.objects.filter(review=row, kind=showing.REPORT).update(settled=True)


def _move(site: Site, row: TitleReview, what: str, version: int, reason: str, actor: Actor) -> None:
    _must_be(row, version)
    states, to, template = _STEPS[what]
    if row.state not in states:
        raise NotNow(_("This cannot be done with it as it is now."), fix=_("Look at it again."))
    row.state, row.why = to, reason if what != PUBLISH else ""
    row.decided_at, row.decided_by, row.version = now(), actor.id[:150], row.version + 1
    row.save(update_fields=["state", "why", "decided_at", "decided_by", "version"])
    ReviewMark.objects.filter(review=row, kind=showing.REPORT).update(settled=True)
    values: dict[str, object] = {"title": Work(row.title, row.title_id)}
    if what != PUBLISH:
        values["reason"] = reason
    kind = "title" if what == PUBLISH else "review"
    messages.tell(
        site, reader=row.pseudonym, template=template, values=values,
        about={"kind": kind, "id": row.title_id}, key=f"{row.pk}-{row.version}",
    )  # fmt: skip


def _must_be(row: TitleReview, version: int) -> None:
    if row.version != version:
        raise CaseChanged(
            _("The review was changed, or decided by somebody else, since you opened it."),
            fix=_("Read it as it is now, and decide again."),
        )


def _open() -> Q:
    return Q(state=WAITING) | (Q(state=PUBLISHED) & showing.reported())


def _viewed(show: str) -> "QuerySet[TitleReview]":
    if show == REPORTED:
        return TitleReview.objects.filter(showing.reported(), state=PUBLISHED)
    return TitleReview.objects.filter(state=show if show in STATES else WAITING)


def _allowed(actor: Actor) -> Actor:
    actor = require(actor, WORK)
    require_covered(require_purpose(actor, PURPOSE), TABLE, COLUMNS)
    return actor


def _note_look(actor: Actor, rows: int) -> None:
    if rows:
        record_use(actor, PURPOSE, TABLE, COLUMNS, rows)
