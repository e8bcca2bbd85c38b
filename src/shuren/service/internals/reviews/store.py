"""Reviews, and what was said of others', as something that is held: told, forgotten, erased."""

from datetime import datetime

from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.internals.review_rows import ReviewMark, ReviewSending, TitleReview
from shuren.service.internals.reviews import showing
from shuren.service.review_shapes import DOWN, PUBLISHED, REASONS, REFUSED, WAITING
from shuren.service.shapes import HeldFact, HeldStore

STORE = "reviews"
TABLES = (
    "service_titlereview", "service_reviewphoto", "service_reviewmark", "service_reviewsending",
)  # fmt: skip
_MARK = "mark-"


def tell(site: Site, actor: Actor, limit: int | None) -> list[HeldStore]:
    rows = TitleReview.objects.filter(pseudonym=actor.reader_key)
    marks = ReviewMark.objects.filter(pseudonym=actor.reader_key).select_related("review")
    facts = [_review(row) for row in rows.order_by("-at", "-pk")[:limit]]
    facts += [_mark(one) for one in marks.order_by("-at", "-pk")[:limit]]
    return [
        HeldStore(
            STORE,
            _("Your reviews of titles"),
            _("So that other readers can read what you wrote, under the name you chose or none."),
            _("In the database, under your pseudonym; on the title's page once it is published."),
            _("Until you take it back, delete it, or erase."),
            rows.count() + marks.count(),
            tuple(facts[:limit]),
            can_forget=True,
        )
    ]


def forget(site: Site, actor: Actor, store: str, fact: str) -> int:
    if fact.startswith(_MARK):
        number = fact.removeprefix(_MARK)
        if not (number.isascii() and number.isdecimal() and len(number) < 16):
            return 0
        own = ReviewMark.objects.filter(pseudonym=actor.reader_key, pk=int(number))
        return int(own.delete()[0])
    found = TitleReview.objects.filter(pseudonym=actor.reader_key, pk=fact[:32])
    return 1 if found.delete()[0] else 0


def erase(actor: Actor) -> int:
    """Reviews with their photos, marks on others' reviews, and how often was sent today."""
    mine = {"pseudonym": actor.reader_key}
    count = TitleReview.objects.filter(**mine).count() + ReviewMark.objects.filter(**mine).count()
    for model in (TitleReview, ReviewMark, ReviewSending):
        model.objects.filter(**mine).delete()
    return count


def forget_before(before: datetime) -> int:
    """What was refused or taken down long ago, and that nobody changed since."""
    old = TitleReview.objects.filter(state__in=(REFUSED, DOWN), decided_at__lt=before)
    count = old.count()
    old.delete()
    return count


def _review(row: TitleReview) -> HeldFact:
    states = {WAITING: _("Waiting to be read by a librarian"), PUBLISHED: _("Made public"),
              REFUSED: _("Not published"), DOWN: _("Taken down")}  # fmt: skip
    photos = showing.photos_of([row.pk]).get(row.pk, ())
    said = {
        _("State"): states[row.state],
        _("Stars"): str(row.stars or ""),
        _("What you wrote"): row.text,
        _("Shown as"): row.signed or _("A reader"),
        _("Photos"): "; ".join(one.alt for one in photos),
        _("What the library said"): row.why,
    }
    return HeldFact(
        row.pk, row.title, row.at, {name: value for name, value in said.items() if value}
    )


def _mark(one: ReviewMark) -> HeldFact:
    if one.kind == showing.REPORT:
        why = REASONS.get(one.reason)
        said = {_("You said"): pick(why) if why else one.reason}
        title = _("You reported a review of “%(title)s”", title=one.review.title)
    else:
        said = {}
        title = _("You found a review of “%(title)s” helpful", title=one.review.title)
    return HeldFact(f"{_MARK}{one.pk}", title, one.at, said)
