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
    is_capped  its mails are few a day and a week, whatever is chosen
    """

    title: dict[str, str]
    help: dict[str, str]
    way: str
    needs_consent: bool = False
    is_capped: bool = False


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
        is_capped=True,
    ),
}  # fmt: skip

# What a message may be about; each has a page of its own (web.portal.inbox knows which). Readers
# have the page of a `case`; staff that of a `desk_case`, a supervised `task` or an `opinion`.
ABOUT = (
    "", "case", "desk_case", "booking", "event", "shift", "loan", "search", "title", "consent",
    "task", "opinion", "review",
)  # fmt: skip

# What a template may be filled with. A `work` is the title of something read: in a mail only where
# its class is known and no sensitive topic. A `note` is somebody's own words: never in a mail.
# A `link` is an address of ours: only in a mail, for the inbox leads to its page itself.
VALUES = ("text", "number", "day", "moment", "work", "note", "link")
INBOX_ONLY, MAIL_ONLY = ("note",), ("link",)


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


# Why a message is where it is in the outbox, and what somebody can do about it.
WHY: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "away": (
        {"zh": "对方服务器没有应答", "en": "The other server did not answer"},
        {"zh": "会自动再试；若一直如此，请看地址、端口与网络。", "en": "It is tried again by itself; if it stays so, look at address, port and network."},  # noqa: E501
    ),
    "refused_user": (
        {"zh": "邮件服务器不接受用户名或密码", "en": "The mail server refuses user or password"},
        {"zh": "核对 [mail] 的 user 与密码，再运行 shuren messages try。", "en": "Check user and password of [mail], then run `shuren messages try`."},  # noqa: E501
    ),
    "refused_sender": (
        {"zh": "邮件服务器不接受发件地址", "en": "The mail server refuses the sender's address"},
        {"zh": "核对 [mail] 的 sender：须是该用户可用的地址。", "en": "Check sender of [mail]: this user must be allowed to send from it."},  # noqa: E501
    ),
    "no_trust": (
        {"zh": "连不成加密：证书不可信", "en": "No encryption: the certificate is not trusted"},
        {"zh": "核对主机名；自有证书请写 ca_file。", "en": "Check the host's name; for a certificate of your own set ca_file."},  # noqa: E501
    ),
    "not_supported": (
        {"zh": "邮件服务器不支持所需的功能", "en": "The mail server cannot do what is needed"},
        {"zh": "它须支持加密；非英文字母的地址须支持 SMTPUTF8。", "en": "It must encrypt, and know SMTPUTF8 for addresses that are not ASCII."},  # noqa: E501
    ),
    "refused_address": (
        {"zh": "对方不收这个地址的信", "en": "The address is refused"},
        {"zh": "请读者到柜台更正邮箱；更正装载后可重发。消息已在收件箱里。", "en": "Ask the reader to have the address corrected; send again once it is loaded. The inbox has the message."},  # noqa: E501
    ),
    "refused_mail": (
        {"zh": "对方不收这封信", "en": "The mail itself is refused"},
        {"zh": "多因 SPF、DKIM 或信誉：请邮件管理员查看。", "en": "Mostly SPF, DKIM or reputation: ask who runs the mail server."},  # noqa: E501
    ),
    "gave_up": (
        {"zh": "多次暂缓，已停止尝试", "en": "Put off too often; no longer tried"},
        {"zh": "邮箱可能已满；可重发。消息已在收件箱里。", "en": "The mailbox may be full; it can be sent again. The inbox has the message."},  # noqa: E501
    ),
    "blocked": (
        {"zh": "出站检查拦下了内容", "en": "The guard of ways out stopped it"},
        {"zh": "看“数据出站”页：文本里有不该离馆的内容。", "en": "See the page of hand-outs: the text has something that may not leave."},  # noqa: E501
    ),
    "no_address": (
        {"zh": "身份库里没有可用的邮箱", "en": "The vault knows no usable address"},
        {"zh": "消息在收件箱里；读者可到柜台补邮箱。", "en": "The inbox has the message; the reader can give an address at the desk."},  # noqa: E501
    ),
    "not_wanted": (
        {"zh": "读者不要这类邮件", "en": "The reader wants no such mail"},
        {"zh": "无须处理。", "en": "Nothing to do."},
    ),
    "no_consent": (
        {"zh": "读者没有同意，或已收回同意", "en": "The reader has not agreed, or took it back"},
        {"zh": "无须处理。", "en": "Nothing to do."},
    ),
    "late": (
        {"zh": "耽搁太久，不再发送", "en": "Held up for too long; not sent any more"},
        {"zh": "消息在收件箱里；查明为何长时间没有发信。", "en": "The inbox has it; find out why no mail went for so long."},  # noqa: E501
    ),
    "private_address": (
        {"zh": "网址指向内部网络", "en": "The address leads into a private network"},
        {"zh": "确需如此，请在 [webhooks] 写 allow_private = true。", "en": "If it must, set allow_private = true under [webhooks]."},  # noqa: E501
    ),
    "refused_hook": (
        {"zh": "对方系统拒收", "en": "The other system refuses it"},
        {"zh": "按应答码请对方查看；修好后可重发。", "en": "Ask its operator by the number; send again when it is mended."},  # noqa: E501
    ),
    "no_hook": (
        {"zh": "设置里没有这个 webhook 了", "en": "The settings have no such webhook any more"},
        {"zh": "无须处理。", "en": "Nothing to do."},
    ),
    "no_secret": (
        {"zh": "签名用的密钥没有设", "en": "The secret to sign with is not set"},
        {"zh": "设 SHUREN_SECRET_… 或 data/secrets/ 下的文件。", "en": "Set SHUREN_SECRET_…, or the file in data/secrets/."},  # noqa: E501
    ),
}  # fmt: skip


@dataclass(frozen=True)
class OutLine:
    """One delivery as the workbench shows it: never whose it is.

    hook  which webhook, "" for e-mail; why: of WHY or ""; code: the other server's number or 0
    """

    id: int
    channel: str
    hook: str
    kind: str
    template: str
    state: str
    why: str
    code: int
    attempts: int
    told_at: datetime
    due_at: datetime
    done_at: datetime | None


@dataclass(frozen=True)
class Outbox:
    """The newest of each state, and how many; is_set: whether there is a mail server."""

    lines: tuple[OutLine, ...]
    counts: Mapping[str, int]
    is_set: bool
    hooks: tuple[str, ...] = ()


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
