"""What a mapping may ask of a record, in words a cataloguer knows.

001               a control field          008/35-37   positions of it, from 0
LDR/6             a position of the leader
200$a             the subfield $a of every field 200
606$a$x$y         several subfields of one field, in their order, parted by --
084[2=clc]$a      only of fields whose $2 begins so
701$a + 711$a     all of both, in this order
210$d or 100$a/9-12   the first of them that says something
003 or 'unknown'  a constant
200$a | first     only the first value; without it all, parted by ' ‖ '
010$a | isbn      as an ISBN of 13 digits, others left out; likewise issn
500$a | plain     as it stands; otherwise punctuation at its end that only
                  introduces the next part (/ : ; , =) is taken away
@format           marc21 or cnmarc, as the record's own fields show
"""

import re
from dataclasses import dataclass

from shuren.data.internals.marc.record import WrongExpression
from shuren.kernel.i18n import gettext as _

BETWEEN, WITHIN = " ‖ ", "--"
NUMBERS = ("isbn", "issn", "year", "letters")
FUNCTIONS = ("first", "plain", *NUMBERS)
FORMAT = "@format"
_TERM = re.compile(
    r"(?P<tag>LDR|[0-9]{3})(?:\[(?P<test>[0-9a-z])=(?P<value>[^\]]+)\])?"
    r"(?P<codes>(?:\$[0-9a-zA-Z])*)(?:/(?P<from>[0-9]{1,2})(?:-(?P<to>[0-9]{1,2}))?)?"
    r"(?: by '(?P<by>[^']*)')?"
)
_CONSTANT = re.compile(r"'([^']*)'")


@dataclass(frozen=True)
class Term:
    """codes  the subfields wanted, () for a control field; test  (code, beginning) or None;
    span   (from, behind) in characters, or None; by  what parts several subfields"""

    tag: str
    codes: tuple[str, ...] = ()
    test: tuple[str, str] | None = None
    span: tuple[int, int] | None = None
    by: str = WITHIN


@dataclass(frozen=True)
class Expression:
    """choices   tried in order; each is all of its terms, or a constant, or @format"""

    text: str
    choices: tuple[tuple[Term, ...] | str, ...]
    first: bool = False
    plain: bool = False
    number: str = ""  # one of NUMBERS

    @property
    def terms(self) -> list[Term]:
        return [term for choice in self.choices if not isinstance(choice, str) for term in choice]


def parse(text: str) -> Expression:
    """raises  WrongExpression"""
    body, *functions = [part.strip() for part in text.split("|")]
    for function in functions:
        if function not in FUNCTIONS:
            raise _wrong(text, function)
    choices = tuple(_choice(choice.strip(), text) for choice in re.split(r"\s+or\s+", body))
    number = next((f for f in functions if f in NUMBERS), "")
    return Expression(text, choices, "first" in functions, "plain" in functions, number)


def _choice(text: str, whole: str) -> tuple[Term, ...] | str:
    if text == FORMAT:
        return FORMAT
    constant = _CONSTANT.fullmatch(text)
    if constant:
        return f"'{constant[1]}"
    return tuple(term(part.strip(), whole) for part in text.split("+"))


def term(text: str, whole: str = "") -> Term:
    found = _TERM.fullmatch(text)
    if not found:
        raise _wrong(whole or text, text)
    tag, codes = found["tag"], tuple(found["codes"].split("$")[1:])
    control = tag == "LDR" or tag.startswith("00")
    if control == bool(codes):
        raise _wrong(whole or text, text)
    first = found["from"]
    span = (int(first), int(found["to"] or first) + 1) if first else None
    test = (found["test"], found["value"]) if found["test"] else None
    return Term(tag, codes, test, span, WITHIN if found["by"] is None else found["by"])


def _wrong(text: str, part: str) -> WrongExpression:
    return WrongExpression(
        _("'%(part)s' in '%(text)s' asks for nothing a MARC record has.", part=part, text=text),
        fix=_("Write it like 200$a, 008/35-37 or 701$a + 711$a; see docs/how-to/load-marc.md."),
    )
