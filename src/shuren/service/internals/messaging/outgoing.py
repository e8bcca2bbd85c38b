"""The outbox: which messages are due, who takes one up, and what came of it.

A delivery is taken up in a transaction of its own (`sending`, with a lease), handed over with no
transaction open, and written down after. Killed before the other side had it all, it goes again;
killed after, and before it was written down, it goes twice, with the same Message-ID: SMTP has no
way to ask. No other order loses nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings as django_settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.crypto import salted_hmac

from shuren.kernel.site import Site
from shuren.service.internals.messaging import choosing
from shuren.service.internals.messaging.rows import Delivery, Message
from shuren.service.message_definitions import templates
from shuren.service.message_shapes import KINDS, Choices

WAITING, SENDING, SENT = "waiting", "sending", "sent"
DEAD, STOPPED, LATE = "dead", "stopped", "late"
EMAIL, WEBHOOK = "email", "webhook"
# Longer than all answers of a server together may take: nobody else takes it up in the meantime.
LEASE = timedelta(minutes=15)
# After a refusal for the time being (greylisting, a full mailbox): so many minutes each time.
WAITS = (5, 15, 60, 180, 360, 720, 1440, 1440)
# While the other side is not there: from five minutes to an hour, as long as it has been away.
SHORTEST, LONGEST = timedelta(minutes=5), timedelta(hours=1)
_USEFUL = 72


@dataclass(frozen=True)
class Parcel:
    """What goes out at once: one message, or those of a day or a week in one mail."""

    deliveries: tuple[Delivery, ...]
    chosen: Choices

    @property
    def messages(self) -> list[Message]:
        return [one.message for one in self.deliveries]

    @property
    def pseudonym(self) -> str:
        return str(self.deliveries[0].message.pseudonym)

    @property
    def mail(self) -> str:
        return str(self.deliveries[0].mail)


def due(channel: str, at: datetime) -> QuerySet[Delivery]:
    """What is to go now, and what somebody took up and never wrote down."""
    ready = Q(state=WAITING, due_at__lte=at) | Q(state=SENDING, leased_until__lte=at)
    return Delivery.objects.filter(ready, channel=channel).order_by("due_at", "pk")


def take(site: Site, delivery_id: int, at: datetime) -> Parcel | None:
    """Take a delivery up with those that go together with it; None where it is not to go now.

    What is too old, not wanted, or to wait for the morning is written down as that.
    """
    with transaction.atomic():
        row = (
            due_of_one(delivery_id, at).select_for_update(of=("self",)).select_related("message")
        ).first()
        if row is None:
            return None
        chosen = choosing.of(row.message.pseudonym)
        if row.mail and row.state == SENDING:  # killed on its way: the very same mail again
            together = list(
                Delivery.objects.filter(mail=row.mail, state=SENDING).select_related("message")
            )
        else:
            together = _together(row, at)
            together = [one for one in together if not _settled(site, one, chosen, at)]
            if not together or _put_off(site, together, chosen, at):
                return None
        name = together[0].mail or _name(together)
        for one in together:
            one.state, one.mail, one.leased_until = SENDING, name, at + LEASE
            one.attempts, one.tried_at = one.attempts + 1, at
            one.save(update_fields=["state", "mail", "leased_until", "attempts", "tried_at"])
        return Parcel(tuple(together), chosen)


def due_of_one(delivery_id: int, at: datetime) -> QuerySet[Delivery]:
    ready = Q(state=WAITING, due_at__lte=at) | Q(state=SENDING, leased_until__lte=at)
    return Delivery.objects.filter(ready, pk=delivery_id)


def done(parcel: Parcel, at: datetime) -> None:
    _write(parcel, SENT, "", 0, at)


def dead(parcel: Parcel, why: str, at: datetime, code: int = 0) -> None:
    _write(parcel, DEAD, why, code, at)


def stop(parcel: Parcel, why: str, at: datetime) -> None:
    _write(parcel, STOPPED, why, 0, at)


def later(parcel: Parcel, why: str, at: datetime, code: int = 0) -> None:
    """Refused for the time being: again after a growing wait, and not for ever."""
    attempts = parcel.deliveries[0].attempts
    if attempts > len(WAITS):
        dead(parcel, "gave_up", at, code)
        return
    _again(parcel, at + timedelta(minutes=WAITS[attempts - 1]), why, code)


def away(parcel: Parcel, why: str, at: datetime, code: int = 0) -> None:
    """The other side was not there, or did not let us in: nothing was tried with this message."""
    age = at - min(one.due_at for one in parcel.deliveries)
    _again(parcel, at + min(max(age, SHORTEST), LONGEST), why, code, is_attempt=False)


def _again(
    parcel: Parcel, due_at: datetime, why: str, code: int, *, is_attempt: bool = True
) -> None:
    for one in parcel.deliveries:
        Delivery.objects.filter(pk=one.pk, state=SENDING).update(
            state=WAITING, due_at=due_at, why=why, code=code, leased_until=None,
            attempts=one.attempts - (not is_attempt),
        )  # fmt: skip


def _write(parcel: Parcel, state: str, why: str, code: int, at: datetime) -> None:
    keys = [one.pk for one in parcel.deliveries]
    Delivery.objects.filter(pk__in=keys).update(
        state=state, why=why, code=code, leased_until=None, done_at=at
    )


def _together(row: Delivery, at: datetime) -> list[Delivery]:
    if not row.is_bundled:
        return [row]
    return list(
        Delivery.objects.filter(
            state=WAITING, due_at__lte=at, channel=EMAIL, is_bundled=True,
            message__pseudonym=row.message.pseudonym,
        ).select_for_update(of=("self",)).select_related("message").order_by("pk")
    )  # fmt: skip


def _settled(site: Site, row: Delivery, chosen: Choices, at: datetime) -> bool:
    """Whether a delivery does not go at all; then that is written down."""
    known = templates(site).get(row.message.template)
    hours = known.useful_hours if known else _USEFUL
    why = ""
    if at - row.message.told_at > timedelta(hours=hours):
        state, why = LATE, row.why or "late"
    elif row.channel == EMAIL and chosen.ways[row.message.kind] == "off":
        state, why = STOPPED, "not_wanted"
    elif known and not choosing.agrees(row.message.pseudonym, known.purpose):
        state, why = STOPPED, "no_consent"
    if not why:
        return False
    row.state, row.why, row.done_at = state, why, at
    row.save(update_fields=["state", "why", "done_at"])
    return True


def _put_off(site: Site, together: list[Delivery], chosen: Choices, at: datetime) -> bool:
    """Whether it waits for the end of the quiet hours, or for a day with room for it."""
    if together[0].channel != EMAIL:
        return False
    moment = choosing.after_quiet(site, chosen, at)
    if moment > at:
        _postpone(together, moment, is_bundled=together[0].is_bundled)
        return True
    offers = [one for one in together if KINDS[one.message.kind].is_capped]
    pseudonym = together[0].message.pseudonym
    is_full = _mails(pseudonym, choosing.day_began(site, at)) >= chosen.most
    if offers and not is_full:
        asked = [id for id, kind in KINDS.items() if kind.is_capped]
        is_full = (
            _mails(pseudonym, choosing.day_began(site, at), asked) >= choosing.OFFERS_A_DAY
            or _mails(pseudonym, at - timedelta(days=7), asked) >= choosing.OFFERS_A_WEEK
        )
        if is_full and len(offers) < len(together):  # the others need not wait for these
            _postpone(offers, choosing.next_morning(site, chosen, at), is_bundled=True)
            together[:] = [one for one in together if one not in offers]
            return False
    if is_full:
        _postpone(together, choosing.next_morning(site, chosen, at), is_bundled=True)
    return is_full


def _postpone(rows: list[Delivery], moment: datetime, *, is_bundled: bool) -> None:
    Delivery.objects.filter(pk__in=[one.pk for one in rows]).update(
        due_at=moment, is_bundled=is_bundled
    )


def _mails(pseudonym: str, since: datetime, kinds: list[str] | None = None) -> int:
    """How many mails went to a reader, those with a message of some kinds only."""
    found = Delivery.objects.filter(
        message__pseudonym=pseudonym, channel=EMAIL, state=SENT, done_at__gt=since
    )
    if kinds is not None:
        found = found.filter(message__kind__in=kinds)
    return found.values("mail").distinct().count()


def _name(rows: list[Delivery]) -> str:
    """The left part of the Message-ID: always the same for the same messages, telling nothing."""
    what = " ".join(f"{one.message_id}:{one.message.key}:{one.hook}" for one in rows)
    secret = django_settings.SECRET_KEY
    return salted_hmac("shuren.messages", what, secret, algorithm="sha256").hexdigest()[:40]
