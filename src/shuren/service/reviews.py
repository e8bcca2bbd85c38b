"""Readers' reviews of a title: written, changed and withdrawn by their reader, shown to everybody
once a librarian has read them.

Writing one is the reader's own explicit act, so it needs no purpose they could refuse. Nobody is
named unless they say what they want to be called.
"""

from dataclasses import replace
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Avg, Count, F, Q, QuerySet

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.ids import new_id
from shuren.kernel.masking import mask
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.definitions import review_limits
from shuren.service.errors import NoSuchReview, NotNow, NotOffered, WrongField
from shuren.service.internals.opening import local_day
from shuren.service.internals.review_rows import (
    ReviewMark,
    ReviewPhoto,
    ReviewSending,
    TitleReview,
)
from shuren.service.internals.reviews import picturing, showing
from shuren.service.internals.reviews.picturing import Picture
from shuren.service.internals.reviews.showing import HELPFUL as HELPFUL
from shuren.service.internals.reviews.showing import REPORT as REPORT
from shuren.service.review_shapes import (
    PUBLISHED,
    REASONS,
    STARS,
    WAITING,
    About,
    Limits,
    OwnReview,
    Reviews,
    Said,
)
from shuren.trust.actions import record_use
from shuren.trust.definitions import PUPIL
from shuren.trust.queries import may, require_purpose

OWN, TABLE, WORK = "own_records", "service.review", "reviews.moderate"
COLUMNS = ("title", "stars", "text", "signed", "photos")
PAGE, LONGEST_NAME, LONGEST_ALT = 5, 40, 200


def of_title(about: About, limits: Limits, *, page: int = 1, actor: Actor) -> Reviews:
    """What is published about a title, the newest first, five a page."""
    found = TitleReview.objects.filter(title_id__in=about.ids, state=PUBLISHED)
    rated = Q(stars__gt=0)
    counted = found.aggregate(
        total=Count("pk"),
        ratings=Count("pk", filter=rated),
        average=Avg("stars", filter=rated),
    )
    total, ratings = counted["total"], counted["ratings"]
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    rows = list(found.order_by("-at", "-pk")[(page - 1) * PAGE : page * PAGE]) if total else []
    average = round(float(counted["average"]), 1) if ratings >= limits.rated_from else None
    return Reviews(showing.public(rows, actor.reader_key), total, page, pages, average, ratings)


def own(about: About, *, actor: Actor) -> OwnReview | None:
    """The actor's own review of a title; raises trust's NotAllowed for who is no reader."""
    require_purpose(actor, OWN)
    rows = list(_own_rows(about, actor)[:1])
    if rows:
        record_use(actor, OWN, TABLE, COLUMNS, 1)
    return showing.own(rows)[0] if rows else None


def mine(actor: Actor, *, most: int = 200) -> list[OwnReview]:
    """All of the actor's own, the newest first. Whoever shows them writes the ledger's line."""
    require_purpose(actor, OWN)
    if not actor.reader_key:
        return []
    rows = TitleReview.objects.filter(pseudonym=actor.reader_key).order_by("-at", "-pk")
    return showing.own(list(rows[:most]))


def save(site: Site, about: About, said: Said, *, actor: Actor, key: str = "") -> OwnReview:
    """Send a review, or change one's own; a librarian reads it before anybody else does.

    key     of the form: sending the same form again changes nothing
    raises  WrongField; NotOffered for one more than a day has; trust's NotAllowed
    """
    require_purpose(actor, OWN)
    limits = review_limits(site)
    said = _checked(said, limits, actor)
    pictures = {
        at: picturing.small(one.field, one.file, most_mb=limits.photo_mb, side=limits.side)
        for at, one in enumerate(said.photos, 1)
        if one.file is not None
    }
    key = key.replace("\x00", "")[:40]
    with transaction.atomic():
        row = _own_rows(about, actor).select_for_update().first()
        if row is None:
            row = _begun(about, actor)
        if (key and row.key == key) or _is_same(row, said):
            return showing.own([row])[0]
        _count_sending(site, limits, actor)
        row.stars, row.text, row.signed = said.stars, said.text, said.signed
        row.state, row.why, row.decided_at, row.decided_by = WAITING, "", None, ""
        row.at, row.key, row.version = now(), key, row.version + 1
        row.save()
        row.marks.all().delete()  # they were about the words before
        _keep_photos(row, said, pictures)
        return showing.own([row])[0]


def withdraw(review_id: str, *, actor: Actor) -> None:
    """Take one's own review back: it is gone with its photos when this returns.

    raises  NoSuchReview for anybody else's
    """
    require_purpose(actor, OWN)
    gone, _each = TitleReview.objects.filter(
        pk=showing.plain_id(review_id), pseudonym=actor.reader_key or "-"
    ).delete()
    if not gone:
        raise NoSuchReview


def mark(review_id: str, kind: str, *, reason: str = "", on: bool = True, actor: Actor) -> str:
    """Say that a review is helpful, or should be looked at again; once a reader. Its title's id.

    kind    HELPFUL or REPORT; reason: of REASONS, for a report; on: False takes it back
    raises  NoSuchReview for what is not published; NotNow for one's own; WrongField
    """
    require_purpose(actor, OWN)
    if kind not in (HELPFUL, REPORT):
        raise WrongField("do", _("Say whether it is helpful or should be looked at again."))
    if kind == REPORT and on and reason not in REASONS:
        raise WrongField("reason", _("Choose what is wrong with it."))
    with transaction.atomic():
        row = (
            TitleReview.objects.select_for_update()
            .filter(pk=showing.plain_id(review_id), state=PUBLISHED)
            .first()
        )
        if row is None:
            raise NoSuchReview
        if row.pseudonym == actor.reader_key:
            raise NotNow(
                _("It is your own review."), fix=_("You can change it or take it back instead.")
            )
        mine = ReviewMark.objects.filter(review=row, pseudonym=actor.reader_key, kind=kind)
        if not on:
            mine.delete()
        elif not mine.exists():
            ReviewMark.objects.create(
                review=row, pseudonym=actor.reader_key, kind=kind,
                reason=reason if kind == REPORT else "", at=now(),
            )  # fmt: skip
        return row.title_id


