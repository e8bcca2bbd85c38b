"""The originals of documents, as they came: data/media/<two signs>/<SHA-256>.

Written before the receipt of their load, so that a document somebody finds has its pages; named
by their bytes, so that no file is ever changed.
"""

import os
from pathlib import Path
from uuid import uuid4

from PIL import Image

from shuren.data.internals.content import images, pdf
from shuren.data.internals.content.kinds import PDF, kind_of
from shuren.data.internals.content.originals import copy_to, start_of
from shuren.data.internals.content.shapes import Damaged, Original
from shuren.kernel.files import sync_folder, write_atomically
from shuren.kernel.site import Site


def place_of(site: Site, document: str) -> Path:
    return site.data / "media" / document[:2] / document


def keep(site: Site, original: Original) -> None:
    """Copy a document into the site unless it is there."""
    target = place_of(site, original.id)
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.parent / f".{uuid4().hex}"
    try:
        copy_to(original, part)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(target)
        sync_folder(target.parent)
    finally:
        part.unlink(missing_ok=True)


def keep_bytes(site: Site, document: str, content: bytes) -> None:
    if not place_of(site, document).exists():
        write_atomically(place_of(site, document), content)


def picture(site: Site, document: str, page: int, longest: int) -> Image.Image | None:
    """A page as it is seen; None where the original is not here or is no longer readable."""
    path = place_of(site, document)
    try:
        kind = kind_of(start_of(path))
        if kind == PDF:
            return pdf.picture(path, page, longest)
        return images.picture(path, page, longest) if kind.startswith("image/") else None
    except (Damaged, OSError):
        return None
