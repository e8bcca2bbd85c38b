"""Pages of OAI-PMH answers: what they say of the list, and their records one by one."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

OAI = "{http://www.openarchives.org/OAI/2.0/}"
DC = "{http://purl.org/dc/elements/1.1/}"
ELEMENTS = (
    *("title", "creator", "subject", "description", "publisher", "contributor", "date", "type"),
    *("format", "identifier", "source", "language", "relation", "coverage", "rights"),
)
BETWEEN = " ; "
_DECLARED = re.compile(rb"""<\?xml[^>]*encoding=["']([A-Za-z0-9._-]+)["']""")
_RECORD = re.compile(r"<(?:[\w.-]+:)?record(?:\s[^>]*)?>\s*<(?:[\w.-]+:)?header[\s>]")
_CLOSED = re.compile(r"</(?:[\w.-]+:)?record\s*>")
_NAMES = re.compile(r"""xmlns(?::([\w.-]+))?\s*=\s*("[^"<]*"|'[^'<]*')""")
_TOKEN = re.compile(r"<(?:[\w.-]+:)?resumptionToken[^>]*?(?:/>|>([^<]*)<)")
_ERROR = re.compile(
    r"""<(?:[\w.-]+:)?error[^>]*\bcode=["'](\w+)["'][^>]*?(?:/>|>(.*?)</(?:[\w.-]+:)?error>)""",
    re.S,
)
_ANSWERED = re.compile(r"<(?:[\w.-]+:)?responseDate>\s*([^<]+?)\s*<")
_ASKED = re.compile(r"<(?:[\w.-]+:)?request\b([^>]*)>\s*([^<]*?)\s*<")
_PREFIX = re.compile(r"""metadataPrefix=["']([^"']*)["']""")
_COMMENT = re.compile(r"<!--.*?-->", re.S)
_GRANULARITY = re.compile(r"<(?:[\w.-]+:)?granularity>\s*([^<]+?)\s*<")


@dataclass
class Page:
    """whole  it is well-formed XML; repository  the address it says it answers for"""

    text: str
    whole: bool
    token: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    answered: str = ""
    repository: str = ""
    prefix: str = ""

    @property
    def is_oai(self) -> bool:
        return "OAI-PMH" in self.text[:4096]

    @property
    def granularity(self) -> str:
        found = _GRANULARITY.search(self.text)
        return found.group(1) if found else ""


@dataclass(frozen=True)
class Piece:
    """One record as it stands in the page; line  where it begins, from 1."""

    line: int
    text: str


def read_page(content: bytes) -> Page:
    """Never raises: of a broken page what can be read is read."""
    text, whole = decoded(content), True
    try:
        etree.fromstring(content, _parser())
    except (etree.XMLSyntaxError, ValueError):
        whole = False
    said = _COMMENT.sub("", text)
    token, answered, asked = _TOKEN.search(said), _ANSWERED.search(said), _ASKED.search(said)
    prefix = _PREFIX.search(asked.group(1)) if asked else None
    errors = {
        found.group(1): html.unescape((found.group(2) or "").strip())
        for found in _ERROR.finditer(said)
    }
    return Page(
        text=text,
        whole=whole,
        token=html.unescape((token.group(1) or "").strip()) if token else "",
        errors=errors,
        answered=answered.group(1) if answered else "",
        repository=html.unescape(asked.group(2)).split("?")[0] if asked else "",
        prefix=prefix.group(1) if prefix else "",
    )


def decoded(content: bytes) -> str:
    """As its XML declaration says, else UTF-8; what is neither comes as replacement signs."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    named = _DECLARED.search(content[:200])
    encoding = named.group(1).decode() if named else "utf-8"
    try:
        return content.decode(encoding, "replace").lstrip("\ufeff")
    except LookupError:
        return content.decode("utf-8", "replace")


def pieces(text: str) -> Iterator[Piece]:
    """Each record with what stands before the next; a record that is broken spoils no other."""
    starts = [found.start() for found in _RECORD.finditer(text)]
    if not starts:
        return
    line, counted = 1, 0
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        line, counted = line + text.count("\n", counted, start), start
        part = text[start:end]
        closed = [found.end() for found in _CLOSED.finditer(part)]
        yield Piece(line, part[: closed[-1]] if closed else part.rstrip())


def namespaces(text: str) -> str:
    """What the page declares before its first record, for records read alone."""
    first = _RECORD.search(text)
    before = text[: first.start()] if first else ""
    found = dict(_NAMES.findall(before))
    found.setdefault("", f'"{OAI[1:-1]}"')
    return " ".join(
        f"xmlns:{name}={value}" if name else f"xmlns={value}" for name, value in found.items()
    )


def read_record(text: str, declared: str) -> dict[str, str | None]:
    """identifier, datestamp, sets, is_deleted and the 15 elements by name (dc_title …).

    raises  ValueError saying what is wrong with it
    """
    try:
        wrapped = etree.fromstring(f"<page {declared}>{text}</page>".encode(), _parser())
    except etree.XMLSyntaxError as error:
        raise ValueError(str(error.msg).split(", line")[0]) from None
    header = next((e for e in wrapped.iter() if _local(e) == "header"), None)
    if header is None:
        raise ValueError("no header")
    row: dict[str, str | None] = {
        "identifier": _first(header, "identifier"),
        "datestamp": _first(header, "datestamp"),
        "sets": BETWEEN.join(_all(header, "setSpec")) or None,
        "is_deleted": "true" if header.get("status") == "deleted" else "false",
    }
    for name in ELEMENTS:
        values = ["".join(e.itertext()).strip() for e in wrapped.iter(DC + name)]
        row[f"dc_{name}"] = BETWEEN.join(value for value in values if value) or None
    return row


def _parser() -> etree.XMLParser:
    """Nothing outside the text is read, and no entity grows."""
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


def _local(element: "etree._Element") -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _all(parent: "etree._Element", name: str) -> list[str]:
    return [(e.text or "").strip() for e in parent if _local(e) == name]


def _first(parent: "etree._Element", name: str) -> str | None:
    return next(iter(_all(parent, name)), None)
