"""Writes the mails and hands them to the SMTP server.

No address is anywhere but in the vault and, for as long as it takes, in the mail: errors are kept
as a word of ours and the server's number, never as what the server said, for servers repeat the
address.
"""

import logging
import re
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from email.utils import format_datetime, formataddr

from django.core.signing import BadSignature, Signer

from shuren.discovery import queries as discovery
from shuren.kernel.clock import now
from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import CHINESE, pick
from shuren.kernel.message_settings import MailSettings
from shuren.kernel.named_secrets import secret
from shuren.kernel.settings import SiteSettings, read_settings
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.internals.messaging import choosing, outgoing
from shuren.service.internals.messaging.outgoing import Parcel
from shuren.service.internals.messaging.rows import Message
from shuren.service.message_shapes import KINDS
from shuren.trust import egress, topics
from shuren.trust.definitions import ANONYMOUS
from shuren.trust.errors import EgressBlocked
from shuren.trust.queries import identity, require, require_purpose

PERMISSION, PURPOSE = "messages.manage", "reader_messages"
# Pages that mails lead to; tests/web/test_message_pages.py opens them.
INBOX, STOP = "/my/inbox/{id}/", "/stop/{token}/"
ALL = "all"
_SALT = "shuren.messages.stop"
_ADDRESS = re.compile(r"[^@\s<>,;:\"()\[\]\\]{1,64}@[^@\s<>,;:\"()\[\]\\]{1,255}")
_WORDS = {
    "more": {"zh": "详情请登录后查看：", "en": "Sign in to read on: "},
    "many": {"zh": "{library}：{count} 条消息", "en": "{library}: {count} messages"},
    "why": {
        "zh": "您收到这封信，是因为您在{library}办理或订阅了服务。请勿直接回复敏感信息。",
        "en": "You get this mail because you asked {library} for a service, or chose to be told.",
    },
    "stop": {"zh": "不再接收“{kind}”的邮件：", "en": "Stop mails about “{kind}”: "},
    "all": {"zh": "全部消息", "en": "anything"},
}  # fmt: skip
logger = logging.getLogger(__name__)


@dataclass
class Round:
    """What one round came to; `is_away`: the server was not there, so the rest waits."""

    sent: int = 0
    waiting: int = 0
    dead: int = 0
    is_away: bool = False


def send(site: Site, actor: Actor, at: datetime | None = None) -> Round:
    """Send every mail that is due; nothing where no server is set.

    raises  trust's NotAllowed without messages.manage and its purpose
    """
    actor = require(actor, PERMISSION)
    known, found = read_settings(site), Round()
    if known.mail is None:
        return found
    require_purpose(actor, PURPOSE)
    with _Server(site, known.mail) as server:
        ready = outgoing.due(outgoing.EMAIL, at or now()).values_list("pk", flat=True)
        for key in list(ready[: known.mail.per_run]):
            parcel = outgoing.take(site, key, at or now())
            if parcel is not None:
                _deliver(site, known, parcel, actor, server, found, at)
            if found.is_away:
                break
    return found


def _deliver(
    site: Site, known: SiteSettings, parcel: Parcel, actor: Actor, server: "_Server",
    found: Round, at: datetime | None,
) -> None:  # fmt: skip
    moment = at or now()
    if not server.opened(parcel, moment):
        found.is_away = True
        return
    address = identity(site, parcel.pseudonym, actor=actor, purpose=PURPOSE, needs="email").get(
        "email", ""
    )
    if not _ADDRESS.fullmatch(address):
        outgoing.stop(parcel, "no_address", moment)
        return
    written = compose(site, known, parcel, moment)
    try:
        text = f"{written['Subject']}\n{written.get_content()}".encode()
        egress.check("mail", actor=actor, content=text, purpose=PURPOSE)
    except EgressBlocked:
        outgoing.dead(parcel, "blocked", moment)
        found.dead += 1
        return
    written["To"] = address
    said = server.hand_over(written, address)
    moment = at or now()
    if said.state == "done":
        outgoing.done(parcel, moment)
        found.sent += 1
    elif said.state == "dead":
        outgoing.dead(parcel, said.why, moment, said.code)
        found.dead += 1
    elif said.state == "later":
        outgoing.later(parcel, said.why, moment, said.code)
        found.waiting += 1
    else:
        outgoing.away(parcel, said.why, moment, said.code)
        found.is_away = True


def compose(site: Site, known: SiteSettings, parcel: Parcel, at: datetime) -> EmailMessage:
    """The mail without its address."""
    assert known.mail is not None
    language = (parcel.chosen.language or known.language)[:2]
    library = known.name_zh if language == CHINESE[:2] else known.name_en
    rows = parcel.messages
    kinds = {row.kind for row in rows}
    kind = kinds.pop() if len(kinds) == 1 else ALL
    stop = known.public_url + STOP.format(token=token_of(parcel.pseudonym, kind))
    title = KINDS[kind].title if kind in KINDS else _WORDS["all"]
    subject = pick(rows[0].title, language)
    if len(rows) > 1:
        subject = _said("many", language).format(library=library, count=len(rows))
    parts = [_part(site, known, row, language, len(rows) > 1) for row in rows]
    parts.append(
        "-- \n"
        + _said("why", language).format(library=library)
        + "\n"
        + _said("stop", language).format(kind=pick(title, language))
        + stop
    )
    mail = EmailMessage(policy=POLICY)
    host = known.mail.sender.rpartition("@")[2]
    mail["From"] = formataddr((library, known.mail.sender))
    if known.mail.reply_to:
        mail["Reply-To"] = known.mail.reply_to
    mail["Subject"] = " ".join(subject.split())
    mail["Date"] = format_datetime(at.astimezone(choosing.zone_of(site)))
    mail["Message-ID"] = f"<{parcel.mail}@{host}>"
    mail["Content-Language"] = "zh-Hans" if language == "zh" else "en"
    mail["Auto-Submitted"] = "auto-generated"
    mail["List-Unsubscribe"] = f"<{stop}>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    mail.set_content("\n\n".join(parts) + "\n", cte="base64")
    return mail


