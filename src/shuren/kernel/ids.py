"""Identifiers: short, sortable by time, safe in a file name and a URL."""

import hashlib
import secrets
import threading
import time
from pathlib import Path

from shuren.kernel.clock import now

_lock = threading.Lock()
_last = ("", 0)


def new_id(prefix: str) -> str:
    """`L20261122T093015-4f9c21`: the UTC second it was made, its microsecond and 4 random bits.

    Ids sort by the moment they were made, also within a second: the newest of two loads or cards
    is told by its id. Those of one process always ascend while its clock does not go back.
    """
    global _last
    with _lock:
        moment = now()
        second = f"{moment:%Y%m%dT%H%M%S}"
        # A clock that is fixed stands at a whole second: the real one keeps processes apart.
        micro = moment.microsecond or time.time_ns() // 1_000 % 1_000_000
        part = micro << 4 | secrets.randbelow(16)
        if _last[0] == second and part <= _last[1]:
            part = _last[1] + 1
        _last = (second, part)
    return f"{prefix}{second}-{part:06x}"


def content_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
