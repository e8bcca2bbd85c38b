"""A photo as it is kept: only its pixels, upright and no larger than a page shows."""

import hashlib
import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps

from shuren.kernel.i18n import gettext as _
from shuren.service.case_shapes import Incoming
from shuren.service.errors import WrongField
from shuren.service.internals import file_kinds

ACCEPTED = ("jpg", "png")
# A photo of more pixels is refused unread; a telephone's has 12 to 50 million.
MOST_PIXELS = 60_000_000
MEGABYTE = 1024 * 1024
_QUALITY = 82
_BROKEN = (OSError, ValueError, SyntaxError, EOFError, MemoryError, Image.DecompressionBombError)


@dataclass(frozen=True)
class Picture:
    """A JPEG without any metadata. width and height in pixels"""

    content: bytes
    width: int
    height: int

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def small(field: str, sent: Incoming, *, most_mb: int, side: int) -> Picture:
    """The photo drawn anew, its longer side at most so many pixels. What the camera wrote beside
    the pixels (EXIF, place, comments, a preview) is not copied.

    raises  WrongField for what is too large, no JPEG or PNG, or cannot be read
    """
    kind = file_kinds.ending(sent.name)
    if kind not in ACCEPTED:
        raise WrongField(field, _("Send photos as JPEG or PNG."))
    if sent.size > most_mb * MEGABYTE:
        raise WrongField(field, _("Send at most %(most)s MB.", most=most_mb))
    content = b"".join(sent.chunks())
    if not file_kinds.fits(kind, content[: file_kinds.LOOKED_AT], [content]):
        raise WrongField(field, _("What is in the file is no %(kind)s. Save it anew.", kind=kind))
    try:
        return _drawn(content, side)
    except _BROKEN:
        raise WrongField(field, _("This photo cannot be read. Save it anew.")) from None


def _drawn(content: bytes, side: int) -> Picture:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what is wrong is said in our words
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as image:
            if image.width * image.height > MOST_PIXELS:
                raise ValueError("too many pixels")
            image.draft("RGB", (side, side))
            upright = ImageOps.exif_transpose(image) or image
            upright.thumbnail((side, side))
            seen = upright.convert("RGBA")
    clean = Image.new("RGB", seen.size, "white")  # nothing but pixels comes along
    clean.paste(seen, mask=seen.getchannel("A"))
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return Picture(out.getvalue(), *clean.size)
