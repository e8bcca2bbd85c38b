"""What was not kept to, and for how long nothing can be booked then."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.service.booking_shapes import Rules
from shuren.service.errors import NotOffered
from shuren.service.flow_shapes import Service
from shuren.service.internals.booking_rows import Booking, Breach

NO_SHOW, AWAY = "no_show", "away"
# Blocks are remembered so long, for those that come again; without the place they were of.
REMEMBERED = timedelta(days=180)


def write_down(booking: Booking, pseudonym: str, kind: str, rules: Rules, at: datetime) -> Breach:
    """A breach, once a booking; the one that is too many blocks from now on."""
    breach, is_new = Breach.objects.get_or_create(
        case=booking.case_id,
        kind=kind,
        defaults={
            "pseudonym": pseudonym, "service": booking.service, "place": booking.place, "at": at
        },
    )  # fmt: skip
    if not is_new or not rules.breach_count:
        return breach
    if counting(pseudonym, booking.service, rules, at).count() >= rules.breach_count:
        days = rules.block_days
        earlier = _of(pseudonym, booking.service).filter(
            blocked_until__isnull=False, at__gt=at - REMEMBERED
        )
        if rules.repeat_blocks and earlier.count() >= rules.repeat_blocks:
            days = rules.repeat_block_days
        breach.blocked_until = at + timedelta(days=days)
        breach.save(update_fields=["blocked_until"])
    return breach


def counting(pseudonym: str, service: str, rules: Rules, at: datetime) -> QuerySet[Breach]:
    """The breaches that count towards the next block: young enough, and since the last one."""
    found = _of(pseudonym, service)
    since = at - timedelta(days=rules.breach_within_days)
    last = found.filter(blocked_until__isnull=False).order_by("-at", "-id").first()
    if last is not None:
        found = found.filter(Q(at__gt=last.at) | Q(at=last.at, id__gt=last.id))
    return found.filter(at__gt=since)


def blocked_until(pseudonym: str, service: str, at: datetime) -> datetime | None:
    """Until when a reader can book nothing of a service; None: they can."""
    found = _of(pseudonym, service).filter(blocked_until__gt=at).order_by("-blocked_until").first()
    return found.blocked_until if found else None


def require_clear(service: Service, pseudonym: str, at: datetime) -> None:
    """raises  NotOffered with the moment it ends"""
    until = blocked_until(pseudonym, service.id, at)
    if until is not None:
        raise NotOffered(
            _("You cannot book until %(when)s: too many bookings were not kept. %(service)s.",
              when=f"{timezone.localtime(until):%Y-%m-%d %H:%M}", service=pick(service.title)),
            fix=_("Look at your bookings for what happened; you can object there."),
        )  # fmt: skip


def _of(pseudonym: str, service: str) -> QuerySet[Breach]:
    return Breach.objects.filter(pseudonym=pseudonym, service=service, taken_back_at__isnull=True)
