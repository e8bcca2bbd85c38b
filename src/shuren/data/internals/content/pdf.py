"""Pages of a PDF: its text layer where it has a good one, else what is seen on the page.

PDFium is not made for several threads at once: whoever uses it holds LOCK.
"""

import ctypes
import io
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw
from PIL import Image

from shuren.data.internals.content import ocr
from shuren.data.internals.content.shapes import LAYER, NONE, Box, Damaged, Line, Page, Unreadable

LOCK = threading.RLock()
# A text layer with fewer signs than this may be a stamp on a scan.
FEWEST_SIGNS = 20
FEWEST_GOOD = 0.9
# A page larger than this many points a side is no page (PDF itself allows 14,400).
LARGEST = 14_400
MOST_CHARACTERS = 200_000
_PASSWORD = 4  # FPDF_ERR_PASSWORD
_GRID = 100_000


def pages_of(path: Path) -> Iterator[Page | Unreadable]:
    """Each page in turn, one in memory at a time. raises Damaged if it is no PDF as a whole"""
    with LOCK:
        document = open_pdf(path)
    try:
        with LOCK:
            count = len(document)
        if not count:
            raise Damaged("S17")
        for place in range(count):
            yield _page(document, place, path)
    finally:
        with LOCK:
            document.close()


def open_pdf(path: Path) -> Any:
    """raises  Damaged: S18 behind a password, S17 otherwise"""
    try:
        return pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        locked = getattr(error, "err_code", 0) == _PASSWORD or "password" in str(error).lower()
        raise Damaged("S18" if locked else "S17") from None


def picture(path: Path, number: int, longest: int) -> Image.Image:
    """A page as it is seen, its longer side so many pixels. raises Damaged"""
    with LOCK:
        document = open_pdf(path)
        try:
            page = document[number - 1]
            return _render(page, longest)
        except (pdfium.PdfiumError, IndexError, MemoryError):
            raise Damaged("S17") from None
        finally:
            document.close()


def title_of(path: Path) -> str:
    """The title its maker gave the document, or ''."""
    with LOCK:
        try:
            document = open_pdf(path)
        except Damaged:
            return ""
        try:
            return " ".join(str(document.get_metadata_dict().get("Title", "")).split())
        finally:
            document.close()


def _page(document: Any, place: int, path: Path) -> Page | Unreadable:
    number = place + 1
    try:
        with LOCK:
            found = _layer_or_picture(document, place)
        if isinstance(found, Page):
            return found
        read = ocr.read(found.image)
        width, height = found.size
        return Page(number, width, height, read.lines, read.text_from, *ocr.engine())
    except Damaged as damaged:
        return Unreadable(number, damaged.rule, _alone(document, place, path), damaged.detail)
    except (pdfium.PdfiumError, MemoryError, ValueError, OSError):
        return Unreadable(number, "S17", _alone(document, place, path))


@dataclass(frozen=True)
class _Seen:
    image: Image.Image
    size: tuple[float, float]


def _layer_or_picture(document: Any, place: int) -> Page | _Seen:
    """The page by its text layer, or as a picture that is to be read."""
    page = document[place]
    try:
        size: tuple[float, float] = page.get_size()
        if not all(0 < side <= LARGEST for side in size):
            raise Damaged("S20", size=f"{size[0]:.0f} × {size[1]:.0f} pt")
        lines, good = _layer(page)
        signs = sum(len(line.text.replace(" ", "")) for line in lines)
        drawn = _has_picture(page)
        if drawn and (signs < FEWEST_SIGNS or good < FEWEST_GOOD):
            return _Seen(_render(page, ocr.LONGEST), size)
        origin = LAYER if lines else NONE
        return Page(place + 1, size[0], size[1], lines, origin, "pdfium", version("pypdfium2"))
    finally:
        page.close()


