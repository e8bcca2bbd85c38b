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
    if declared:
        return _all(fields, declared), declared
    whole = b"\x1e".join(content for _tag, content in fields)
    if ESCAPE in whole and leader[9:10] != b"a":
        return _marc8(fields), MARC8
    if whole.isascii():
        return [(tag, content.decode("ascii")) for tag, content in fields], UTF8
    try:
        whole.decode(UTF8)
        return _all(fields, UTF8), UTF8
    except UnicodeDecodeError as error:
        wrong = Wrong("S10", {"encoding": "UTF-8", "byte": error.start})
    if looks_like_gb(whole):
        return _all(fields, GB18030), GB18030
    if leader[9:10] == b"a" or _is_unimarc(fields):
        raise wrong
    return _marc8(fields), MARC8


def looks_like_gb(text: bytes) -> bool:
    """Nearly all bytes beyond ASCII stand in pairs of the GB 2312 area, and all is GB18030."""
    runs = _HIGH.findall(text)
    paired = sum(1 for run in runs if _PAIR.fullmatch(run))
    if not runs or paired < 0.9 * len(runs):
        return False
    try:
        text.decode(GB18030)
    except UnicodeDecodeError:
        return False
    return True


def _is_unimarc(fields: _Fields) -> bool:
    tags = {tag for tag, _content in fields}
    return "200" in tags and "245" not in tags


def _all(fields: _Fields, encoding: str) -> _Texts:
    found = []
    done = 0
    for tag, content in fields:
        try:
            found.append((tag, content.decode(encoding)))
        except UnicodeDecodeError as error:
            shown = {UTF8: "UTF-8", GB18030: "GB18030"}.get(encoding, encoding)
            raise Wrong("S10", {"encoding": shown, "byte": done + error.start}) from None
        done += len(content) + 1
    return found


def _marc8(fields: _Fields) -> _Texts:
    found = []
    done = 0
    for tag, content in fields:
        found.append((tag, marc8_text(content, done)))
        done += len(content) + 1
    return found
