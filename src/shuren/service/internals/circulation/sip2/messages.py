"""3M SIP 2.00 messages as text: what is sent, what comes back, the checksum of both.

A message is a code of two digits, fields of fixed width, then fields `XX…|`; with error detection
`AY<sequence>AZ<checksum>` follows: four hexadecimal digits, the negated sum of all bytes before
them. A line ends with a carriage return.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

END = b"\r"
BLANK_DATE = " " * 18
# {code of an answer: width of its fields of fixed width}
FIXED = {
    "94": 1, "98": 34, "24": 35, "64": 59, "12": 22, "10": 22, "18": 24, "16": 20, "30": 22,
    "36": 19, "96": 0,
}  # fmt: skip
_TAIL = "AZ"


class BadLine(Exception):
    """What came is no answer: cut short, of another kind, or its checksum is wrong.

    Its text names codes and widths only, never a value.
    """


class BadChecksum(BadLine):
    """The line was garbled on the way; the server can be asked for it again."""


@dataclass(frozen=True)
class Message:
    """sequence  "0" to "9", or "" where the line carries none"""

    code: str
    fixed: str
    fields: dict[str, tuple[str, ...]]
    sequence: str = ""

    def first(self, name: str) -> str:
        return self.fields.get(name, ("",))[0]

    def flag(self, place: int) -> str:
        return self.fixed[place : place + 1]


def write(code: str, fixed: str, fields: Sequence[tuple[str, str]] = ()) -> str:
    """raises  ValueError for a value that would end its field or the line"""
    for name, value in fields:
        if "|" in value or not (value.isprintable() or not value):
            raise ValueError(f"field {name} holds a mark that SIP2 cannot carry")
    return code + fixed + "".join(f"{name}{value}|" for name, value in fields)


def framed(text: str, charset: str, sequence: str = "", *, detection: bool = True) -> bytes:
    """The bytes of a message with its end, and its checksum where errors are detected.

    sequence  "" for 97, which carries none
    """
    if not detection:
        return text.encode(charset, "replace") + END
    body = text + (f"AY{sequence}" if sequence else "") + _TAIL
    data = body.encode(charset, "replace")
    return data + checksum(data).encode("ascii") + END


def checksum(data: bytes) -> str:
    """Of everything up to and with `AZ`: what makes the sum of all bytes 0 modulo 65,536."""
    return f"{-sum(data) & 0xFFFF:04X}"


def read(line: bytes, charset: str) -> Message:
    """The answer in a line, without its end.

    Text is decoded before it is cut at `|`, which in GBK is also half of some characters.
    raises  BadChecksum, BadLine
    """
    data = line.strip(b"\r\n")
    if len(data) >= 6 and data[-6:-4] == b"AZ":
        given = data[-4:].decode("ascii", "replace").upper()
        if given != checksum(data[:-4]):
            raise BadChecksum("the checksum is wrong")
        data = data[:-6]
    text = data.decode(charset, "replace")
    code, rest = text[:2], text[2:]
    if code not in FIXED:
        raise BadLine(f"a line of {len(data)} bytes is no answer of SIP2")
    width = FIXED[code]
    if len(rest) < width:
        raise BadLine(f"{code} is cut short: {len(rest)} of {width}")
    fixed, rest, sequence = rest[:width], rest[width:], ""
    fields: dict[str, tuple[str, ...]] = {}
    for part in rest.split("|"):
        name, value = part[:2], part[2:]
        if name == "AY":
            sequence = value[:1]
        elif len(name) == 2:
            fields[name] = (*fields.get(name, ()), value)
    return Message(code, fixed, fields, sequence)


def moment(at: datetime) -> str:
    """18 characters of the library's wall clock: YYYYMMDD, four blanks for its zone, HHMMSS."""
    return f"{at:%Y%m%d}    {at:%H%M%S}"


def read_moment(text: str, form: str = "") -> datetime | None:
    """A due date, which servers write as they like; None where it cannot be told."""
    said = text.strip()
    if not said:
        return None
    forms = [form] if form else ["%Y%m%d    %H%M%S", "%Y%m%d%H%M%S", "%Y%m%d", "%Y/%m/%d"]
    for one in forms:
        try:
            return datetime.strptime(said, one)
        except ValueError:
            continue
    try:
        return None if form else datetime.fromisoformat(said)
    except ValueError:
        return None
