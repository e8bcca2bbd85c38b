"""Check-in codes: what is shown at a place now, and whether what was typed is it.

A code is a keyed hash of the place and the time, so it needs no table and cannot be told ahead. Six
characters of 31 are 887 million: with one booking a quarter of an hour and three codes that count
at a time, guessing finds none.
"""

import hashlib
from datetime import datetime

from django.utils.crypto import salted_hmac

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"[:31]  # nothing that looks like something else
LENGTH = 6
SALT = "shuren.place-code.v1"
# A code that changes often may be typed a little late; one that stands on a sheet is that day's.
LATE, SHEET = 2, 3600


def code(scope: str, at: datetime, seconds: int) -> str:
    """The code of a zone or room at a moment; `at` in the library's time, so that a day's code
    changes at midnight."""
    return _code(scope, _window(at, seconds))


def changes_in(at: datetime, seconds: int) -> int:
    """Seconds until the next code."""
    return seconds - _local_seconds(at) % seconds


def fits(scope: str, typed: str, at: datetime, seconds: int) -> bool:
    """Whether it is the code of now, or one of the last two."""
    cleaned = "".join(c for c in typed.upper() if c in LETTERS)
    window = _window(at, seconds)
    late = 0 if seconds >= SHEET else LATE
    return any(_code(scope, window - back) == cleaned for back in range(late + 1))


def _window(at: datetime, seconds: int) -> int:
    return _local_seconds(at) // seconds


def _local_seconds(at: datetime) -> int:
    offset = at.utcoffset()
    return int(at.timestamp()) + (int(offset.total_seconds()) if offset else 0)


def _code(scope: str, window: int) -> str:
    digest = salted_hmac(SALT, f"{scope}|{window}", algorithm="sha256").digest()
    number = int.from_bytes(hashlib.sha256(digest).digest()[:16], "big")
    letters = []
    for _place in range(LENGTH):
        number, rest = divmod(number, len(LETTERS))
        letters.append(LETTERS[rest])
    return "".join(letters)
