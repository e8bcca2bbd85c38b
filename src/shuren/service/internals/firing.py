"""What is due by itself, each exactly once: also after a kill, and with several workers."""

import logging
from datetime import datetime

from django.db import transaction

from shuren.kernel.clock import now
from shuren.kernel.errors import ShurenError
from shuren.kernel.site import Site
from shuren.service.case_shapes import BY_ITSELF, SYSTEM
from shuren.service.internals import versions
from shuren.service.internals.case_rows import Case, CaseTimer
from shuren.service.internals.running import Running

logger = logging.getLogger(__name__)


def fire_timers(site: Site, at: datetime | None = None, *, most: int = 1000) -> int:
    """Make happen what is due by itself, each exactly once; how many transitions.

    Each is a transaction of its own that takes the timer away and makes the transition, or neither:
    a kill leaves it due, and of several workers one finds it. A timer whose case cannot be read is
    told to the log and tried again the next time.
    """
    moment, fired = at or now(), 0
    failed: set[int] = set()
    while fired < most:
        due = CaseTimer.objects.filter(due_at__lte=moment).exclude(pk__in=failed)
        batch = list(due.order_by("due_at", "id")[:100])
        if not batch:
            return fired
        for timer in batch:
            try:
                fired += _fire(site, timer, moment)
            except (ShurenError, ValueError):
                logger.exception("the timer %s of case %s failed", timer.event, timer.case_id)
                failed.add(timer.pk)
    return fired


def timers_due(at: datetime | None = None) -> int:
    """How many timers are due now."""
    return CaseTimer.objects.filter(due_at__lte=at or now()).count()


def _fire(site: Site, timer: CaseTimer, at: datetime) -> int:
    with transaction.atomic():
        gone, _each = CaseTimer.objects.filter(pk=timer.pk, due_at__lte=at).delete()
        if not gone:
            return 0
        row = Case.objects.select_for_update().get(pk=timer.case_id)
        declared = versions.of(site, row.service, row.declared)
        way = declared.flow.find(row.state, timer.event)
        running = Running(site, row, declared, at)
        if way is None or way.after is None or running.refusal(way, BY_ITSELF, SYSTEM):
            return 0
        running.do(way, BY_ITSELF, SYSTEM)
        running.save()
        return 1
