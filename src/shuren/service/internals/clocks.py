"""What has to happen by itself: each clock says when it is due, and what it does then.

One process at a time works; another that comes leaves at once. A clock that was killed on its way
is due again, and everything it does is safe to repeat.
"""

import fcntl
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from shuren.data import actions as data_actions
from shuren.data import erasing as data
from shuren.kernel.clock import now
from shuren.kernel.files import write_atomically
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import bookings, cases, file_links, outbox, search_alerts, suppliers
from shuren.service.definitions import rosters
from shuren.service.internals import erasing, keeping, refusals, rising, sweeping
from shuren.service.internals.circulation import history, queue
from shuren.service.internals.projects import reminding
from shuren.service.internals.shifts import keeping as shifts
from shuren.service.joining import clocks_above
from shuren.trust import erasing as trust
from shuren.trust import ledger

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
# Old snapshots may go ten minutes after another took their place; then the last of an erasure does.
SOON = timedelta(minutes=15)
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Clock:
    """every  so long after it ran it is due again; `is_due` may say so earlier, or never"""

    id: str
    every: timedelta
    run: Callable[[Site, Actor], object]
    is_due: Callable[[Site], bool] = lambda site: True


def _retain(site: Site, actor: Actor) -> None:
    data_actions.retain(site, actor=actor)


def _clear(site: Site, actor: Actor) -> None:
    trust.clear_past_terms(now().date())
    refusals.forget_before(now().date() - refusals.KEPT)


def _circulate(site: Site, actor: Actor) -> None:
    queue.lapse()
    history.forget_past(now() - timedelta(days=history.DISPUTE_DAYS))


def _keep(site: Site, actor: Actor) -> None:
    keeping.clear(actor)


def _disk_is_due(site: Site) -> bool:
    """A day after somebody erased, so that one build serves all of a day; at once where the files
    are clean and only old snapshots are waited for."""
    oldest = data.oldest_forgotten(site)
    if oldest is None:
        return bool(trust.erasures(state=["gone", "rewritten"]))
    return now() - oldest >= DAY or bool(trust.erasures(state=["rewritten"]))


CLOCKS = (
    Clock(
        "cases",
        timedelta(0),
        lambda site, actor: cases.fire_timers(site),
        lambda site: cases.timers_due() > 0,
    ),
    Clock(
        "suppliers",
        timedelta(0),
        lambda site, actor: suppliers.send_on(site),
        lambda site: suppliers.waits(),
    ),
    Clock(
        "files",
        timedelta(0),
        lambda site, actor: file_links.clear_past(),
        lambda site: file_links.is_past(),
    ),
    Clock(
        "places",
        timedelta(0),
        lambda site, actor: bookings.work(site),
        lambda site: bookings.work_is_due(),
    ),
    Clock("projects", HOUR, lambda site, actor: reminding.remind(site)),
    Clock(
        "rosters",
        HOUR,
        lambda site, actor: shifts.open_ahead(site),
        lambda site: bool(rosters(site)),
    ),
    Clock(
        "shifts",
        timedelta(0),
        lambda site, actor: shifts.work(site),
        lambda site: shifts.is_due(),
    ),
    Clock("erasures", timedelta(0), lambda site, actor: erasing.resume(site)),
    Clock("terms", DAY, _retain),
    Clock("settled", DAY, lambda site, actor: erasing.close_open(site)),
    Clock("circulation", timedelta(0), _circulate),
    Clock("rising", HOUR, rising.take_in, lambda site: rising.waits()),
    Clock("disk", SOON, sweeping.sweep, _disk_is_due),
    Clock("purposes", DAY, _keep),
    Clock("leftovers", DAY, _clear),
    Clock(
        "alerts",
        timedelta(0),
        lambda site, actor: search_alerts.tell_due(site),
        lambda site: search_alerts.is_due(),
    ),
    Clock(
        "messages",
        timedelta(0),
        lambda site, actor: outbox.send(site, actor=actor),
        outbox.is_due,
    ),
    # Last, so that what the others wrote is sealed with the rest.
    Clock("ledger", timedelta(0), lambda site, actor: ledger.seal(), lambda site: ledger.waits()),
)


def work(site: Site, actor: Actor) -> list[str]:
    """Run what is due; the ids of the clocks that ran. None where another process is at it.

    A clock that fails is told to the log, keeps its place, and holds up no other.
    """
    done = []
    with _alone(site) as mine:
        # Those of the rooms above go before our last, which seals what all of them wrote.
        for clock in (*CLOCKS[:-1], *clocks_above(), CLOCKS[-1]) if mine else ():
            ran = _ran(site)
            last = ran.get(clock.id)
            rested = last is None or now() - datetime.fromisoformat(last) >= clock.every
            if not rested or not clock.is_due(site):
                continue
            try:
                clock.run(site, actor)
            except Exception:  # the next clock must not wait for a mended disk or model
                logger.exception("the clock %s failed", clock.id)
                continue
            _write(site, {**ran, clock.id: now().isoformat()})
            done.append(clock.id)
    return done


def _ran(site: Site) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads((site.data / "work.json").read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found


def _write(site: Site, ran: dict[str, str]) -> None:
    write_atomically(site.data / "work.json", json.dumps(ran, indent=1).encode())


@contextmanager
def _alone(site: Site) -> Iterator[bool]:
    """Whether this process is the one; the system lets go when it ends, however it ends."""
    site.data.mkdir(parents=True, exist_ok=True)
    with open(site.data / ".work.lock", "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
