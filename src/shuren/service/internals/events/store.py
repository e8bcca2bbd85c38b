"""Enrolments as something that is held about a reader: told, forgotten, erased."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.event_shapes import CANCELLED, ENROLLED, WAITING
from shuren.service.internals.acting import PURPOSE
from shuren.service.internals.event_rows import Enrolment
from shuren.service.internals.events import queueing
from shuren.service.internals.terms import days_of, last_day
from shuren.service.shapes import HeldFact, HeldStore

STORE, TABLES = "enrolments", ("service_enrolment",)


def tell(site: Site, actor: Actor, limit: int | None) -> list[HeldStore]:
    found = Enrolment.objects.filter(pseudonym=actor.reader_key).select_related("event")
    days = days_of(PURPOSE)
    states = {ENROLLED: _("Enrolled"), WAITING: _("In the waiting list"), CANCELLED: _("Cancelled")}
    facts = []
    for row in found.order_by("-id")[:limit]:
        said = {
            _("State"): states[row.state],
            _("Number at the door"): row.number,
            _("Meetings attended"): str(len(row.attended)) if row.attended else "",
            _("Your rating"): str(row.rating) if row.rating else "",
            _("What you said"): row.opinion,
        }
        facts.append(
            HeldFact(
                str(row.pk),
                pick(row.event.title),
                row.at,
                {name: text for name, text in said.items() if text},
                until=last_day(row.event.ends_at.astimezone(), days),
            )
        )
    told = _("Until you delete it, or erase.")
    if days:
        told = _("%(days)s days after the event, or until you delete it or erase.",
                 days=f"{days:,}")  # fmt: skip
    return [
        HeldStore(
            STORE,
            _("Events you enrolled in"),
            _("So that you have a place, are told of changes and get your certificate."),
            _("In the database, under your pseudonym."),
            told,
            found.count(),
            tuple(facts),
            can_forget=True,
        )
    ]


def forget(site: Site, actor: Actor, store: str, fact: str) -> int:
    if not fact.isdecimal():
        return 0
    with transaction.atomic():
        return _take_away(site, Enrolment.objects.filter(pseudonym=actor.reader_key, pk=int(fact)))


def erase(actor: Actor) -> int:
    return _take_away(settings.SITE, Enrolment.objects.filter(pseudonym=actor.reader_key))


def forget_before(before: datetime) -> int:
    gone, _each = Enrolment.objects.filter(event__ends_at__lt=before).delete()
    return gone


def _take_away(site: Site, rows: "object") -> int:
    """A place that is still of use goes to whoever waits."""
    found = list(rows)  # type: ignore[call-overload]
    for row in found:
        event = queueing.held(row.event_id)
        if event is not None and row.state == ENROLLED and now() < event.ends_at:
            queueing.give_back(site, event, row)
        row.delete()
    return len(found)
