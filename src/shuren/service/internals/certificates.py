"""What a reader holds after an erasure: JSON that anybody can verify without this site.

format      shuren-erasure-1
statement   {alias, asked_at, erased {store: facts}, kept [{store, facts, because, until}],
            disk_due, backups_gone_by, statistics}; its SHA-256 stands in the ledger's entry
disk        by when the last byte goes, and when it went
proof       the ledger's entry of the erasure with its inclusion proof and signed head (RFC 9162)
completed   the same of the entry that the disk is clean, as soon as it is

docs/how-to/verify_ledger.py verifies statement and proofs with Python alone.
"""

import hashlib
import json
from typing import Any

import orjson

from shuren.kernel.site import Site
from shuren.trust import erasing as trust
from shuren.trust import ledger

FORMAT = "shuren-erasure-1"
_STATISTICS = {
    "zh": "此前发布的数据集与报告只有汇总数，不含任何人的行，不因清除而更改。",
    "en": "Datasets and reports published before are aggregates without a row about anybody;"
    " an erasure does not change them.",
}


def statement(report: dict[str, Any]) -> dict[str, Any]:
    """What the library states, of what an erasure wrote down."""
    return {
        "alias": report["alias"],
        "asked_at": report["asked_at"],
        "erased": report["erased"],
        "kept": report["kept"],
        "disk_due": report["due"],
        "backups_gone_by": report["backups"],
        "statistics": _STATISTICS,
    }


def fingerprint(stated: dict[str, Any]) -> str:
    """SHA-256 of a statement, hexadecimal: JSON in UTF-8, keys sorted, no blanks."""
    text = json.dumps(stated, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def write(site: Site, erasure: str) -> dict[str, Any]:
    """Make the certificate anew of what is known now, and keep it with the erasure."""
    line = trust.erasure(erasure)
    report = line.report
    content: dict[str, Any] = {
        "format": FORMAT,
        "id": line.id,
        "statement": statement(report),
        "disk": {
            "due": report["due"],
            "done_at": line.done_at.isoformat() if line.done_at else None,
        },
        "proof": proof(report["entry"]),
    }
    if completed := report.get("completed"):
        content["completed"] = proof(completed)
    trust.advance(line.id, line.state, certificate=content)
    return content


def proof(number: int) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(ledger.inclusion(number).as_json())
    return found
