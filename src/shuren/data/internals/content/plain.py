"""Pages of plain text: parted by form feeds, else a page every so many lines."""

import re
from collections.abc import Iterator
from pathlib import Path

from shuren.data.internals.content.shapes import NONE, PLAIN, Damaged, Line, Page, Unreadable

LINES = 60
LONGEST = 200
_MOST = 64 << 20
_STOP = re.compile(r"(?<=[。！？；.!?;])\s*")


def pages_of(path: Path) -> Iterator[Page | Unreadable]:
    """raises  Damaged if it is neither UTF-8 nor GB18030, or far too long for a text"""
    if path.stat().st_size > _MOST:
        raise Damaged("S20", size=f"{path.stat().st_size:,} bytes")
    text = _text(path.read_bytes())
    number = 0
    for sheet in text.split("\f"):
        lines = [piece for line in sheet.splitlines() for piece in _pieces(line)]
        for start in range(0, max(1, len(lines)), LINES):
            part = lines[start : start + LINES]
            number += 1
            read = tuple(Line(line, None, 1.0) for line in part)
            yield Page(number, 0, 0, read, PLAIN if read else NONE, "shuren", "1")


def _text(content: bytes) -> str:
    for codec in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(codec)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Damaged("S17")


def _pieces(line: str) -> Iterator[str]:
    """A paragraph in lines of a length that can be shown: by sentences, and hard where none end."""
    held = ""
    for sentence in _STOP.split(" ".join(line.split())):
        if held and len(held) + len(sentence) > LONGEST:
            yield held
            held = ""
        held = f"{held} {sentence}" if held and sentence.isascii() else held + sentence
        while len(held) > LONGEST:
            yield held[:LONGEST]
            held = held[LONGEST:]
    if held:
        yield held
