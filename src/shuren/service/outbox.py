"""The outbox: sending what is due, and what the workbench sees of it. Never whose a message is."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from shuren.kernel.clock import now
from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.settings import read_settings
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.internals.messaging import hooking, mailing, outgoing
from shuren.service.internals.messaging.rows import Delivery
from shuren.service.message_shapes import Outbox, OutLine
from shuren.trust.queries import may, require

MANAGE = mailing.PERMISSION
STATES = ("waiting", "sending", "sent", "dead", "late", "stopped")
SHOWN = 100


@dataclass(frozen=True)
class Sent:
    """What one round came to, mails and webhooks together; is_away: a server was not there."""

    sent: int
    waiting: int
    dead: int
    is_away: bool


def send(site: Site, *, actor: Actor, at: datetime | None = None) -> Sent:
    """Send everything that is due. Safe with several processes, and to kill.

    raises  trust's NotAllowed without messages.manage and its purpose
    """
    rounds = (mailing.send(site, actor, at), hooking.send(site, actor, at))
    return Sent(
        sum(one.sent for one in rounds),
        sum(one.waiting for one in rounds),
        sum(one.dead for one in rounds),
        any(one.is_away for one in rounds),
    )


def is_due(site: Site) -> bool:
    """Whether there is anything to send now, and a way to send it by."""
    known, moment = read_settings(site), now()
    return bool(
        (known.mail and outgoing.due(outgoing.EMAIL, moment).exists())
        or outgoing.due(outgoing.WEBHOOK, moment).exists()
    )


def outbox(site: Site, *, actor: Actor, state: str = "") -> Outbox:
    """What is on its way, the newest first; raises trust's NotAllowed without messages.manage."""
    require(actor, MANAGE)
    found = Delivery.objects.select_related("message").order_by("-pk")
    if state:
        found = found.filter(state=state)
    counts = dict.fromkeys(STATES, 0)
    counts |= dict(Delivery.objects.values_list("state").annotate(n=Count("pk")).order_by())
    known = read_settings(site)
    lines = tuple(_line(row) for row in found[:SHOWN])
    return Outbox(lines, counts, known.mail is not None, tuple(known.webhooks))


def troubles(actor: Actor) -> int:
    """How many messages wait for somebody to do something; 0 for who does not manage them."""
    if not may(actor, MANAGE):
        return 0
    return Delivery.objects.filter(state="dead").exclude(why="no_hook").count()


def send_again(ids: list[int], *, actor: Actor) -> int:
    """Put what came to nothing back among the waiting, as if it were new; how many.

    raises  trust's NotAllowed without messages.manage
    """
    require(actor, MANAGE)
    return Delivery.objects.filter(pk__in=ids, state="dead").update(
        state="waiting", due_at=now(), attempts=0, why="", code=0, done_at=None, mail=""
    )


def try_server(site: Site, *, actor: Actor) -> mailing.Said:
    """Whether the mail server is there and lets us in; nothing is sent.

    raises  trust's NotAllowed without messages.manage; UsageError where none is set
    """
    require(actor, MANAGE)
    if read_settings(site).mail is None:
        raise UsageError(
            _("No mail server is set: mails stay in the outbox."),
            fix=_("Write [mail] into shuren.toml, see docs/how-to/messages.md."),
        )
    return mailing.tried(site)


def _line(row: Delivery) -> OutLine:
    return OutLine(
        int(row.pk), row.channel, row.hook, row.message.kind, row.message.template, row.state,
        row.why, row.code, row.attempts, row.message.told_at, row.due_at, row.done_at,
    )  # fmt: skip
