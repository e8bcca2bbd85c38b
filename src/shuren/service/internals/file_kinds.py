"""What a file is by its bytes: a name can say anything."""

import io
import unicodedata
import zipfile
from collections.abc import Iterable

LOOKED_AT = 4096
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
    "txt": "text/plain; charset=utf-8",
    "bib": "text/plain; charset=utf-8",
    "png": "image/png",
    "jpg": "image/jpeg",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
}
_OFFICE = {"docx": "word/", "xlsx": "xl/"}
_SAME = {"jpeg": "jpg", "text": "txt"}


def ending(name: str) -> str:
    """The ending a name says, as MEDIA_TYPES writes it; "" without one."""
    said = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    return _SAME.get(said, said)


def plain_name(name: str) -> str:
    """The last part of a name, without anything that a path, a header or a terminal takes amiss."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(c for c in last if c.isprintable() and c not in '<>:"|?*;').strip(" .")
    while len(clean) > 120:
        clean = clean[1:]
    return clean or "file"


def fits(kind: str, start: bytes, whole: Iterable[bytes]) -> bool:
    """Whether bytes are what their ending says. start: the first LOOKED_AT; whole: all of them,
    read only where the beginning does not tell."""
    if kind == "pdf":
        return b"%PDF-" in start[:1024]
    if kind == "png":
        return start.startswith(b"\x89PNG\r\n\x1a\n")
    if kind == "jpg":
        return start.startswith(b"\xff\xd8\xff")
    if kind == "mp3":
        return start.startswith(b"ID3") or (
            len(start) > 1 and start[0] == 0xFF and start[1] >= 0xE0
        )
    if kind == "mp4":
        return start[4:8] == b"ftyp"
    if kind in ("txt", "bib"):
        return _is_text(start)
    return start.startswith(b"PK\x03\x04") and _is_archive(kind, whole)


def _is_text(start: bytes) -> bool:
    if b"\x00" in start:
        return False
    for encoding in ("utf-8", "gb18030"):
        for cut in range(4):  # a character may be cut off at the end
            try:
                start[: len(start) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            return True
    return False


def _is_archive(kind: str, whole: Iterable[bytes]) -> bool:
    """An archive that can be listed; of an office document its own parts, and no macros."""
    try:
        with zipfile.ZipFile(io.BytesIO(b"".join(whole))) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False
    if kind == "zip":
        return True
    is_own = any(name.startswith(_OFFICE[kind]) for name in names)
    return is_own and not any(name.lower().endswith("vbaproject.bin") for name in names)
