"""One MARC record in its neutral form, and what may be wrong with one."""

from dataclasses import dataclass, field
from typing import Any

from shuren.kernel.errors import ShurenError

FIELD_END, RECORD_END, SUBFIELD = "\x1e", "\x1d", "\x1f"
LEADER = 24
MARC21, CNMARC = "marc21", "cnmarc"
_CONTROLS = str.maketrans({"\x1d": " ", "\x1e": " ", "\x00": " "})


@dataclass(slots=True)
class Marc:
    """leader   24 characters
    fields   (tag, content) in order: of a control field its text; of any other its indicators,
             then each subfield as SUBFIELD, code, text
    repaired whether something about its structure was wrong and put right
    """

    leader: str
    fields: list[tuple[str, str]]
    encoding: str = "utf-8"
    repaired: bool = False

    def first(self, tag: str) -> str | None:
        return next((content for t, content in self.fields if t == tag), None)


@dataclass
class Wrong(Exception):
    """A record that is refused: its rule and the values of the rule's sentence."""

    rule: str
    detail: dict[str, Any] = field(default_factory=dict)


class WrongExpression(ShurenError):
    """A mapping asks for something of a record that this source cannot read."""


def is_control(tag: str) -> bool:
    return tag.startswith("00")


def subfields(content: str) -> list[tuple[str, str]]:
    return [(part[0], part[1:]) for part in content.split(SUBFIELD)[1:] if part]


def format_of(record: Marc) -> str:
    """MARC 21 or UNIMARC (CNMARC), by what only one of the two has."""
    tags = {tag for tag, _content in record.fields}
    if "245" in tags:
        return MARC21
    if "200" in tags:
        return CNMARC
    coded = next((c for t, c in record.fields if t == "100"), "")
    if coded.find(SUBFIELD + "a") >= 0 and coded[4:12].isdigit():
        return CNMARC
    return MARC21


def flat(record: Marc) -> bytes:
    """The record as the column maker reads it: each field as tag and content, parted by
    FIELD_END; the leader is the field LDR."""
    parts = [f"LDR{record.leader}"]
    parts += [f"{tag}{content.translate(_CONTROLS)}" for tag, content in record.fields]
    return (FIELD_END.join(parts) + FIELD_END).encode("utf-8", "replace")
