"""Shows a refused record without showing a person.

Refused records are often broken just where the columns are told apart, so the columns that
hold people cannot always be found. Where they can with certainty, only they are masked;
otherwise also every run that looks like a number of a person; and where the file holds names
or addresses, everything.
"""

import re
from typing import Any

from shuren.data.errors import CorrectionUnclear
from shuren.data.internals.reading.records import split_record
from shuren.kernel.i18n import gettext as _

MASK = "●●●●"
_DATE = re.compile(
    r"(?:19|20)\d\d(?:(?P<s>[-/.年])\d{1,2}[-/.月]\d{1,2}日?|[01]\d[0-3]\d)"
    r"(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?"
)
_RUN = re.compile(r"[^\s,;|\t\"'，；]{4,}")
Span = tuple[int, int]


def shown(text: str, dialect: dict[str, Any]) -> str:
    """The text with MASK in place of every hidden piece."""
    result, at = [], 0
    for start, end in hidden_spans(text, dialect):
        result += [text[at:start], MASK]
        at = end
    return "".join([*result, text[at:]])


def unmask(correction: str, original: str, dialect: dict[str, Any]) -> str:
    """The correction with each MASK replaced by what it hid, in the same order.

    raises  CorrectionUnclear if there are masks, but not as many as in what was shown
    """
    masks = correction.count(MASK)
    if not masks:
        return correction
    hidden = [original[start:end] for start, end in hidden_spans(original, dialect)]
    if masks != len(hidden):
        raise CorrectionUnclear(
            _(
                "The correction has %(masks)s masked pieces, the row has %(hidden)s.",
                masks=masks,
                hidden=len(hidden),
            ),
            fix=_(
                "Leave every %(mask)s where it is, or write the whole row without any.", mask=MASK
            ),
        )
    parts = correction.split(MASK)
    return parts[0] + "".join(piece + part for piece, part in zip(hidden, parts[1:], strict=True))


def hidden_spans(text: str, dialect: dict[str, Any]) -> list[Span]:
    """Where something is hidden, in order, not touching; nothing where no column is a person."""
    if dialect.get("persons") is False:
        return []
    delimiter, quote = str(dialect.get("delimiter") or ","), str(dialect.get("quote") or "")
    pieces = _pieces(text, delimiter, quote)
    certain = _is_certain(text, delimiter, quote, int(dialect.get("width") or 0), len(pieces))
    people = {int(place) - 1 for place in dialect.get("identity_columns", ())}
    if certain:
        spans = [span for place, span in enumerate(pieces) if place in people]
    elif dialect.get("sealed_columns"):
        spans = [span for span in pieces if not _DATE.fullmatch(text[slice(*span)])]
    else:
        spans = [span for place, span in enumerate(pieces) if place in people]
        spans += [span for span in _numbers(text) if not any(_touch(span, s) for s in spans)]
    return sorted(span for span in spans if span[0] < span[1])


def _is_certain(text: str, delimiter: str, quote: str, width: int, found: int) -> bool:
    cells = split_record(text, delimiter, quote)
    return isinstance(cells, list) and len(cells) == width == found and "\ufffd" not in text


def _pieces(text: str, delimiter: str, quote: str) -> list[Span]:
    """Where the cells stand, without their quotes, as far as that can be told."""
    spans, start, quoted = [], 0, False
    for place, character in enumerate(text):
        if quote and character == quote:
            quoted = not quoted
        elif character == delimiter and not quoted:
            spans.append((start, place))
            start = place + 1
    spans.append((start, len(text)))
    return [_bare(text, span, quote) for span in spans]


def _bare(text: str, span: Span, quote: str) -> Span:
    start, end = span
    while start < end and (text[start].isspace() or text[start] == quote):
        start += 1
    while start < end and (text[end - 1].isspace() or text[end - 1] == quote):
        end -= 1
    return start, end


def _numbers(text: str) -> list[Span]:
    dates = [match.span() for match in _DATE.finditer(text)]
    runs = (match.span() for match in _RUN.finditer(text))
    return [
        span
        for span in runs
        if any(c.isdigit() for c in text[slice(*span)])
        and not any(start <= span[0] and span[1] <= end for start, end in dates)
    ]


def _touch(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]
