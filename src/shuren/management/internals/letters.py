"""A letter as it comes by mail, read whatever its writer's programme made of it.

Nothing in it is run, opened or fetched: HTML becomes text, images from elsewhere are not asked for,
attachments are bytes. What cannot be decoded as it says is tried as the charsets letters come in.
"""

import email
import email.header
import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from html.parser import HTMLParser
from typing import Any

from shuren.kernel.i18n import gettext as _
from shuren.management.voice_shapes import Attached

# What a declared charset is read as: gbk and gb2312 are parts of gb18030, and often only said so.
_READ_AS = {
    "gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030",
    "cp936": "gb18030", "us-ascii": "utf-8", "ascii": "utf-8", "utf8": "utf-8",
    "default": "utf-8", "unknown-8bit": "utf-8", "": "utf-8",
}  # fmt: skip
_BREAKS = {"br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "table", "blockquote", "hr"}
_SILENT = {"script", "style", "head", "title", "noscript"}
_QUOTED = re.compile(
    r"^(?:-{2,}\s*(?:Original Message|原始邮件|转发邮件)\s*-{2,}.*|On .{5,120} wrote:)$", re.M
)
LONGEST_LINE_COUNT = 2000
MOST_PARTS = 100


@dataclass(frozen=True)
class Letter:
    """key        the same for the same letter, whichever way it came: its Message-ID and its words
    is_automatic  written by a programme: an absence note, a returned mail
    files         at most ten of ten megabytes; `left` names those that were not kept
    """

    key: str
    title: str
    text: str
    name: str
    address: str
    sent_at: datetime | None
    files: tuple[Attached, ...]
    left: tuple[str, ...]
    is_automatic: bool


def read(raw: bytes, *, most: int, largest: int) -> Letter:
    """The letter in some bytes; most, largest: how many files, and of how many bytes, are kept."""
    message = email.message_from_bytes(raw)
    name, address = _from(message)
    texts, files, left = _parts(message, most, largest)
    text = "\n\n".join(one for one in texts if one.strip()).strip()
    title = header(message, "Subject")[:200]
    return Letter(
        key=_key(message, title, address, text, raw),
        title=title,
        text=_without_quotation(text) or title or _("(A letter without words.)"),
        name=name,
        address=address,
        sent_at=_date(message),
        files=tuple(files),
        left=tuple(left),
        is_automatic=_is_automatic(message, address),
    )


def header(message: Message, name: str) -> str:
    """A header as people read it; encoded words of any charset, raw bytes, broken ones."""
    said: Any = message.get(name)  # a Header where the bytes are no ASCII
    if said is None:
        return ""
    raw = str(said.encode()) if isinstance(said, email.header.Header) else str(said)
    try:
        pieces = email.header.decode_header(_unescaped(raw))
    except (email.errors.HeaderParseError, ValueError):
        return _clean(_unescaped(raw))
    return _clean(
        "".join(
            decode(piece, charset or "") if isinstance(piece, bytes) else piece
            for piece, charset in pieces
        )
    )


def decode(raw: bytes, charset: str = "") -> str:
    """Bytes as text: as they say, else a byte order mark, strict UTF-8, strict GB18030; what is
    none of these is read as it says with the signs that do not fit left out."""
    said = _READ_AS.get(charset.strip("'\" ").lower(), charset.strip("'\" ").lower())
    for one in (said, "utf-8-sig", "gb18030"):
        try:
            return raw.decode(one).lstrip("﻿")
        except (UnicodeDecodeError, LookupError):
            continue
    try:
        return raw.decode(said, "replace")
    except LookupError:
        return raw.decode("utf-8", "replace")


def text_of_html(html: str) -> str:
    """What somebody reads of a page; scripts and styles are left out, links keep their words."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    text = "".join(reader.found)
    lines = [re.sub(r"[ \t\xa0]+", " ", line).strip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag in _BREAKS:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _BREAKS:
            self.found.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found.append(re.sub(r"\s+", " ", data))


def _parts(
    message: Message, most: int, largest: int
) -> tuple[list[str], list[Attached], list[str]]:
    plain: list[str] = []
    html: list[str] = []
    files: list[Attached] = []
    left: list[str] = []
    for part in _leaves(message):
        name = _file_name(part)
        kind = part.get_content_type()
        content = _payload(part)
        is_file = name or part.get_content_disposition() == "attachment"
        if kind in ("text/plain", "text/html") and not is_file:
            words = decode(content, part.get_content_charset("") or "")
            (plain if kind == "text/plain" else html).append(words)
        elif content:
            name = name or f"attachment.{kind.rpartition('/')[2]}"
            if len(files) < most and len(content) <= largest:
                files.append(Attached(name, content))
            else:
                left.append(name)
    return plain or [text_of_html(one) for one in html], files, left


def _leaves(message: Message) -> Iterable[Message]:
    """Parts that hold something; a letter in a letter is taken apart, too, so far as is sane."""
    for number, part in enumerate(message.walk()):
        if number >= MOST_PARTS:
            return
        if not part.is_multipart():
            yield part


def _payload(part: Message) -> bytes:
    try:
        content = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        content = None
    if isinstance(content, bytes):
        return content
    said = part.get_payload()
    return said.encode("utf-8", "surrogateescape") if isinstance(said, str) else b""


def _file_name(part: Message) -> str:
    try:
        said = part.get_filename()
    except (ValueError, LookupError):
        said = None
    if not said:
        return ""
    holder = Message()
    holder["X"] = str(said).replace("\n", " ").replace("\r", " ")
    return header(holder, "X")


def _from(message: Message) -> tuple[str, str]:
    name, address = parseaddr(header(message, "From").replace("\n", " "))
    if not re.fullmatch(r"[^@\s<>,;]{1,64}@[^@\s<>,;]{1,189}", address):
        address = ""
    return name[:100], address


def _date(message: Message) -> datetime | None:
    try:
        found = parsedate_to_datetime(header(message, "Date"))
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def _is_automatic(message: Message, address: str) -> bool:
    said = header(message, "Auto-Submitted").lower()
    sender = address.partition("@")[0].lower()
    return (
        (bool(said) and said != "no")
        or sender in ("mailer-daemon", "postmaster")
        or header(message, "Return-Path").strip() == "<>"
        or header(message, "Precedence").lower() in ("bulk", "junk", "auto_reply")
    )


def _key(message: Message, title: str, address: str, text: str, raw: bytes) -> str:
    """Its own id is not enough: some programmes write one id on different letters."""
    id = header(message, "Message-ID")
    said = "\n".join((id, address.casefold(), title, text)) if id else ""
    return hashlib.sha256(said.encode("utf-8", "replace") if said else raw).hexdigest()


def _without_quotation(text: str) -> str:
    """The writer's own words: what follows the mark of a quoted letter is left out, if there is
    something before it."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\x00", ""))
    mark = _QUOTED.search(text)
    own = text[: mark.start()].strip() if mark else text
    lines = (own or text).split("\n")[:LONGEST_LINE_COUNT]
    return "\n".join(lines).strip()


def _unescaped(text: str) -> str:
    """A header with bytes that are no ASCII, which the parser keeps as lone surrogates."""
    try:
        return decode(text.encode("ascii", "surrogateescape"))
    except UnicodeEncodeError:
        return text


def _clean(text: str) -> str:
    return re.sub(r"\s+", " ", "".join(c for c in text if c.isprintable() or c.isspace())).strip()
