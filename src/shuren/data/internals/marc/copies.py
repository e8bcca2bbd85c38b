"""One row per copy: of every record as many rows as it has fields of holdings."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from shuren.data.internals.marc.batch import Batch
from shuren.data.internals.marc.columns import ColumnMaker, Values, _Reading
from shuren.data.internals.marc.expression import BETWEEN, Expression, Term
from shuren.data.internals.marc.expression import term as parse_term
from shuren.data.internals.marc.record import SUBFIELD, Marc

I64 = npt.NDArray[np.int64]


@dataclass
class Rows:
    """record  of each row, its number in the batch; term  what told the rows apart;
    columns  as the mapping asks"""

    record: I64
    columns: list[pa.Array]


class CopyMaker:
    """anchors  such as `876$p or 852$p`: one row for each of the first that a record has"""

    def __init__(self, anchors: str, expressions: Sequence[Expression]) -> None:
        self.anchors = tuple(parse_term(part.strip(), anchors) for part in anchors.split(" or "))
        wanted = Expression(anchors, tuple((term,) for term in self.anchors))
        self._wanted = wanted
        self._expressions = tuple(expressions)
        self._maker = ColumnMaker([*expressions, wanted])
        self.tags = self._maker.tags

    def rows(self, batch: Batch) -> Rows:
        reading = self._maker.reading(batch)
        taken: set[int] = set()
        picked: list[tuple[Term, Values]] = []
        for anchor in self.anchors:
            found = reading.values(anchor, self._wanted)
            fresh = ~np.isin(found.record, np.fromiter(taken, np.int64, len(taken)))
            found = Values(
                found.record[fresh], found.field[fresh], found.text.filter(pa.array(fresh))
            )
            taken.update(found.record.tolist())
            picked.append((anchor, found))
        record = np.concatenate([found.record for _anchor, found in picked])
        order = np.argsort(record, kind="stable")
        columns = []
        for expression in self._expressions:
            parts = [_column(reading, expression, anchor, found) for anchor, found in picked]
            columns.append(pa.concat_arrays(parts).take(pa.array(order)))
        return Rows(record[order], columns)


def _column(reading: _Reading, expression: Expression, anchor: Term, rows: Values) -> pa.Array:
    """One expression for rows of one anchor: subfields of the row's own field where the field is
    the anchor's; of the whole record elsewhere."""
    texts = [""] * len(rows.record)
    for choice in expression.choices:
        if isinstance(choice, str) or all(term.tag != anchor.tag for term in choice):
            one = Expression(expression.text, (choice,), expression.first, expression.plain,
                             expression.number)  # fmt: skip
            made = reading.column(one).take(pa.array(rows.record)).to_pylist()
        else:
            made = _of_the_field(reading, expression, choice, anchor, rows)
        texts = [text or other for text, other in zip(texts, made, strict=True)]
    return pa.array(texts, pa.string())


def _of_the_field(
    reading: _Reading,
    expression: Expression,
    choice: tuple[Term, ...],
    anchor: Term,
    rows: Values,
) -> list[str]:
    found: dict[int, list[str]] = {}
    for term in choice:
        if term.tag == anchor.tag and term.codes == anchor.codes and not term.test:
            return rows.text.to_pylist()
        values = reading.values(term, expression)
        for place, text in zip(values.field.tolist(), values.text.to_pylist(), strict=True):
            found.setdefault(place, []).append(text)
    cut = 1 if expression.first else None
    return [BETWEEN.join(found.get(place, [])[:cut]) for place in rows.field.tolist()]


def only_copy(record: Marc, anchors: Sequence[Term], number: int) -> Marc:
    """The record with the one copy that is its row `number` (from 0): so that this copy alone is
    taken up again."""
    for anchor in anchors:
        left = number
        kept, found = [], False
        for tag, content in record.fields:
            if tag != anchor.tag:
                kept.append((tag, content))
                continue
            parts = content.split(SUBFIELD)
            mine = [n for n, part in enumerate(parts) if n and part[:1] in anchor.codes
                    and part[1:].strip()]  # fmt: skip
            found = found or bool(mine)
            if 0 <= left < len(mine):
                own = mine[left]
                one = [part for n, part in enumerate(parts) if n not in mine or n == own]
                kept.append((tag, SUBFIELD.join(one)))
            left -= len(mine)
        if found:
            return Marc(record.leader, kept, record.encoding, record.repaired)
    return record
