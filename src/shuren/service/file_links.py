"""Files that a case delivered, behind signed links that end: opened so often as the service
declares, for so many days, ended by the desk, taken off the store when their time is over.

A link names nobody. What is kept of its openings is when and what came of it, never who.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import cases
from shuren.service.case_shapes import LIBRARIAN, READER
from shuren.service.errors import LinkRefused, NoSuchCase
from shuren.service.internals import (
    acting,
    case_files,
    delivering,
    file_kinds,
    link_signing,
    versions,
)
from shuren.service.internals.case_file_rows import CaseFile, CaseFilePart
from shuren.service.internals.case_rows import Case
from shuren.service.internals.file_link_rows import FileLink, FileLinkUse
from shuren.trust import ledger
from shuren.trust.actions import record_use
from shuren.trust.definitions import ANONYMOUS
from shuren.trust.queries import require_purpose

OWN, TABLE = "own_records", "service.case"
# So long what was opened may be fetched, piece by piece and after a broken line.
GRANTED = timedelta(minutes=30)
# Why a link does not open, in the order it is looked at.
WHYS = ("unknown", "sign_in", "other", "ended", "newer", "keys", "expired", "gone", "used_up")
MOST_NOTED = 200
AT_ONCE = 100
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Used:
    """outcome  opened, or of WHYS"""

    at: datetime
    outcome: str


@dataclass(frozen=True)
class Delivered:
    """A file that was delivered with a case.

    size     in bytes; sha256 in hexadecimal, "" of files from before it was counted
    gone_at  when it went off the store, else None
    token    of its newest link, "" without one; `why` it does not open, "" where it does
    left     how often it opens still
    uses     of all its links, the newest first; () for readers
    """

    field: str
    name: str
    size: int
    sha256: str
    at: datetime
    gone_at: datetime | None
    token: str
    why: str
    until: datetime | None
    most: int
    left: int
    sign_in: bool
    uses: tuple[Used, ...] = ()


@dataclass(frozen=True)
class Offered:
    """What the page before a file says; case: its id for its own reader, else ""."""

    service: dict[str, str]
    name: str
    size: int
    until: datetime
    left: int
    sign_in: bool
    case: str


@dataclass(frozen=True)
class Fetched:
    """The file itself; content(first, last) gives its bytes of that range, both counted from 0."""

    name: str
    media_type: str
    size: int
    sha256: str
    content: Callable[[int, int], Iterator[bytes]]


def of_case(site: Site, case_id: str, actor: Actor) -> Delivered | None:
    """What was delivered with a case by link, None where nothing was, and for its second reader.

    raises  NoSuchCase
    """
    row = Case.objects.filter(pk=case_id[:32]).first()
    mine = acting.parts(actor, row) if row else frozenset()
    if row is None or not mine:
        raise NoSuchCase
    if mine == {acting.OTHER}:
        return None
    declared = versions.of(site, row.service, row.declared)
    file = CaseFile.objects.filter(case=row.pk, field=delivering.field_of(declared)).first()
    links = FileLink.objects.filter(case=row.pk).order_by("-made_at", "-pk")
    link = links.filter(ended_at=None).first() or links.first()  # at most one has not ended
    if file is None or link is None:
        return None
    seen = FileLinkUse.objects.filter(link__case=row.pk).order_by("-at", "-pk")
    return Delivered(
        file.field, file.name, file.size, file.sha256, file.at, file.gone_at,
        link_signing.token_of(site, str(link.pk), link.key), _why_ended(site, link, file, now()),
        link.expires_at, link.most, max(0, link.most - link.opened), link.sign_in,
        () if mine == {READER} else tuple(Used(one.at, one.outcome) for one in seen[:MOST_NOTED]),
    )  # fmt: skip


def look(site: Site, token: str, *, actor: Actor) -> Offered:
    """What a link leads to, without opening it.

    raises  LinkRefused, with why
    """
    link, file = _standing(site, token, actor)
    declared = versions.of(site, link.case.service, link.case.declared)
    return Offered(
        declared.service.title, file.name, file.size, link.expires_at, link.most - link.opened,
        link.sign_in, link.case_id if _is_own(link, actor) else "",
    )  # fmt: skip


def open_file(site: Site, token: str, *, actor: Actor) -> str:
    """Open a link once: what `fetch` takes for the next half hour.

    Of many who open the last time one does.
    raises  LinkRefused, with why
    """
    link, _file = _standing(site, token, actor)
    with transaction.atomic():
        still = FileLink.objects.filter(pk=link.pk, opened__lt=link.most, ended_at=None)
        is_mine = bool(still.update(opened=F("opened") + 1))
        if is_mine:
            _note_opened(link, actor)
    if not is_mine:  # somebody was quicker, or the desk ended it this moment
        raise _refused("used_up", link, actor)
    number = FileLink.objects.values_list("opened", flat=True).get(pk=link.pk)
    return link_signing.grant_of(site, str(link.pk), number, int((now() + GRANTED).timestamp()))


def fetch(site: Site, token: str, grant: str, *, actor: Actor) -> Fetched:
    """The file of a link that was opened.

    raises  LinkRefused, with why; `used_up` for a grant that is over, or none of ours
    """
    link, file = _standing(site, token, actor, is_open=True)
    if link_signing.read_grant(site, str(link.pk), grant) < now().timestamp():
        raise _refused("used_up", link, actor)
    return Fetched(
        file.name, file_kinds.MEDIA_TYPES[file.kind], file.size, file.sha256,
        lambda first, last: case_files.stretch(file, first, last),
    )  # fmt: skip


def end(site: Site, case_id: str, *, actor: Actor, note: str = "") -> int:
    """End the links of a case at once, with a note in its trace; how many were open.

    raises  NoSuchCase for who does not work on it
    """
    row = Case.objects.filter(pk=case_id[:32]).first()
    if row is None or LIBRARIAN not in acting.parts(actor, row):
        raise NoSuchCase
    with transaction.atomic():
        found = FileLink.objects.filter(case=row.pk, ended_at=None)
        ended = found.update(ended_at=now(), ended_by="desk")
        if ended:
            said = _("The link to the file was ended.")
            cases.add_note(site, row.id, f"{said} {note}".strip(), actor=actor)
    return ended


def change_keys(site: Site, *, actor: Actor) -> tuple[int, int]:
    """Sign with a new key from now on; (links that ended with it, links that go on).

    Safe to kill: the key comes first, and a link whose service says `end` opens by the newest key
    only, whether or not it is written down yet that it ended.
    """
    link_signing.renew(site)
    moment = now()
    live = FileLink.objects.filter(ended_at=None, expires_at__gt=moment)
    with transaction.atomic():
        ended = live.filter(survives=False).update(ended_at=moment, ended_by="keys")
        kept = live.filter(survives=True).count()
        body = {"what": "rotated", "key": "file-links", "ended": ended, "kept": kept}
        ledger.append("key", body, actor=actor)
    needed = FileLink.objects.filter(expires_at__gt=moment).values_list("key", flat=True)
    link_signing.keep_only(site, set(needed))
    return ended, kept


def is_past() -> bool:
    """Whether a file's time is over."""
    return FileLink.objects.filter(is_cleared=False, expires_at__lte=now() - GRANTED).exists()