def token_of(pseudonym: str, kind: str) -> str:
    """What stands in a link to stop: chance, the kind, and our signature."""
    return Signer(salt=_SALT, sep=".").sign(f"{choosing.stop_key(pseudonym)}.{kind}")


def read_token(token: str) -> tuple[str, str] | None:
    """(stop_key, kind or ALL) of a link that we made, else None."""
    try:
        key, _dot, kind = Signer(salt=_SALT, sep=".").unsign(token).partition(".")
    except BadSignature:
        return None
    return (key, kind) if kind in (*KINDS, ALL) else None


def _part(site: Site, known: SiteSettings, row: Message, language: str, is_many: bool) -> str:
    body = row.mail_named if row.works and _may_name(site, row.works) else row.mail
    text = pick(dict(body), language)
    title = pick(dict(row.title), language)
    lines = [f"■ {title}"] if is_many else [title]
    if text:
        lines.append(text)
    lines.append(_said("more", language) + known.public_url + INBOX.format(id=row.pk))
    return "\n".join(lines)


def _may_name(site: Site, works: list[str]) -> bool:
    """Whether every work's class is known, and none is a sensitive topic."""
    visitor = Actor("messages:itself", ANONYMOUS)
    for id in works:
        if not id:
            return False
        try:
            found = discovery.item(site, id, actor=visitor)
        except ShurenError:  # no index, or no such work: not known is not harmless
            return False
        numbers = [one for one in (found.class_number, found.call_number) if one]
        if not numbers or not all(topics.may_label(number, site) for number in numbers):
            return False
    return True


def _said(word: str, language: str) -> str:
    return _WORDS[word][language]


# --- the server ----------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """state  done, dead, later (this mail again) or away (all mails again)"""

    state: str
    why: str = ""
    code: int = 0


class _Server:
    """One connection for a round, opened with the first mail; opened anew after it broke."""

    def __init__(self, site: Site, known: MailSettings) -> None:
        self.site, self.known = site, known
        self.smtp: smtplib.SMTP | None = None

    def __enter__(self) -> "_Server":
        return self

    def __exit__(self, *_error: object) -> None:
        if self.smtp is not None:
            try:
                self.smtp.quit()
            except (OSError, smtplib.SMTPException):
                self.smtp.close()

    def opened(self, parcel: Parcel, at: datetime) -> bool:
        """Whether the server is there; else the parcel goes back to the outbox."""
        if self.smtp is not None:
            return True
        said = _told(lambda: self._open())
        if said.state != "done":
            logger.warning("the mail server does not take mail: %s %s", said.why, said.code or "")
            outgoing.away(parcel, said.why, at, said.code)
            return False
        return True

    def _open(self) -> None:
        known = self.known
        context = ssl.create_default_context(cafile=known.ca_file or None)
        host, port, wait = known.host, known.port, known.timeout_s
        smtp: smtplib.SMTP
        if known.security == "tls":
            smtp = smtplib.SMTP_SSL(host, port, timeout=wait, context=context)
        else:
            smtp = smtplib.SMTP(host, port, timeout=wait)
        try:
            smtp.ehlo_or_helo_if_needed()
            if known.security == "starttls":
                smtp.starttls(context=context)
                smtp.ehlo()
            if known.user:
                smtp.login(known.user, secret(self.site, known.password))
        except BaseException:
            smtp.close()
            raise
        self.smtp = smtp

    def hand_over(self, mail: EmailMessage, address: str) -> Said:
        smtp = self.smtp
        assert smtp is not None
        said = _told(lambda: smtp.send_message(mail, self.known.sender, [address]))
        if said.why == "away":  # the line broke with this mail: that counts, and the next one opens
            smtp.close()
            self.smtp = None
            return Said("later", "away", said.code)
        if said.state == "away":
            return said
        if said.state != "done":
            reset = _told(lambda: smtp.rset())
            if reset.state != "done":
                smtp.close()
                self.smtp = None
        return said


def _told(act: Callable[[], object]) -> Said:
    """What a server's answer means for us: RFC 5321, 4.2.1; 4yz again later, 5yz never."""
    try:
        act()
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        return Said("later" if code < 500 else "dead", "refused_address", code)
    except smtplib.SMTPAuthenticationError as error:
        return Said("away", "refused_user", error.smtp_code)
    except smtplib.SMTPSenderRefused as error:
        return Said("away", "refused_sender", error.smtp_code)
    except smtplib.SMTPDataError as error:
        return Said("later" if error.smtp_code < 500 else "dead", "refused_mail", error.smtp_code)
    except (smtplib.SMTPNotSupportedError, UnicodeEncodeError):
        return Said("dead", "not_supported")
    except smtplib.SMTPResponseException as error:
        return Said("away", "away", error.smtp_code)
    except ssl.SSLError:
        return Said("away", "no_trust")
    except (OSError, smtplib.SMTPException):
        return Said("away", "away")
    return Said("done")


def tried(site: Site) -> Said:
    """Open the connection and close it again: is the server there, and does it let us in?"""
    known = read_settings(site).mail
    if known is None:
        return Said("away", "not_set")
    with _Server(site, known) as server:
        return replace(_told(server._open))