def _alone(document: Any, place: int, path: Path) -> bytes:
    """The page as a PDF of its own; the whole document where it cannot be taken out of it."""
    buffer = io.BytesIO()
    try:
        with LOCK:
            single = pdfium.PdfDocument.new()
            single.import_pages(document, [place])
            single.save(buffer)
            single.close()
    except (pdfium.PdfiumError, ValueError):
        return path.read_bytes()
    return buffer.getvalue()


def _render(page: Any, longest: int) -> Image.Image:
    scale = longest / max(page.get_size())
    return page.render(scale=scale, rev_byteorder=True).to_pil().convert("RGB")


def _has_picture(page: Any) -> bool:
    """Whether anything but text is drawn on the page."""
    kinds = (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM, raw.FPDF_PAGEOBJ_PATH)
    return any(True for _ in page.get_objects(filter=kinds, max_depth=1))


def _layer(page: Any) -> tuple[tuple[Line, ...], float]:
    """The lines of the text layer, and which share of its signs can be read."""
    text = page.get_textpage()
    try:
        count = min(raw.FPDFText_CountChars(text), MOST_CHARACTERS)
        lines, signs, bad = [], 0, 0
        for letters in _runs(text, count):
            said = "".join(sign for sign, _box in letters)
            clean = " ".join(said.split())
            if not clean:
                continue
            broken = sum(not _readable(sign) for sign in clean)
            signs, bad = signs + len(clean), bad + broken
            box = _placed(page, [box for sign, box in letters if not sign.isspace()])
            lines.append(Line(clean, box, 1 - broken / len(clean)))
    finally:
        text.close()
    return tuple(lines), 1 - bad / signs if signs else 0.0


_Letter = tuple[str, tuple[float, float, float, float]]


def _runs(text: Any, count: int) -> Iterator[list[_Letter]]:
    """Letters of one line after another: PDFium says where a line ends, a gap where a column."""
    edges = [ctypes.c_double() for _ in range(4)]
    held: list[_Letter] = []
    for place in range(count):
        sign = chr(raw.FPDFText_GetUnicode(text, place) or 32)
        if sign in "\r\n\x02\ufffe":
            if held and sign != "\x02":
                yield held
                held = []
            continue
        raw.FPDFText_GetCharBox(text, place, *map(ctypes.byref, edges))
        left, right, bottom, top = (edge.value for edge in edges)
        if held and not sign.isspace() and _apart(held, left, right, bottom, top):
            yield held
            held = []
        held.append((sign, (left, bottom, right, top)))
    if held:
        yield held


def _apart(held: list[_Letter], left: float, right: float, bottom: float, top: float) -> bool:
    """Whether a letter stands apart from those before it: another line, or another column."""
    last = next((box for sign, box in reversed(held) if not sign.isspace()), None)
    if last is None:
        return False
    size = max(last[3] - last[1], top - bottom, (last[2] - last[0]) / 2, 1.0)
    return left - last[2] > 3 * size or left < last[0] - 3 * size or bottom > last[3] + size


def _placed(page: Any, boxes: list[tuple[float, float, float, float]]) -> Box | None:
    """Where letters stand on the page as it is seen: turned and cut as the PDF says."""
    if not boxes:
        return None
    corners = (
        (min(b[0] for b in boxes), max(b[3] for b in boxes)),
        (max(b[2] for b in boxes), min(b[1] for b in boxes)),
    )
    x, y, seen = ctypes.c_int(), ctypes.c_int(), []
    for across, up in corners:
        raw.FPDF_PageToDevice(
            page, 0, 0, _GRID, _GRID, 0, across, up, ctypes.byref(x), ctypes.byref(y)
        )
        seen.append((x.value / _GRID, y.value / _GRID))
    (a, b), (c, d) = seen
    return _within(min(a, c), min(b, d), max(a, c), max(b, d))


def _within(*edges: float) -> Box:
    left, top, right, bottom = (min(1.0, max(0.0, edge)) for edge in edges)
    return left, top, right, bottom


def _readable(sign: str) -> bool:
    code = ord(sign)
    return code >= 32 and sign != "\ufffd" and not 0xD800 <= code <= 0xF8FF
