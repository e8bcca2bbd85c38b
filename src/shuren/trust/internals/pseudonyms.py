"""Pseudonyms as they were before surrogates: keyed hashes of card numbers. Sites made then keep
those they have; see legacy."""

import hmac
from collections.abc import Sequence

import numpy as np

LENGTH = 16  # bytes of the digest kept: 2**64 readers before two are likely to meet
_ALPHABET = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz234567", dtype="S1")
_WEIGHTS = np.array([16, 8, 4, 2, 1], dtype=np.uint8)
_BATCH = 50_000


def pseudonyms(key: bytes, values: Sequence[str | None]) -> list[str]:
    """`r_` and 26 letters of base32 (RFC 4648, lower case, no padding) for each value.

    Spaces around a value do not count; an empty value or None stays "".
    """
    trimmed = [(value or "").strip() for value in values]
    distinct = [value for value in dict.fromkeys(trimmed) if value]
    known = {"": ""}
    for start in range(0, len(distinct), _BATCH):
        batch = distinct[start : start + _BATCH]
        digests = b"".join(hmac.digest(key, v.encode(), "sha256")[:LENGTH] for v in batch)
        known.update(zip(batch, (f"r_{text}" for text in base32(digests)), strict=True))
    return [known[value] for value in trimmed]


def base32(digests: bytes) -> list[str]:
    """Names of many 16-byte digests at once; the standard library encodes one at a time, slowly."""
    rows = np.frombuffer(digests, dtype=np.uint8).reshape(-1, LENGTH)
    bits = np.unpackbits(rows, axis=1)
    bits = np.pad(bits, ((0, 0), (0, 2)))  # 128 bits need 26 letters of 5 bits
    letters = _ALPHABET[bits.reshape(len(rows), 26, 5) @ _WEIGHTS]
    text = letters.tobytes().decode("ascii")
    return [text[i : i + 26] for i in range(0, len(text), 26)]
