"""What is held about a reader by their bookings of places: told, forgotten, erased.

A booking is a case and goes with it. Here is the rest: who waits for a place, what was not kept
to, and the quarters of an hour that are taken.
"""

from datetime import datetime, timedelta

from shuren.data.errors import MustStay
from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import places
from shuren.service.internals import place_credit, place_lines
from shuren.service.internals.booking_rows import Booking, Breach, PlaceSlot, PlaceWish
from shuren.service.internals.case_rows import Case
from shuren.service.internals.terms import days_of, last_day
from shuren.service.shapes import HeldFact, HeldStore

STORE, PURPOSE = "bookings", "space_booking"
TABLES = (
    "service_booking", "service_placeslot", "service_placewish", "service_breach",
)  # fmt: skip
BECAUSE = {
    "zh": "暂停预约尚未到期，或还有未结束的预约。",
    "en": "Booking is still blocked, or a booking is not over yet.",
}
_AT_ONCE = 500


def tell(site: Site, actor: Actor, limit: int | None) -> list[HeldStore]:
    days = days_of(PURPOSE)
    rows = list(Breach.objects.filter(pseudonym=actor.reader_key).order_by("-at", "-id"))
    facts = [
        HeldFact(
            f"breach-{one.id}",
            _("A booking that was not kept"),
            one.at,
            {
                _("Place"): pick(dict(one.place_title)) if one.place_title else "",
                _("Blocked until"): f"{one.blocked_until.astimezone():%Y-%m-%d %H:%M}"
                if one.blocked_until
                else "",
            },
            keep=pick(BECAUSE) if one.blocked_until and one.blocked_until > now() else "",
            until=None if one.blocked_until else last_day(one.at.astimezone(), days),
        )
        for one in place_lines.breaches(site, rows, now())
    ]
    for wish in PlaceWish.objects.filter(pseudonym=actor.reader_key).order_by("starts_at", "id"):
        said = {
            _("Place"): pick(places.zone_title(site, wish.zone)),
            _("Begins"): f"{wish.starts_at.astimezone():%Y-%m-%d %H:%M}",
        }
        facts.append(HeldFact(f"wish-{wish.pk}", _("You wait for a place"), wish.joined_at, said))
    return [
        HeldStore(
            STORE,
            _("Seats and rooms"),
            _("So that a place is kept for you, and goes to others when you do not come."),
            _("In the database, under your pseudonym; bookings themselves are among your cases."),
            _("%(days)s days; blocks of booking half a year, without the place.", days=days),
            len(facts),
            tuple(facts[:limit]),
            can_forget=True,
        )
    ]


def forget(site: Site, actor: Actor, store: str, fact: str) -> int:
    """raises  MustStay for what blocks booking now"""
    kind, _dash, id = fact.partition("-")
    if not id.isdecimal():
        return 0
    if kind == "wish":
        return _gone(PlaceWish.objects.filter(pk=int(id), pseudonym=actor.reader_key).delete())
    row = Breach.objects.filter(pk=int(id), pseudonym=actor.reader_key).first()
    if row is None:
        return 0
    if _counts(row):
        raise MustStay(pick(BECAUSE), fix=_("Object to it, or wait until it is over."))
    row.delete()
    return 1


def erase(actor: Actor) -> int:
    """Take away the lines they stand in and what was not kept to and blocks nothing; how many."""
    gone = _gone(PlaceWish.objects.filter(pseudonym=actor.reader_key).delete())
    found = Breach.objects.filter(pseudonym=actor.reader_key)
    return gone + _gone(found.exclude(pk__in=_blocking(actor.reader_key)).delete())


def stays(pseudonym: str) -> int:
    """What blocks booking now, and bookings that are not over: their quarters stay taken."""
    return len(_blocking(pseudonym)) + _held(pseudonym)


def rename(old: str, new: str) -> int:
    stayed = stays(old)
    Breach.objects.filter(pseudonym=old).update(pseudonym=new)
    PlaceSlot.objects.filter(pseudonym=old).update(pseudonym=new)
    return stayed


def forget_past(before: datetime) -> int:
    """Take away bookings that were over before a moment with their cases, and what was not kept to
    then; how many. What blocked booking is remembered longer, without its place."""
    gone = 0
    found = Case.objects.filter(
        booking__isnull=False, is_open=False, closed_at__lt=before
    ).order_by("pk")
    while some := list(found.values_list("pk", flat=True)[:_AT_ONCE]):
        Case.objects.filter(pk__in=some).delete()
        gone += len(some)
    past = Breach.objects.filter(at__lt=before)
    gone += _gone(past.filter(blocked_until__isnull=True).delete())
    past.exclude(place="").filter(blocked_until__lt=now()).update(place="")
    gone += _gone(past.filter(at__lt=now() - place_credit.REMEMBERED - timedelta(days=1)).delete())
    return gone


def _blocking(pseudonym: str) -> list[int]:
    found = Breach.objects.filter(pseudonym=pseudonym, blocked_until__gt=now())
    return list(found.filter(taken_back_at__isnull=True).values_list("pk", flat=True))


def _held(pseudonym: str) -> int:
    return Booking.objects.filter(case__pseudonym=pseudonym, case__is_open=True).count()


def _counts(row: Breach) -> bool:
    return bool(row.blocked_until and row.blocked_until > now() and not row.taken_back_at)


def _gone(answer: tuple[int, dict[str, int]]) -> int:
    return answer[0]