def clear_past() -> int:
    """Take files whose time is over off the store, their digest, size and times stay; how many.

    Each in a transaction of its own that does all of it or nothing: safe to kill, and of several
    workers one does it. A file that a newer link leads to stays for that one.
    """
    gone = 0
    while True:
        found = FileLink.objects.filter(is_cleared=False, expires_at__lte=now() - GRANTED)
        some = list(found.order_by("expires_at", "pk")[:AT_ONCE])
        if not some:
            return gone
        for link in some:
            gone += _clear(link)


def _clear(link: FileLink) -> int:
    with transaction.atomic():
        mine = FileLink.objects.filter(pk=link.pk, is_cleared=False).update(is_cleared=True)
        others = FileLink.objects.filter(case=link.case_id, field=link.field, is_cleared=False)
        if not mine or others.exists():
            return 0
        file = CaseFile.objects.filter(case=link.case_id, field=link.field, gone_at=None).first()
        if file is None:
            return 0
        CaseFilePart.objects.filter(file=file).delete()
        CaseFile.objects.filter(pk=file.pk).update(gone_at=now())
        return 1


def _note_opened(link: FileLink, actor: Actor) -> None:
    FileLinkUse.objects.create(link=link, at=now(), outcome="opened")
    if _is_own(link, actor):
        require_purpose(actor, OWN)
        record_use(actor, OWN, TABLE, ("files",), 1)


