"""A file of MARC records as a TableFile: framed, told apart, refused or made into columns."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from shuren.data.internals.block import Block, Refused
from shuren.data.internals.marc import iso2709, linemarc, marcjson, marcxml
from shuren.data.internals.marc.batch import (
    Batch,
    Directory,
    Framed,
    batch_of,
    directories,
    frame,
)
from shuren.data.internals.marc.charset import evidence, text_of
from shuren.data.internals.marc.columns import ColumnMaker
from shuren.data.internals.marc.copies import CopyMaker, only_copy
from shuren.data.internals.marc.record import Marc, Wrong, flat
from shuren.data.internals.reading.arrow import column_names
from shuren.kernel.i18n import gettext as _

ISO, XML, LINES, JSON = "iso2709", "marcxml", "lines", "json"
_GROUP = 5_000
_LONGEST = 32 << 20
_SHOWN = {"utf-8": "UTF-8", "marc-8": "MARC-8", "gb18030": "GB18030"}


def layout_of(start: bytes) -> str:
    """How records are written, by the first bytes of a file or of a record; '' if not at all."""
    plain = start.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n\t \x00")
    head = plain[:5]
    if b"\x1e" in start and (head.isdigit() or b"\x1f" in start or b"\x1d" in start):
        return ISO
    if marcxml.looks_like_xml(start) or start[:4] in (b"\xff\xfe<\x00", b"\xfe\xff\x00<"):
        return XML
    if marcjson.looks_like_json(start):
        return JSON
    return LINES if linemarc.looks_like_lines(start) else ""


def parse_any(raw: bytes, encoding: str = "") -> Marc:
    """One record however it is written. raises Wrong"""
    start = raw.lstrip()[:1]
    if start == b"<":
        record = marcxml.parse(raw)
        if record is None:
            raise Wrong("S06", {"format": "MARCXML"})
        return record
    if start in (b"{", b"["):
        return marcjson.parse(raw)
    if b"\x1e" in raw or (iso2709.strip_between(raw)[:5].isdigit() and b"\n" not in raw):
        return iso2709.parse(raw, encoding)
    return linemarc.parse(_text(raw, encoding))


def _text(raw: bytes, encoding: str) -> str:
    for codec in (encoding,) if encoding else ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(codec)
        except UnicodeDecodeError as error:
            wrong = Wrong("S10", {"encoding": codec.upper(), "byte": error.start})
    raise wrong


@dataclass
class Tally:
    """What the receipt says of a file besides what was refused."""

    records: int = 0
    repaired: int = 0
    without_copies: int = 0
    without_number: int = 0
    no_marc: int = 0
    encodings: Counter[str] = field(default_factory=Counter)

    def remarks(self) -> list[str]:
        said = []
        if len(self.encodings) > 1:
            named = ", ".join(
                f"{_SHOWN.get(name, name)}: {count:,}" for name, count in self.encodings.items()
            )
            said.append(_("Encodings of the records: %(list)s.", list=named))
        for count, sentence in (
            (self.repaired, _("%(count)s records had a wrong length, directory or terminator that could be put right.", count=f"{self.repaired:,}")),  # noqa: E501
            (self.without_number, _("Warning: %(count)s records have no valid ISBN or ISSN.", count=f"{self.without_number:,}")),  # noqa: E501
            (self.without_copies, _("%(count)s records have no copy.", count=f"{self.without_copies:,}")),  # noqa: E501
            (self.no_marc, _("%(count)s records of the wrapping hold no MARC and were passed over.", count=f"{self.no_marc:,}")),  # noqa: E501
        ):  # fmt: skip
            if count:
                said.append(sentence)
        return said


@dataclass
class _Group:
    """Some records: `found` where they lie in flattened form, or framed in one buffer."""

    batch: Batch
    numbers: list[int]
    refused: list[Refused]
    blank: int
    raw: Callable[[int], bytes]


class MarcFile:
    """See block.TableFile.

    records  (number, raw) one by one, or None for a file of ISO 2709 given as chunks
    """

    beginning: Sequence[Sequence[str]] = ()

    def __init__(
        self,
        layout: str,
        maker: ColumnMaker | CopyMaker,
        header: list[str],
        declared: str,
        chunks: Iterator[bytes] | None = None,
        records: Iterator[tuple[int, bytes, str]] | None = None,
    ) -> None:
        self._layout, self._maker, self._declared = layout, maker, declared
        self._chunks, self._records = chunks, records
        self.header, self.width = header, len(header)
        self.tally = Tally()
        # The Python codec of all records so far, or '' where they differ or Python has none.
        self.encoding = ""
        self._numbers = [header.index(name) for name in header if "| is" in name]

    @property
    def remarks(self) -> Sequence[str]:
        return self.tally.remarks()

    @property
    def dialect(self) -> dict[str, Any]:
        return {"kind": "marc", "layout": self._layout, "declared": self._declared}

    def blocks(self) -> Iterator[Block]:
        groups = self._framed() if self._chunks is not None else self._singly()
        for group in groups:
            yield self._block(group)

    def _block(self, group: _Group) -> Block:
        lines = np.array(group.numbers, np.int64)
        only = list(self.tally.encodings)
        self.encoding = only[0] if len(only) == 1 and only[0] != "marc-8" else ""
        self.tally.records += len(lines) + len(group.refused)
        if isinstance(self._maker, CopyMaker):
            return self._copies(self._maker, group, lines)
        columns = self._maker.columns(group.batch)
        self._count_numbers(columns)
        table = pa.Table.from_arrays(columns, names=column_names(self.width))
        return Block(table, lines, group.refused, group.blank, _raws(group.raw))

    def _copies(self, maker: CopyMaker, group: _Group, lines: Any) -> Block:
        rows = maker.rows(group.batch)
        self.tally.without_copies += len(lines) - len(np.unique(rows.record))
        place = np.zeros(len(rows.record), np.int64)
        for n in range(1, len(place)):
            place[n] = place[n - 1] + 1 if rows.record[n] == rows.record[n - 1] else 0
        declared = self._declared

        def raw(index: int) -> bytes:
            whole = group.raw(int(rows.record[index]))
            one = only_copy(parse_any(whole, declared), maker.anchors, int(place[index]))
            return linemarc.render(one).encode("utf-8", "replace")

        table = pa.Table.from_arrays(rows.columns, names=column_names(self.width))
        return Block(table, lines[rows.record], group.refused, group.blank, _raws(raw))

    def _count_numbers(self, columns: Sequence[pa.Array]) -> None:
        if self._numbers and len(columns[0]):
            empty = np.ones(len(columns[0]), bool)
            for place in self._numbers:
                empty &= np.asarray(
                    pa.compute.equal(columns[place], "").to_numpy(zero_copy_only=False)
                )
            self.tally.without_number += int(empty.sum())

    def _singly(self) -> Iterator[_Group]:
        """Records that come one by one."""
        assert self._records is not None
        flattened: list[tuple[int, bytes]] = []
        numbers: list[int] = []
        raws: list[bytes] = []
        refused: list[Refused] = []
        for number, raw, encoding in self._records:
            try:
                record = parse_any(raw, encoding or self._declared)
            except Wrong as wrong:
                if wrong.rule == "S06" and self._layout == XML and b"field" not in raw:
                    self.tally.no_marc += 1
                    continue
                refused.append(refusal(number, wrong, raw))
            else:
                self._saw(record)
                flattened.append((len(numbers), flat(record)))
                numbers.append(number)
                raws.append(raw)
            if len(numbers) + len(refused) >= _GROUP:
                yield _group(flattened, numbers, refused, raws)
                flattened, numbers, raws, refused = [], [], [], []
        if numbers or refused:
            yield _group(flattened, numbers, refused, raws)

    def _framed(self) -> Iterator[_Group]:
        """ISO 2709: chunks cut behind the last record terminator."""
        assert self._chunks is not None
        rest, done = b"", 0
        for chunk in self._chunks:
            data = rest + chunk
            cut = data.rfind(b"\x1d") + 1
            data, rest = data[:cut], data[cut:]
            if data:
                group = self._frame(data, done)
                done += len(group.numbers) + len(group.refused)
                yield group
            if len(rest) > _LONGEST:
                done += 1
                wrong = Wrong("S16", {"length": len(rest), "limit": 99_999})
                yield _group([], [], [refusal(done, wrong, rest[:_LONGEST])], [])
                rest = b""
        if iso2709.strip_between(rest):
            yield self._frame(rest, done, ended=False)

    def _frame(self, data: bytes, done: int, ended: bool = True) -> _Group:
        framed = frame(data if ended else data + b"\x1d")
        directory = directories(framed)
        kept = directory.sound & _readable(data, framed, self._declared) & ended
        numbers: list[int] = []
        places: list[int] = []
        flattened: list[tuple[int, bytes]] = []
        refused: list[Refused] = []
        blank, at = 0, done
        sound = kept.tolist()
        place = np.full(len(sound), -1, np.int64)
        for index, good in enumerate(sound):
            raw = b"" if good else data[framed.start[index] : framed.end[index] + 1]
            if not good and not raw.rstrip(b"\x1d").strip(b"\r\n\t \x00\x1a"):
                blank += 1
                continue
            at += 1
            if not good:
                try:
                    if directory.sound[index]:
                        text = self._recoded(raw, directory, index)
                    else:
                        text = self._careful(raw)
                except Wrong as wrong:
                    refused.append(refusal(at, wrong, raw))
                    continue
                flattened.append((len(numbers), text))
            place[index] = len(numbers)
            numbers.append(at)
            places.append(index)
        clean = int(kept.sum())
        if clean:
            self.tally.encodings[self._declared or "utf-8"] += clean
        self.tally.repaired += int((kept & ~directory.exact).sum())
        batch = batch_of(len(numbers), framed, directory, kept, place, flattened)
        start, end = framed.start, framed.end

        def raw_of(row: int) -> bytes:
            index = places[row]
            return data[start[index] : end[index] + 1]

        return _Group(batch, numbers, refused, blank, raw_of)

    def _careful(self, raw: bytes) -> bytes:
        record = iso2709.parse(raw, self._declared)
        self._saw(record)
        return flat(record)

    def _recoded(self, raw: bytes, directory: Directory, index: int) -> bytes:
        """A record of sound structure in another encoding: only the fields that are asked for."""
        first, last = np.searchsorted(directory.record, [index, index + 1])
        tags = directory.tag[first:last]
        leader = iso2709.strip_between(raw)[:24]
        shift = int(directory.start[first]) - raw.index(b"\x1e") - 1
        unimarc = bool((tags == 200).any() and not (tags == 245).any())
        encoding = self._declared or evidence(leader, raw, unimarc)
        parts = [b"LDR" + leader.decode("latin-1").encode()]
        wanted = np.flatnonzero(self._maker.tags[tags]) + first
        places = (directory.start[wanted] - shift, directory.end[wanted] - shift)
        for tag, start, end in zip(
            directory.tag[wanted].tolist(), *(place.tolist() for place in places), strict=True
        ):
            content = raw[start:end]
            if not content.isascii() or b"\x1b" in content:
                content = text_of(content, encoding, start).encode()
            parts.append(b"%03d%b" % (tag, content))
        parts.append(b"")
        self.tally.encodings[encoding] += 1
        self.tally.repaired += not directory.exact[index]
        return b"\x1e".join(parts)

    def _saw(self, record: Marc) -> None:
        self.tally.encodings[record.encoding] += 1
        self.tally.repaired += record.repaired


def _readable(data: bytes, framed: Framed, declared: str) -> Any:
    """Which records are UTF-8 as they stand, and hold no escape sequence of MARC-8."""
    count = len(framed.start)
    good = np.ones(count, bool)
    plain = declared in ("", "utf-8", "utf8", "UTF-8")
    if data.isascii():
        high = np.zeros(0, np.int64)
    else:
        if plain and _is_utf8(data):
            high = np.zeros(0, np.int64)
        else:
            high = np.flatnonzero(framed.buffer >= 0x80)
    for index in np.unique(np.searchsorted(framed.end, high)).tolist():
        if index < count:
            raw = data[framed.start[index] : framed.end[index]]
            good[index] = plain and _is_utf8(raw)
    if b"\x1b" in data:
        escapes = np.unique(np.searchsorted(framed.end, np.flatnonzero(framed.buffer == 0x1B)))
        good[escapes[escapes < count]] = False
    return good


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def refusal(number: int, wrong: Wrong, raw: bytes) -> Refused:
    return Refused(number, wrong.rule, raw, "", wrong.detail)


def _group(
    flattened: list[tuple[int, bytes]],
    numbers: list[int],
    refused: list[Refused],
    raws: list[bytes],
) -> _Group:
    batch = batch_of(len(numbers), None, None, None, None, flattened)
    return _Group(batch, numbers, refused, 0, raws.__getitem__)


def _raws(raw: Callable[[int], bytes]) -> Callable[[Sequence[int]], list[bytes]]:
    def raw_of(indices: Sequence[int]) -> list[bytes]:
        return [raw(index) for index in indices]

    return raw_of
