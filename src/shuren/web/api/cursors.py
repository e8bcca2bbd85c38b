"""Where the next page begins: signed, so that it says what we wrote and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core import signing

from shuren.kernel.i18n import gettext as _
from shuren.web.api.problems import Problem

_SALT = "shuren.api.cursor.1"


@dataclass(frozen=True)
class Cursor:
    """question  what was asked besides the page: a cursor goes on with that and nothing else
    values    of the order columns in the last row that was handed out"""

    snapshot: str
    question: str
    values: tuple[Any, ...]


def write(cursor: Cursor) -> str:
    values = [_plain(value) for value in cursor.values]
    content = [cursor.snapshot, cursor.question, values]
    return signing.dumps(content, salt=_SALT, compress=True)


def read(text: str) -> Cursor:
    """raises  Problem if we did not write it"""
    try:
        snapshot, question, values = signing.loads(text, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise Problem(
            "wrong-parameter",
            _("This page mark was not made by this site."),
            fix=_("Take it as it is from `next`, or begin without it."),
            errors=[{"where": "after", "message": "bad signature"}],
        ) from None
    return Cursor(snapshot, question, tuple(values))


def same_question(cursor: Cursor, question: str) -> None:
    if cursor.question != question:
        raise Problem(
            "wrong-parameter",
            _("This page mark belongs to another question."),
            fix=_("Change nothing but the page, or begin without it."),
            errors=[{"where": "after", "message": "other question"}],
        )


def question_of(parts: Sequence[Any]) -> str:
    return repr(list(parts))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