def photo(review_id: str, number: int, *, actor: Actor) -> tuple[bytes, str, bool]:
    """(JPEG, its SHA-256, whether it is public): of what is published, for everybody; else for its
    writer and for who decides.

    raises  NoSuchReview
    """
    found = ReviewPhoto.objects.filter(review=showing.plain_id(review_id), number=number)
    row = found.select_related("review").first()
    if row is None:
        raise NoSuchReview
    is_public = row.review.state == PUBLISHED
    is_own = bool(actor.reader_key) and row.review.pseudonym == actor.reader_key
    if not (is_public or is_own or may(actor, WORK)):
        raise NoSuchReview
    return bytes(row.content), row.sha256, is_public


def _own_rows(about: About, actor: Actor) -> "QuerySet[TitleReview]":
    mine = TitleReview.objects.filter(pseudonym=actor.reader_key or "-")
    return mine.filter(title_id__in=about.ids).order_by("-at", "-pk")


def _begun(about: About, actor: Actor) -> TitleReview:
    """A row to write into; the one that another tap of the same reader has just made, if so."""
    try:
        with transaction.atomic():
            return TitleReview.objects.create(
                id=new_id("R"), pseudonym=actor.reader_key, title_id=about.ids[0][:64],
                title=about.title[:500], text="", at=now(), version=0,
            )  # fmt: skip
    except IntegrityError:
        return _own_rows(about, actor).select_for_update()[0]


def _checked(said: Said, limits: Limits, actor: Actor) -> Said:
    """What was said as it is kept; raises WrongField."""
    text = _plain(said.text, lines=True)
    if len(text) < limits.shortest:
        raise WrongField("text", _("Write at least %(count)s characters.", count=limits.shortest))
    if len(text) > limits.longest:
        raise WrongField("text", _("Write at most %(count)s characters.", count=limits.longest))
    if said.stars and said.stars not in STARS:
        raise WrongField("stars", _("Choose one to five stars, or none."))
    signed = _plain(said.signed)
    if len(signed) > LONGEST_NAME:
        raise WrongField("signed", _("Write at most %(count)s characters.", count=LONGEST_NAME))
    if len(said.photos) > limits.photos:
        raise WrongField(
            said.photos[-1].field, _("Send at most %(count)s photos.", count=limits.photos)
        )
    photos = []
    for one in said.photos:
        alt = _plain(one.alt)
        if not alt:
            raise WrongField(
                f"{one.field}-alt",
                _("Say in words what the photo shows, for those who cannot see it."),
            )
        photos.append(replace(one, alt=alt[:LONGEST_ALT]))
    # A reader under age is shown by no name at all.
    return Said(text, said.stars, "" if actor.role == PUPIL else signed, tuple(photos))


def _plain(text: str, *, lines: bool = False) -> str:
    """Without what a page or a screen reader takes amiss; numbers and addresses of persons go."""
    text = text.replace("\r\n", "\n")
    kept = "".join(sign for sign in text if sign.isprintable() or (lines and sign == "\n"))
    return mask(kept).strip()


def _is_same(row: TitleReview, said: Said) -> bool:
    if (row.stars, row.text, row.signed) != (said.stars, said.text, said.signed):
        return False
    now_ = [(one.number, one.alt) for one in said.photos if one.file is None]
    before = list(row.photos.order_by("number").values_list("number", "alt"))
    return len(now_) == len(said.photos) and sorted(now_) == before


def _count_sending(site: Site, limits: Limits, actor: Actor) -> None:
    """One more today; raises NotOffered. What was counted on days before goes."""
    today = local_day(site, now())
    ReviewSending.objects.filter(day__lt=today - timedelta(days=1)).delete()
    mine, _is_new = ReviewSending.objects.get_or_create(pseudonym=actor.reader_key, day=today)
    counted = ReviewSending.objects.filter(pk=mine.pk, times__lt=limits.per_day)
    if not counted.update(times=F("times") + 1):
        raise NotOffered(
            _("You have sent %(count)s reviews today, and that is the most of a day.",
              count=limits.per_day),
            fix=_("Send it tomorrow; keep a copy of what you wrote."),
        )  # fmt: skip


def _keep_photos(row: TitleReview, said: Said, pictures: dict[int, Picture]) -> None:
    known = {one.number: one for one in row.photos.all()}
    last = max(known, default=0)
    wanted = {one.number: one.alt for one in said.photos if one.file is None}
    for number, photo_ in known.items():
        if number not in wanted:
            photo_.delete()
        elif photo_.alt != wanted[number]:
            photo_.alt = wanted[number]
            photo_.save(update_fields=["alt"])
    for at, picture in pictures.items():
        last += 1
        ReviewPhoto.objects.create(
            review=row, number=last, alt=said.photos[at - 1].alt, width=picture.width,
            height=picture.height, sha256=picture.sha256, content=picture.content,
        )  # fmt: skip
