"""Records of Dublin Core elements, out of XML, JSON and CSV: {element: its values in order}."""

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from shuren.data.internals.feeds.oai_pages import DC, ELEMENTS, decoded

XML, JSON, CSV = "xml", "json", "csv"
Record = dict[str, list[str]]
# How repositories part several values in one cell: DSpace by ||, others by ‖.
_PARTED = re.compile(r"\s*(?:\|\||‖)\s*")
_NAME = re.compile(r"(?:dc(?:terms)?[:._])?([a-z]+)(?:[.\[].*)?", re.IGNORECASE)
# `title` alone may head any table; two names with the prefix tell a table of Dublin Core.
_ANY = "|".join(ELEMENTS)
_PREFIXED = re.compile(rf"""(?:^|[,;\t"])\s*dc[:._](?:{_ANY})\b""", re.IGNORECASE)
_OPENING = re.compile(r"<(?:[\w.-]+:)?(?:dc|record|qualifieddc|Description)(?=[\s>])")
_NAMES = re.compile(r"""xmlns(?::([\w.-]+))?\s*=\s*("[^"<]*"|'[^'<]*')""")


class NoRecord(Exception):
    """Why one record cannot be read."""


def layout_of(start: bytes) -> str:
    """xml, json, csv, or "" for what is no Dublin Core."""
    text = start.decode("utf-8", "replace").lstrip("\ufeff \r\n\t")
    if text.startswith("<"):
        return XML if DC[1:-1] in text and "OAI-PMH" not in text[:4096] else ""
    if text[:1] in ("[", "{"):
        return JSON if len(set(re.findall(r'"dc[:._](\w+)"', text))) >= 2 else ""
    return CSV if len(_PREFIXED.findall(text.split("\n", 1)[0])) >= 2 else ""


def pieces(layout: str, content: bytes) -> Iterator[tuple[int, bytes]]:
    """(line where it begins, bytes in UTF-8) of each record; of CSV the header comes first."""
    if layout == XML:
        yield from _xml_pieces(decoded(content))
    elif layout == JSON:
        yield from _json_pieces(decoded(content))
    else:
        yield from _csv_pieces(_text(content))


def read(layout: str, raw: bytes, header: list[str], declared: str = "") -> Record:
    """raises  NoRecord"""
    if layout == XML:
        return _from_xml(raw.decode("utf-8", "replace"), declared)
    if layout == JSON:
        return _from_json(raw)
    return _from_cells(raw.decode("utf-8", "replace"), header)


def declared_in(text: str) -> str:
    """The namespaces declared before the first record, for records read alone."""
    found = dict(_NAMES.findall(text))
    return " ".join(f"xmlns:{n}={v}" if n else f"xmlns={v}" for n, v in found.items())


def _xml_pieces(text: str) -> Iterator[tuple[int, bytes]]:
    """From one opening tag to the next, as far as something closes: a broken record spoils no
    other. An element inside a record of the same kind of name belongs to it."""
    at, line, counted = 0, 1, 0
    while found := _OPENING.search(text, at):
        start = found.start()
        name = found[0][1:]
        own = re.compile(rf"<{re.escape(name)}(?=[\s>])|</{re.escape(name)}\s*>")
        end, inner = len(text), re.compile(rf"<(?:[\w.-]+:)?(?:{_ANY})(?=[\s>/])")
        closing = next((m for m in own.finditer(text, found.end())), None)
        if closing and closing[0].startswith("</"):
            end = closing.end()
        elif closing:
            end = closing.start()
        line, counted = line + text.count("\n", counted, start), start
        part = text[start:end]
        nested = _OPENING.search(part, 1)
        if nested and not inner.search(part[: nested.start()]):
            at = start + nested.start()  # a wrapping, such as <record><oai_dc:dc>
            continue
        yield line, part.strip().encode()
        at = end


def _from_xml(text: str, declared: str) -> Record:
    try:
        wrapped = etree.fromstring(
            f"<page {declared}>{text}</page>".encode(),
            etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False),
        )
    except etree.XMLSyntaxError as error:
        raise NoRecord(str(error.msg).split(", line")[0]) from None
    found: Record = {}
    for name in ELEMENTS:
        values = ["".join(one.itertext()).strip() for one in wrapped.iter(DC + name)]
        found[name] = [value for value in values if value]
    return found


def _json_pieces(text: str) -> Iterator[tuple[int, bytes]]:
    """The records of an array, of {"records": [...]}, one alone, or one a line."""
    try:
        content = json.loads(text)
    except ValueError:
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip() not in ("", "[", "]"):
                yield number, line.strip().rstrip(",").encode()
        return
    if isinstance(content, dict):
        listed = [one for one in content.values() if isinstance(one, list)]
        whole = next((one for one in listed if one and isinstance(one[0], dict)), None)
        content = whole if whole is not None else [content]
    for number, one in enumerate(content, 1):
        yield number, json.dumps(one, ensure_ascii=False).encode()


def _from_json(raw: bytes) -> Record:
    try:
        content = json.loads(raw)
    except ValueError as error:
        raise NoRecord(str(error)) from None
    if not isinstance(content, dict):
        raise NoRecord("no object")
    return _collected(content.items())


def _csv_pieces(text: str) -> Iterator[tuple[int, bytes]]:
    """Each row as a line of CSV, so that it can be put right and taken up again."""
    first = text.split("\n", 1)[0]
    mark = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    line = 1
    for cells in reader:
        held = io.StringIO()
        csv.writer(held, lineterminator="").writerow(cells)
        if any(cell.strip() for cell in cells):
            yield line, held.getvalue().encode()
        line = reader.line_num + 1


def _from_cells(text: str, header: list[str]) -> Record:
    cells = next(csv.reader(io.StringIO(text, newline="")), [])
    if len(cells) != len(header):
        raise NoRecord(f"{len(cells)} columns where {len(header)} are expected")
    return _collected((name, _PARTED.split(cell)) for name, cell in zip(header, cells, strict=True))


def _collected(named: Any) -> Record:
    """Names with or without a prefix (dc:title, dc.title.alternative), values one or several."""
    found: Record = {name: [] for name in ELEMENTS}
    for key, value in named:
        name = _NAME.fullmatch(str(key).strip())
        if name is None or name[1].lower() not in found:
            continue
        for one in value if isinstance(value, list) else [value]:
            text = str(one.get("value", "") if isinstance(one, dict) else one or "").strip()
            if text:
                found[name[1].lower()].append(text)
    return found


def _text(content: bytes) -> str:
    for codec in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(codec)
        except UnicodeDecodeError:
            continue
    return content.decode("utf-8", "replace")
