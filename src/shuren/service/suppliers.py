"""Suppliers of what the library lacks: who has been asked for a case, what they cost, and sending a
request on when one of them does not answer in time.

Rules are definitions/suppliers/*.yaml: what kinds, in which order, how long one is waited for, at
what price, how many a month. The flow `request` asks the next by itself.
"""

import logging
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from django.db.models import Count, Min, Q, QuerySet, Sum

from shuren.kernel.clock import now
from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.settings import read_settings
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import cases
from shuren.service.case_shapes import BY_ITSELF
from shuren.service.definitions import services, suppliers
from shuren.service.errors import NoSuchCase, NotNow
from shuren.service.internals import acting
from shuren.service.internals.case_rows import Case
from shuren.service.internals.supply_rows import Supply
from shuren.service.internals.supplying import ASKED, FAILED, SUPPLIED
from shuren.trust.actions import record_use
from shuren.trust.queries import require, require_purpose

AT_ONCE, SHOWN, MOST_MONTHS = 200, 200, 36
PURPOSE = "case_handling"
COLUMNS = ("service", "subject")
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Try:
    """One supplier that was asked for a case; cost in yuan."""

    number: int
    supplier: str
    title: dict[str, str]
    asked_at: datetime
    due_at: datetime
    ended_at: datetime | None
    outcome: str
    cost: float


@dataclass(frozen=True)
class Account:
    """A supplier in one month: how often asked, what came of it, what it cost in yuan.

    place   in which it is asked, from 1; 0 for one that is declared no more
    fill    supplied of those with an outcome, 0 to 1; None without any
    hours   that pass till it supplies, the median; None where it supplied nothing
    waits   working hours it is waited for; price in yuan a piece
    """

    supplier: str
    title: dict[str, str]
    asked: int
    supplied: int
    failed: int
    cost: float
    cap: int | None
    place: int = 0
    fill: float | None = None
    hours: float | None = None
    waits: float = 0
    price: float = 0


@dataclass(frozen=True)
class Asked:
    """One case that a supplier was asked for, as a list shows it; cost in yuan."""

    case: str
    service: dict[str, str]
    title: str
    number: int
    asked_at: datetime
    ended_at: datetime | None
    outcome: str
    cost: float


def tries(site: Site, case_id: str, *, actor: Actor) -> list[Try]:
    """Whom a case has been asked of, the first first.

    raises  trust's NotAllowed without cases.read
    """
    require(actor, "cases.read")
    known = suppliers(site)
    return [
        Try(
            one.number,
            one.supplier,
            known[one.supplier].title if one.supplier in known else {"zh": "", "en": one.supplier},
            one.asked_at,
            one.due_at,
            one.ended_at,
            one.outcome,
            one.cost / 100,
        )
        for one in Supply.objects.filter(case=case_id[:32]).order_by("number")
    ]


def month(site: Site, first: date, *, actor: Actor) -> list[Account]:
    """What every supplier did in the month that begins on a day, in the order they are asked; those
    that are declared no more come last.

    raises  trust's NotAllowed without cases.read
    """
    require(actor, "cases.read")
    asked = _of_month(site, first)
    sums = asked.values("supplier").annotate(
        asked=Count("pk"), paid=Sum("cost"),
        supplied=Count("pk", filter=Q(outcome=SUPPLIED)),
        failed=Count("pk", filter=Q(outcome=FAILED)),
    )  # fmt: skip
    by = {row["supplier"]: row for row in sums}
    took: dict[str, list[float]] = {}
    for id, begin, end in asked.filter(outcome=SUPPLIED, ended_at__isnull=False).values_list(
        "supplier", "asked_at", "ended_at"
    ):
        if end is not None:
            took.setdefault(id, []).append((end - begin).total_seconds() / 3600)
    known = suppliers(site)
    places = {id: number for number, id in enumerate(known, 1)}
    found = []
    for id in [*known, *sorted(set(by) - set(known))]:
        row = by.get(id, {"asked": 0, "supplied": 0, "failed": 0, "paid": 0})
        one, over = known.get(id), row["supplied"] + row["failed"]
        found.append(
            Account(
                id, one.title if one else {"zh": id, "en": id}, row["asked"], row["supplied"],
                row["failed"], row["paid"] / 100, one.cap if one else None, places.get(id, 0),
                row["supplied"] / over if over else None,
                median(took[id]) if id in took else None,
                one.hours if one else 0, one.price / 100 if one else 0,
            )
        )  # fmt: skip
    return found


