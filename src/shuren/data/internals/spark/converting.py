"""Conversions as the embedded engine makes them, and text functions, in Spark's words.

A fraction is rounded to a whole number there and cut here; a text is read with more freedom
there. Outside what is read alike: years of more than four digits or before Christ, the words
`epoch` and `infinity` as dates, the hour 24.
"""

import re
from functools import cache
from typing import Any

import duckdb
from sqlglot import exp

from shuren.data.internals.spark.said import (
    DATES,
    DECIMALS,
    FRACTIONS,
    MOMENTS,
    TEXTS,
    WHOLE,
    is_of,
    spark,
)
from shuren.kernel.i18n import gettext as _

_NUMBER = r"[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?"
_SPECIAL = r"[+-]?(?i:inf|infinity|nan)"
_DAY = r"\s*([0-9]{1,4})([-/ \\])([0-9]{1,2})\2([0-9]{1,2})"
_CLOCK = r"((?:[01]?[0-9]|2[0-3])):([0-5]?[0-9])(?::([0-5]?[0-9])(?:[.]([0-9]+))?)?"
_ZONE = r"(?: ?(?:Z|UTC|[+-][0-9]{2}(?::?[0-9]{2})?))?"
_MOMENT = rf"{_DAY}(?:(?: +|T){_CLOCK}{_ZONE}\s*)?"
_FOUND = rf"{_MOMENT}\s*"
_TRUE, _FALSE = "'t', 'true', 'y', 'yes', '1'", "'f', 'false', 'n', 'no', '0'"


def cast(node: exp.Expression) -> exp.Expression:
    """CAST and TRY_CAST; the second gives nothing where the first fails."""
    word = "try_cast" if isinstance(node, exp.TryCast) else "cast"
    wanted, given = node.args["to"], node.this
    name = wanted.sql("spark")
    if wanted.this in WHOLE:
        return _to_whole(given, word, name)
    if wanted.this in TEXTS:
        return to_text(given)
    if wanted.this in DECIMALS and is_of(given, FRACTIONS):
        return _fraction_to_decimal(given, word, wanted)
    if wanted.this in MOMENTS:
        name = "TIMESTAMP_NTZ"
    if is_of(given, TEXTS):
        return _from_text(given, word, name, wanted.this)
    return spark(f"{word}(%s AS {name})", given)


def to_text(node: exp.Expression) -> exp.Expression:
    if is_of(node, FRACTIONS):
        raise ValueError(
            _(
                "a DOUBLE is written as text in different ways (%(sql)s); make it a BIGINT or a "
                "DECIMAL first",
                sql=node.sql("spark"),
            )
        )
    return spark("CAST(%s AS STRING)", node)


def in_case(node: exp.Expression, word: str) -> exp.Expression:
    """lower or upper, letter by letter as the embedded engine does it.

    Spark's own follows Unicode's full mapping (ß becomes SS), of its own version of Unicode.
    """
    before, after = _letters(word)
    return spark(f"translate(%s, '{before}', '{after}')", node)


@cache
def _letters(word: str) -> tuple[str, str]:
    """Every letter there is that `lower` or `upper` changes, and what it becomes."""
    with duckdb.connect() as engine:
        pairs = engine.execute(
            "WITH codes AS (SELECT CAST(code AS INTEGER) AS code FROM range(1, 1114112) AS r (code)"
            " WHERE code NOT BETWEEN 55296 AND 57343)"
            f" SELECT chr(code), {word}(chr(code)) FROM codes WHERE {word}(chr(code)) <> chr(code)"
        ).fetchall()
    return "".join(letter for letter, _becomes in pairs), "".join(b for _letter, b in pairs)


def java_pattern(pattern: str) -> str:
    """A regular expression of RE2 for Java's engine.

    The end is the end of the text, not also the place before its last line break; a dot is
    anything but a line feed.
    """
    written, inside, place = "", False, 0
    while place < len(pattern):
        letter = pattern[place]
        if letter == "\\" and place + 1 < len(pattern):
            pair = pattern[place : place + 2]
            blanks = " \\t\\n\\f\\r" if inside else "[ \\t\\n\\f\\r]"
            no_blanks = "\\S" if inside else "[^ \\t\\n\\f\\r]"
            written += {"\\s": blanks, "\\S": no_blanks, "\\p": "\\p{Is"}.get(pair, pair)
            place += 3 if pair == "\\p" else 2
            continue
        if letter == "[" and not inside:
            inside = True
        elif letter == "]" and inside:
            inside = False
        elif inside:
            letter = {"[": "\\[", "&": "\\&"}.get(letter, letter)
        else:
            letter = {".": "[^\\n]", "$": "\\z"}.get(letter, letter)
        written += letter
        place += 1
    return written


