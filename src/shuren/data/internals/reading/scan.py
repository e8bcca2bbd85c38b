"""A block of lines at a glance: numpy tells the lines that are records beyond doubt.

A line is clean when it has the right number of delimiters outside quotes; every opening
quote stands at the start of a cell and every closing one at its end (doubled quotes
inside are fine); it has no NUL, no carriage return but one at its end, no undecodable
byte, is not too long and not blank. Everything else is looked at alone by `careful`.
"""

from dataclasses import dataclass

import numpy as np

from shuren.data.internals.reading.dialect import Dialect
from shuren.data.internals.reading.records import LINE_LIMIT

LF, CR = 10, 13
# First bytes of white space in UTF-8: only a table of one column needs them looked at.
_SPACE = np.zeros(256, dtype=bool)
_SPACE[[9, 11, 12, 13, 28, 29, 30, 31, 32, 0xC2, 0xE1, 0xE2, 0xE3]] = True


@dataclass(frozen=True)
class Scan:
    """starts, ends: of each line's content; clean: bool; empty: bool, lines of no bytes;
    columns: of each line, meaningful for clean ones."""

    starts: np.ndarray
    ends: np.ndarray
    clean: np.ndarray
    empty: np.ndarray
    columns: np.ndarray


def line_bounds(data: bytes, end: int = LF) -> tuple[np.ndarray, np.ndarray]:
    """Where the content of each line starts and ends, line ends left out."""
    buffer = np.frombuffer(data, np.uint8)
    breaks = np.flatnonzero(buffer == end)
    return _bounds(buffer, breaks, end == LF)


def _bounds(buffer: np.ndarray, breaks: np.ndarray, crlf: bool) -> tuple[np.ndarray, np.ndarray]:
    starts = np.empty_like(breaks)
    starts[:1] = 0
    starts[1:] = breaks[:-1] + 1
    if not crlf:
        return starts, breaks
    before = buffer[np.maximum(breaks - 1, 0)] == CR
    return starts, breaks - (before & (breaks > starts))


def scan(data: bytes, dialect: Dialect, undecodable: list[int]) -> Scan:
    """data: UTF-8 whose every line ends in a line feed; undecodable: numbers of bad lines."""
    buffer = np.frombuffer(data, np.uint8)
    delimiter = ord(dialect.delimiter)
    quote = ord(dialect.quote) if dialect.quote and dialect.quote.encode() in data else -1
    marks = buffer == LF
    marks |= buffer == delimiter
    if quote >= 0:
        marks |= buffer == quote
    places = np.flatnonzero(marks)
    signs = buffer[places]
    line_marks = np.flatnonzero(signs == LF)
    starts, ends = _bounds(buffer, places[line_marks], crlf=True)
    if quote < 0:
        columns = np.diff(line_marks, prepend=-1)
        clean = np.ones(len(starts), dtype=bool)
    else:
        columns, clean = _quoted(buffer, places, signs, line_marks, quote, delimiter)
    clean &= (columns >= dialect.minimum) & (columns <= dialect.width)
    clean &= ends - starts <= LINE_LIMIT
    clean[undecodable] = False
    _strike(clean, starts, _returns_within(data, buffer))
    if b"\x00" in data:
        _strike(clean, starts, np.flatnonzero(buffer == 0))
    empty = ends == starts
    empty[undecodable] = False  # to_utf8 may have emptied them
    clean &= ~empty
    if dialect.minimum == 1:
        clean &= ~_SPACE[buffer[starts]]
    return Scan(starts, ends, clean, empty, columns)


def _strike(clean: np.ndarray, starts: np.ndarray, places: np.ndarray) -> None:
    if len(places):
        clean[np.searchsorted(starts, places, side="right") - 1] = False


def _returns_within(data: bytes, buffer: np.ndarray) -> np.ndarray:
    """Carriage returns that end no line."""
    if b"\r" not in data:
        return np.empty(0, dtype=np.int64)
    alone = buffer[:-1] == CR
    alone &= buffer[1:] != LF
    return np.flatnonzero(alone)


def _quoted(
    buffer: np.ndarray,
    places: np.ndarray,
    signs: np.ndarray,
    line_marks: np.ndarray,
    quote: int,
    delimiter: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Columns of each line and whether its quotes are in order.

    Parity runs through the whole block; a line with an odd number of quotes would turn
    everything after it inside out, so its line feed is counted as one quote more.
    """
    is_quote = signs == quote
    count = np.cumsum(is_quote, dtype=np.int32)
    of_line = np.diff(count[line_marks], prepend=0)
    odd = (of_line & 1).astype(bool)
    toggles = is_quote.copy()
    toggles[line_marks[odd]] = True
    inside = np.logical_xor.accumulate(toggles)
    outside = signs == delimiter
    outside &= ~inside
    columns = np.diff(np.cumsum(outside, dtype=np.int32)[line_marks], prepend=0) + 1
    in_order = ~odd
    which = np.flatnonzero(is_quote)
    at = places[which]
    opens = inside[which]
    before = buffer[at - 1]
    after = buffer[at + 1]
    good = np.where(
        opens,
        (before == delimiter) | (before == LF) | (before == quote),
        (after == delimiter) | (after == LF) | (after == quote) | (after == CR),
    )
    wrong = which[~good]
    if len(wrong):
        in_order[np.searchsorted(line_marks, wrong)] = False
    return columns, in_order
