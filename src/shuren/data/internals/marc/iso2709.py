"""ISO 2709, the careful way: one record whose structure may be wrong.

Two things say where a field is: the directory and the field terminators. Where one of them
contradicts itself the other decides, if it is whole; where neither is, the record is refused.
"""

import re
from collections.abc import Sequence

from shuren.data.internals.marc.charset import decode
from shuren.data.internals.marc.record import FIELD_END, LEADER, RECORD_END, Marc, Wrong

RS, GS = b"\x1e", b"\x1d"
_ENTRY = 12
_LARGEST = 99_999
_BETWEEN = b"\r\n\t \x00\x1a"
_BOM = b"\xef\xbb\xbf"
_TAG = re.compile(rb"[0-9A-Za-z]{3}")
_BEGINS = re.compile(rb"[0-9]{5}|[0-9 ]{5}[acdnopsx]")
_Place = tuple[bytes, int, int]


def strip_between(raw: bytes) -> bytes:
    """A record without what stands between records: line ends, blanks, NUL, a byte order mark."""
    return raw.lstrip(_BETWEEN).removeprefix(_BOM).lstrip(_BETWEEN)


def parse(raw: bytes, declared: str = "") -> Marc:
    """raw       one record, with or without its terminator
    declared  the encoding its mapping names, else it is told by evidence
    raises    Wrong
    """
    body = strip_between(raw)
    ended = body.endswith(GS)
    body = body.removesuffix(GS)
    if len(body) <= LEADER or RS not in body:
        if _BEGINS.match(body) and not ended:
            raise Wrong("S15", {"length": len(body), "expected": _number(body[:5]) or "?"})
        raise Wrong("S06", {"format": "ISO 2709"})
    leader, directory, data = _parts(body)
    fields, tidy = _fields(directory, data, ended)
    if not fields:
        raise Wrong("S06", {"format": "ISO 2709"})
    text, encoding = decode(leader, fields, declared)
    whole = tidy and ended and _number(leader[:5]) == len(body) + 1
    return Marc(leader.decode("latin-1"), text, encoding, repaired=not whole)


def _parts(body: bytes) -> tuple[bytes, bytes, bytes]:
    """Leader, directory and data. raises Wrong S14 where they cannot be told apart."""
    end = body.index(RS)
    base = _number(body[12:17])
    if (end - LEADER) % _ENTRY and base and base <= len(body) and body[base - 1 : base] == RS:
        end = base - 1  # a terminator inside the directory: its address says better
    size = end - LEADER
    if size < 0 or size % _ENTRY:
        raise Wrong("S14", {"length": leader_length(end)})
    return body[:LEADER], body[LEADER:end], body[end + 1 :]


def leader_length(end: int) -> int:
    """How long the leader is when the directory behind it ends there: the directory is made of
    twelves, so what is over or missing is the leader's."""
    over = (end - LEADER) % _ENTRY
    return max(0, LEADER + over - (_ENTRY if over > _ENTRY // 2 else 0))


def _fields(directory: bytes, data: bytes, ended: bool) -> tuple[list[tuple[str, bytes]], bool]:
    """The fields, and whether directory and terminators agree. raises Wrong S07, S15"""
    entries = [directory[at : at + _ENTRY] for at in range(0, len(directory), _ENTRY)]
    for number, entry in enumerate(entries, 1):
        if not _TAG.match(entry):
            raise Wrong("S07", {"entry": number, "entries": len(entries)})
    places = [
        (entry[:3], _number(entry[3:7]), _number(entry[7:12])) for entry in entries
    ]  # fmt: skip
    pieces = data.split(RS)
    if pieces and not pieces[-1].strip(_BETWEEN):
        pieces.pop()
    by_directory = _by_directory(places, data)
    if by_directory is not None:
        return by_directory, len(pieces) == len(places)
    if len(pieces) == len(places):
        return _by_terminators(places, pieces), False
    if not ended:
        raise Wrong("S15", {"length": LEADER + len(directory) + 1 + len(data), "expected": "?"})
    raise Wrong("S07", {"entry": min(len(pieces), len(places)) + 1, "entries": len(places)})


def _by_directory(
    places: Sequence[tuple[bytes, int | None, int | None]], data: bytes
) -> list[tuple[str, bytes]] | None:
    """Each field as the directory places it; None unless all end with their terminator."""
    found = []
    for number, (tag, length, offset) in enumerate(places, 1):
        if length is None or offset is None or length < 1 or offset + length > len(data) + 1:
            return None
        content = data[offset : offset + length]
        if content.endswith(RS):
            content = content[:-1]
        elif number != len(places) or offset + length < len(data):
            return None
        if RS in content:
            return None
        found.append((tag.decode(), content))
    return found


def _by_terminators(
    places: Sequence[tuple[bytes, int | None, int | None]], pieces: Sequence[bytes]
) -> list[tuple[str, bytes]]:
    """As many fields as entries: they belong together in the order of their addresses, or of the
    directory where two addresses are the same."""
    order = list(range(len(places)))
    offsets = [offset for _tag, _length, offset in places if offset is not None]
    if len(set(offsets)) == len(places):
        order.sort(key=lambda number: offsets[number])
    content = dict(zip(order, pieces, strict=True))
    return [(tag.decode(), content[number]) for number, (tag, _l, _o) in enumerate(places)]


def _number(digits: bytes) -> int | None:
    return int(digits) if digits.isdigit() else None


def serialise(record: Marc, encoding: str = "utf-8") -> bytes:
    """raises  Wrong S16 when the record or a field is longer than the format can say"""
    directory, data = [], bytearray()
    for tag, content in record.fields:
        encoded = (content + FIELD_END).encode(encoding)
        if len(encoded) > 9_999 or len(data) > _LARGEST:
            raise Wrong("S16", {"length": len(encoded), "limit": 9_999})
        directory.append(f"{tag}{len(encoded):04d}{len(data):05d}")
        data += encoded
    base = LEADER + _ENTRY * len(directory) + 1
    length = base + len(data) + 1
    if length > _LARGEST:
        raise Wrong("S16", {"length": length, "limit": _LARGEST})
    leader = record.leader.ljust(LEADER)[:LEADER]
    head = f"{length:05d}{leader[5:10]}22{base:05d}{leader[17:20]}4500"
    return (head + "".join(directory) + FIELD_END).encode() + bytes(data) + RECORD_END.encode()
