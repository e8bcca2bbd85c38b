"""The doubtful lines of a block, one by one: mended into records, or refused with a reason."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from shuren.data.internals.block import Refused
from shuren.data.internals.reading.dialect import Dialect
from shuren.data.internals.reading.records import (
    JOIN_LIMIT,
    LINE_LIMIT,
    TEXT_LIMIT,
    Broken,
    Fault,
    continue_record,
    split_record,
)
from shuren.data.internals.reading.scan import Scan

Cells = list[str | None]
Verdict = tuple[str, dict]


@dataclass
class Findings:
    """rows: line → (cells, lines taken); refused: (line, rule, detail); blank: lines;
    upto: first line left for the next block, because its record may go on there."""

    upto: int
    rows: dict[int, tuple[Cells, int]] = field(default_factory=dict)
    refused: list[tuple[int, str, dict]] = field(default_factory=list)
    blank: int = 0


def judge_text(text: str, dialect: Dialect) -> Cells | Broken | Verdict | None:
    """A decoded record: its cells, a broken quote, (rule, detail), or None when it is blank."""
    if not text.strip() and dialect.delimiter not in text:
        return None
    return judge_record(split_record(text, dialect.delimiter, dialect.quote), dialect)


def judge_record(record: list[str] | Broken, dialect: Dialect) -> Cells | Broken | Verdict:
    if isinstance(record, Broken):
        return record
    if not dialect.fits(len(record)):
        return "S03", {"expected": dialect.width, "found": len(record)}
    return [*record, *[None] * (dialect.width - len(record))]


def judge_bytes(record: bytes) -> Verdict | None:
    """What is wrong with the bytes of a record before anybody reads them as text."""
    if len(record) > LINE_LIMIT:
        return "S05", {"length": len(record), "limit": LINE_LIMIT}
    nul = record.find(b"\x00")
    return ("S04", {"byte": nul}) if nul >= 0 else None


class CarefulReader:
    """data, scan, undecodable: as `scan` takes and gives them; final: no lines follow."""

    def __init__(
        self,
        data: bytes,
        scan: Scan,
        undecodable: dict[int, dict],
        dialect: Dialect,
        final: bool,
    ) -> None:
        self.data, self.scan, self.undecodable = data, scan, undecodable
        self.dialect, self.final = dialect, final
        self.size = len(scan.starts)

    def read(self) -> Findings:
        found = Findings(upto=self.size)
        taken = 0
        doubtful = np.flatnonzero(~self.scan.clean & ~self.scan.empty)
        starts, ends = self.scan.starts[doubtful].tolist(), self.scan.ends[doubtful].tolist()
        for line, start, end in zip(doubtful.tolist(), starts, ends, strict=True):
            if line < taken:
                continue
            verdict = self._judge(line, self.data[start:end])
            if verdict is None:
                found.blank += 1
            elif isinstance(verdict, Broken):
                cells, span = self._joined(line, verdict)
                if cells is None and span == 0:
                    found.upto = line
                    break
                if cells is None:
                    found.refused.append((line, "S02", {"column": verdict.column}))
                else:
                    found.rows[line] = (cells, span)
                    taken = line + span
            elif isinstance(verdict, tuple):
                found.refused.append((line, *verdict))
            else:
                found.rows[line] = (verdict, 1)
        return found

    def _judge(self, line: int, content: bytes) -> Cells | Broken | Verdict | None:
        wrong = judge_bytes(content)
        if wrong:
            return wrong
        if line in self.undecodable:
            return "S01", self.undecodable[line]
        return judge_text(content.decode(), self.dialect)

    def _joined(self, line: int, broken: Broken) -> tuple[Cells | None, int]:
        """The record that begins in this line and how many lines it takes.

        (None, 1) when it is no record; (None, 0) when only the next block can tell. A line
        that is a good record by itself is never taken into another.
        """
        if broken.fault is Fault.BROKEN or not self.dialect.join:
            return None, 1
        start, before = int(self.scan.starts[line]), int(self.scan.ends[line])
        for after in range(line + 1, line + JOIN_LIMIT):
            if after >= self.size:
                return None, int(self.final)
            end = int(self.scan.ends[after])
            if self._stands_alone(after) or end - start > LINE_LIMIT:
                return None, 1
            more, before = self.data[before:end].decode(), end
            record = continue_record(broken, more, self.dialect.delimiter, self.dialect.quote)
            verdict = judge_record(record, self.dialect)
            if isinstance(verdict, list):
                return verdict, after - line + 1
            if not isinstance(verdict, Broken) or verdict.fault is Fault.BROKEN:
                return None, 1
            broken = verdict
        return None, 1

    def _stands_alone(self, line: int) -> bool:
        """A good record, or bytes that cannot be part of one."""
        if self.scan.clean[line] or line in self.undecodable:
            return True
        start, end = int(self.scan.starts[line]), int(self.scan.ends[line])
        return self.data.find(b"\x00", start, end) >= 0


def refusal(
    line: int, rule: str, detail: dict, raw: bytes, decode: Callable[[bytes], str]
) -> Refused:
    """decode: best effort; called with at most the bytes that are shown."""
    shown = raw if len(raw) <= TEXT_LIMIT else raw[: TEXT_LIMIT * 4]
    return Refused(line, rule, raw, decode(shown)[:TEXT_LIMIT], detail)
