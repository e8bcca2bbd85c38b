"""A refused MARC record as people read it: line-MARC, as far as it can be taken apart."""

from shuren.data.internals.marc import iso2709, linemarc
from shuren.data.internals.marc.reading import parse_any
from shuren.data.internals.marc.record import Marc, Wrong

_LONGEST = 65_536
_ENTRY = 12


def readable(raw: bytes, encoding: str = "") -> str:
    """Line-MARC that can be put right and taken up again; the bare text where the record cannot
    be taken apart into fields."""
    start = raw.lstrip()[:1]
    if start in (b"<", b"{", b"[") or (b"\x1e" not in raw and b"\n" in raw):
        return raw.decode(encoding or "utf-8", "replace")[:_LONGEST]
    try:
        return linemarc.render(parse_any(raw, encoding))[:_LONGEST]
    except Wrong:
        return _roughly(raw, encoding or "utf-8")[:_LONGEST]


def _roughly(raw: bytes, encoding: str) -> str:
    """Fields by their terminators, tags by the directory; '???' where it has none for a field."""
    body = iso2709.strip_between(raw).rstrip(b"\x1d")
    head, *pieces = body.split(b"\x1e")
    while pieces and not pieces[-1].strip():
        pieces.pop()
    size = iso2709.leader_length(len(head))
    directory = head[size:]
    tags = [directory[at : at + 3] for at in range(0, len(directory), _ENTRY)]
    fields = []
    for number, piece in enumerate(pieces):
        tag = tags[number].decode("ascii", "replace") if number < len(tags) else "???"
        fields.append((tag, piece.decode(encoding, "replace")))
    leader = head[:size].decode("latin-1")
    return linemarc.render(Marc(leader, fields))
