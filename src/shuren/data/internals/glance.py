"""What a column of text shows without a look at single cells: numpy on its bytes.

Most blocks of most files are plain: no spaces around a cell, moments written in one way. To
see that costs a tenth of treating every cell as if it might be otherwise.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_SPACE = " \t\r\n\v\f\u00a0\u3000\ufeff"
_FIRST, _LAST = np.zeros(256, np.bool_), np.zeros(256, np.bool_)
_FIRST[[character.encode()[0] for character in _SPACE]] = True
_LAST[[character.encode()[-1] for character in _SPACE]] = True
_FEW = 0.3  # of a column: more doubtful cells than that are not looked at apart

_DIGIT, _DAY_MICROSECONDS = ord("0"), 86_400_000_000
_LAYOUTS = {10: "....-..-..", 16: "....-..-.. ..:..", 19: "....-..-.. ..:..:.."}
_YEARS = (1000, 10_000)
_MONTHS = np.arange("1000-01", "10000-01", dtype="datetime64[M]")
_MONTH_DAY = _MONTHS.astype("datetime64[D]").astype(np.int64)
_MONTH_LENGTH = np.diff(_MONTH_DAY, append=_MONTH_DAY[-1] + 31)

Bytes = npt.NDArray[np.uint8]


def bounds(column: pa.Array) -> tuple[npt.NDArray[np.int32], Bytes]:
    """Offsets of the cells, one more than there are, and the bytes they point into."""
    _valid, offsets, data = column.buffers()
    if offsets is None:
        return np.zeros(len(column) + 1, np.int32), np.zeros(0, np.uint8)
    places = np.frombuffer(offsets, np.int32)[column.offset : column.offset + len(column) + 1]
    return places, np.frombuffer(data or b"", np.uint8)


def longest(column: pa.Array) -> int:
    """Bytes of the longest cell."""
    return int(np.diff(bounds(column)[0]).max(initial=0))


def only_bytes(column: pa.Array, allowed: npt.NDArray[np.bool_]) -> bool:
    """Whether every byte of every cell is allowed."""
    places, data = bounds(column)
    return bool(allowed[data[places[0] : places[-1]]].all())


def trimmed(column: pa.Array, nothing: pa.Array) -> pa.Array:
    """Without the white space around cells; null where one of `nothing` is all a cell says."""
    places, data = bounds(column)
    lengths = np.diff(places)
    if not _is_trim(column, places, lengths, data):
        column = pc.utf8_trim(column, _SPACE)
        lengths = np.diff(bounds(column)[0])
    if lengths.min(initial=1 << 30) > longest(nothing):
        return column
    says_nothing = pc.is_in(column, value_set=nothing)
    if not pc.any(says_nothing).as_py():
        return column
    return pc.if_else(says_nothing, pa.scalar(None, pa.string()), column)


def _is_trim(
    column: pa.Array, places: npt.NDArray[np.int32], lengths: npt.NDArray[np.int32], data: Bytes
) -> bool:
    starts, ends = places[:-1], places[1:]
    there = None
    if not lengths.all():
        there = np.flatnonzero(lengths)
        starts, ends = starts[there], ends[there]
    doubtful = _FIRST[data[starts]]
    doubtful |= _LAST[data[ends - 1]]
    cells = np.flatnonzero(doubtful)
    if len(cells) > _FEW * len(column):
        return False
    if not len(cells):
        return True
    # A Chinese character may end in the same byte as an ideographic space.
    some = column.take(pa.array(cells if there is None else there[cells]))
    return bool(pc.utf8_trim(some, _SPACE).equals(some))


def moments(column: pa.Array, low: np.datetime64, high: np.datetime64) -> pa.Array | None:
    """Timestamps of the cells that say one beyond doubt, null elsewhere; None if the cells are
    not all of one length that ISO 8601 has (2025-03-01, 2025/03/01 10:30, 2025-03-01 10:30:00).

    low, high  a moment outside them is left null
    """
    places, data = bounds(column)
    lengths = np.diff(places)
    length = int(lengths.max(initial=0))
    full = lengths == length
    if length not in _LAYOUTS or not (full | (lengths == 0)).all():
        return None
    content = data[places[0] : places[-1]].reshape(-1, length)
    value, good = _read(np.ascontiguousarray(content.T), _LAYOUTS[length])
    good &= (value >= low.astype("datetime64[us]").astype(np.int64)) & (
        value <= high.astype("datetime64[us]").astype(np.int64)
    )
    if not full.all():
        every, known = np.zeros(len(full), np.int64), np.zeros(len(full), np.bool_)
        every[full], known[full] = value, good
        value, good = every, known
    mask = None if good.all() else ~good
    return pa.array(value, pa.int64(), mask=mask).cast(pa.timestamp("us"))


def _read(text: Bytes, layout: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """text: one row per place of the layout. Microseconds, and whether they can be trusted."""
    good = (text[4] == ord("-")) | (text[4] == ord("/"))
    good &= text[7] == text[4]
    digits = text - _DIGIT
    for place, sign in enumerate(layout):
        if sign == ".":
            good &= digits[place] <= 9
        elif sign != "-":
            good &= text[place] == ord(sign)
    year = _number(digits, (0, 1, 2, 3))
    month, day = _number(digits, (5, 6)), _number(digits, (8, 9))
    good &= (year >= _YEARS[0]) & (month >= 1) & (month <= 12) & (day >= 1)
    at = np.where(good, (year - _YEARS[0]) * 12 + month - 1, 0)
    good &= day <= _MONTH_LENGTH[at]
    value = (_MONTH_DAY[at] + (day - 1)) * _DAY_MICROSECONDS
    for place, limit, size in ((11, 23, 3_600), (14, 59, 60), (17, 59, 1)):
        if place < len(layout):
            part = _number(digits, (place, place + 1))
            good &= part <= limit
            value += part * np.int64(size * 1_000_000)
    return value, good


def _number(digits: Bytes, places: Sequence[int]) -> npt.NDArray[np.int32]:
    value = digits[places[0]].astype(np.int32)
    for place in places[1:]:
        value *= 10
        value += digits[place]
    return value
