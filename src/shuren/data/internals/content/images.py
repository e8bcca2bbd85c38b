"""Pages that are pictures: PNG, JPEG, TIFF (each of its frames a page)."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageOps

from shuren.data.internals.content import ocr
from shuren.data.internals.content.shapes import Damaged, Page, Unreadable

# A picture of more is refused unread; A0 at 300 dpi has 139 million.
MOST_PIXELS = 150_000_000
MOST_FRAMES = 5_000
FORMATS = ("PNG", "JPEG", "TIFF")
_BROKEN = (OSError, ValueError, SyntaxError, EOFError, MemoryError, Image.DecompressionBombError)
# Ours is the limit; Pillow's would warn at half of it.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS


def pages_of(path: Path) -> Iterator[Page | Unreadable]:
    """Each frame in turn. raises Damaged if it is no picture at all"""
    count = _frames(path)
    for place in range(count):
        try:
            image, (width, height) = _frame(path, place, ocr.LONGEST)
            read = ocr.read(image)
            yield Page(place + 1, width, height, read.lines, read.text_from, *ocr.engine())
        except Damaged as damaged:
            yield Unreadable(place + 1, damaged.rule, _alone(path, place, count), damaged.detail)


def picture(path: Path, number: int, longest: int) -> Image.Image:
    """A page as it is seen, its longer side at most so many pixels. raises Damaged"""
    return _frame(path, number - 1, longest)[0]


def _frames(path: Path) -> int:
    try:
        with _opened(path) as image:
            count = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
            return min(int(count), MOST_FRAMES)
    except _BROKEN as error:
        raise _said(error) from None


def _frame(path: Path, place: int, longest: int) -> tuple[Image.Image, tuple[int, int]]:
    """A frame upright and in RGB, and its own size in pixels. raises Damaged"""
    try:
        with _opened(path) as image:
            if place:
                image.seek(place)
            size = image.size
            if size[0] * size[1] > MOST_PIXELS:
                raise Damaged("S20", size=f"{size[0]} × {size[1]} px")
            image.draft("RGB", (longest, longest))  # a JPEG is made smaller while it is read
            upright = ImageOps.exif_transpose(image) or image
            turned = (upright.width < upright.height) != (size[0] < size[1])
            upright.thumbnail((longest, longest))
            return upright.convert("RGB"), (size[1], size[0]) if turned else size
    except _BROKEN as error:
        raise _said(error) from None


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    """A picture, without Pillow's warnings: what is wrong with it is said in our words."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Image.open(path, formats=FORMATS) as image:
            yield image


def _said(error: BaseException) -> Damaged:
    bomb = isinstance(error, Image.DecompressionBombError | MemoryError)
    return Damaged("S20", size=f"> {MOST_PIXELS:,} px") if bomb else Damaged("S17")


def _alone(path: Path, place: int, count: int) -> bytes:
    """The frame as a TIFF of its own; the file as it came when it is the only one or broken."""
    if count == 1:
        return path.read_bytes()
    buffer = io.BytesIO()
    try:
        with Image.open(path, formats=FORMATS) as image:
            image.seek(place)
            image.copy().save(buffer, "TIFF", compression="tiff_lzw")
    except _BROKEN:
        return path.read_bytes()
    return buffer.getvalue()
