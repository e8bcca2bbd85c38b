"""What `service.messages` hands to others: a message, the kinds there are, how they may come."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

# How e-mail of a kind comes: at once, in one mail a day or a week, or never. The inbox has it
# in any case.
WAYS = ("now", "daily", "weekly", "off")


@dataclass(frozen=True)
class Kind:
    """way      how its e-mail comes while the reader has chosen nothing
    needs_consent  nothing of it is told without the reader's yes to the template's purpose
    """

    title: dict[str, str]
    help: dict[str, str]
    way: str
    needs_consent: bool = False


KINDS: dict[str, Kind] = {
    "case": Kind(
        {"zh": "服务与预订的进展", "en": "Your cases and bookings"},
        {"zh": "可取书、已送达、请您补充、馆员回复……", "en": "Ready for collection, delivered, asked for more, answered …"},  # noqa: E501
        "now",
    ),
    "reminder": Kind(
        {"zh": "提醒", "en": "Reminders"},
        {"zh": "到期、预订即将开始", "en": "Due dates, bookings about to begin"},
        "now",
    ),
    "notice": Kind(
        {"zh": "账号与数据通知", "en": "Your account and your data"},
        {"zh": "与您的账号、记录有关的事", "en": "What was done with your account and records"},
        "now",
    ),
    "alert": Kind(
        {"zh": "检索订阅的新结果", "en": "New in your saved searches"},
        {"zh": "须您同意，并在各条检索上开启", "en": "With your consent, for the searches you choose"},  # noqa: E501
        "daily",
        needs_consent=True,
    ),
    "offer": Kind(
        {"zh": "推荐与活动", "en": "News and offers"},
        {"zh": "须您同意", "en": "With your consent only"},
        "weekly",
        needs_consent=True,
    ),
}  # fmt: skip

# What a message may be about; each has a page of its own (web.portal.inbox knows which).
ABOUT = ("", "case", "booking", "event", "loan", "search", "title", "consent", "task")

# What a template may be filled with. A `work` is the title of something read: in a mail only where
# its class is known and no sensitive topic. A `note` is somebody's own words: never in a mail.
VALUES = ("text", "number", "day", "moment", "work", "note")
INBOX_ONLY = ("note",)


@dataclass(frozen=True)
class Template:
    """One file of definitions/messages.

    values    {name: of VALUES}: what title and body may name
    purpose   of the kinds that need consent: which the reader must have agreed to
    useful_hours  a mail that could not go for so long is not sent any more
    """

    id: str
    kind: str
    title: dict[str, str]
    body: dict[str, str]
    values: Mapping[str, str]
    purpose: str = ""
    useful_hours: int = 72


@dataclass(frozen=True)
class Work:
    """The title of a work as a value, with its title_id where it has one."""

    title: str
    title_id: str = ""


@dataclass(frozen=True)
class Choices:
    """How a reader wants to be told.

    ways      {kind: of WAYS}, all kinds
    quiet_from, quiet_to  HH:MM on the library's clock, when no mail goes; equal: none
    most      mails a day; what is over it comes in one mail the next day
    language  of mails, "" for the library's
    """

    ways: Mapping[str, str]
    quiet_from: str = "22:00"
    quiet_to: str = "08:00"
    most: int = 5
    language: str = ""


@dataclass(frozen=True)
class Told:
    """A message in an inbox; title and body are {zh, en}.

    about   {kind, id}, kind "" where it is about nothing with a page
    mailed  state of its e-mail: "", waiting, sending, sent, dead, stopped or late
    """

    id: int
    kind: str
    title: dict[str, str]
    body: dict[str, str]
    about: dict[str, str]
    told_at: datetime
    is_read: bool
    mailed: str = ""


@dataclass(frozen=True)
class Inbox:
    """One page of an inbox, newest first; kinds: {kind: messages} over the whole inbox."""

    messages: tuple[Told, ...]
    total: int
    unread: int
    page: int
    pages: int
    kinds: Mapping[str, int] = field(default_factory=dict)
