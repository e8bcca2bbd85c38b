"""What does not fit into memory when millions of records are gathered: rows put on the disk in
buckets, and a map of numbers that takes some thirty bytes an entry."""

import hashlib
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson

BUCKETS = 128
_IN_MEMORY = 100_000  # rows held before any is written
_LENGTH = 8  # bytes that say how long what follows is

Row = list[Any]


def number_of(id: str) -> int:
    """A number of 64 bits that stands for an id, never 0."""
    digest = hashlib.blake2b(id.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") or 1


class Buckets:
    """Rows by the first number of each, `BUCKETS` files of them in a folder. What is small enough
    never reaches the disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows = 0
        self._held: list[list[Row]] = [[] for _ in range(BUCKETS)]
        self._count = 0

    def add(self, row: Row) -> None:
        """row[0] is a number; all of one number come to the same bucket, in the order they came."""
        self._held[row[0] % BUCKETS].append(row)
        self.rows += 1
        self._count += 1
        if self._count >= _IN_MEMORY:
            self.flush()

    def flush(self) -> None:
        """Write what is held, so that another process can read it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for number, held in enumerate(self._held):
            if held:
                content = orjson.dumps(held)
                with self.path(number).open("ab") as file:
                    file.write(len(content).to_bytes(_LENGTH, "big") + content)
                held.clear()
        self._count = 0

    def path(self, number: int) -> Path:
        return self.folder / f"bucket-{number:03d}"

    def take(self, number: int) -> list[Row]:
        """All rows of a bucket, once: its file is gone afterwards."""
        rows = [*taken(self.path(number)), *self._held[number]]
        self._held[number] = []
        return rows


def taken(path: Path, keep: bool = False) -> Iterator[Row]:
    """The rows of a bucket's file, which is gone when all were read unless it is to be kept; none
    without a file."""
    if not path.is_file():
        return
    with path.open("rb") as file:
        while length := file.read(_LENGTH):
            yield from orjson.loads(file.read(int.from_bytes(length, "big")))
    if not keep:
        path.unlink()


class Numbers:
    """A map from numbers of 64 bits to others, neither of them 0."""

    def __init__(self, expected: int = 0) -> None:
        size = 1 << max(10, (expected * 3 // 2).bit_length())
        self._keys, self._values = array("Q", bytes(8 * size)), array("Q", bytes(8 * size))
        self._mask, self._used = size - 1, 0

    def __len__(self) -> int:
        return self._used

    def get(self, key: int) -> int:
        """0 where there is none."""
        return self._values[self._place(key)]

    def set(self, key: int, value: int) -> None:
        place = self._place(key)
        if not self._keys[place]:
            if self._used * 3 > self._mask * 2:
                self._grow()
                place = self._place(key)
            self._keys[place] = key
            self._used += 1
        self._values[place] = value

    def items(self) -> Iterator[tuple[int, int]]:
        """Those whose value is not 0."""
        for place, key in enumerate(self._keys):
            if key and self._values[place]:
                yield key, self._values[place]

    def _place(self, key: int) -> int:
        keys, mask = self._keys, self._mask
        place = key & mask
        while (found := keys[place]) and found != key:
            place = (place + 1) & mask
        return place

    def _grow(self) -> None:
        old: Iterable[tuple[int, int]] = zip(self._keys, self._values, strict=True)
        size = 2 * len(self._keys)
        self._keys, self._values = array("Q", bytes(8 * size)), array("Q", bytes(8 * size))
        self._mask = size - 1
        for key, value in old:
            if key:
                place = self._place(key)
                self._keys[place], self._values[place] = key, value
