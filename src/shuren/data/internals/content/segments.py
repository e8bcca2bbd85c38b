"""Passages: neighbouring lines of a page that say enough to be found and cited by."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shuren.data.internals.content.shapes import Box, Line

# Characters. A passage ends at the first line that reaches WANTED; a rest below LEAST joins it.
WANTED, LEAST = 300, 80


@dataclass(frozen=True)
class Passage:
    """Lines `first` to `last` of a page, from 1, with the box around them."""

    first: int
    last: int
    text: str
    box: Box | None
    confidence: float


def passages(lines: Sequence[Line]) -> Iterator[Passage]:
    """The lines of a page, each in one passage, in order."""
    ends, length = [], 0
    for place, line in enumerate(lines, 1):
        length += len(line.text)
        if length >= WANTED:
            ends.append(place)
            length = 0
    if length:
        if ends and length < LEAST:
            ends[-1] = len(lines)
        else:
            ends.append(len(lines))
    first = 1
    for last in ends:
        yield _passage(first, last, lines[first - 1 : last])
        first = last + 1


def joined(lines: Sequence[str]) -> str:
    """Lines as running text: a space between them unless Chinese meets Chinese."""
    text = ""
    for line in lines:
        wide = text and (ord(text[-1]) > 0x2E7F or (line and ord(line[0]) > 0x2E7F))
        text += line if not text or wide else f" {line}"
    return text


def _passage(first: int, last: int, lines: Sequence[Line]) -> Passage:
    boxes = [line.box for line in lines if line.box]
    box = (
        (
            min(b[0] for b in boxes),
            min(b[1] for b in boxes),
            max(b[2] for b in boxes),
            max(b[3] for b in boxes),
        )
        if boxes
        else None
    )
    letters = sum(len(line.text) for line in lines)
    sure = sum(line.confidence * len(line.text) for line in lines) / letters
    return Passage(first, last, joined([line.text for line in lines]), box, sure)
