"""Columns from a batch of records: each expression's values, gathered by array arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from shuren.data.internals.marc.batch import LDR, RS, US, Batch
from shuren.data.internals.marc.expression import (
    BETWEEN,
    FORMAT,
    Expression,
    Term,
)
from shuren.data.internals.marc.numbers import CONVERT
from shuren.data.internals.marc.record import CNMARC, MARC21

I64 = npt.NDArray[np.int64]
TRAILING = " /:;,=\t"
_FULL = {ord(c): str(n) for n, c in enumerate("０１２３４５６７８９")}
_CODES = 128


@dataclass
class Values:
    """A term's values in order: the record and the field each is of."""

    record: I64
    field: I64
    text: pa.StringArray


@dataclass
class Spans:
    """The subfields wanted, grouped: places[g] are those of group g, in file order."""

    start: I64
    end: I64
    owner: I64
    groups: dict[tuple[int, str], I64] = field(default_factory=dict)


class ColumnMaker:
    """The expressions of one mapping, compiled once, run on each batch."""

    def __init__(self, expressions: Sequence[Expression]) -> None:
        self.expressions = tuple(expressions)
        pairs: dict[tuple[int, str], int] = {}
        for term in (term for expression in expressions for term in expression.terms):
            for code in (*term.codes, *(term.test[:1] if term.test else ())):
                pairs.setdefault((_tag(term), code), len(pairs) + 1)
        self._pairs = pairs
        # Fields whose text somebody asks for; 200 and 245 tell the format.
        self.tags = np.zeros(1002, np.bool_)
        self.tags[[_tag(t) for e in expressions for t in e.terms] + [200, 245]] = True
        self._wanted = np.zeros(1002 * _CODES, np.int16)
        for (tag, code), number in pairs.items():
            self._wanted[tag * _CODES + ord(code)] = number

    def columns(self, batch: Batch) -> list[pa.Array]:
        reading = self.reading(batch)
        return [reading.column(expression) for expression in self.expressions]

    def reading(self, batch: Batch) -> "_Reading":
        return _Reading(batch, self._spans(batch))

    def _no_spans(self) -> Spans:
        none = np.zeros(0, np.int64)
        return Spans(none, none, none, dict.fromkeys(self._pairs, none))

    def _spans(self, batch: Batch) -> Spans:
        """All subfields whose tag and code some expression names."""
        marks, buffer = batch.marks, batch.buffer
        if not len(batch.tag):
            return self._no_spans()
        kinds = buffer[marks]
        begins = np.flatnonzero(kinds[:-1] == US)
        terminator = np.cumsum(kinds == RS, dtype=np.int32)[begins]
        known = terminator < len(batch.owner)
        begins, terminator = begins[known], terminator[known]
        owner = batch.owner[terminator]
        at = marks[begins]
        code = buffer[np.minimum(at + 1, len(buffer) - 1)]
        key = batch.tag[owner].astype(np.int32) * _CODES + (code & 0x7F)
        number = self._wanted[key]
        there = np.flatnonzero((number > 0) & (owner >= 0) & (code < _CODES))
        number = number[there]
        order = np.argsort(number, kind="stable")
        there = there[order]
        start = at[there] + 2
        end = np.maximum(marks[begins[there] + 1], start)
        edges = np.searchsorted(number[order], np.arange(len(self._pairs) + 2))
        spans = Spans(start, end, owner[there].astype(np.int64))
        for pair, n in self._pairs.items():
            spans.groups[pair] = np.arange(edges[n], edges[n + 1])
        return spans


