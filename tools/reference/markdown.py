"""Small pieces of Markdown, and a sentence in both languages."""

from collections.abc import Callable, Iterable, Sequence
from contextvars import copy_context
from typing import TypeVar

from shuren.kernel.i18n import CHINESE, ENGLISH, gettext, use_language

T = TypeVar("T")


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(map(cell, row)) + " |" for row in rows]
    return lines


def cell(text: str) -> str:
    """On one line, and a bar of its own does not end it."""
    return " ".join(text.split()).replace("|", "\\|")


def both(message: str) -> tuple[str, str]:
    """A message id in Chinese and in English."""
    return inside(CHINESE, lambda: gettext(message)), inside(ENGLISH, lambda: gettext(message))


def inside(language: str, make: Callable[[], T]) -> T:
    """What `make` gives in a language; the caller's stays as it is."""

    def speak() -> T:
        use_language(language)
        return make()

    return copy_context().run(speak)
