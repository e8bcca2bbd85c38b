"""What kind of document bytes are, by their beginning and never by their name alone."""

import zipfile
from pathlib import Path, PurePosixPath

PDF, IMAGE, TEXT, ZIP = "application/pdf", "image", "text/plain", "application/zip"
_MAGIC = {
    b"%PDF-": PDF,
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"II*\x00": "image/tiff",
    b"MM\x00*": "image/tiff",
    b"PK\x03\x04": ZIP,
}
_ENDINGS = {".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff"}
_TEXT_ENDINGS = {".txt", ".text"}
LIST = "documents.csv"
_HIDDEN = ("__MACOSX", ".")


def kind_of(start: bytes, name: str = "") -> str:
    """The media type of a document, or '' where it is none; text only by its name too."""
    for magic, kind in _MAGIC.items():
        if start.startswith(magic):
            return kind
    if b"%PDF-" in start[:1024]:  # readers allow some rubbish before it
        return PDF
    ending = PurePosixPath(name).suffix.lower()
    return TEXT if ending in _TEXT_ENDINGS and b"\x00" not in start else ""


def is_document(raw: bytes) -> bool:
    """Whether bytes are a document rather than a row of text."""
    return b"\x00" in raw[:4096] or bool(kind_of(raw[:4096]))


def members(path: Path) -> list[zipfile.ZipInfo]:
    """The documents of an archive in its order; [] where it is something else, such as a workbook.

    raises  nothing: an archive that cannot be opened has no documents
    """
    try:
        with zipfile.ZipFile(path) as archive:
            every = [info for info in archive.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return []
    names = {info.filename for info in every}
    if names & {"[Content_Types].xml", "content.xml"}:
        return []
    return [info for info in every if _is_document(PurePosixPath(info.filename))]


def _is_document(name: PurePosixPath) -> bool:
    if any(part.startswith(_HIDDEN) for part in name.parts):
        return False
    return name.suffix.lower() in _ENDINGS | _TEXT_ENDINGS
