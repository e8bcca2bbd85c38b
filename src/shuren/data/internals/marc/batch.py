"""Where the fields of many records stand in one buffer: arrays, no object a field.

Records whose structure is beyond doubt are read where they lie; all others come flattened
(record.flat) behind them. Everything beyond this point sees no difference.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
U8 = npt.NDArray[np.uint8]
RS, US, GS = 0x1E, 0x1F, 0x1D
OTHER, LDR = 1000, 1001
_ENTRY, _LEADER = 12, 24
_TENS = {n: 10 ** np.arange(n - 1, -1, -1, dtype=np.int64) for n in (3, 4, 5)}


@dataclass
class Batch:
    """buffer  bytes in UTF-8; `record`, `tag`, `start`, `end` one per field; tag 0…999, OTHER, LDR
    size    number of records; a record without fields here is a refused one
    owner   per field terminator in the buffer (by its ordinal) the field it ends, or -1
    """

    buffer: U8
    size: int
    record: I32
    tag: npt.NDArray[np.int16]
    start: I64
    end: I64
    owner: I32
    marks: I64  # positions of 0x1D, 0x1E, 0x1F


@dataclass
class Framed:
    """Records in one buffer: start, and end (the position of the terminator)."""

    buffer: U8
    start: I64
    end: I64
    marks: I64


@dataclass
class Directory:
    """What the directories of the sound records say, an entry each; sound: per record."""

    sound: npt.NDArray[np.bool_]
    exact: npt.NDArray[np.bool_]  # the leader's length is right, too
    record: I64
    tag: npt.NDArray[np.int16]
    start: I64
    end: I64
    ordinal: I64


def frame(data: bytes) -> Framed:
    """data  ends with a record terminator"""
    buffer = np.frombuffer(data, np.uint8)
    marks = np.flatnonzero((buffer >= GS) & (buffer <= US))
    end = marks[buffer[marks] == GS]
    start = np.concatenate([[0], end[:-1] + 1]).astype(np.int64)
    return Framed(buffer, start, end.astype(np.int64), marks.astype(np.int64))


def directories(framed: Framed) -> Directory:
    """Sound is a record whose leader, directory and terminators say the same."""
    buffer, start, end = framed.buffer, framed.start, framed.end
    length = end - start + 1
    sound = length > _LEADER + 2
    safe = np.where(sound, start, 0)
    if len(buffer) < _LEADER + 2:
        sound[:] = False
    declared = _number(buffer, safe, 5, sound)
    base = _number(buffer, safe + 12, 5, sound)
    exact = declared == length
    sound &= (base > _LEADER) & (base < length) & ((base - _LEADER - 1) % _ENTRY == 0)
    last = np.where(sound, start + base - 1, 0)
    sound &= buffer[last] == RS
    counts = np.where(sound, (base - _LEADER - 1) // _ENTRY, 0)
    sound &= counts > 0
    counts = np.where(sound, counts, 0)
    return _entries(framed, sound, exact, base, counts)


def _entries(
    framed: Framed,
    sound: npt.NDArray[np.bool_],
    exact: npt.NDArray[np.bool_],
    base: I64,
    counts: I64,
) -> Directory:
    buffer = framed.buffer
    total = int(counts.sum())
    record = np.repeat(np.arange(len(counts)), counts)
    first = np.cumsum(counts) - counts
    within = np.arange(total) - first[record]
    at = framed.start[record] + _LEADER + _ENTRY * within
    rows = buffer[at[:, None] + np.arange(_ENTRY)] if total else np.zeros((0, _ENTRY), np.uint8)
    digits = rows.astype(np.int64) - 48
    good = ((digits[:, 3:] >= 0) & (digits[:, 3:] <= 9)).all(axis=1)
    size = digits[:, 3:7] @ _TENS[4]
    offset = digits[:, 7:] @ _TENS[5]
    start = framed.start[record] + base[record] + offset
    end = start + size - 1
    limit = framed.end[record]
    good &= (size > 0) & (end < limit)
    good &= buffer[np.where(good, end, 0)] == RS
    expected = np.empty(total, np.int64)
    if total:
        expected[1:] = end[:-1] + 1
        expected[within == 0] = (framed.start + base)[record[within == 0]]
    good &= start == expected
    good &= ((rows[:, :3] >= 48) & (rows[:, :3] < 123)).all(axis=1)
    bad = np.bincount(record[~good], minlength=len(counts)) > 0
    final = np.zeros(len(counts), np.int64)
    has = counts > 0
    final[has] = end[(first + counts - 1)[has]]
    sound = sound & ~bad & (final == framed.end - 1)
    ends = framed.marks[buffer[framed.marks] == RS]
    before = np.searchsorted(ends, framed.start)
    sound &= np.searchsorted(ends, framed.end) - before == counts + 1
    keep = sound[record]
    ordinal = before[record] + 1 + within
    tag = _tags(rows[:, :3])
    return Directory(
        sound, exact, record[keep], tag[keep], start[keep], end[keep], ordinal[keep]
    )  # fmt: skip


def _number(buffer: U8, at: I64, size: int, where: npt.NDArray[np.bool_]) -> I64:
    """The number of `size` digits at these places; -1 where they are no digits."""
    found = np.full(len(at), -1, np.int64)
    places = np.flatnonzero(where)
    if not len(places):
        return found
    digits = buffer[at[places][:, None] + np.arange(size)].astype(np.int64) - 48
    good = ((digits >= 0) & (digits <= 9)).all(axis=1)
    found[places[good]] = digits[good] @ _TENS[size]
    return found


def _tags(letters: U8) -> npt.NDArray[np.int16]:
    digits = letters.astype(np.int16) - 48
    numeric = ((digits >= 0) & (digits <= 9)).all(axis=1)
    found = np.full(len(letters), OTHER, np.int16)
    found[numeric] = (digits[numeric] @ np.array([100, 10, 1], np.int16)).astype(np.int16)
    found[(letters == np.frombuffer(b"LDR", np.uint8)).all(axis=1)] = LDR
    return found


def batch_of(
    size: int,
    framed: Framed | None,
    directory: Directory | None,
    kept: npt.NDArray[np.bool_] | None,
    place: I64 | None,
    flattened: Sequence[tuple[int, bytes]],
) -> Batch:
    """kept       which of the framed records are read where they lie
    place      the number in this batch of each framed record
    flattened  (number in this batch, record.flat) of the others
    """
    parts: list[tuple[I64, npt.NDArray[np.int16], I64, I64, I64]] = []
    buffer = np.zeros(0, np.uint8)
    marks = np.zeros(0, np.int64)
    terminators = 0
    if framed is not None and directory is not None and kept is not None and place is not None:
        buffer, marks = framed.buffer, framed.marks
        terminators = int((buffer[marks] == RS).sum())
        there = kept[directory.record]
        parts.append(
            (
                place[directory.record[there]],
                directory.tag[there],
                directory.start[there],
                directory.end[there],
                directory.ordinal[there],
            )
        )
        rows = np.flatnonzero(kept)
        start = framed.start[rows]
        none = np.full(len(rows), -1, np.int64)
        parts.append((place[rows], np.full(len(rows), LDR, np.int16), start, start + _LEADER, none))
    if flattened:
        data = np.frombuffer(b"".join(flat for _number_, flat in flattened), np.uint8)
        parts.append(_flat_fields(data, flattened, len(buffer), terminators))
        found = np.flatnonzero((data >= GS) & (data <= US)) + len(buffer)
        marks = np.concatenate([marks, found])
        buffer = np.concatenate([buffer, data])
    record, tag, start, end, ordinal = (
        np.concatenate([part[n] for part in parts]) if parts else np.zeros(0, np.int64)
        for n in range(5)
    )
    owner = np.full(int((buffer[marks] == RS).sum()), -1, np.int32)
    real = ordinal >= 0
    owner[ordinal[real]] = np.flatnonzero(real)
    return Batch(buffer, size, record.astype(np.int32), tag.astype(np.int16), start, end,
                 owner, marks)  # fmt: skip


def _flat_fields(
    data: U8, flattened: Sequence[tuple[int, bytes]], shift: int, terminators: int
) -> tuple[I64, npt.NDArray[np.int16], I64, I64, I64]:
    ends = np.flatnonzero(data == RS).astype(np.int64)
    starts = np.concatenate([[0], ends[:-1] + 1]).astype(np.int64)
    sizes = np.cumsum([len(flat) for _number_, flat in flattened])
    numbers = np.array([number for number, _flat in flattened], np.int64)
    record = numbers[np.searchsorted(sizes, starts, side="right")]
    letters = data[np.minimum(starts[:, None] + np.arange(3), len(data) - 1)]
    ordinal = terminators + np.arange(len(ends))
    return record, _tags(letters), starts + 3 + shift, ends + shift, ordinal
