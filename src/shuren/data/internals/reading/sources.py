"""From a path to a stream of bytes: what kind of file it is, and how it is unpacked."""

import gzip
import lzma
import zipfile
import zlib
from collections.abc import Container, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

from shuren.data.internals.reading.problems import FileProblem
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Progress, no_progress

CHUNK = 8 << 20

TEXT, SHEET, PARQUET = "text", "sheet", "parquet"

_PACKED = {b"\x1f\x8b": "gz", b"\xfd7zXZ\x00": "xz", b"PK\x03\x04": "zip", b"PK\x05\x06": "zip"}
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UNSUPPORTED = {
    b"%PDF": "PDF",
    b"{\\rtf": "RTF",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!": "RAR",
    b"BZh": "bzip2",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"SQLite format 3\x00": "SQLite",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"\x7fELF": "ELF",
    b"<!DOCTYPE": "HTML",
    b"<!doctype": "HTML",
    b"<html": "HTML",
    b"<HTML": "HTML",
    b"<?xml": "XML",
}
_BROKEN = (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, gzip.BadGzipFile)


@dataclass
class Source:
    """A file that exists, may be read and holds something.

    kind         text, sheet or parquet
    compression  gz, xz, zip or ""
    member       the file inside a zip
    """

    path: Path
    kind: str
    compression: str = ""
    member: str = ""
    size: int = field(default=0)

    def chunks(self, progress: Progress = no_progress, size: int = CHUNK) -> Iterator[bytes]:
        """The unpacked bytes; a broken archive raises FileProblem, however late."""
        done = 0
        try:
            with ExitStack() as stack:
                below = stack.enter_context(self.path.open("rb"))
                stream = self._unpacked(below, stack)
                while chunk := stream.read(size):
                    done += len(chunk)
                    progress(below.tell(), self.size)
                    yield chunk
        except _BROKEN as error:
            raise _broken_archive(self, done) from error
        except OSError as error:
            raise _unreadable(self.path, error) from error

    def head(self, size: int) -> bytes:
        """The first unpacked bytes, fewer only when there are no more."""
        pieces, have = [], 0
        for chunk in self.chunks(size=size):
            pieces.append(chunk)
            have += len(chunk)
            if have >= size:
                break
        return b"".join(pieces)[:size]

    def _unpacked(self, below: IO[bytes], stack: ExitStack) -> IO[bytes]:
        if self.compression == "gz":
            return cast(IO[bytes], stack.enter_context(gzip.open(below)))
        if self.compression == "xz":
            return stack.enter_context(lzma.open(below))
        if self.compression == "zip":
            archive = stack.enter_context(zipfile.ZipFile(below))
            return stack.enter_context(archive.open(self.member))
        return below


def find_source(path: Path, member: str = "", readable: Container[str] = ()) -> Source:
    """What the file is, by its first bytes and never by its name alone.

    member    the file wanted from a zip that holds several
    readable  kinds that hold no table and are wanted all the same, such as XML
    raises  FileProblem when there is nothing to read or nobody here can read it
    """
    start = _first_bytes(path)
    size = path.stat().st_size
    if start.startswith(b"PAR1"):
        return Source(path, PARQUET, size=size)
    if start.startswith(OLE):
        return _old_office(path, size)
    packed = next((kind for magic, kind in _PACKED.items() if start.startswith(magic)), "")
    if packed == "zip":
        return _zip_source(path, member, size, readable)
    source = Source(path, TEXT, packed, size=size)
    _refuse_unsupported(path, source.head(64) if packed else start, readable)
    return source


def _first_bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise FileProblem(
                _("%(path)s is a folder, not a file.", path=path),
                fix=_("Name the files in it, for example %(path)s/*.csv.", path=path),
            )
        if not path.exists():
            raise FileProblem(_("There is no file %(path)s.", path=path))
        if not path.is_file():
            raise FileProblem(_("%(path)s is not an ordinary file.", path=path))
        with path.open("rb") as file:
            start = file.read(64)
    except OSError as error:
        raise _unreadable(path, error) from error
    if not start:
        raise FileProblem(_("%(path)s is empty: it has no bytes at all.", path=path))
    return start