def months(site: Site, *, actor: Actor) -> list[date]:
    """The months in which anybody was asked and the present one, the newest first.

    raises  trust's NotAllowed without cases.read
    """
    require(actor, "cases.read")
    zone = ZoneInfo(read_settings(site).time_zone)
    newest = now().astimezone(zone).date().replace(day=1)
    oldest = Supply.objects.aggregate(first=Min("asked_at"))["first"]
    first = oldest.astimezone(zone).date().replace(day=1) if oldest else newest
    found = [newest]
    while found[-1] > first and len(found) < MOST_MONTHS:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found


def behind(
    site: Site, first: date, supplier: str, *, actor: Actor, outcome: str = ""
) -> list[Asked]:
    """The cases behind a supplier's month, the newest first, at most SHOWN; those only that the
    actor may see. The look is in the ledger.

    outcome  asked, supplied or failed; "" for all
    raises   trust's NotAllowed without cases.read and its purpose
    """
    require_purpose(require(actor, "cases.read"), PURPOSE)
    asked = _of_month(site, first).filter(supplier=supplier[:60])
    if outcome:
        asked = asked.filter(outcome=outcome)
    seen = acting.visible(actor, Case.objects.all())
    some = list(asked.filter(case__in=seen.values("pk")).order_by("-asked_at", "-pk")[:SHOWN])
    rows = seen.in_bulk([one.case for one in some])
    record_use(require(actor, "cases.read"), PURPOSE, "service.case", COLUMNS, len(some))
    titles = {id: one.title for id, one in services(site).items()}
    return [
        Asked(
            one.case, titles.get(row.service, {"zh": row.service, "en": row.service}),
            str(row.subject.get("title", "")), one.number, one.asked_at, one.ended_at, one.outcome,
            one.cost / 100,
        )
        for one in some
        if (row := rows.get(one.case))
    ]  # fmt: skip


def _of_month(site: Site, first: date) -> QuerySet[Supply]:
    zone = ZoneInfo(read_settings(site).time_zone)
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    begin, end = (datetime.combine(day, time(), zone) for day in (first, after))
    return Supply.objects.filter(asked_at__gte=begin, asked_at__lt=end)


def waits() -> bool:
    """Whether anybody has been waited for too long."""
    return Supply.objects.filter(outcome=ASKED, due_at__lte=now()).exists()


def send_on(site: Site) -> int:
    """Ask the next supplier for every case whose present one did not answer in time; where there is
    no other, the case is over as not filled. How many cases moved.

    Each is a transaction of its own; safe to kill, and with several at a time.
    """
    moved, failed = 0, set[int]()
    while True:
        late = Supply.objects.filter(outcome=ASKED, due_at__lte=now()).exclude(pk__in=failed)
        some = list(late.order_by("due_at", "pk")[:AT_ONCE])
        if not some:
            return moved
        for one in some:
            try:
                _send_on(site, one)
                moved += 1
            except (NoSuchCase, NotNow):  # the case is over, or gone with its reader
                one.outcome, one.ended_at = FAILED, now()
                one.save()
            except ShurenError:
                logger.exception("case %s could not be sent on from %s", one.case, one.supplier)
                failed.add(one.pk)


def not_here(site: Site, case_id: str, *, actor: Actor) -> bool:
    """The present supplier has said no: ask the next, or, where there is none, close the case as
    not filled. Whether somebody else was asked.

    raises  NoSuchCase; NotNow for a case that waits for no supplier
    """
    try:
        cases.act(site, case_id, "next_supplier", actor=actor, counted=False)
    except NotNow:
        note = _("No source has it.")
        cases.act(site, case_id, "exhausted", actor=actor, note=note)
        return False
    return True


def _send_on(site: Site, one: Supply) -> None:
    key = f"late-{one.number}"  # of two workers one does it
    try:
        cases.act(site, one.case, "next_supplier", actor=BY_ITSELF, key=key)
    except NotNow:
        note = _("No source answered in time, and there is no other.")
        cases.act(site, one.case, "exhausted", actor=BY_ITSELF, note=note, key=key)
