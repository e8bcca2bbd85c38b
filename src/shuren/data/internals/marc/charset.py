"""Which encoding a record is in, told by evidence, and its text.

UTF-8 proves itself: text in another encoding is hardly ever valid UTF-8. Escape sequences are
MARC-8. Bytes that stand in pairs of the GB 2312 area are GB18030. What is left in MARC 21 is
MARC-8, as its leader says; in UNIMARC it is refused, for nothing tells ISO 5426 from CP866.
"""

import re

from shuren.data.internals.marc.marc8 import marc8_text
from shuren.data.internals.marc.record import Wrong

ESCAPE = b"\x1b"
_HIGH = re.compile(rb"[\x80-\xff]+")
_PAIR = re.compile(rb"(?:[\xa1-\xa9\xb0-\xf7][\xa1-\xfe])+")
UTF8, MARC8, GB18030 = "utf-8", "marc-8", "gb18030"
_Fields = list[tuple[str, bytes]]
_Texts = list[tuple[str, str]]


def decode(leader: bytes, fields: _Fields, declared: str = "") -> tuple[_Texts, str]:
    """The fields as text and the encoding they were in. raises Wrong S10"""
    tags = {tag for tag, _content in fields}
    whole = b"\x1e".join(content for _tag, content in fields)
    encoding = declared or evidence(leader, whole, "200" in tags and "245" not in tags)
    found, done = [], 0
    for tag, content in fields:
        found.append((tag, text_of(content, encoding, done)))
        done += len(content) + 1
    return found, encoding


def evidence(leader: bytes, whole: bytes, unimarc: bool) -> str:
    """The encoding of a record. raises Wrong S10 where nothing tells it"""
    if ESCAPE in whole and leader[9:10] != b"a":
        return MARC8
    try:
        whole.decode(UTF8)
        return UTF8
    except UnicodeDecodeError as error:
        wrong = Wrong("S10", {"encoding": "UTF-8", "byte": error.start})
    if looks_like_gb(whole):
        return GB18030
    if leader[9:10] == b"a" or unimarc:
        raise wrong
    return MARC8


def text_of(content: bytes, encoding: str, start: int = 0) -> str:
    """One field. raises Wrong S10"""
    if encoding == MARC8:
        return marc8_text(content, start)
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        shown = {UTF8: "UTF-8", GB18030: "GB18030"}.get(encoding, encoding)
        raise Wrong("S10", {"encoding": shown, "byte": start + error.start}) from None


def looks_like_gb(text: bytes) -> bool:
    """Nearly all bytes beyond ASCII stand in pairs of the GB 2312 area, and all is GB18030."""
    single = seen = 0
    for seen, run in enumerate(_HIGH.finditer(text), 1):
        single += not _PAIR.fullmatch(run[0])
        if single > 0.1 * seen + 1:
            return False
    if single > 0.1 * seen:
        return False
    try:
        text.decode(GB18030)
    except UnicodeDecodeError:
        return False
    return True
