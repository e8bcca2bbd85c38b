"""Small records for tests, made by hand: ISO 2709 from (tag, content) pairs."""

from collections.abc import Sequence

from shuren.data.internals.marc.iso2709 import serialise
from shuren.data.internals.marc.record import Marc

Fields = Sequence[tuple[str, str]]


def sub(indicators: str, *parts: str) -> str:
    """sub("10", "aTitle", "cAuthor") → the content of a data field."""
    return indicators + "".join(f"\x1f{part}" for part in parts)


def marc21(number: str = "1", title: str = "Walden", *more: tuple[str, str]) -> Marc:
    fields = [("001", number), ("003", "TEST"), ("245", sub("00", f"a{title} /")), *more]
    return Marc("00000nam a2200000   4500", fields)


def cnmarc(number: str = "1", title: str = "红楼梦", *more: tuple[str, str]) -> Marc:
    coded = ("100", sub("  ", "a20240101d2019    em y0chiy50      ea"))
    fields = [("001", number), coded, ("200", sub("1 ", f"a{title}", "9hong lou meng")), *more]
    return Marc("00000nam0 2200000   450 ", fields)


def iso(*records: Marc, encoding: str = "utf-8") -> bytes:
    return b"".join(serialise(record, encoding) for record in records)