def _standing(
    site: Site, token: str, actor: Actor, *, is_open: bool = False
) -> tuple[FileLink, CaseFile]:
    """The link and its file, if it opens for this actor; is_open: it has been opened already.

    raises  LinkRefused
    """
    id = link_signing.read_token(site, token)
    link = FileLink.objects.select_related("case").filter(pk=id).first() if id else None
    if link is None:
        logger.info("a link to a file was cut off, changed, or is of a case that is gone")
        raise _refused("unknown", None, actor)
    if link.sign_in and actor.role == ANONYMOUS:
        raise LinkRefused("sign_in", *_words()["sign_in"])  # asked for, not refused: not noted
    if link.sign_in and not _is_own(link, actor):
        raise _refused("other", link, actor)
    file = CaseFile.objects.filter(case=link.case_id, field=link.field).first()
    moment = now() - GRANTED if is_open else now()
    why = _why_ended(site, link, file, moment)
    if why and not (why == "used_up" and is_open):
        raise _refused(why, link, actor)
    assert file is not None
    return link, file


def _why_ended(site: Site, link: FileLink, file: CaseFile | None, moment: datetime) -> str:
    """Why a link does not open, of WHYS; "" for one that does."""
    if link.ended_at is not None:
        return "ended" if link.ended_by == "desk" else link.ended_by
    if not link.survives and link.key != link_signing.newest(site):
        return "keys"
    if link.expires_at <= moment:
        return "expired"
    if file is None or file.gone_at is not None:
        return "gone"
    return "used_up" if link.opened >= link.most else ""


def _is_own(link: FileLink, actor: Actor) -> bool:
    return bool(actor.reader_key) and actor.reader_key == link.case.pseudonym


def _refused(why: str, link: FileLink | None, actor: Actor) -> LinkRefused:
    """The refusal, noted with its link: when and why, never who."""
    if link is not None and FileLinkUse.objects.filter(link=link).count() < MOST_NOTED:
        FileLinkUse.objects.create(link=link, at=now(), outcome=why)
    is_own = link is not None and _is_own(link, actor)
    return LinkRefused(why, *_words()[why], case=link.case_id if link and is_own else "")


def _words() -> dict[str, tuple[str, str]]:
    """{why: (sentence, what to do)}"""
    again = _("Open your case and ask for the file again.")
    return {
        "unknown": (
            _("This link leads nowhere: it is cut off, was changed, or its case is gone."),
            _("Copy the whole address from the message, or open your case."),
        ),
        "sign_in": (
            _("This file is opened after signing in, by its reader."),
            _("Sign in, and you come back here."),
        ),
        "other": (
            _("This file is for another reader."),
            _("If you asked for it, sign in with the account you asked with. Else ask for it "
              "yourself: it costs you a minute."),
        ),
        "ended": (_("The library ended this link."), _("Your case says why.")),
        "newer": (
            _("A newer link took the place of this one."),
            _("Use the link in the newest message, or open your case."),
        ),
        "keys": (_("This link ended when the library changed its keys."), again),
        "expired": (_("The time of this link is over."), again),
        "gone": (_("The file is off the store: its time was over."), again),
        "used_up": (_("This link has been opened as often as it may be."), again),
    }  # fmt: skip
