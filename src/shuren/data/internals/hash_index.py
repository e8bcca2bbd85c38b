"""A hash table of numpy arrays: many rows looked up and put in at once."""

import numpy as np
import numpy.typing as npt

U64 = npt.NDArray[np.uint64]
_FREE = -1
_MOST = 2_000_000_000


class HashIndex:
    """Numbers rows by 128 bits of hash in the order they come.

    Open addressing: a row whose slot another one holds tries the next slot, so that a slot
    once taken stays where it is until the table grows.
    """

    def __init__(self) -> None:
        self._bits = 12
        self._slots = np.full(1 << self._bits, _FREE, np.int32)
        self._keys, self._checks = np.empty(0, np.uint64), np.empty(0, np.uint64)
        self._rows = 0

    def __len__(self) -> int:
        return self._rows

    def add(self, keys: U64, checks: U64) -> npt.NDArray[np.int64]:
        """For each row the number of the first one that has its hashes: its own if it is new.

        Every row takes a number, a repeated one too.
        """
        start = self._rows
        self._store(keys, checks)
        own = np.arange(start, self._rows)
        if self._rows * 2 > len(self._slots):
            self._grow()
        return self._settle(own)

    def find(self, keys: U64, checks: U64) -> npt.NDArray[np.int64]:
        """The number of the first row that has these hashes, -1 where there is none."""
        result = np.full(len(keys), _FREE, np.int64)
        waiting = np.arange(len(keys))
        slots = (keys >> np.uint64(64 - self._bits)).astype(np.int64)
        while len(waiting):
            holders = self._slots[slots]
            held = np.flatnonzero(holders != _FREE)
            theirs, ours = holders[held], waiting[held]
            same = self._keys[theirs] == keys[ours]
            same &= self._checks[theirs] == checks[ours]
            result[ours[same]] = theirs[same]
            left = held[~same]
            waiting = waiting[left]
            slots = (slots[left] + 1) & (len(self._slots) - 1)
        return result

    def _store(self, keys: U64, checks: U64) -> None:
        end = self._rows + len(keys)
        if end > _MOST:
            raise OverflowError("more rows than a table of 32-bit numbers can hold")
        if end > len(self._keys):
            room = max(end, 2 * len(self._keys))
            self._keys, self._checks = _wider(self._keys, room), _wider(self._checks, room)
        self._keys[self._rows : end], self._checks[self._rows : end] = keys, checks
        self._rows = end

    def _grow(self) -> None:
        """Four times the room needed, and everything that held a slot put in again."""
        holders = self._slots[self._slots != _FREE].astype(np.int64)
        self._bits = max(self._bits, (4 * self._rows - 1).bit_length())
        self._slots = np.full(1 << self._bits, _FREE, np.int32)
        self._settle(holders)

    def _settle(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Find a slot for each row; among equal ones the first of them gets it."""
        result = rows.copy()
        waiting = np.arange(len(rows))
        slots = (self._keys[rows] >> np.uint64(64 - self._bits)).astype(np.int64)
        while len(waiting):
            numbers = rows[waiting]
            free = np.flatnonzero(self._slots[slots] == _FREE)
            # Of several assignments to one slot the last one counts: the earliest row.
            self._slots[slots[free][::-1]] = numbers[free][::-1]
            holders = self._slots[slots].astype(np.int64)
            settled = holders == numbers
            others = np.flatnonzero(~settled)
            theirs, ours = holders[others], numbers[others]
            same = self._keys[theirs] == self._keys[ours]
            same &= self._checks[theirs] == self._checks[ours]
            result[waiting[others[same]]] = theirs[same]
            left = others[~same]
            waiting = waiting[left]
            slots = (slots[left] + 1) & (len(self._slots) - 1)
        return result


def table_order(keys: U64) -> npt.NDArray[np.int64]:
    """Places of the keys in the order they have in a table, equal ones as they come.

    Rows put in in this order do not jump to and fro in a large table, which is most of the
    cost. Sorting numbers that hold their place is several times faster than argsort.
    """
    low = np.uint64((1 << len(keys).bit_length()) - 1)
    mixed = (keys & ~low) | np.arange(len(keys), dtype=np.uint64)
    return (np.sort(mixed) & low).astype(np.int64)


def _wider(values: U64, room: int) -> U64:
    wide = np.empty(room, np.uint64)
    wide[: len(values)] = values
    return wide
