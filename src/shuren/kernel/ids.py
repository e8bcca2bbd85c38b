"""Identifiers: short, sortable by time, safe in a file name and a URL."""

import hashlib
import secrets
from pathlib import Path

from shuren.kernel.clock import now


def new_id(prefix: str) -> str:
    """`L20261122T093015-4f9c21`: the UTC second it was made, then 24 random bits."""
    return f"{prefix}{now():%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"


def content_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
