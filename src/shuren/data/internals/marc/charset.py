"""Which encoding a record is in, told by evidence, and its text.

UTF-8 proves itself: text in another encoding is hardly ever valid UTF-8. Escape sequences are
MARC-8. Bytes that stand in pairs of the GB 2312 area are GB18030. What is left in MARC 21 is
MARC-8, as its leader says; in UNIMARC it is refused, for nothing tells ISO 5426 from CP866.
"""

import re

from shuren.data.internals.marc.marc8 import marc8_text
from shuren.data.internals.marc.record import Wrong

ESCAPE = b"\x1b"
_ASCII = re.compile("[\x00-\x7f]+")
_CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
# Of MARC 21 in GB18030 there is little, and much in MARC-8; in UNIMARC it is the other way round.
_NEARLY_ALL, _HALF = 0.7, 0.3
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
    if looks_like_gb(whole, _HALF if unimarc else _NEARLY_ALL):
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


def looks_like_gb(text: bytes, share: float) -> bool:
    """All of it is GB18030, and such a share of what is beyond ASCII is Chinese of GB 2312: accents
    before their letters, or Cyrillic, make pairs that are valid GB18030 but rare characters."""
    try:
        found = text.decode(GB18030)
    except UnicodeDecodeError:
        return False
    beyond = _ASCII.sub("", found)
    chinese = _CHINESE.findall(beyond.encode("gb2312", "ignore").decode("gb2312"))
    return len(chinese) >= share * len(beyond) > 0