def _to_whole(given: exp.Expression, word: str, name: str) -> exp.Expression:
    if is_of(given, FRACTIONS):
        return spark(f"{word}(rint(%s) AS {name})", given)
    if is_of(given, DECIMALS):
        return spark(f"{word}(round(%s, 0) AS {name})", given)
    if not is_of(given, TEXTS):
        return spark(f"{word}(%s AS {name})", given)
    plain = _plain_number(given)
    return spark(
        f"CASE WHEN %s RLIKE {_whole(_NUMBER)} THEN "
        f"{word}(round({word}(%s AS DECIMAL(38, 19)), 0) AS {name}) "
        f"WHEN %s RLIKE {_whole('0[xX][0-9a-fA-F]+')} THEN "
        f"{word}(conv(substring(%s, 3), 16, 10) AS {name}) "
        f"WHEN %s RLIKE {_whole('0[bB][01]+')} THEN "
        f"{word}(conv(substring(%s, 3), 2, 10) AS {name}) "
        f"ELSE {_nothing(word, name)} END",
        *[plain] * 6, given,
    )  # fmt: skip


def _from_text(given: exp.Expression, word: str, name: str, wanted: Any) -> exp.Expression:
    if wanted in FRACTIONS | DECIMALS:
        pattern = _NUMBER if wanted in DECIMALS else f"(?:{_NUMBER}|{_SPECIAL})"
        value = (
            "replace(%s, '+', '')" if wanted in FRACTIONS else "%s"
        )  # Spark knows no +nan; a plus in front or in an exponent says nothing
        plain = _plain_number(given)
        return spark(
            f"CASE WHEN %s RLIKE {_whole(pattern)} THEN {word}({value} AS {name})"
            f" ELSE {_nothing(word, name)} END",
            plain, plain, given,
        )  # fmt: skip
    if wanted in DATES | MOMENTS:
        value, count = _day_and_clock(wanted in MOMENTS)
        pattern = _MOMENT if wanted in MOMENTS else _FOUND
        return spark(
            f"CASE WHEN %s RLIKE {_whole(pattern)} THEN {word}({value} AS {name})"
            f" ELSE {_nothing(word, name)} END",
            *[given] * (count + 2),
        )  # fmt: skip
    if wanted == exp.DataType.Type.BOOLEAN:
        return spark(
            f"CASE WHEN lower(%s) IN ({_TRUE}) THEN true WHEN lower(%s) IN ({_FALSE}) THEN false"
            f" ELSE {_nothing(word, name)} END",
            given, given, given,
        )  # fmt: skip
    return spark(f"{word}(%s AS {name})", given)


def _day_and_clock(clock: bool) -> tuple[str, int]:
    """A day (and time) written out in full, from what the pattern found in a text."""

    def found(group: int, size: int) -> str:
        return f"lpad(regexp_extract(%s, {_whole(_FOUND)}, {group}), {size}, '0')"

    parts = [found(1, 4), "'-'", found(3, 2), "'-'", found(4, 2)]
    if clock:
        fraction = f"rpad(substring(regexp_extract(%s, {_whole(_FOUND)}, 8), 1, 6), 6, '0')"
        parts += ["' '", found(5, 2), "':'", found(6, 2), "':'", found(7, 2), "'.'", fraction]
    return f"concat({', '.join(parts)})", sum("%s" in part for part in parts)


def _fraction_to_decimal(given: exp.Expression, word: str, wanted: exp.DataType) -> exp.Expression:
    """Rounded as the number it is, not as the shortest text for it."""
    sizes = [int(part.name) for part in wanted.expressions] or [18, 3]
    digits, places = sizes[0], sizes[1] if len(sizes) > 1 else 0
    unit = f"0.{'0' * (places - 1)}1BD" if places else "1BD"
    whole = f"{word}(round(%s * 1e{places}D) AS DECIMAL({min(digits, 38 - places)}, 0))"
    return spark(f"{word}({whole} * {unit} AS DECIMAL({digits}, {places}))", given)


def _plain_number(given: exp.Expression) -> exp.Expression:
    """Without blanks around and underscores between digits."""
    trimmed = r"regexp_replace(%s, '^[ \\t\\n\\x0b\\f\\r]+|[ \\t\\n\\x0b\\f\\r]+$', '')"
    return spark(f"regexp_replace({trimmed}, '(?<=[0-9])_(?=[0-9])', '')", given)


def _nothing(word: str, name: str) -> str:
    """Nothing for TRY_CAST; for CAST what makes it fail, or nothing if there was no text."""
    if word == "try_cast":
        return f"CAST(if(%s IS NULL, NULL, NULL) AS {name})"
    return f"CAST(if(%s IS NULL, NULL, raise_error('not {name}')) AS {name})"


def _whole(pattern: str) -> str:
    """A pattern for the whole text, as a literal of Spark's SQL."""
    escaped = re.sub(r"\\", r"\\\\", rf"\A(?:{pattern})\z")
    return f"'{escaped}'"