def _unreadable(path: Path, error: OSError) -> FileProblem:
    if isinstance(error, PermissionError):
        return FileProblem(
            _("You have no permission to read %(path)s.", path=path),
            fix=_("Ask its owner for the right to read it."),
        )
    reason = error.strerror or str(error)
    return FileProblem(_("%(path)s cannot be read: %(reason)s.", path=path, reason=reason))


def _broken_archive(source: Source, done: int) -> FileProblem:
    return FileProblem(
        _(
            "%(path)s is a broken or cut-off .%(kind)s file: it could be unpacked only up to "
            "byte %(done)s of its contents. Nothing was loaded from it.",
            path=source.path,
            kind=source.compression,
            done=f"{done:,}",
        ),
        fix=_("Copy or export it again."),
    )


def _refuse_unsupported(path: Path, start: bytes, readable: Container[str] = ()) -> None:
    start = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    kind = next((kind for magic, kind in _UNSUPPORTED.items() if start.startswith(magic)), "")
    if start.startswith((OLE, b"PAR1", *_PACKED)):
        raise FileProblem(
            _("%(path)s holds a packed file inside another.", path=path),
            fix=_("Unpack it once and load what is inside."),
        )
    if kind and kind not in readable:
        raise unsupported(path, kind)


def unsupported(path: Path, kind: str) -> FileProblem:
    return FileProblem(
        _(
            "%(path)s is of the kind %(kind)s, and holds no table this can read.",
            path=path,
            kind=kind,
        ),
        fix=_("Export it as CSV, Excel or Parquet."),
    )


def _old_office(path: Path, size: int) -> Source:
    """OLE containers: .xls, encrypted .xlsx, and Word or PowerPoint, which are no tables."""
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise FileProblem(
            _("%(path)s is protected by a password.", path=path),
            fix=_("Save it without a password, or export it as CSV."),
        )
    for name, kind in (("WordDocument", "Word"), ("PowerPoint Document", "PowerPoint")):
        if name.encode("utf-16-le") in content:
            raise unsupported(path, kind)
    return Source(path, SHEET, size=size)


def _zip_source(path: Path, member: str, size: int, readable: Container[str] = ()) -> Source:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            names = {info.filename for info in infos}
            if "xl/workbook.xml" in names or "xl/workbook.bin" in names:
                return Source(path, SHEET, size=size)
            if "content.xml" in names and "mimetype" in names:
                return _open_document(path, archive.read("mimetype"), size)
    except (*_BROKEN, OSError, RuntimeError) as error:
        if path.suffix.lower() in {".xlsx", ".xlsm", ".xlsb", ".ods"}:
            raise corrupt_workbook(path) from error
        raise _broken_archive(Source(path, TEXT, "zip"), 0) from error
    if "[Content_Types].xml" in names:
        raise unsupported(path, "Word" if "word/document.xml" in names else "Office")
    info = _only_member(path, infos, member)
    source = Source(path, TEXT, "zip", info.filename, size)
    _refuse_unsupported(path, source.head(64), readable)
    return source


def _only_member(path: Path, infos: list[zipfile.ZipInfo], member: str) -> zipfile.ZipInfo:
    hidden = ("__MACOSX/", ".")
    infos = [
        i
        for i in infos
        if not i.filename.startswith(hidden) and not i.filename.endswith("/.DS_Store")
    ]
    names = ", ".join(info.filename for info in infos)
    if member and len(infos) != 1:
        infos = [info for info in infos if info.filename == member]
    if not names:
        raise FileProblem(_("%(path)s is an empty .zip file.", path=path))
    if len(infos) != 1:
        raise FileProblem(
            _("%(path)s holds several files: %(names)s.", path=path, names=names),
            fix=_("Unpack it, or name one of them as `sheet` in the mapping."),
        )
    if infos[0].flag_bits & 1:
        raise FileProblem(
            _("%(path)s is a .zip file protected by a password.", path=path),
            fix=_("Unpack it first."),
        )
    return infos[0]


def _open_document(path: Path, mimetype: bytes, size: int) -> Source:
    if b"spreadsheet" not in mimetype:
        raise unsupported(path, "OpenDocument text")
    return Source(path, SHEET, size=size)


def corrupt_workbook(path: Path) -> FileProblem:
    return FileProblem(
        _("%(path)s is damaged: it is no complete workbook.", path=path),
        fix=_("Open it in a spreadsheet program and save it again, or export it as CSV."),
    )
