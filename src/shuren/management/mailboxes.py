"""The president's and the curator's mailbox: letters taken in by IMAP, each exactly once.

What was taken is known twice: by its place in the mailbox, so that it is not fetched again, and by
its own id and words, so that it is not taken again when the mailbox is moved or renumbered. Both
are written in the transaction that makes the opinion: killed at any moment, the next look goes on.
"""

import imaplib
import logging
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import listed
from shuren.kernel.named_secrets import secret
from shuren.kernel.settings import read_settings
from shuren.kernel.site import Site
from shuren.kernel.voice_settings import MailboxSettings
from shuren.management import opinions
from shuren.management.internals import letters
from shuren.management.internals.voice_rows import TakenLetter
from shuren.service.case_shapes import BY_ITSELF

MAILBOXES = ("president", "curator")
# A letter larger than this is read without its attachments.
LARGEST_LETTER = 40 * 2**20
_PART = 2 * 2**20
_UIDVALIDITY = re.compile(rb"UIDVALIDITY (\d+)")
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
logger = logging.getLogger(__name__)


class MailboxAway(ShurenError):
    """A mailbox cannot be reached, or does not let us in."""


@dataclass(frozen=True)
class Looked:
    """What one look into a mailbox brought.

    taken      new opinions and sources; known: letters that were taken before in another place
    automatic  absence notes and returned mails, left where they are
    failed     letters that could not be read now; they are tried again the next time
    """

    mailbox: str
    taken: int = 0
    known: int = 0
    automatic: int = 0
    failed: int = 0


def configured(site: Site) -> dict[str, MailboxSettings]:
    """{mailbox: how it is reached} of those that are set up."""
    said = read_settings(site).voice
    found = {name: getattr(said, name) for name in MAILBOXES}
    return {name: one for name, one in found.items() if one is not None}


def look(site: Site, mailbox: str) -> Looked:
    """Take in what is new in a mailbox.

    raises  MailboxAway; UsageError if its secret is not set
    """
    settings = configured(site).get(mailbox)
    if settings is None:
        raise MailboxAway(
            _("The mailbox '%(name)s' is not set up.", name=mailbox),
            fix=_("Write [voice.%(name)s] into shuren.toml.", name=mailbox),
        )
    counts = {"taken": 0, "known": 0, "automatic": 0, "failed": 0}
    with _opened(site, mailbox, settings) as (server, validity):
        for uid in _new(server, mailbox, validity):
            what = _take(site, server, mailbox, validity, uid)
            counts[what] += 1
            if what in ("taken", "known"):
                with suppress(imaplib.IMAP4.error, OSError):  # for people's eyes only
                    server.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)")
    return Looked(mailbox, **counts)


def look_all(site: Site) -> list[Looked]:
    """Look into every mailbox; one that is away holds up no other, and is told to the log."""
    found = []
    for name in configured(site):
        try:
            found.append(look(site, name))
        except ShurenError as error:
            logger.warning("the mailbox %s: %s", name, error)
    return found


@contextmanager
def _opened(
    site: Site, mailbox: str, settings: MailboxSettings
) -> Iterator[tuple[imaplib.IMAP4, int]]:
    password = secret(site, settings.password)
    try:
        server = _connected(settings)
    except (OSError, imaplib.IMAP4.error) as error:
        raise _away(mailbox, error) from None
    try:
        try:
            server.login(settings.user, password)
            answer, _count = server.select(f'"{settings.folder}"')
            if answer != "OK":
                raise MailboxAway(
                    _("The mailbox '%(name)s' has no folder '%(folder)s'.",
                      name=mailbox, folder=settings.folder)
                )  # fmt: skip
            yield server, _validity(server, settings.folder)
        except (OSError, imaplib.IMAP4.error) as error:
            raise _away(mailbox, error) from None
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            server.logout()


def _connected(settings: MailboxSettings) -> imaplib.IMAP4:
    if settings.security == "tls":
        return imaplib.IMAP4_SSL(
            settings.host, settings.port, ssl_context=ssl.create_default_context(),
            timeout=settings.timeout_s,
        )  # fmt: skip
    server = imaplib.IMAP4(settings.host, settings.port, timeout=settings.timeout_s)
    if settings.security == "starttls":
        server.starttls(ssl.create_default_context())
    return server


def _away(mailbox: str, error: Exception) -> MailboxAway:
    return MailboxAway(
        _("The mailbox '%(name)s' cannot be read: %(why)s.",
          name=mailbox, why=type(error).__name__),
        fix=_("Look at host, user and secret under [voice.%(name)s]; letters stay where they are.",
              name=mailbox),
    )  # fmt: skip


def _validity(server: imaplib.IMAP4, folder: str) -> int:
    _answer, said = server.status(f'"{folder}"', "(UIDVALIDITY)")
    found = _UIDVALIDITY.search(b" ".join(one for one in said if isinstance(one, bytes)))
    return int(found[1]) if found else 0


def _new(server: imaplib.IMAP4, mailbox: str, validity: int) -> list[int]:
    _answer, said = server.uid("SEARCH", None, "UNDELETED")  # type: ignore[arg-type]
    there = {int(one) for one in (said[0] or b"").split()}
    known = TakenLetter.objects.filter(mailbox=mailbox, validity=validity)
    return sorted(there - set(known.values_list("uid", flat=True)))


def _take(site: Site, server: imaplib.IMAP4, mailbox: str, validity: int, uid: int) -> str:
    """What became of one letter, a count of Looked."""
    try:
        raw, is_whole = _fetched(server, uid)
        letter = letters.read(raw, most=opinions.MOST_FILES, largest=opinions.LONGEST_FILE)
        if letter.is_automatic:
            return "automatic"
        with transaction.atomic():
            is_new = _record(site, letter, mailbox, is_whole)
            TakenLetter.objects.create(mailbox=mailbox, validity=validity, uid=uid)
    except IntegrityError:  # another process took it a moment ago
        return "known"
    except (ShurenError, ValueError, LookupError):
        logger.exception("letter %s of the mailbox %s could not be taken in", uid, mailbox)
        return "failed"
    return "taken" if is_new else "known"


def _fetched(server: imaplib.IMAP4, uid: int) -> tuple[bytes, bool]:
    """(the letter, whether all of it); never marks it as read by itself."""
    _answer, said = server.uid("FETCH", str(uid), "(RFC822.SIZE)")
    size = _SIZE.search(b" ".join(one for one in said if isinstance(one, bytes)))
    is_whole = size is None or int(size[1]) <= LARGEST_LETTER
    wanted = "(BODY.PEEK[])" if is_whole else f"(BODY.PEEK[]<0.{_PART}>)"
    _answer, said = server.uid("FETCH", str(uid), wanted)
    for one in said:
        if isinstance(one, tuple):
            return bytes(one[1]), is_whole
    raise LookupError(f"the server gave nothing of letter {uid}")


def _record(site: Site, letter: letters.Letter, mailbox: str, is_whole: bool) -> bool:
    text = letter.text[: opinions.LONGEST]
    left = list(letter.left) + ([] if is_whole else [_("further attachments")])
    if left:
        text += "\n\n" + _("Left in the mailbox: %(names)s", names=listed(left))
    taken = opinions.take_in(
        site,
        channel=mailbox,
        text=text,
        title=letter.title,
        address=letter.address,
        name=letter.name if letter.name != letter.address else "",
        letter=letter.key,
        files=letter.files if is_whole else (),
        actor=BY_ITSELF,
    )
    return taken.is_new
