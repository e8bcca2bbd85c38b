"""Search over the index in use: passages by words and by meaning, marked where they stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from shuren.data.content_shapes import Hit, Mark, Piece
from shuren.data.internals.content.indexing import Index
from shuren.data.internals.content.words import folded, terms

OPEN = "open"
# Signs shown of a passage; of a document that may not be shown, at most SHORT in all.
LONG, SHORT = 160, 50
# Ranks of both lists are added as 1 / (60 + rank): Cormack et al. 2009,
# doi:10.1145/1571941.1572114.
_RRF, _DEPTH = 60, 100
# A passage that has none of the words is shown only if it is as near as this.
NEAR = 0.5


@dataclass(frozen=True)
class _Sign:
    """A sign of a passage as it is compared, and where it stands."""

    line: int  # place among the lines of the passage
    offset: int


def search(index: Index, words: str, limit: int, document: str = "") -> list[Hit]:
    lexical, dense = index.lexical.scores(words), index.dense.scores(words)
    if not lexical.any():
        return []  # of words that stand nowhere vectors know nothing either
    if document:
        own = np.array([row["document_id"] == document for row in index.segments], bool)
        lexical, dense = np.where(own, lexical, 0), np.where(own, dense, 0)
    fused: dict[int, float] = {}
    for scores, least in ((lexical, 0.0), (dense, NEAR)):
        best = np.argsort(-scores, kind="stable")[:_DEPTH]
        for rank, place in enumerate(int(p) for p in best if scores[p] > least):
            fused[place] = fused.get(place, 0.0) + 1 / (_RRF + rank)
    ranked = sorted(fused, key=lambda place: (lexical[place] <= 0, -fused[place], place))
    return [_hit(index, place, words, float(lexical[place])) for place in ranked[:limit]]


def marks_of(index: Index, document: str, page: int, words: str) -> list[Mark]:
    """Where words stand on a page."""
    lines = index.lines.get((document, page), [])
    return _marks(lines, _found([line["full_text"] for line in lines], words))


def _hit(index: Index, place: int, words: str, score: float) -> Hit:
    row = index.segments[place]
    every = index.lines.get((row["document_id"], row["page_no"]), [])
    lines = [one for one in every if row["first_line"] <= one["line_no"] <= row["last_line"]]
    ranges = _found([line["full_text"] for line in lines], words)
    return Hit(
        segment_id=row["segment_id"],
        document_id=row["document_id"],
        page_no=row["page_no"],
        pieces=_snippet([line["full_text"] for line in lines], ranges, row["rights"] == OPEN),
        marks=tuple(_marks(lines, ranges)),
        confidence=row["confidence"],
        text_from=row["text_from"],
        is_open=row["rights"] == OPEN,
        by_words=score > 0,
    )


_Range = tuple[int, int, int]  # place of the line, from, to


def _found(lines: Sequence[str], words: str) -> list[_Range]:
    """Where the words stand: all of them as they were typed, even across lines; else each by
    itself; else its terms."""
    text, signs = _compared(lines)
    found: set[tuple[int, int]] = set(_spots(text, signs, _compared([words])[0]))
    for word in () if found else words.split():
        spots = _spots(text, signs, _compared([word])[0]) or [
            spot for term in dict.fromkeys(terms(word)) for spot in _spots(text, signs, term)
        ]
        found.update(spots)
    covered = sorted({place for start, end in found for place in range(start, end)})
    ranges: list[_Range] = []
    for place in covered:
        sign = signs[place]
        if ranges and ranges[-1][0] == sign.line and sign.offset <= ranges[-1][2] + 1:
            ranges[-1] = (sign.line, ranges[-1][1], sign.offset + 1)
        else:
            ranges.append((sign.line, sign.offset, sign.offset + 1))
    return ranges


def _compared(lines: Sequence[str]) -> tuple[str, list[_Sign]]:
    """All lines in one, folded and without spaces: text recognition loses them."""
    text, signs = [], []
    for line, content in enumerate(lines):
        for offset, sign in enumerate(content):
            for plain in folded(sign):
                if not plain.isspace():
                    text.append(plain)
                    signs.append(_Sign(line, offset))
    return "".join(text), signs


def _spots(text: str, signs: Sequence[_Sign], wanted: str) -> list[tuple[int, int]]:
    spots, start = [], text.find(wanted) if wanted else -1
    while start >= 0:
        end = start + len(wanted)
        if not (_within_word(text, signs, start) or _within_word(text, signs, end)):
            spots.append((start, end))
        start = text.find(wanted, start + 1)
    return spots


def _within_word(text: str, signs: Sequence[_Sign], place: int) -> bool:
    """Whether a word of letters, or a number, goes on from the sign before a place to it."""
    if not 0 < place < len(text):
        return False
    before, after = text[place - 1], text[place]
    beside = signs[place].line == signs[place - 1].line
    beside = beside and signs[place].offset - signs[place - 1].offset <= 1
    alike = (before.isalpha() and after.isalpha()) or (before.isdigit() and after.isdigit())
    return beside and alike and before.isascii() and after.isascii()


def _marks(lines: Sequence[dict[str, Any]], ranges: Sequence[_Range]) -> list[Mark]:
    marks = []
    for place, start, end in ranges:
        line = lines[place]
        if line["x_left"] is None:
            continue
        widths = np.cumsum([0.0, *(_width(sign) for sign in line["full_text"])])
        across = (line["x_right"] - line["x_left"]) / max(float(widths[-1]), 1e-9)
        marks.append(
            Mark(
                line_no=line["line_no"],
                left=line["x_left"] + float(widths[start]) * across,
                top=line["y_top"],
                right=line["x_left"] + float(widths[min(end, len(widths) - 1)]) * across,
                bottom=line["y_bottom"],
            )
        )
    return marks


def _width(sign: str) -> float:
    """How wide a sign is beside a Chinese one: places inside a line are worked out by it."""
    if ord(sign) > 0x2E7F:
        return 1.0
    return 0.3 if sign in " .,:;'!|il" else 0.5


def _snippet(lines: Sequence[str], ranges: Sequence[_Range], is_open: bool) -> tuple[Piece, ...]:
    """Some words around the first place found, with what was found told apart."""
    text, starts = "", []
    for line in lines:
        wide = not text or ord(text[-1]) > 0x2E7F or (line and ord(line[0]) > 0x2E7F)
        text += "" if wide else " "
        starts.append(len(text))
        text += line
    spans = [(starts[place] + a, starts[place] + b) for place, a, b in ranges]
    room = LONG if is_open else SHORT
    first = max(0, spans[0][0] - room // 4) if spans else 0
    last = min(len(text), first + room)
    pieces, at = [Piece("…" if first else "", False)], first
    for start, end in spans:
        if start >= last:
            break
        pieces += [Piece(text[at:start], False), Piece(text[start : min(end, last)], True)]
        at = min(end, last)
    pieces += [Piece(text[at:last], False), Piece("…" if last < len(text) else "", False)]
    return tuple(piece for piece in pieces if piece.text)
