"""Chinese and Latin text in a PDF, each in a typeface that every PDF reader brings along."""

import re
from collections.abc import Iterator
from xml.sax.saxutils import escape

CHINESE_FACE, LATIN_FACE, LATIN_BOLD = "STSong-Light", "Helvetica", "Helvetica-Bold"
# Signs both scripts use; they follow the text before them.
_SHARED = "“”‘’—…"
_REPLACED = str.maketrans({"\u2212": "–", "\u2009": " ", "\u202f": " ", "\u00a0": " "})
_BEYOND = re.compile("[\U00010000-\U0010ffff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def register() -> None:
    """Make the Chinese typeface known to reportlab; the Latin ones always are."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    if CHINESE_FACE not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(CHINESE_FACE))


def runs(text: str, latin: str = LATIN_FACE) -> Iterator[tuple[str, str]]:
    """(typeface, text) piece by piece; a sign neither face has becomes 〓."""
    clean = _BEYOND.sub("〓", _CONTROL.sub("", text.translate(_REPLACED)))
    face, held = "", ""
    for sign in clean:
        wanted = face if face and sign in _SHARED else _face_of(sign, latin)
        if wanted != face and held:
            yield face, held
            held = ""
        face, held = wanted, held + sign
    if held:
        yield face, held


def markup(text: str, latin: str = LATIN_FACE) -> str:
    """The text as a reportlab Paragraph takes it, each script in its face."""
    return "".join(f'<font name="{face}">{escape(part)}</font>' for face, part in runs(text, latin))


def width(text: str, size: float, latin: str = LATIN_FACE) -> float:
    """How wide the text stands at a size, in points; needs `register` before."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    return sum(float(stringWidth(part, face, size)) for face, part in runs(text, latin))


def _face_of(sign: str, latin: str) -> str:
    try:
        sign.encode("cp1252")
    except UnicodeEncodeError:
        return CHINESE_FACE
    return latin
