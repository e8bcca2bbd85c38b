"""Which encoding a text file is in, and its bytes as UTF-8.

Decided by strict decoding, never by statistics: a BOM says it; else UTF-8 if at least
half of the lines that are not plain ASCII are valid UTF-8; else GB18030 if more of them
are valid in that. Lines are split on bytes first and decoded afterwards, so that one
bad line cannot spoil its neighbours.
"""

import codecs
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from shuren.data.internals.reading.problems import FileProblem
from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import gettext as _

_BOMS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
# Exports that call themselves GB2312 or GBK use characters beyond it; GB18030 holds both.
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "cp936": "gb18030", "utf-8-sig": "utf-8"}
_EVIDENCE = 200
_LEAF = 16


@dataclass(frozen=True)
class Encoding:
    """name: codec; bom: its length in bytes; wide: must be recoded before lines are split."""

    name: str
    bom: int = 0
    wide: bool = False

    @property
    def is_utf8(self) -> bool:
        return self.name in {"utf-8", "ascii"} or self.wide

    @property
    def surrogates(self) -> str:
        """Broken UTF-16 travels as surrogates: refused line by line, given back byte for byte."""
        return "surrogatepass" if self.name.startswith(("utf-16", "utf-32")) else "strict"

    def stream(self, chunks: Iterable[bytes], path: Path) -> Iterator[bytes]:
        """The chunks without their BOM; recoded to UTF-8 when lines cannot be split on bytes."""
        decoder = codecs.getincrementaldecoder(self.name)(self.surrogates) if self.wide else None
        skip = self.bom
        try:
            for whole in chunks:
                chunk, skip = whole[skip:], max(0, skip - len(whole))
                if decoder:
                    chunk = decoder.decode(chunk).encode("utf-8", "surrogatepass")
                if chunk:
                    yield chunk
            if decoder:
                decoder.decode(b"", True)
        except UnicodeDecodeError as error:
            raise FileProblem(
                _(
                    "%(path)s is cut off or not really %(encoding)s. Nothing was loaded from it.",
                    path=path,
                    encoding=self.name,
                )
            ) from error

    def original(self, line: bytes) -> bytes:
        """The file's own bytes of a line of the stream."""
        if not self.wide:
            return line
        return line.decode("utf-8", "surrogatepass").encode(self.name, self.surrogates)


def declared_encoding(name: str, start: bytes) -> Encoding:
    """The encoding a mapping names; raises UsageError if Python knows no such codec."""
    try:
        codec = codecs.lookup(name).name
        codec = _WIDER.get(codec, codec)
        same = '\n\r,"'.encode(codec) == b'\n\r,"'
    except (LookupError, UnicodeError, ValueError) as error:
        raise UsageError(_("There is no encoding called %(name)s.", name=name)) from error
    bom = next((b for b, n in _BOMS.items() if start.startswith(b) and n.startswith(codec)), b"")
    if bom:
        codec = _BOMS[bom]
    elif codec in {"utf-16", "utf-32"}:
        codec += "-le"
    return Encoding(codec, len(bom), wide=not same or codec.startswith(("utf-16", "utf-32")))


def detect_encoding(start: bytes, chunks: Callable[[], Iterator[bytes]]) -> Encoding:
    """By BOM, else by the first 200 lines that are not plain ASCII, however far in they stand."""
    for bom, name in _BOMS.items():
        if start.startswith(bom):
            return Encoding(name, len(bom), wide=name != "utf-8")
    lines, utf8, gb18030 = 0, 0, 0
    for line in _lines_beyond_ascii(chunks()):
        lines += 1
        utf8 += _decodes(line, "utf-8")
        gb18030 += _decodes(line, "gb18030")
        if lines == _EVIDENCE:
            break
    return Encoding("gb18030" if utf8 * 2 < lines and gb18030 > utf8 else "utf-8")


def _lines_beyond_ascii(chunks: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        if chunk.isascii() and rest.isascii():
            rest = b""
            continue
        *lines, rest = (rest + chunk).splitlines(keepends=True)
        yield from (line for line in lines if not line.isascii())
    if not rest.isascii():
        yield rest


def _decodes(line: bytes | memoryview, codec: str) -> bool:
    try:
        codecs.decode(line, codec)
    except UnicodeDecodeError:
        return False
    return True


def to_utf8(data: bytes, codec: str) -> tuple[bytes, list[int]]:
    """Whole lines, each ending in a line feed, as UTF-8, and which of them do not decode.

    The result has as many lines. Undecodable ones stand in it as they are when `codec` is
    UTF-8 and as empty lines otherwise.
    """
    if codec in {"utf-8", "ascii"}:
        return data, [] if _valid_utf8(data) else _undecodable(data, _valid_utf8)
    try:
        return data.decode(codec).encode(), []
    except UnicodeDecodeError:
        bad = _undecodable(data, lambda piece: _decodes(piece, codec))
    lines = _split(data)
    wrong = set(bad)
    kept = [b"\n" if number in wrong else line for number, line in enumerate(lines)]
    return b"".join(kept).decode(codec).encode(), bad


def _split(data: bytes) -> list[bytes]:
    return [line + b"\n" for line in data.split(b"\n")[:-1]]


def _valid_utf8(data: bytes) -> bool:
    offsets = pa.array([0, len(data)], pa.int32()).buffers()[1]
    one = pa.Array.from_buffers(pa.string(), 1, [None, offsets, pa.py_buffer(data)])
    try:
        one.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _undecodable(data: bytes, valid: Callable[[bytes], bool]) -> list[int]:
    """Halve until the bad lines stand alone: few bad lines cost few looks."""
    lines = _split(data)
    bad: list[int] = []
    spans = [(0, len(lines))]
    while spans:
        low, high = spans.pop()
        if high - low <= _LEAF:
            bad += [number for number in range(low, high) if not valid(lines[number])]
        elif not valid(b"".join(lines[low:high])):
            middle = (low + high) // 2
            spans += [(middle, high), (low, middle)]
    return bad
