"""MARCXML in any wrapping: collections, single records, OAI-PMH, SRU, Alma.

The innermost elements called `record` are found by their tags and parsed one by one: a record
that is not well-formed spoils itself alone, nothing outside a record is looked at, and a
document's entities are never resolved, for no record sees the document's DTD.
"""

import codecs
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from shuren.data.internals.marc.record import LEADER, SUBFIELD, Marc, Wrong, is_control

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*encoding=["']([A-Za-z0-9._-]+)["']""")
_OPEN = re.compile(rb"<((?:[A-Za-z_][\w.-]*:)?record)(?=[\s>/])")
_CLOSE = re.compile(rb"</(?:[A-Za-z_][\w.-]*:)?record\s*>")
_PREFIX = re.compile(rb"[<\s/]([A-Za-z_][\w.-]*):[A-Za-z_]")
_LARGEST = 64 << 20
_MARKS = (b"controlfield", b"datafield", b"<leader")


def looks_like_xml(start: bytes) -> bool:
    return start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<" and any(
        mark in start for mark in _MARKS
    )


def in_utf8(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same document in UTF-8, whatever its declaration or byte order mark says."""
    first = next(chunks, b"")
    name = "utf-8"
    if first[:2] in (b"\xff\xfe", b"\xfe\xff"):
        name = "utf-16"
    elif found := _DECLARED.match(first.removeprefix(b"\xef\xbb\xbf")):
        name = found[1].decode()
    try:
        codec = codecs.lookup(name)
    except LookupError:
        codec = codecs.lookup("utf-8")
    if codec.name in ("utf-8", "ascii"):
        yield first
        yield from chunks
        return
    decoder = codec.incrementaldecoder("replace")
    yield decoder.decode(first).encode()
    for chunk in chunks:
        yield decoder.decode(chunk).encode()
    yield decoder.decode(b"", final=True).encode()


def records_of(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The innermost records' own bytes."""
    rest = b""
    for chunk in chunks:
        data = rest + chunk
        at = 0
        for close in _CLOSE.finditer(data):
            begin = max((m.start() for m in _OPEN.finditer(data, at, close.start())), default=-1)
            if begin >= 0:
                yield data[begin : close.end()]
            at = close.end()
        rest = data[at:]
        if len(rest) > _LARGEST:
            yield rest
            rest = b""
    left = max((m.start() for m in _OPEN.finditer(rest)), default=-1)
    if left >= 0 and any(mark in rest[left:] for mark in _MARKS):
        yield rest[left:]


def parse(raw: bytes) -> Marc | None:
    """One record; None for an element that holds no MARC field at all.

    raises  Wrong S12 where the XML is broken, S07 where a field is, S14
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
    )
    try:
        root = etree.fromstring(b"<r" + _spaces(raw) + b">" + raw + b"</r>", parser)[0]
    except (etree.XMLSyntaxError, IndexError, ValueError) as error:
        detail = getattr(error, "msg", None) or type(error).__name__
        raise Wrong("S12", {"error": _quiet(str(detail))}) from None
    record = Marc("", [])
    leader: str | None = None
    strange = 0
    for element in root:
        if not isinstance(element.tag, str):
            continue
        name = element.tag.rpartition("}")[2]
        if name == "leader":
            leader = element.text or ""
        elif name in ("controlfield", "datafield"):
            record.fields.append(_field(name, element, len(record.fields) + 1))
        else:
            strange += 1
    if not record.fields:
        if leader is None:
            return None
        raise Wrong("S06", {"format": "MARCXML"})
    if leader is not None and len(leader) != LEADER:
        raise Wrong("S14", {"length": len(leader)})
    record.leader = leader if leader is not None else "00000nam a2200000   4500"
    record.repaired = leader is None or strange > 0
    return record


def _spaces(raw: bytes) -> bytes:
    """A declaration of every prefix the record uses: its own may stand above it."""
    names = set(_PREFIX.findall(raw)) - {b"xml", b"xmlns"}
    return b"".join(b' xmlns:%s="urn:%s"' % (name, name) for name in sorted(names))


def _field(name: str, element: Any, number: int) -> tuple[str, str]:
    tag = element.get("tag") or ""
    if len(tag) != 3 or not tag.isascii() or not tag.isalnum():
        raise Wrong("S13", {"number": number, "tag": tag or "—"})
    if name == "controlfield":
        return tag, _text(element)
    if is_control(tag):
        raise Wrong("S13", {"number": number, "tag": tag})
    parts = [f"{element.get('ind1') or ' '}"[:1], f"{element.get('ind2') or ' '}"[:1]]
    for child in element:
        if not isinstance(child.tag, str):
            continue
        code = child.get("code") or ""
        if child.tag.rpartition("}")[2] != "subfield" or len(code) != 1 or not code.isascii():
            raise Wrong("S13", {"number": number, "tag": tag})
        parts.append(f"{SUBFIELD}{code}{_text(child)}")
    return tag, "".join(parts)


def _text(element: Any) -> str:
    text = "".join(element.itertext())
    return text.replace("\n", " ") if "\n" in text else text


def _quiet(message: str) -> str:
    """What the parser says, short and without what stands in the record."""
    return message.split(", line")[0].split(":")[0][:120]
