"""Delimiter, quote, header and width of a text file."""

from collections import Counter
from dataclasses import dataclass, field, replace

from shuren.data import shapes
from shuren.data.internals.reading.problems import FileProblem
from shuren.data.internals.reading.records import LINE_LIMIT, split_record
from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import gettext as _

DELIMITERS = ",\t;|^\x1f"
_NAMES = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "\\x1f": "\x1f"}
_SAMPLE_LINES = 500
BEGINNING = 20  # rows in which the names of columns may be looked for
_BEGINNING_BYTES = 1 << 16
_MOST_HEADER_LINES = 50


@dataclass(frozen=True)
class Dialect:
    """How the lines of a text file become columns.

    quote      "" when quotes mean nothing
    minimum    fewest columns a row may have; below width, missing cells are null
    join       whether a quoted value may go over several lines
    lone_cr    lines end in a carriage return alone
    """

    delimiter: str
    quote: str
    width: int
    minimum: int
    join: bool = True
    lone_cr: bool = False
    header: list[str] = field(default_factory=list)

    def fits(self, columns: int) -> bool:
        return self.minimum <= columns <= self.width


@dataclass(frozen=True)
class Start:
    """What stands before the first row.

    size, lines  bytes and physical lines to pass over: `skipped` ones, `blank` ones, the header
    """

    size: int
    lines: int
    skipped: int
    blank: int


def read_dialect(
    sample: bytes, codec: str, whole: bool, mapping: shapes.Mapping, width: int | None
) -> tuple[Dialect, Start]:
    """From the first bytes of the stream (after BOM), which end anywhere unless `whole`.

    raises  FileProblem when the header is no text, or has no end in the sample
    """
    lone_cr = b"\n" not in sample and b"\r" in sample
    if lone_cr:
        sample = sample.replace(b"\r", b"\n")
    lines = sample.split(b"\n")
    if not whole or not lines[-1]:
        lines.pop()
    texts = [line.removesuffix(b"\r").decode(codec, "replace") for line in lines]
    quote = _quote(mapping)
    skipped, delimiter = mapping.skip_lines, _declared(mapping)
    if len(texts) > skipped and texts[skipped][:4].lower() == "sep=" and len(texts[skipped]) == 5:
        delimiter = delimiter or texts[skipped][4]
        skipped += 1
    first = next((n for n in range(skipped, len(texts)) if texts[n].strip()), len(texts))
    if first == len(texts) and not whole:
        raise _no_header()
    body = texts[first : first + _SAMPLE_LINES]
    delimiter = delimiter or sniff_delimiter(body, quote)
    dialect = Dialect(delimiter, quote, 0, 0, mapping.quoted_newlines, lone_cr)
    if mapping.header:
        names, count = _header(body, dialect, whole)
        end, found, header = first + count, len(names), unique_names(names)
    else:
        end, found, header = first, mapping.columns_expected or _usual_width(body, dialect), []
    found = width or found
    dialect = replace(dialect, width=found, minimum=_minimum(found, mapping), header=header)
    size = sum(len(line) + 1 for line in lines[:end])
    return dialect, Start(min(size, len(sample)), end, skipped, first - skipped)


def first_rows(sample: bytes, codec: str, dialect: Dialect) -> list[list[str]]:
    """What the first physical lines hold, so that a header below a title can be found."""
    end = b"\r" if dialect.lone_cr else b"\n"
    lines = sample[:_BEGINNING_BYTES].split(end)[:BEGINNING]
    texts = [line.decode(codec, "replace").removesuffix("\r") for line in lines]
    records = [split_record(text, dialect.delimiter, dialect.quote) for text in texts]
    return [record if isinstance(record, list) else [] for record in records]


def _minimum(width: int, mapping: shapes.Mapping) -> int:
    return min(width, mapping.minimum_columns or 1) if mapping.short_rows == "fill" else width


def record_dialect(like: dict, mapping: shapes.Mapping, width: int) -> Dialect:
    """For records that stand alone: what a receipt remembers of the file they came from."""
    delimiter, quote = like.get("delimiter", ","), like.get("quote", '"')
    header = list(like.get("header", []))
    return Dialect(delimiter, quote, width, _minimum(width, mapping), header=header)


def _quote(mapping: shapes.Mapping) -> str:
    if len(mapping.quote) > 1 or not mapping.quote.isascii():
        raise UsageError(
            _("The quote must be one ASCII character, not %(text)s.", text=mapping.quote)
        )
    return mapping.quote


def _declared(mapping: shapes.Mapping) -> str:
    if mapping.delimiter == "auto":
        return ""
    delimiter = _NAMES.get(mapping.delimiter.lower(), mapping.delimiter)
    if len(delimiter) != 1 or not delimiter.isascii() or delimiter in "\r\n\x00" + mapping.quote:
        raise UsageError(
            _("The delimiter must be one ASCII character, not %(text)s.", text=mapping.delimiter)
        )
    return delimiter


def sniff_delimiter(lines: list[str], quote: str) -> str:
    """The one that cuts the most lines into the same number of columns, more than one."""
    lines = [line for line in lines if line.strip()]
    scores = {}
    for candidate in DELIMITERS:
        found = (split_record(line, candidate, quote) for line in lines)
        widths = Counter(len(record) for record in found if isinstance(record, list))
        usual = max(widths, key=lambda w: (w > 1 and widths[w], w), default=1)
        if usual > 1:
            scores[candidate] = (widths[usual] / len(lines), usual)
    return max(scores, key=scores.__getitem__, default=",")


def _usual_width(lines: list[str], dialect: Dialect) -> int:
    found = (split_record(line, dialect.delimiter, dialect.quote) for line in lines if line.strip())
    widths = Counter(len(record) for record in found if isinstance(record, list))
    return max(widths, key=lambda w: (widths[w], w), default=1)


def _header(lines: list[str], dialect: Dialect, whole: bool) -> tuple[list[str], int]:
    """The header's names and how many lines it takes: titles may have line breaks in quotes."""
    most = _MOST_HEADER_LINES if dialect.join else 1
    for count in range(1, min(most, len(lines)) + 1):
        text = "\n".join(lines[:count])
        if "\x00" in text:
            raise FileProblem(
                _("The first line has NUL bytes: this is no text file, or a UTF-16 one unmarked."),
                fix=_("Export it as CSV in UTF-8, or state its encoding in the mapping."),
            )
        record = split_record(text, dialect.delimiter, dialect.quote)
        if isinstance(record, list):
            return record, count
    if not lines:
        return [], 0
    if len(lines[0]) >= LINE_LIMIT and not whole:
        raise _no_header()
    return lines[0].split(dialect.delimiter), 1


def _no_header() -> FileProblem:
    return FileProblem(
        _("The first line does not end within the first megabytes: this is no table."),
        fix=_("Export it as CSV with one record in each line."),
    )


def unique_names(names: list[str]) -> list[str]:
    """Without spaces and quotes around them; empty ones numbered; repeated ones suffixed."""
    seen: set[str] = set()
    result = []
    for position, name in enumerate(names, 1):
        name = name.strip().strip("\ufeff") or f"column_{position}"
        unique, suffix = name, 2
        while unique in seen:
            unique, suffix = f"{name}_{suffix}", suffix + 1
        seen.add(unique)
        result.append(unique)
    return result
