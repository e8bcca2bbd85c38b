"""Messages: a reader, or an account of staff, is told something, in the inbox and by e-mail.

`tell` belongs into the transaction of what it tells of: both are there, or neither. Nobody is
addressed here but by pseudonym or account; the address is read from the vault when a mail goes
(internals/messaging/sending.py).
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet

from shuren.kernel.clock import now
from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import listed
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.errors import UnknownName
from shuren.service.internals.messaging import choosing, mailing, templates
from shuren.service.internals.messaging.rows import Delivery, Message
from shuren.service.message_definitions import template as template_of
from shuren.service.message_definitions import templates as templates_of
from shuren.service.message_shapes import ABOUT, KINDS, WAYS, Choices, Inbox, Told, Work
from shuren.trust.actions import record_use
from shuren.trust.queries import require_purpose

OWN, TABLE = "own_records", "service.message"
COLUMNS = ("kind", "title", "body", "about", "told_at", "read_at")
EMAIL, WEBHOOK = "email", "webhook"
PAGE = 30


def tell(
    site: Site,
    *,
    reader: str = "",
    account: str = "",
    template: str,
    values: Mapping[str, Any],
    about: Mapping[str, str] | None = None,
    key: str,
) -> bool:
    """Tell a reader, by pseudonym, or an account of staff; whether it is new.

    template  of definitions/messages; `values` are just those it declares: texts, or {zh, en},
              aware moments, days, numbers, message_shapes.Work for the title of something read
    about     {kind, id}, kind of message_shapes.ABOUT; the inbox leads to its page
    key       telling again with the same key to the same inbox does nothing
    raises    UnknownName; ValueError for values, or an `about`, that are a slip of our own code

    Call it inside the transaction of what it tells of. Where the template needs consent and the
    reader has not given it, nothing is told.
    """
    if bool(reader) == bool(account):
        raise ValueError("a message goes to a reader or to an account of staff")
    wanted = template_of(site, template)
    said = dict(about or {"kind": "", "id": ""})
    if said.get("kind", "") not in ABOUT:
        raise ValueError(f"there is no page about a {said.get('kind')!r}")
    if wanted.purpose and not (reader and choosing.agrees(reader, wanted.purpose)):
        return False
    title, body, mail, named = templates.filled(wanted, values, choosing.zone_of(site))
    works = [
        one.title_id if isinstance(one, Work) else ""
        for name, one in values.items()
        if wanted.values[name] == "work" and one and (not isinstance(one, Work) or one.title)
    ]
    moment = now()
    row = Message(
        pseudonym=reader, account=account, key=key[:160], template=wanted.id, kind=wanted.kind,
        title=title, body=body, mail=mail, mail_named=named, works=works,
        about_kind=said["kind"], about_id=str(said["id"])[:200], told_at=moment,
    )  # fmt: skip
    with transaction.atomic(savepoint=False):
        is_new = _is_written(row)
        if is_new and reader:
            _send_out(site, row, reader)
    return is_new


def _is_written(row: Message) -> bool:
    """Whether it was not told before. Nearly all are new, so the row itself is the question."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        same = Message.objects.filter(pseudonym=row.pseudonym, account=row.account, key=row.key)
        if not same.exists():
            raise
        return False
    return True


def choices(actor: Actor) -> Choices:
    """How the actor wants to be told; raises trust's NotAllowed for who is no reader."""
    require_purpose(actor, OWN)
    return choosing.of(actor.reader_key)


def choose(chosen: Choices, *, actor: Actor) -> None:
    """Keep how the actor wants to be told; it counts from now on, for what waits as well.

    raises  UsageError naming what is wrong; trust's NotAllowed for who is no reader
    """
    require_purpose(actor, OWN)
    wrong = [kind for kind, way in chosen.ways.items() if kind not in KINDS or way not in WAYS]
    hours = (chosen.quiet_from, chosen.quiet_to)
    if wrong or not all(choosing.HOUR.fullmatch(hour) for hour in hours):
        raise UsageError(
            _("This is no way to be told: %(what)s.", what=listed([*wrong, *hours])[:80]),
            fix=_("Choose one of those offered; hours are written like 22:00."),
        )
    if not 1 <= chosen.most <= choosing.MOST or chosen.language not in ("", "zh-hans", "en"):
        raise UsageError(
            _("Mails a day must be 1 to %(most)s.", most=choosing.MOST),
            fix=_("To have none, turn the kinds off."),
        )
    choosing.keep(actor.reader_key, chosen)


