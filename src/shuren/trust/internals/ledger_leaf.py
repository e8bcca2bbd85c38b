"""The bytes of an entry: one line of JSON, keys sorted, UTF-8. They are what the tree commits to.

`salt` is random: who holds a proof cannot guess the neighbours' content by trying.
"""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson

from shuren.kernel.masking import mask

VERSION = 1
LONGEST_TEXT, LONGEST_LEAF = 200, 60_000
KINDS = (
    "use", "consent", "export", "erasure", "role", "contract", "purpose", "snapshot", "key",
    "break_glass", "approval", "egress_blocked", "sign_in_methods", "restored",
    "document",
)  # fmt: skip
USE_KEYS = ("purpose", "table", "columns", "rows", "detail")


def encode(
    kind: str, body: Mapping[str, Any], *, at: datetime, actor: str, role: str, subject: str
) -> str:
    """The leaf's text; raises ValueError if the body holds what a ledger must not."""
    if kind not in KINDS:
        raise ValueError(f"the ledger has no entries of kind {kind!r}")
    _names_and_numbers(body)
    leaf = orjson.dumps(
        {
            "v": VERSION,
            "at": stamp(at),
            "kind": kind,
            "actor": actor,
            "role": role,
            "subject": subject,
            "body": dict(body),
            "salt": secrets.token_hex(16),
        },
        option=orjson.OPT_SORT_KEYS,
    )
    if len(leaf) > LONGEST_LEAF:
        raise ValueError(f"an entry of the ledger has at most {LONGEST_LEAF} bytes")
    return leaf.decode()


def stamp(at: datetime) -> str:
    """UTC to the millisecond, always of one length: what a backup of the database keeps too."""
    moment = at.astimezone(UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def columns_of(leaf: str) -> dict[str, Any]:
    """What the searchable columns beside a leaf must say; raises ValueError if it is no leaf."""
    try:
        content = orjson.loads(leaf)
        body = content["body"]
        use = body if content["kind"] == "use" else {}
        return {
            "at": datetime.fromisoformat(content["at"]),
            "kind": content["kind"],
            "actor": content["actor"],
            "role": content["role"],
            "subject": content["subject"],
            "purpose": str(body.get("purpose", "")),
            "table": use.get("table", ""),
            "columns": " ".join(use.get("columns", ())),
            "rows": use.get("rows", 0),
            "detail": use.get("detail", ""),
        }
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError("this is no entry of the ledger") from error


@lru_cache(maxsize=4_096)
def _is_name(text: str) -> bool:
    """Kept for a while: the same names of tables and columns come again and again."""
    return len(text) <= LONGEST_TEXT and "\x00" not in text and mask(text) == text


def _names_and_numbers(value: Any, depth: int = 0) -> None:
    """Names of tables, purposes, accounts, versions, and numbers: nothing that is about a person.

    The mask knows pseudonyms, addresses and long numbers; names of people are for the caller to
    leave out.
    """
    if value is None or isinstance(value, bool | int | float):
        return
    if isinstance(value, str):
        if not _is_name(value):
            raise ValueError(f"the ledger takes names and numbers, not {value[:20]!r}…")
        return
    if depth > 3:
        raise ValueError("the body of an entry is too deep")
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise ValueError("keys of a body are names")
            _names_and_numbers(key, depth + 1)
            _names_and_numbers(inner, depth + 1)
    elif isinstance(value, list | tuple):
        for inner in value:
            _names_and_numbers(inner, depth + 1)
    else:
        raise ValueError(f"the ledger takes names and numbers, not a {type(value).__name__}")
