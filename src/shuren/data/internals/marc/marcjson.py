"""MARC-in-JSON: one object, a list of them, or one a line; also the layout with controlfield
and datafield lists."""

import json
import re
from collections.abc import Iterator
from typing import Any

from shuren.data.internals.marc.record import LEADER, SUBFIELD, Marc, Wrong

_LARGEST = 256 << 20
_STARTS = re.compile(rb"""^\s*\[?\s*\{\s*["']?(?:leader|fields|controlfield|_id)\b""")


def looks_like_json(start: bytes) -> bool:
    start = start.removeprefix(b"\xef\xbb\xbf")
    return bool(_STARTS.match(start)) and b"leader" in start


def records_of(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The JSON text of each record. A document that is not one object a line is taken apart
    whole, record by record."""
    held = b"".join(_limited(chunks)).removeprefix(b"\xef\xbb\xbf").strip()
    lines = held.splitlines()
    if len(lines) > 1 and all(line.strip().startswith(b"{") and line.strip().endswith(b"}")
                              for line in lines if line.strip()):  # fmt: skip
        yield from (line for line in lines if line.strip())
        return
    try:
        whole = json.loads(held)
    except (ValueError, RecursionError):
        yield held
        return
    for entry in whole if isinstance(whole, list) else [whole]:
        yield json.dumps(entry, ensure_ascii=False).encode("utf-8", "replace")


def _limited(chunks: Iterator[bytes]) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > _LARGEST:
            from shuren.data.internals.reading.problems import FileProblem
            from shuren.kernel.i18n import gettext as _

            raise FileProblem(
                _("A JSON file of records may have up to %(limit)s MB.", limit=_LARGEST >> 20),
                fix=_("Write one record a line, or split the file."),
            )
        yield chunk


def parse(raw: bytes) -> Marc:
    """raises  Wrong S12 where the JSON is broken, S13 where a field is, S06, S14"""
    try:
        entry = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Wrong("S12", {"error": str(getattr(error, "msg", "JSON"))}) from None
    if not isinstance(entry, dict):
        raise Wrong("S06", {"format": "MARC-in-JSON"})
    leader = str(entry.get("leader", ""))
    fields = list(_fields(entry))
    if not fields:
        raise Wrong("S06", {"format": "MARC-in-JSON"})
    if len(leader) != LEADER:
        raise Wrong("S14", {"length": len(leader)})
    return Marc(leader, fields)


def _fields(entry: dict[str, Any]) -> Iterator[tuple[str, str]]:
    number = 0
    listed = entry.get("fields")
    if isinstance(listed, list):
        pairs = [pair for field in listed if isinstance(field, dict) for pair in field.items()]
        for number, (tag, content) in enumerate(pairs, 1):
            yield _field(number, tag, content)
        return
    for kind in ("controlfield", "datafield"):
        held = entry.get(kind)
        for field in held if isinstance(held, list) else []:
            number += 1
            if not isinstance(field, dict):
                raise Wrong("S13", {"number": number, "tag": "—"})
            content = field.get("data", field.get("content")) if kind == "controlfield" else field
            yield _field(number, str(field.get("tag", "")), content)


def _field(number: int, tag: str, content: Any) -> tuple[str, str]:
    wrong = Wrong("S13", {"number": number, "tag": tag or "—"})
    if len(tag) != 3 or not tag.isascii() or not tag.isalnum():
        raise wrong
    if isinstance(content, str):
        return tag, content
    if not isinstance(content, dict):
        raise wrong
    held = content.get("subfields", content.get("subfield", []))
    parts = [str(content.get("ind1") or " ")[:1], str(content.get("ind2") or " ")[:1]]
    for subfield in held if isinstance(held, list) else [held]:
        if not isinstance(subfield, dict):
            raise wrong
        if "code" in subfield:
            pairs = [(subfield["code"], subfield.get("content", subfield.get("data", "")))]
        else:
            pairs = list(subfield.items())
        for code, text in pairs:
            if not isinstance(code, str) or len(code) != 1 or not isinstance(text, str):
                raise wrong
            parts.append(f"{SUBFIELD}{code}{text}")
    return tag, "".join(parts)
