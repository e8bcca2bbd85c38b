"""What a reader gave the library through its services, and what came of each: gifts of books,
suggestions to buy, hours helped, ratings of events, reviews of titles.

Opinions are `management`'s.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Sum

from shuren.kernel.clock import now
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import reviews, shift_hours
from shuren.service.gift_shapes import ACCEPTED
from shuren.service.internals.case_rows import Case, CaseStep
from shuren.service.internals.document_rows import SignedDocument
from shuren.service.internals.event_rows import Enrolment
from shuren.service.internals.gift_rows import GiftItem
from shuren.service.internals.opening import local_day
from shuren.service.internals.remarks import TABLE
from shuren.service.internals.shifts import keeping
from shuren.service.review_shapes import PUBLISHED, WAITING
from shuren.trust.actions import record_use
from shuren.trust.queries import require_purpose

OWN = "own_records"
GIFT, PURCHASE, HOURS, EVENT, REVIEW = "gift", "purchase", "hours", "event", "review"
FLOWS = {"donation": GIFT, "purchase": PURCHASE}
# How it ended: it is still under way, it came to something, it did not.
UNDER_WAY, CAME, CAME_NOT = "under_way", "came", "came_not"
MOST, DAYS = 200, 3 * 365


@dataclass(frozen=True)
class Given:
    """One thing that was given.

    kind      GIFT, PURCHASE, HOURS, EVENT, REVIEW
    about     id of its case, event or title, "" for hours
    title     {zh, en}, empty for hours; at: when it was given, of hours the last
    came      of UNDER_WAY, CAME, CAME_NOT; state: of the case or review
    why       what the library said when nothing came of it, or ""
    titles, volumes  that were taken in of a gift
    has_certificate  a signed document of it is among the reader's own
    shifts, worked   how many, and how long, of the last three years
    case      where an event's opinion is dealt with, or ""; has_recap: of the event
    photos    of a review; helpful: readers who found it so, None below five
    """

    kind: str
    about: str
    title: dict[str, str]
    at: datetime
    came: str
    state: str = ""
    why: str = ""
    titles: int = 0
    volumes: int = 0
    has_certificate: bool = False
    shifts: int = 0
    worked: timedelta = timedelta()
    case: str = ""
    has_recap: bool = False
    photos: int = 0
    helpful: int | None = None


def contributions(site: Site, actor: Actor) -> list[Given]:
    """The actor's own, the newest first; a line in the ledger.

    raises  trust's NotAllowed
    """
    require_purpose(actor, OWN)
    if not actor.reader_key:
        return []
    found = [*_cases(actor), *_events(actor), *_hours(site, actor), *_reviews(actor)]
    record_use(actor, OWN, TABLE, ("service", "state"), len(found))
    return sorted(found, key=lambda one: one.at, reverse=True)


def _cases(actor: Actor) -> list[Given]:
    own = Case.objects.filter(pseudonym=actor.reader_key, flow__in=FLOWS)
    rows = list(own.order_by("-opened_at", "-pk")[:MOST])
    ids = [row.pk for row in rows]
    taken = {
        case: (lines, volumes)
        for case, lines, volumes in GiftItem.objects.filter(case_id__in=ids, decision=ACCEPTED)
        .values_list("case_id")
        .annotate(lines=Count("pk"), volumes=Sum("copies"))
        .order_by()
    }
    signed = set(
        SignedDocument.objects.filter(case_id__in=ids, pseudonym=actor.reader_key).values_list(
            "case_id", flat=True
        )
    )
    why = dict(
        CaseStep.objects.filter(case__in=[row.pk for row in rows if _came(row) == CAME_NOT])
        .exclude(note="")
        .order_by("number")
        .values_list("case", "note")
    )  # the last one said
    return [_of_case(row, taken.get(row.pk, (0, 0)), signed, why.get(row.pk, "")) for row in rows]


def _of_case(row: Case, taken: tuple[int, int], signed: set[str], why: str) -> Given:
    title = row.title or str(row.fields.get("book_title") or row.fields.get("what") or "")
    return Given(
        FLOWS[row.flow], row.pk, {"zh": title, "en": title}, row.opened_at, _came(row), row.state,
        why, *taken, row.pk in signed,
    )  # fmt: skip


def _came(row: Case) -> str:
    if row.is_open:
        return UNDER_WAY
    return CAME if row.is_success else CAME_NOT


def _events(actor: Actor) -> list[Given]:
    rows = Enrolment.objects.filter(pseudonym=actor.reader_key, said_at__isnull=False)
    return [
        Given(
            EVENT, row.event.pk, dict(row.event.title), row.said_at or row.at, CAME,
            case=row.opinion_case, has_recap=bool(row.event.recap),
        )
        for row in rows.select_related("event").order_by("-said_at")[:MOST]
    ]  # fmt: skip


def _hours(site: Site, actor: Actor) -> list[Given]:
    today = local_day(site, now())
    found = shift_hours.worked(site, actor, today - timedelta(days=DAYS), today)
    if not found.total:
        return []
    zone = keeping.zone_of(site)
    last = max(day for day, _title, _worked in found.parts)
    at = datetime(last.year, last.month, last.day, tzinfo=zone)
    return [Given(HOURS, "", {}, at, CAME, shifts=len(found.parts), worked=found.total)]


def _reviews(actor: Actor) -> list[Given]:
    came = {WAITING: UNDER_WAY, PUBLISHED: CAME}
    found = reviews.mine(actor, most=MOST)
    if found:
        record_use(actor, OWN, reviews.TABLE, reviews.COLUMNS, len(found))
    return [
        Given(
            REVIEW, one.title_id, {"zh": one.title, "en": one.title}, one.at,
            came.get(one.state, CAME_NOT), one.state, one.why, photos=len(one.photos),
            helpful=one.helpful,
        )
        for one in found
    ]  # fmt: skip
