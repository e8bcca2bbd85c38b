"""A stream of bytes as stretches of whole lines."""

from collections.abc import Iterator
from pathlib import Path

from shuren.data.internals.reading.problems import FileProblem
from shuren.kernel.i18n import gettext as _

LINE_BOUND = 64 << 20


def skip_bytes(chunks: Iterator[bytes], size: int) -> Iterator[bytes]:
    for chunk in chunks:
        if size < len(chunk):
            yield chunk[size:] if size else chunk
        size = max(0, size - len(chunk))


class Lines:
    """Iterates over (bytes, final): whole lines, the last of which may lack its end.

    What is pushed back comes again at the start of the next stretch. The last stretch,
    and only it, is final; it may be empty.
    """

    def __init__(self, chunks: Iterator[bytes], end: bytes, path: Path) -> None:
        self._chunks, self._end, self._path = chunks, end, path
        self._rest = b""

    def push_back(self, data: bytes) -> None:
        self._rest = data + self._rest

    def __iter__(self) -> Iterator[tuple[bytes, bool]]:
        pieces: list[bytes] = []
        held = 0
        for chunk in self._chunks:
            if self._rest:
                pieces, held, self._rest = [self._rest, *pieces], held + len(self._rest), b""
            cut = chunk.rfind(self._end) + 1
            if not cut:
                pieces.append(chunk)
                held += len(chunk)
                if held > LINE_BOUND:
                    raise _endless(self._path)
                continue
            self._rest = chunk[cut:]
            data = b"".join([*pieces, chunk[:cut]])
            pieces, held = [], 0
            yield data, False
        yield b"".join([*pieces, self._rest]), True


def _endless(path: Path) -> FileProblem:
    return FileProblem(
        _(
            "%(path)s has a line longer than %(limit)s MB: this is no table. "
            "Nothing was loaded from it.",
            path=path,
            limit=LINE_BOUND >> 20,
        ),
        fix=_("Export it as CSV with one record in each line."),
    )
