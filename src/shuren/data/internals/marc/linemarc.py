"""Line-MARC: one field a line, as people write and read it.

=245  10$aTitle$cAuthor        MarcEdit; blanks as backslash
245 10 $a Title $c Author      also without spaces, with ǂ ‡ ▼ or | for $
000000001 24510 L $$aTitle     Aleph sequential: the first column tells records apart
"""

import re
from collections.abc import Iterator

from shuren.data.internals.marc.record import LEADER, SUBFIELD, Marc, Wrong, is_control, subfields

_ALEPH = re.compile(r"(\d{9,18}) ([0-9A-Z]{3})(.)(.) (?:[A-Z] )?(.*)")
_EDIT = re.compile(r"=([0-9A-Z]{3})  ?(.*)")
_PLAIN = re.compile(r"(LDR|LEADER|[0-9]{3})(?:[ \t]+|$)(.*)")
_ALEPH_BYTES = re.compile(rb"\d{9,18} (?:LDR|FMT|DEL|CAT|\d{3})[0-9A-Za-z #_^]{2} ")
_LINE_BYTES = re.compile(
    rb"=(?:LDR|\d{3}) |(?:LDR|LEADER)[ \t]+[0-9 ^#-]{5}|00[0-9][ \t]+\S"
    rb"|\d{3}[ \t][0-9 #_\\]{2} ?(?:\$|\||\xc7\x82|\xe2\x80\xa1|\xe2\x96\xbc)"
)
_LEADING = ("LDR", "LEADER")
# ǂ ‡ ▼ ￨ and | or $$ stand for the delimiter where a layout uses them.
_SIGNS = re.compile(r"\s*(?:[ǂ‡▼￨]|\$\$|[$|])(?=[0-9a-zA-Z])[ ]?")
_ONE_SIGN = {"$": re.compile(r"\$(?=[0-9a-zA-Z])"), "$$": re.compile(r"\$\$(?=[0-9a-zA-Z])")}
_DOLLAR, _ESCAPED = "{dollar}", re.compile(r"\{dollar\}", re.IGNORECASE)


def looks_like_lines(start: bytes) -> bool:
    """At least two of the first lines are fields, and the first is one."""
    lines = [line for line in start.removeprefix(b"\xef\xbb\xbf").splitlines()[:12] if line.strip()]
    hits = [bool(_ALEPH_BYTES.match(line) or _LINE_BYTES.match(line)) for line in lines]
    return sum(hits) >= 2 and hits[0]


def records_of(lines: Iterator[bytes]) -> Iterator[bytes]:
    """The lines of each record. A record ends at a blank line, at the next leader, or, in the
    Aleph layout, where the number in front changes."""
    held: list[bytes] = []
    number, leader = b"", False
    for line in lines:
        aleph = _ALEPH_BYTES.match(line)
        own = line.split(b" ", 1)[0] if aleph else b""
        begins = line.startswith((b"=LDR", b"LDR", b"LEADER"))
        if held and (not line.strip() or (aleph and own != number) or (begins and leader)):
            yield b"\n".join(held)
            held, leader = [], False
        if line.strip():
            held.append(line)
            leader = leader or begins
            number = own or number
    if held:
        yield b"\n".join(held)


def parse(text: str) -> Marc:
    """One record. raises Wrong S06 for a line that is no field, S14"""
    record = Marc("", [])
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        found = _field(line)
        if found is None:
            if not record.fields or line[:1].isdigit():
                raise Wrong("S11", {"number": number})
            tag, content = record.fields[-1]
            record.fields[-1] = (tag, f"{content} {line.strip()}")  # a wrapped line
        elif found[0] in _LEADING:
            record.leader = found[1]
        else:
            record.fields.append(found)
    if not record.fields:
        raise Wrong("S06", {"format": "MARC"})
    if record.leader and len(record.leader) != LEADER:
        raise Wrong("S14", {"length": len(record.leader)})
    record.leader = record.leader or "00000nam  2200000   4500"
    return record


def _field(line: str) -> tuple[str, str] | None:
    """(tag, content) as in a record; the leader as (LDR, its text)."""
    aleph = _ALEPH.fullmatch(line)
    if aleph:
        _number, tag, first, second, content = aleph.groups()
        if tag == "LDR" or is_control(tag) or tag == "FMT":
            return tag, content.replace("^", " ")
        return tag, _content(first + second, content, "$$")
    edit = _EDIT.fullmatch(line)
    if edit:
        tag, content = edit.groups()
        content = content.replace("\\", " ") if tag in _LEADING or is_control(tag) else content
        return (tag, content) if is_control(tag) or tag in _LEADING else _data(tag, content, "$")
    plain = _PLAIN.match(line)
    if not plain:
        return None
    tag, content = plain.groups()
    if tag in _LEADING or is_control(tag):
        return tag, content
    # The blanks in front may be the indicators themselves.
    return _data(tag, line[len(tag) + 1 :], "")


def _data(tag: str, content: str, sign: str) -> tuple[str, str]:
    """Indicators, then subfields; text before the first sign that is longer is none of both."""
    marks = _ONE_SIGN[sign] if sign else _SIGNS
    match = marks.search(content)
    before = content[: match.start()] if match else ""
    indicators = re.sub(r"[\\#_^]", " ", before)
    indicators = indicators.strip() if len(indicators) > 2 else indicators
    return tag, _content(f"{indicators:2}"[:2], content[match.start() :] if match else "", sign)


def _content(indicators: str, text: str, sign: str) -> str:
    marks = _ONE_SIGN[sign] if sign else _SIGNS
    return indicators + _ESCAPED.sub("$", marks.sub(SUBFIELD, text))


def render(record: Marc) -> str:
    """The record as line-MARC that `parse` reads back to the same record."""
    lines = [f"=LDR  {record.leader}"]
    for tag, content in record.fields:
        if is_control(tag):
            lines.append(f"={tag}  {_on_one_line(content)}")
        else:
            indicators = content.split(SUBFIELD, 1)[0][:2].ljust(2).replace(" ", "\\")
            parts = "".join(
                f"${code}{_on_one_line(text).replace('$', _DOLLAR)}"
                for code, text in subfields(content)
            )
            lines.append(f"={tag}  {indicators}{parts}")
    return "\n".join(lines)


def _on_one_line(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ")
