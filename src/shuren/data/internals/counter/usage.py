"""Rows of usage on their way to blocks: one row an item, a set of attributes, a metric, a month."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from shuren.data.internals.block import Block, Refused
from shuren.data.internals.reading.arrow import column_names

HEAD = ("release", "report_id", "report_created", "report_filters", "institution", "customer_id")
ITEM = (
    "platform", "publisher", "publisher_id", "title", "database", "item", "authors",
    "publication_date", "article_version", "doi", "proprietary_id", "isbn", "print_issn",
    "online_issn", "uri",
)  # fmt: skip
PARENT = (
    "parent_title", "parent_data_type", "parent_doi", "parent_proprietary_id", "parent_isbn",
    "parent_print_issn", "parent_online_issn", "parent_uri", "component", "component_id",
)  # fmt: skip
ATTRIBUTES = ("data_type", "section_type", "yop", "access_type", "access_method", "format")
SHARED = (*HEAD, *ITEM, *PARENT, *ATTRIBUTES)
COLUMNS = (*SHARED, "metric_type", "used_from", "usage_count")
STRUCTURE, TOTAL = "S08", "S09"
ROWS = 100_000


class UsageBuilder:
    """Collects rows until there are enough for a block.

    What the rows of one item and one set of attributes share is kept once, and spread over
    them by Arrow.
    """

    def __init__(self) -> None:
        self._clear()

    def _clear(self) -> None:
        self._sets: list[Sequence[str | None]] = []
        self._paths: list[str] = []
        self._set_of: list[int] = []
        self._metrics: list[str] = []
        self._months: list[str] = []
        self._counts: list[str] = []
        self._lines: list[int] = []
        self._refused: list[Refused] = []
        self._blank = 0

    @property
    def full(self) -> bool:
        return len(self._set_of) + len(self._refused) >= ROWS

    @property
    def empty(self) -> bool:
        return not (self._set_of or self._refused or self._blank)

    def shared(self, values: Mapping[str, str | None], path: str) -> None:
        """What the rows added next have in common, and where in the file that stands."""
        self._sets.append([values.get(name) for name in SHARED])
        self._paths.append(path)

    def row(self, line: int, metric: Any, month: str, count: Any) -> None:
        """A count of one month; 0 is no row, as a month without use may be left out."""
        if count == 0 or count == "0":
            return
        self._set_of.append(len(self._sets) - 1)
        self._metrics.append("" if metric is None else str(metric))
        self._months.append(month)
        self._counts.append("" if count is None else str(count))
        self._lines.append(line)

    def rows(self, line: int, metric: str, months: Mapping[str, Any]) -> int:
        """The counts of several months, on lines from `line` on; returns how many they are."""
        if 0 in months.values() or None in months.values():
            months = {
                month: "" if n is None else n for month, n in months.items() if n is False or n != 0
            }
        size = len(months)
        self._set_of += [len(self._sets) - 1] * size
        self._metrics += [metric] * size
        self._months += months
        self._counts += map(str, months.values())
        self._lines += range(line, line + size)
        return size

    def refuse(self, refused: Refused) -> None:
        self._refused.append(refused)

    def blank(self, lines: int) -> None:
        self._blank += lines

    def block(self) -> Block:
        sets, paths, set_of = self._sets, self._paths, self._set_of
        own = (self._metrics, self._months, self._counts)
        where = pa.array(set_of, pa.int64())
        columns = zip(*sets, strict=True) if sets else [()] * len(SHARED)
        arrays = [pa.array(list(column), pa.string()).take(where) for column in columns]
        arrays += [pa.array(values, pa.string()) for values in own]
        arrays[-2] = _first_days(arrays[-2])

        def raw_of(places: Sequence[int]) -> list[bytes]:
            return [
                flat_row(paths[set_of[p]], sets[set_of[p]], [column[p] for column in own])
                for p in places
            ]

        block = Block(
            table=pa.Table.from_arrays(arrays, names=column_names(len(COLUMNS))),
            lines=np.array(self._lines, np.int64),
            refused=self._refused,
            blank=self._blank,
            raw_of=raw_of,
        )
        self._clear()
        return block


def flat_row(path: str, shared: Sequence[str | None], own: Sequence[Any]) -> bytes:
    """What stands for the bytes of a row that is a part of a report: its place and its cells."""
    values = dict(zip(COLUMNS, (*shared, *own), strict=True))
    return orjson.dumps(
        {"path": path} | {k: v for k, v in values.items() if v not in (None, "")}, default=str
    )


def structure(line: int, path: str, wanted: str, raw: bytes) -> Refused:
    """A part of a report without what COUNTER asks for there."""
    return Refused(line, STRUCTURE, raw, raw.decode("utf-8", "replace")[:65_536],
                   {"place": path, "wanted": wanted})  # fmt: skip


def _first_days(months: pa.Array) -> pa.Array:
    """`2026-01` as `2026-01-01`; what is no month stays as it is, and is refused."""
    days = pc.binary_join_element_wise(months, "01", "-")
    return pc.if_else(pc.equal(pc.utf8_length(months), 7), days, months)