def stopped_by(token: str) -> str:
    """Which kind of mail a link stops, or "all"; "" for a link that is none of ours any more."""
    read = mailing.read_token(token)
    if read is None or not choosing.known_stop(read[0]):
        return ""
    return read[1]


def stop(token: str) -> str:
    """Stop the mails a link stands for, without anybody being signed in; as `stopped_by`."""
    read = mailing.read_token(token)
    if read is None or not choosing.stop(*read):
        return ""
    return read[1]


def inbox(
    site: Site, actor: Actor, *, kind: str = "", unread: bool = False, page: int = 1
) -> Inbox:
    """One page of the actor's inbox, newest first; a line in the ledger for readers.

    kind, unread  only of that kind, only what was not read
    """
    mine = _of(actor)
    found = mine
    if kind:
        found = found.filter(kind=kind)
    if unread:
        found = found.filter(read_at__isnull=True)
    total = found.count()
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    rows = list(
        found.order_by("-told_at", "-pk").prefetch_related("deliveries")[
            (page - 1) * PAGE : page * PAGE
        ]
    )
    _note_look(actor, len(rows))
    kinds = dict.fromkeys(KINDS, 0)
    kinds |= dict(mine.values_list("kind").annotate(n=Count("pk")).order_by())
    waiting = mine.filter(read_at__isnull=True).count()
    return Inbox(tuple(map(_told, rows)), total, waiting, page, pages, kinds)


def unread(actor: Actor) -> int:
    """How many messages the actor has not read; for the head of every page."""
    return _of(actor).filter(read_at__isnull=True).count()


def message(site: Site, number: int, *, actor: Actor) -> Told:
    """One message of the actor's, which is read from now on; raises UnknownName."""
    row = _own(number, actor)
    if row.read_at is None:
        row.read_at = now()
        row.save(update_fields=["read_at"])
    _note_look(actor, 1)
    return _told(row)


def mark(number: int, *, actor: Actor, is_read: bool) -> None:
    """The actor has read a message, or wants it among the unread; raises UnknownName."""
    row = _own(number, actor)
    if (row.read_at is not None) != is_read:
        row.read_at = now() if is_read else None
        row.save(update_fields=["read_at"])


def mark_all_read(*, actor: Actor) -> int:
    """Everything in the actor's inbox has been read; how many were not."""
    return _of(actor).filter(read_at__isnull=True).update(read_at=now())


def remove(number: int, *, actor: Actor) -> None:
    """Delete a message from the actor's inbox; what of it had not gone out does not go any more.

    raises  UnknownName
    """
    _own(number, actor).delete()


def stop_for(purpose: str, pseudonym: str) -> int:
    """A reader took consent back: what was told by it and has not gone out does not go."""
    named = [one.id for one in templates_of(settings.SITE).values() if one.purpose == purpose]
    return Delivery.objects.filter(
        message__pseudonym=pseudonym, message__template__in=named, state="waiting"
    ).update(state="stopped", why="no_consent", done_at=now())


def _send_out(site: Site, row: Message, reader: str) -> None:
    for name in choosing.hooks_of(site, row.kind):
        Delivery.objects.create(message=row, channel=WEBHOOK, hook=name, due_at=row.told_at)
    chosen = choosing.of(reader)
    way = chosen.ways[row.kind]
    if way == "off":
        return
    Delivery.objects.create(
        message=row,
        channel=EMAIL,
        due_at=choosing.first_due(site, way, chosen, row.told_at),
        is_bundled=way != "now",
    )


def _of(actor: Actor) -> QuerySet[Message]:
    """The actor's own: as a reader, as staff, or both."""
    mine = Q(pk__in=())
    if actor.reader_key:
        mine |= Q(pseudonym=actor.reader_key, account="")
    if actor.id:
        mine |= Q(pseudonym="", account=actor.id)
    return Message.objects.filter(mine)


def _own(number: int, actor: Actor) -> Message:
    row = _of(actor).filter(pk=number).first()
    if row is None:
        raise UnknownName(
            _("There is no such message in your inbox."), fix=_("It may be deleted already.")
        )
    return row


def _note_look(actor: Actor, rows: int) -> None:
    if actor.reader_key and rows:
        require_purpose(actor, OWN)
        record_use(actor, OWN, TABLE, COLUMNS, rows)


def _told(row: Message) -> Told:
    mailed = [one.state for one in row.deliveries.all() if one.channel == EMAIL]
    return Told(
        id=int(row.pk),
        kind=row.kind,
        title=dict(row.title),
        body=dict(row.body),
        about={"kind": row.about_kind, "id": row.about_id},
        told_at=row.told_at,
        is_read=row.read_at is not None,
        mailed=mailed[0] if mailed else "",
    )
