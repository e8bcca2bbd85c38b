"""Rows of reviews as others see them."""

from collections.abc import Iterable

from django.db.models import Count, Q

from shuren.service.internals.review_rows import ReviewMark, ReviewPhoto, TitleReview
from shuren.service.review_shapes import DeskReview, OwnReview, Photo, Review

HELPFUL, REPORT = "helpful", "report"
SHOWN_FROM = 5  # persons


def plain_id(typed: str) -> str:
    """What somebody sent as the id of a review, as a database takes it."""
    return typed.replace("\x00", "")[:32]


def photos_of(ids: Iterable[str]) -> dict[str, tuple[Photo, ...]]:
    """{review: its photos in order}, without their content."""
    found: dict[str, tuple[Photo, ...]] = {}
    rows = ReviewPhoto.objects.filter(review__in=list(ids)).order_by("number")
    told = rows.values_list("review_id", "number", "alt", "width", "height")
    for id, number, alt, width, height in told:
        found[id] = (*found.get(id, ()), Photo(number, alt, width, height))
    return found


def helpful_of(ids: Iterable[str]) -> dict[str, int]:
    """{review: how many found it helpful}, those below five left out."""
    rows = ReviewMark.objects.filter(review__in=list(ids), kind=HELPFUL)
    counted = rows.values_list("review_id").annotate(n=Count("pk")).order_by()
    return {id: count for id, count in counted if count >= SHOWN_FROM}


def public(rows: list[TitleReview], reader: str) -> tuple[Review, ...]:
    """reader: pseudonym of who looks, "" for nobody"""
    ids = [row.pk for row in rows]
    photos, helpful, marked = photos_of(ids), helpful_of(ids), _marked(ids, reader)
    return tuple(
        Review(
            row.pk, row.stars, row.text, row.signed, row.at, photos.get(row.pk, ()),
            helpful.get(row.pk), bool(reader) and row.pseudonym == reader,
            marked.get(row.pk, frozenset()),
        )
        for row in rows
    )  # fmt: skip


def own(rows: list[TitleReview]) -> list[OwnReview]:
    ids = [row.pk for row in rows]
    photos, helpful = photos_of(ids), helpful_of(ids)
    return [
        OwnReview(
            row.pk, row.title_id, row.title, row.stars, row.text, row.signed, row.state, row.why,
            row.at, photos.get(row.pk, ()), helpful.get(row.pk),
        )
        for row in rows
    ]  # fmt: skip


def for_desk(rows: list[TitleReview]) -> tuple[DeskReview, ...]:
    ids = [row.pk for row in rows]
    photos, reports = photos_of(ids), _reports(ids)
    return tuple(
        DeskReview(
            row.pk, row.title_id, row.title, row.stars, row.text, row.signed, row.state, row.why,
            row.at, row.version, photos.get(row.pk, ()), reports.get(row.pk, {}),
        )
        for row in rows
    )  # fmt: skip


def reported() -> Q:
    """Of reviews: those with a report that was not looked at."""
    open_ = ReviewMark.objects.filter(kind=REPORT, settled=False)
    return Q(pk__in=open_.values("review_id"))


def _reports(ids: list[str]) -> dict[str, dict[str, int]]:
    rows = ReviewMark.objects.filter(review__in=ids, kind=REPORT, settled=False)
    found: dict[str, dict[str, int]] = {}
    for id, reason, count in rows.values_list("review_id", "reason").annotate(n=Count("pk")):
        found.setdefault(id, {})[reason] = count
    return found


def _marked(ids: list[str], reader: str) -> dict[str, frozenset[str]]:
    if not reader:
        return {}
    found: dict[str, frozenset[str]] = {}
    rows = ReviewMark.objects.filter(review__in=ids, pseudonym=reader)
    for id, kind in rows.values_list("review_id", "kind"):
        found[id] = found.get(id, frozenset()) | {kind}
    return found
