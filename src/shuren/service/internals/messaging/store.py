"""What a reader was told, as something that is held: told, forgotten, erased."""

from datetime import datetime

from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.internals.messaging.rows import CalendarFeed, Message, MessageChoice
from shuren.service.internals.terms import days_of, last_day
from shuren.service.message_shapes import KINDS
from shuren.service.shapes import HeldFact, HeldStore

PURPOSE = "reader_messages"
STORE = "messages"
TABLES = (
    "service_message",
    "service_delivery",
    "service_messagechoice",
    "service_calendarfeed",
)
_CHOICE, _FEED = "choice", "feed"


def tell(site: Site, actor: Actor, limit: int | None) -> list[HeldStore]:
    mine = Message.objects.filter(pseudonym=actor.reader_key)
    days = days_of(PURPOSE)
    facts = [_message(row, days) for row in mine.order_by("-told_at", "-pk")[:limit]]
    facts += _chosen(actor.reader_key)
    feeds = CalendarFeed.objects.filter(pseudonym=actor.reader_key)
    facts += [HeldFact(_FEED, _("Private calendar"), one.made_at) for one in feeds]
    count = mine.count() + len([one for one in facts if one.id in (_CHOICE, _FEED)])
    return [
        HeldStore(
            STORE,
            _("Messages to you"),
            _("So that you learn of what you asked for, in the way you want."),
            _("In the database, under your pseudonym; no address is kept with them."),
            _("Messages %(days)s days, or until you delete them; how you want them, until you"
              " delete it or erase.", days=f"{days:,}"),
            count,
            tuple(facts[:limit]),
            can_forget=True,
        )
    ]  # fmt: skip


def forget(site: Site, actor: Actor, store: str, fact: str) -> int:
    if fact == _CHOICE:
        return MessageChoice.objects.filter(pseudonym=actor.reader_key).delete()[0]
    if fact == _FEED:
        return CalendarFeed.objects.filter(pseudonym=actor.reader_key).delete()[0]
    if not (fact.isascii() and fact.isdecimal() and len(fact) < 18):
        return 0
    return _gone(pseudonym=actor.reader_key, pk=int(fact))


def erase(actor: Actor) -> int:
    """Messages, choices and the private calendar; what had not gone out does not go."""
    gone = _gone(pseudonym=actor.reader_key)
    gone += MessageChoice.objects.filter(pseudonym=actor.reader_key).delete()[0]
    return gone + CalendarFeed.objects.filter(pseudonym=actor.reader_key).delete()[0]


def forget_before(moment: datetime) -> int:
    """Take away what was told before a moment; how many messages."""
    return _gone(told_at__lt=moment)


def _gone(**which: object) -> int:
    """Messages alone are counted, not what had been on its way of them."""
    _all, each = Message.objects.filter(**which).delete()
    return each.get("service.Message", 0)


def _message(row: Message, days: int) -> HeldFact:
    said = {_("Kind"): pick(KINDS[row.kind].title), _("Text"): pick(row.body)}
    said[_("Read")] = _("yes") if row.read_at else _("no")
    return HeldFact(
        str(row.pk),
        pick(row.title),
        row.told_at,
        {name: value for name, value in said.items() if value},
        until=last_day(row.told_at.astimezone(), days),
    )


def _chosen(pseudonym: str) -> list[HeldFact]:
    rows = MessageChoice.objects.filter(pseudonym=pseudonym)
    return [
        HeldFact(
            _CHOICE,
            _("How you want messages"),
            row.changed_at,
            {
                _("Quiet hours"): f"{row.quiet_from}–{row.quiet_to}",
                _("Mails a day"): str(row.most),
                **{pick(KINDS[id].title): way for id, way in row.ways.items() if id in KINDS},
            },
        )
        for row in rows
    ]
