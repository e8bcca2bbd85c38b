"""Readers' reviews in words: as everybody sees them, as their writer does, as who decides does."""

from typing import Any

from django.urls import reverse

from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.service.review_shapes import (
    DOWN,
    PUBLISHED,
    REASONS,
    REFUSED,
    WAITING,
    DeskReview,
    OwnReview,
    Photo,
    Review,
    Reviews,
)
from shuren.service.reviews import HELPFUL, REPORT

Row = dict[str, Any]
MOST_STARS = 5


def public(one: Review, *, is_reader: bool) -> Row:
    """The inputs of components/review.html; buttons only for readers, and not below their own."""
    may_mark = is_reader and not one.is_mine
    helpful = ""
    if one.helpful:
        helpful = _("%(count)s readers found it helpful.", count=one.helpful)
    return _row(one.id, one.stars, one.text, one.signed, one.photos) | {
        "at": one.at,
        "helpful": helpful,
        "mark_url": reverse("review-mark", args=[one.id]) if may_mark else "",
        "is_helpful": HELPFUL in one.marked,
        "is_reported": REPORT in one.marked,
        "reasons": [{"value": id, "label": pick(title)} for id, title in REASONS.items()],
        "is_mine": one.is_mine,
    }


def own(one: OwnReview) -> Row:
    """The same for its writer, with its state."""
    return _row(one.id, one.stars, one.text, one.signed, one.photos) | {
        "at": one.at, "state": state(one.state), "why": one.why, "helpful": "", "mark_url": "",
    }  # fmt: skip


def for_desk(one: DeskReview) -> Row:
    """The same for who decides, with the title and what readers said of it."""
    reports = [
        _("%(reason)s (%(count)s)", reason=pick(REASONS[id]) if id in REASONS else id, count=count)
        for id, count in one.reports.items()
    ]
    return _row(one.id, one.stars, one.text, one.signed, one.photos) | {
        "at": one.at,
        "state": state(one.state),
        "why": one.why,
        "title": one.title,
        "title_url": reverse("item", args=[one.title_id]),
        "url": reverse("workbench:review", args=[one.id]),
        "reports": reports,
        "helpful": "",
        "mark_url": "",
    }


def state(id: str) -> dict[str, str]:
    known = {
        WAITING: (_("Waiting to be read"), "info"),
        PUBLISHED: (_("Made public"), "good"),
        REFUSED: (_("Not published"), ""),
        DOWN: (_("Taken down"), ""),
    }
    label, tone = known[id]
    return {"label": label, "tone": tone}


def stars(count: int) -> str:
    """What a screen reader says of stars; "" for none."""
    return _("%(count)s of %(most)s stars", count=count, most=MOST_STARS) if count else ""


def average(found: Reviews) -> str:
    """The stars of all in one sentence; "" below the ratings from which it is told."""
    if found.average is None:
        return ""
    return _(
        "%(average)s of %(most)s stars on average, by %(count)s ratings",
        average=f"{found.average:.1f}", most=MOST_STARS, count=found.ratings,
    )  # fmt: skip


def _row(id: str, count: int, text: str, signed: str, photos: tuple[Photo, ...]) -> Row:
    return {
        "id": id,
        "stars": {"full": "★" * count, "empty": "☆" * (MOST_STARS - count), "text": stars(count)}
        if count
        else None,
        "text": text,
        "signed": signed or _("A reader"),
        "photos": [
            {
                "url": reverse("review-photo", args=[id, one.number]),
                "alt": one.alt,
                "width": one.width,
                "height": one.height,
            }
            for one in photos
        ],
    }
