"""The XML of OAI-PMH 2.0 and of oai_dc, in the order their schemas ask for."""

import re
from typing import Any

from lxml import etree

OAI = "http://www.openarchives.org/OAI/2.0/"
DC = "http://purl.org/dc/elements/1.1/"
OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
SCHEMA = f"{OAI} http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd"
DC_SCHEMA = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
# What XML 1.0 has no way to write.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Element = Any


def document(moment: str, base: str, asked: dict[str, str]) -> tuple[Element, Element]:
    """The root with date and request in it, and the root again to add the answer to."""
    root = etree.Element(f"{{{OAI}}}OAI-PMH", nsmap={None: OAI, "xsi": XSI})
    root.set(f"{{{XSI}}}schemaLocation", SCHEMA)
    add(root, "responseDate", moment)
    request = add(root, "request", base)
    for name, value in asked.items():
        request.set(name, clean(value))
    return root, root


def add(parent: Element, name: str, text: str = "", **attributes: str) -> Element:
    child = etree.SubElement(parent, f"{{{OAI}}}{name}", attributes)
    if text:
        child.text = clean(text)
    return child


def header(parent: Element, identifier: str, stamp: str, sets: list[str]) -> None:
    made = add(parent, "header")
    add(made, "identifier", identifier)
    add(made, "datestamp", stamp)
    for spec in sets:
        add(made, "setSpec", spec)


def dublin_core(parent: Element, row: dict[str, Any]) -> None:
    """Title, creator, publisher, date, identifier, language and subject; what is empty is left
    out. All titles here are texts that the library holds."""
    container = etree.SubElement(
        add(parent, "metadata"), f"{{{OAI_DC}}}dc", nsmap={"oai_dc": OAI_DC, "dc": DC}
    )
    container.set(f"{{{XSI}}}schemaLocation", f"{OAI_DC} {DC_SCHEMA}")
    isbn, number = row["isbn"], row["class_number"]
    said = (
        ("title", row["title"]),
        ("creator", row["author"]),
        ("subject", f"CLC {number}" if number else None),
        ("publisher", row["publisher"]),
        ("date", row["published_year"]),
        ("type", "Text"),
        ("identifier", f"urn:ISBN:{isbn}" if isbn else None),
        ("language", row["language"]),
    )
    for name, value in said:
        if value not in (None, ""):
            etree.SubElement(container, f"{{{DC}}}{name}").text = clean(str(value))


def clean(text: str) -> str:
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)


def written(root: Element) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))
