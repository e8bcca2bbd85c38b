"""Single records taken up again from quarantine, each alone."""

from collections.abc import Iterator, Sequence
from typing import Any

from shuren.data import shapes
from shuren.data.internals.block import Block
from shuren.data.internals.reading.careful import (
    Cells,
    Verdict,
    judge_bytes,
    judge_text,
    refusal,
)
from shuren.data.internals.reading.cells import BlockBuilder
from shuren.data.internals.reading.dialect import record_dialect
from shuren.data.internals.reading.records import (
    Broken,
    Fault,
    continue_record,
    split_record,
)

Record = tuple[int, bytes] | tuple[int, bytes, str]


class ReplayedRecords:
    """See block.TableFile. A record of white space only counts as blank, as in a file."""

    beginning: Sequence[Sequence[str]] = ()
    remarks: Sequence[str] = ()

    def __init__(
        self, records: Sequence[Record], like: dict[str, Any], mapping: shapes.Mapping
    ) -> None:
        self._records = records
        self._like = dict(like)
        self.encoding = str(like.get("encoding") or "utf-8")
        self.header: list[str] = list(like.get("header", []))
        width = like.get("width") or len(self.header) or mapping.columns_expected or 1
        self.width = int(width)
        self._dialect = record_dialect(like, mapping, self.width)

    @property
    def dialect(self) -> dict[str, Any]:
        return self._like

    def blocks(self) -> Iterator[Block]:
        builder = BlockBuilder(self.width)
        for line, raw, *own in self._records:
            self._add(builder, line, raw, str(own[0]) if own else self.encoding)
            if builder.full:
                yield builder.block()
        if not builder.empty:
            yield builder.block()

    def _add(self, builder: BlockBuilder, line: int, raw: bytes, encoding: str) -> None:
        verdict = self._judge(raw, encoding)
        if verdict is None:
            builder.blank()
        elif isinstance(verdict, list):
            builder.row(line, verdict, raw)
        else:
            if isinstance(verdict, Broken):
                verdict = "S02", {"column": verdict.column}
            builder.refuse(refusal(line, *verdict, raw, lambda r: r.decode(encoding, "replace")))

    def _judge(self, raw: bytes, encoding: str) -> Cells | Broken | Verdict | None:
        wide = encoding.startswith(("utf-16", "utf-32"))
        wrong = None if wide else judge_bytes(raw)
        if wrong:
            return wrong
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError as error:
            return "S01", {"encoding": encoding, "byte": error.start}
        wrong = judge_bytes(text.encode()) if wide else None
        return wrong or self._two_records(text) or judge_text(text, self._dialect)

    def _two_records(self, text: str) -> Verdict | None:
        """A line break outside quotes, as a correction may have: refused as a broken quote."""
        first, *others = text.split("\n")
        delimiter, quote = self._dialect.delimiter, self._dialect.quote
        record = split_record(first, delimiter, quote)
        for line in others:
            if not isinstance(record, Broken):
                return "S02", {"column": len(record)}
            if record.fault is Fault.OPEN:
                record = continue_record(record, "\n" + line, delimiter, quote)
        return None
