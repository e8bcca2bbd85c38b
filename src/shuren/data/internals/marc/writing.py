"""MARC out of columns: a mapping read the other way round.

Each column goes to the first field it is read from. Columns of the fields that the mapping's
`options: {once: […]}` names share one field; elsewhere each value is a field of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from shuren.data import shapes
from shuren.data.internals.marc import expression
from shuren.data.internals.marc.columns import TRAILING
from shuren.data.internals.marc.expression import BETWEEN, Expression, Term
from shuren.data.internals.marc.record import CNMARC, LEADER, SUBFIELD, Marc, is_control, subfields

_LEADERS = {"marc21": "00000nam a2200000   4500", "cnmarc": "00000nam0 2200000   450 "}
_CODED = {"008": (40, ""), "100": (36, "a")}
_XML_CONTROLS = {code: " " for code in range(0x20) if code not in (9, 10, 13)}


@dataclass(frozen=True)
class _Column:
    name: str
    read: Expression


class RecordMaker:
    """Rows of bib_records as records of one format."""

    def __init__(self, mapping: shapes.Mapping) -> None:
        options = mapping.options
        self.format = str(options.get("format", ""))
        self._once = {str(tag) for tag in options.get("once", ())}
        self._indicators = {str(t): str(i) for t, i in (options.get("indicators") or {}).items()}
        columns = [
            _Column(name, expression.parse(str(source.names[0])))
            for name, source in mapping.columns.items()
            if source.names
        ]
        given = {c.read.terms[0] for c in columns if c.read.plain and c.read.terms}
        self._columns = [
            c
            for c in columns
            if c.read.terms and not (c.read.number in ("isbn", "issn") and c.read.terms[0] in given)
        ]

    def record(self, row: Mapping[str, Any]) -> Marc:
        """row  {column of bib_records: value}"""
        made = _Made(_LEADERS[self.format], self._once)
        for column in self._columns:
            text = _text(row.get(column.name))
            if text:
                self._write(made, column.read, text)
        return made.finish(self.format, self._indicators)

    def _write(self, made: "_Made", read: Expression, text: str) -> None:
        for choice in read.choices:
            if isinstance(choice, str):
                continue
            first = choice[0]
            if first.span and len(text) > first.span[1] - first.span[0]:
                continue  # too long for its positions: the next place it is read from
            values = [text] if read.first or first.span else text.split(BETWEEN)
            for number, value in enumerate(values):
                again = number and first.tag in self._once
                made.put(choice[-1] if again else first, value)
            return


class _Made:
    def __init__(self, leader: str, once: set[str]) -> None:
        self._leader, self._once = leader, once
        self._controls: dict[str, str] = {}
        self._coded: dict[str, list[str]] = {}
        self._shared: dict[str, list[tuple[str, str]]] = {}
        self._own: list[tuple[str, list[tuple[str, str]]]] = []

    def put(self, term: Term, value: str) -> None:
        if term.tag == "LDR" and term.span:
            first = term.span[0]
            self._leader = (self._leader[:first] + value + self._leader[first + len(value) :])[
                :LEADER
            ]
        elif term.span:
            size = _CODED.get(term.tag, (40, ""))[0]
            places = self._coded.setdefault(term.tag, [" "] * size)
            first, behind = term.span
            places[first:behind] = value.ljust(behind - first)[: behind - first]
        elif is_control(term.tag):
            self._controls[term.tag] = value
        else:
            self._data(term, value)

    def _data(self, term: Term, value: str) -> None:
        pieces = value.split(term.by) if len(term.codes) > 1 and term.by else [value]
        if term.by.join(piece.strip().rstrip(TRAILING) for piece in pieces) != value:
            pieces = [value]  # what parts them stands in a subfield, too
        codes = [term.codes[0], *[term.codes[min(1, len(term.codes) - 1)]] * (len(pieces) - 1)]
        parts = list(zip(codes, pieces, strict=True))
        if term.test:
            parts.insert(0, term.test)
        if term.tag in self._once:
            self._shared.setdefault(term.tag, []).extend(parts)
        else:
            self._own.append((term.tag, parts))

    def finish(self, format: str, indicators: Mapping[str, str]) -> Marc:
        fields = [(tag, text) for tag, text in self._controls.items()]
        for tag, places in self._coded.items():
            code = _CODED.get(tag, (40, ""))[1]
            text = "".join(places)
            fields.append((tag, f"  {SUBFIELD}{code}{text}" if code else text))
        if format == CNMARC and "100" not in self._coded:
            fields.append(("100", f"  {SUBFIELD}a{' ' * 36}"))
        own = [*self._shared.items(), *self._own]
        for tag, parts in own:
            content = "".join(f"{SUBFIELD}{code}{text}" for code, text in parts)
            fields.append((tag, f"{indicators.get(tag, '  '):2}"[:2] + content))
        fields.sort(key=lambda field: field[0])  # stable: values keep their order
        return Marc(self._leader, fields)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y%m%d%H%M%S}.0"
    return str(value)


def xml_document(records: Iterator[Marc]) -> Iterator[str]:
    """A MARCXML collection, piece by piece."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield '<collection xmlns="http://www.loc.gov/MARC21/slim">\n'
    for record in records:
        yield "".join(_xml(record))
    yield "</collection>\n"


def _xml(record: Marc) -> Sequence[str]:
    lines = [f"<record><leader>{_escaped(record.leader)}</leader>\n"]
    for tag, content in record.fields:
        if is_control(tag):
            lines.append(f"<controlfield tag={quoteattr(tag)}>{_escaped(content)}</controlfield>\n")
            continue
        first, second = content[:1] or " ", content[1:2] or " "
        lines.append(f'<datafield tag="{tag}" ind1="{first}" ind2="{second}">')
        lines += [
            f"<subfield code={quoteattr(code)}>{_escaped(text)}</subfield>"
            for code, text in subfields(content)
        ]
        lines.append("</datafield>\n")
    return [*lines, "</record>\n"]


def _escaped(text: str) -> str:
    return escape(text.translate(_XML_CONTROLS))
