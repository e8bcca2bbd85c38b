"""The source `marc`: bibliographic and authority records, and copies from their holdings."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from shuren.data.internals.marc import expression, linemarc, marcjson, marcxml
from shuren.data.internals.marc.columns import ColumnMaker
from shuren.data.internals.marc.copies import CopyMaker
from shuren.data.internals.marc.reading import (
    ISO,
    JSON,
    LINES,
    XML,
    MarcFile,
    layout_of,
    parse_any,
)
from shuren.data.internals.marc.record import MARC21, Wrong, WrongExpression, format_of
from shuren.data.internals.reading.problems import FileProblem
from shuren.data.internals.reading.sources import OLE, find_source
from shuren.data.shapes import Contract, Mapping
from shuren.data.source import FilesOnly, Record, TableFile
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Progress
from shuren.kernel.site import Site

_SAMPLE = 200
_NAME = "marc"


class MarcSource(FilesOnly):
    """See source.Source."""

    def recognises(self, path: Path, start: bytes) -> bool:
        # Workbooks, old and new, are containers in which bytes happen to look like MARC.
        return not start.startswith((b"PK\x03\x04", OLE, b"PAR1")) and bool(layout_of(start))

    def open(
        self,
        site: Site | None,
        path: Path,
        contract: Contract,
        mapping: Mapping,
        progress: Progress,
    ) -> tuple[TableFile, Mapping]:
        """Without a mapping the one of this contract whose `options: {format: …}` is that of
        most of the first records."""
        source = find_source(path, mapping.sheet, readable=("XML", "HTML"))
        layout = layout_of(source.head(64 * 1024))
        if not layout:
            raise FileProblem(
                _("%(file)s holds no MARC records.", file=path.name),
                fix=_("MARC comes as ISO 2709, MARCXML, line-MARC or MARC-in-JSON."),
            )
        declared = _declared(mapping)
        if mapping.source != _NAME:
            sample = islice(_records(layout, source.chunks(), declared), _SAMPLE)
            mapping = _mapping(site, contract, sample, declared)
            declared = _declared(mapping)
        maker, header = _maker(contract, mapping)
        chunks = source.chunks(progress)
        if layout == ISO:
            return MarcFile(layout, maker, header, declared, chunks=chunks), mapping
        records = (
            (n, raw, "") for n, raw in enumerate(_records(layout, chunks, declared), 1)
        )  # fmt: skip
        return MarcFile(layout, maker, header, declared, records=records), mapping

    def replay(
        self,
        site: Site | None,
        records: Sequence[Record],
        like: dict[str, Any],
        contract: Contract,
        mapping: Mapping,
    ) -> TableFile:
        maker, header = _maker(contract, mapping)
        declared = _declared(mapping) or str(like.get("declared") or "")
        taken = (
            (number, raw, "utf-8" if _is_lines(raw) else declared)
            for number, raw, *_encoding in records
        )
        return MarcFile(str(like.get("layout") or ISO), maker, header, declared, records=taken)


def _declared(mapping: Mapping) -> str:
    return "" if mapping.encoding == "auto" else mapping.encoding


def _is_lines(raw: bytes) -> bool:
    return b"\x1e" not in raw and raw.lstrip()[:1] not in (b"<", b"{", b"[")


def _records(layout: str, chunks: Iterator[bytes], declared: str) -> Iterator[bytes]:
    """The bytes of each record."""
    if layout == XML:
        return marcxml.records_of(marcxml.in_utf8(chunks))
    if layout == JSON:
        return marcjson.records_of(chunks)
    if layout == LINES:
        return linemarc.records_of(_lines(chunks))
    return _terminated(chunks)


def _lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        yield from (line.rstrip(b"\r") for line in whole)
    if rest:
        yield rest.rstrip(b"\r")


def _terminated(chunks: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\x1d")
        yield from (part + b"\x1d" for part in whole)
    if rest:
        yield rest


def _mapping(
    site: Site | None, contract: Contract, sample: Iterator[bytes], declared: str
) -> Mapping:
    from shuren.data.definitions import mappings  # it reads every contract

    found = [_format(raw, declared) for raw in sample]
    formats = [name for name in found if name]
    ours = max(sorted(set(formats)), key=formats.count) if formats else MARC21
    fitting = [
        m
        for m in mappings(site).values()
        if m.source == _NAME and m.contract == contract.id and m.options.get("format") == ours
    ]
    if not fitting:
        raise FileProblem(
            _("There is no mapping of %(format)s records for the contract %(contract)s.",
              format=ours, contract=contract.id),
            fix=_("Write one as docs/how-to/load-marc.md says, or load by bib_records."),
        )  # fmt: skip
    return min(fitting, key=lambda m: m.id)


def _format(raw: bytes, declared: str) -> str:
    for encoding in (declared, "latin-1"):  # the tags tell, whatever the text is
        try:
            return format_of(parse_any(raw, encoding))
        except Wrong:
            continue
    return ""


def _maker(contract: Contract, mapping: Mapping) -> tuple[ColumnMaker | CopyMaker, list[str]]:
    """The columns a mapping asks for, each once, named by what it asks for."""
    names = [name for source in mapping.columns.values() for name in source.names]
    header = list(dict.fromkeys(str(name) for name in names))
    try:
        expressions = [expression.parse(name) for name in header]
        rows = str(mapping.options.get("rows") or "")
        maker = CopyMaker(rows, expressions) if rows else ColumnMaker(expressions)
    except WrongExpression as wrong:
        raise FileProblem(
            _("The mapping %(mapping)s: %(why)s", mapping=mapping.id, why=wrong.message),
            fix=wrong.fix,
        ) from None
    return maker, header
