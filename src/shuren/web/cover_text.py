"""Setting a title into a small field: columns from the right for Chinese, lines for the rest."""

import re
import unicodedata
from dataclasses import dataclass

# Where a main title ends and its subtitle begins; a short bracket names the volume and stays.
_SUBTITLE = re.compile(r"\s*[:：=/;；]|\s*[(（](?![^)）]{1,4}[)）])")
# What stays on one line: a short bracket, a Chinese sign with its stops, a word with its spaces.
_CHINESE = r"\u2e80-\u9fff\uff00-\uffef"
_PIECES = re.compile(
    rf"（[^）]{{1,4}}）|[（《“]*[{_CHINESE}][）》”，。、！？·]*|[^\s{_CHINESE}]+\s*|\s+"
)
_LATIN_WIDTH = 0.58


@dataclass(frozen=True)
class Lines:
    lines: tuple[str, ...]
    size: float
    vertical: bool


def lay_out(
    text: str, *, width: float, height: float, sizes: tuple[float, ...], upright: bool
) -> Lines:
    """The largest of `sizes` at which the text fits; at the smallest it is cut with an ellipsis.

    upright  set Chinese in columns; other scripts stay horizontal
    """
    main = _SUBTITLE.split(text.strip(), maxsplit=1)[0] or text.strip()
    if upright and _mostly_chinese(main):
        return _columns(main, width, height, sizes)
    lines: list[str] = []
    for size in sizes:
        lines, room = _wrap(main, width / size), max(1, int(height / (size * 1.28)))
        if len(lines) <= room:
            return Lines(tuple(lines), size, False)
    kept = lines[:room]
    kept[-1] = kept[-1][: max(1, len(kept[-1]) - 1)].rstrip() + "…"
    return Lines(tuple(kept), sizes[-1], False)


def _columns(text: str, width: float, height: float, sizes: tuple[float, ...]) -> Lines:
    signs = re.sub(r"[\s()（）]", "", text)
    for size in sizes:
        per_column = int(height / (size * 1.16))
        room = max(1, int((width + 0.35 * size) / (size * 1.35)))
        if len(signs) <= per_column * room:
            break
    else:
        signs = signs[: per_column * room - 1] + "…"
    columns = tuple(signs[at : at + per_column] for at in range(0, len(signs), per_column))
    return Lines(columns, size, True)


def _mostly_chinese(text: str) -> bool:
    others = sum(1 for sign in text if sign.isascii() and not sign.isspace())
    return _has_chinese(text) and others <= 2


def _has_chinese(text: str) -> bool:
    return any("\u3400" <= sign <= "\u9fff" for sign in text)


def _wrap(text: str, room: float) -> list[str]:
    """Lines no wider than `room` ems; breaks between words, or anywhere between Chinese signs."""
    lines, line = [], ""
    for piece in _PIECES.findall(text):
        if line and _width(line + piece.rstrip()) > room:
            lines.append(line.rstrip())
            line = ""
        line += piece
        while _width(line.rstrip()) > room:
            cut = max(1, int(room / _LATIN_WIDTH) - 1)
            lines.append(line[:cut] + "-")
            line = line[cut:]
    return [*lines, line.rstrip()] if line.strip() else lines or [""]


def _width(text: str) -> float:
    wide = sum(1 for sign in text if unicodedata.east_asian_width(sign) in "WF")
    return wide + _LATIN_WIDTH * (len(text) - wide)
