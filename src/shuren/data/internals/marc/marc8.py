"""MARC-8 to Unicode. The tables are pymarc's; they are loaded when the first text needs them."""

import re
import unicodedata
from functools import cache

from shuren.data.internals.marc.record import Wrong

_LATIN, _ANSEL, _EACC = 0x42, 0x45, 0x31
_ACCENTS = re.compile("([\xe0-\xfe]+)([^\xe0-\xfe\x1f])")
_SETS = re.compile(rb"\x1b(?:([(,])(!?.)|([)\-])(!?.)|\$([(,)\-]?)(.)|([gbps]))", re.DOTALL)
# Begin and end of words that do not sort; joiners.
_EXTRA = {0x88: "\x98", 0x89: "\x9c", 0x8D: "\u200d", 0x8E: "\u200c"}
_NONE = "\uffff"
_SHORT = {b"g": 0x67, b"b": 0x62, b"p": 0x70, b"s": _LATIN}


def marc8_text(content: bytes, start: int = 0) -> str:
    """One field.

    start   where it begins, for the sentence
    raises  Wrong S10 for a byte, sequence or character that MARC-8 does not have
    """
    if content.isascii() and b"\x1b" not in content:
        return content.decode("ascii")
    try:
        if b"\x1b" in content:
            text = "\x1f".join(_Reader(part).text() for part in content.split(b"\x1f"))
        else:
            text = content.decode("latin-1")
            text = _ACCENTS.sub(r"\2\1", text)  # an accent stands before its letter
            text = text.translate(_ansel())
            if _NONE in text:
                raise IndexError
    except IndexError as error:
        byte = start + next((n for n, b in enumerate(content) if b >= 0x80 or b == 0x1B), 0)
        raise Wrong("S10", {"encoding": "MARC-8", "byte": byte}) from error
    return unicodedata.normalize("NFC", text)


@cache
def _sets() -> dict[int, dict[int, tuple[int, int]]]:
    from pymarc.marc8_mapping import CODESETS

    found: dict[int, dict[int, tuple[int, int]]] = CODESETS
    return found


@cache
def _ansel() -> dict[int, str]:
    """Every byte: ASCII as it stands, _NONE for what ANSEL does not have."""
    known = {byte: chr(char) for byte, (char, _combining) in _sets()[_ANSEL].items()}
    plain = {byte: chr(byte) for byte in range(0x80)}
    return {**dict.fromkeys(range(0x80, 0x100), _NONE), **plain, **_EXTRA, **known}


class _Reader:
    """Text with escape sequences: each changes the set that the bytes behind it are of."""

    def __init__(self, content: bytes) -> None:
        self._content, self._low, self._high = content, _LATIN, _ANSEL
        self._found: list[str] = []
        self._accents: list[str] = []

    def text(self) -> str:
        at, content = 0, self._content
        while at < len(content):
            if content[at] == 0x1B:
                at = self._escape(at)
            elif self._low == _EACC and 0x21 <= content[at] < 0x80:
                if at + 3 > len(content):
                    raise IndexError(at)
                self._put(_EACC, int.from_bytes(content[at : at + 3], "big"))
                at += 3
            else:
                self._byte(content[at])
                at += 1
        return "".join([*self._found, *self._accents])

    def _escape(self, at: int) -> int:
        match = _SETS.match(self._content, at)
        if not match:
            raise IndexError(at)
        g0, low, g1, high, many, wide, short = match.groups()
        if g0:
            self._low = _known(low[-1])
        elif g1:
            self._high = _known(high[-1])
        elif short:
            self._low = _SHORT[short]
        elif many in (b")", b"-"):
            self._high = _known(wide[0])
        else:
            self._low = _known(wide[0])
        return match.end()

    def _byte(self, byte: int) -> None:
        if byte <= 0x20 or byte == 0x7F:
            self._plain(chr(byte))
        elif byte in _EXTRA and self._high == _ANSEL:
            self._plain(_EXTRA[byte])
        else:
            self._put(self._high if byte >= 0x80 else self._low, byte)

    def _put(self, group: int, code: int) -> None:
        if group == _LATIN and code < 0x80:
            self._plain(chr(code))
            return
        table = _sets()[group]
        found = table.get(code) or (table.get(code ^ 0x80) if code < 0x100 else None)
        if found is None:
            raise IndexError(code)
        char, combining = found
        if combining:
            self._accents.append(chr(char))
        else:
            self._plain(chr(char))

    def _plain(self, char: str) -> None:
        self._found.append(char)
        if self._accents:
            self._found += self._accents
            self._accents = []


def _known(group: int) -> int:
    if group not in _sets() and group != _LATIN:
        raise IndexError(group)
    return group