class _Reading:
    """One batch being read."""

    def __init__(self, batch: Batch, spans: Spans) -> None:
        self._batch, self._spans = batch, spans
        self._record = batch.record.astype(np.int64)

    def column(self, expression: Expression) -> pa.Array:
        """One text per record, empty where it says nothing."""
        found: pa.Array | None = None
        for choice in expression.choices:
            made = self._choice(choice, expression)
            found = made if found is None else _where_empty(found, made)
        assert found is not None
        return found

    def formats(self) -> pa.Array:
        tags = self._batch.tag
        has = {
            tag: np.bincount(self._record[tags == tag], minlength=self._batch.size) > 0
            for tag in (200, 245)
        }
        return pc.if_else(pa.array(has[200] & ~has[245]), CNMARC, MARC21)

    def _choice(self, choice: tuple[Term, ...] | str, expression: Expression) -> pa.Array:
        if choice == FORMAT:
            return self.formats()
        if isinstance(choice, str):
            return pa.array([choice[1:]] * self._batch.size, pa.string())
        parts = [self.values(term, expression) for term in choice]
        return _joined(_merged(parts), self._batch.size, expression.first)

    def values(self, term: Term, expression: Expression) -> Values:
        found = self._subfields(term) if term.codes else self._controls(term)
        if term.test:
            found = self._tested(found, term)
        text = found.text
        if term.span:
            first, behind = term.span
            text = pc.utf8_slice_codeunits(text, first, behind)
        if expression.number:
            convert = CONVERT[expression.number]
            text = pa.array([convert(_ascii_digits(t)) for t in text.to_pylist()], pa.string())
        elif not expression.plain and not (term.tag.startswith("00") or term.tag == "LDR"):
            text = _tidy(text)
        return _without_empty(Values(found.record, found.field, text))

    def _controls(self, term: Term) -> Values:
        places = np.flatnonzero(self._batch.tag == _tag(term))
        places = places[np.argsort(self._record[places], kind="stable")]
        batch = self._batch
        text = gather(batch.buffer, batch.start[places], batch.end[places])
        return Values(self._record[places], places, text)

    def _subfields(self, term: Term) -> Values:
        groups = [self._spans.groups[_tag(term), code] for code in term.codes]
        places = groups[0] if len(groups) == 1 else np.concatenate(groups)
        spans = self._spans
        owner = spans.owner[places]
        if len(groups) > 1 or not _ordered(self._record[owner]):
            order = np.lexsort((spans.start[places], self._record[owner]))
            places, owner = places[order], owner[order]
        text = gather(self._batch.buffer, spans.start[places], spans.end[places])
        found = Values(self._record[owner], owner, text)
        return _by_field(found, term.by) if len(groups) > 1 else found

    def _tested(self, found: Values, term: Term) -> Values:
        assert term.test
        code, begins = term.test
        places = self._spans.groups[_tag(term), code]
        text = gather(self._batch.buffer, self._spans.start[places], self._spans.end[places])
        right = pc.starts_with(text, begins).to_numpy(zero_copy_only=False)
        keep = np.isin(found.field, self._spans.owner[places][right])
        return Values(found.record[keep], found.field[keep], found.text.filter(pa.array(keep)))


def gather(buffer: npt.NDArray[np.uint8], start: I64, end: I64) -> pa.StringArray:
    """The texts at these places of the buffer as one array."""
    length = end - start
    offsets = np.zeros(len(start) + 1, np.int64)
    np.cumsum(length, out=offsets[1:])
    index = np.repeat(start - offsets[:-1], length)
    index += np.arange(len(index))
    data = buffer[index]
    return pa.StringArray.from_buffers(
        len(start), pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(data)
    )


def _tag(term: Term) -> int:
    return LDR if term.tag == "LDR" else int(term.tag)


def _tidy(text: pa.StringArray) -> pa.StringArray:
    """Without blanks around it and punctuation that introduces the next part; digits of full
    width as plain ones."""
    text = pc.ascii_trim(text, characters=" \t\r\n")
    text = pc.ascii_rtrim(text, characters=TRAILING)
    data = text.buffers()[2]
    if data is not None and b"\xef\xbc" in memoryview(data).tobytes():
        wide = [
            t.translate(_FULL) if max(t, default="") >= "\uff10" else t for t in text.to_pylist()
        ]
        text = pa.array(wide, pa.string())
    return text


def _ascii_digits(text: str) -> str:
    return text if text.isascii() else text.translate(_FULL)


def _without_empty(found: Values) -> Values:
    there = pc.not_equal(found.text, "")
    if pc.all(there).as_py() in (True, None):
        return found
    keep = there.to_numpy(zero_copy_only=False)
    return Values(found.record[keep], found.field[keep], found.text.filter(there))


def _ordered(numbers: I64) -> bool:
    return bool((numbers[1:] >= numbers[:-1]).all())


def _merged(parts: Sequence[Values]) -> Values:
    if len(parts) == 1:
        return parts[0]
    record = np.concatenate([part.record for part in parts])
    order = np.argsort(record, kind="stable")
    text = pa.concat_arrays([part.text for part in parts]).take(pa.array(order))
    owner = np.concatenate([part.field for part in parts])
    return Values(record[order], owner[order], text)


def _by_field(found: Values, by: str) -> Values:
    """The subfields of one field in one text."""
    if not len(found.field):
        return found
    begins = np.flatnonzero(np.concatenate([[True], found.field[1:] != found.field[:-1]]))
    offsets = np.append(begins, len(found.field)).astype(np.int32)
    pieces = pc.ascii_rtrim(found.text, characters=TRAILING)
    lists = pa.ListArray.from_arrays(pa.array(offsets), pieces)
    return Values(found.record[begins], found.field[begins], pc.binary_join(lists, by))


def _joined(found: Values, size: int, first: bool) -> pa.Array:
    counts = np.bincount(found.record, minlength=size)
    text = found.text
    if first and len(counts) and counts.max(initial=0) > 1:
        begins = np.concatenate([[True], found.record[1:] != found.record[:-1]])
        text = text.filter(pa.array(begins))
        counts = np.minimum(counts, 1)
    offsets = np.zeros(size + 1, np.int32)
    np.cumsum(counts, out=offsets[1:])
    lists = pa.ListArray.from_arrays(pa.array(offsets), text)
    return pc.binary_join(lists, BETWEEN)


def _where_empty(first: pa.Array, second: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(first, ""), second, first)
