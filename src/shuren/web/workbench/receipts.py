"""Receipts made ready to be read: sums per contract, and a text that can be forwarded."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from shuren.data.rules import RULES
from shuren.data.shapes import Contract, Receipt
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.web.workbench.shares import share_text, split


@dataclass(frozen=True)
class SourceLine:
    """One contract and what has come under it.

    records   physical records of all files; what a replay takes up is not counted again
    accepted + waiting == records, as long as every load stands
    """

    contract: Contract
    last: Receipt | None
    loads: int
    records: int
    accepted: int
    waiting: int


def source_lines(
    contracts: Iterable[Contract], receipts: list[Receipt], waiting: dict[str, int]
) -> list[SourceLine]:
    """In the order of the contracts. `receipts` newest first; `waiting` open rows by contract."""
    lines = []
    for contract in contracts:
        own = [one for one in receipts if one.contract == contract.id]
        lines.append(
            SourceLine(
                contract=contract,
                last=own[0] if own else None,
                loads=len(own),
                records=sum(one.records for one in own if not one.replays),
                accepted=sum(one.accepted for one in own),
                waiting=waiting.get(contract.id, 0),
            )
        )
    return lines


def receipt_text(receipt: Receipt, rule_titles: dict[str, str]) -> str:
    """Plain lines for a mail or a chat, in the reader's language."""
    lines = [
        _("Load %(id)s: %(file)s", id=receipt.id, file=receipt.source_name),
        _(
            "Contract %(contract)s, version %(version)s",
            contract=receipt.contract,
            version=receipt.contract_version,
        ),
        _(
            "%(records)s records = %(accepted)s accepted + %(refused)s refused",
            records=f"{receipt.records:,}",
            accepted=f"{receipt.accepted:,}",
            refused=f"{receipt.refused:,}",
        ),
    ]
    lines += [
        _(
            "  refused by rule %(code)s: %(count)s (%(title)s)",
            code=code,
            count=f"{n:,}",
            title=title,
        )
        for code, n, title in rules_by_count(receipt, rule_titles)
    ]
    lines += [
        _("Encoding: %(encoding)s", encoding=receipt.encoding),
        _("Loaded by %(actor)s, %(at)s", actor=receipt.actor, at=receipt.finished_at.isoformat()),
        _("SHA-256 of the file: %(hash)s", hash=receipt.source_hash),
    ]
    if receipt.replays:
        lines.insert(1, _("Takes up the quarantine of load %(id)s", id=receipt.replays))
    return "\n".join(lines) + "\n"


def rules_by_count(receipt: Receipt, titles: dict[str, str]) -> list[tuple[str, int, str]]:
    """(code, refused rows, title), the most frequent first."""
    ordered = sorted(receipt.rules.items(), key=lambda pair: (-pair[1], pair[0]))
    return [(code, count, titles.get(code, "")) for code, count in ordered]


def receipt_json(receipt: Receipt) -> dict[str, Any]:
    """Every field, times as ISO 8601."""
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in asdict(receipt).items()
    }


def contract_titles(contracts: dict[str, Contract]) -> dict[str, str]:
    return {id_: pick(one.title) for id_, one in contracts.items()}


def rule_titles() -> dict[str, str]:
    """Two or three words for each rule code."""
    return {code: pick(rule.title) for code, rule in RULES.items()}


def dialect_lines(receipt: Receipt) -> list[tuple[str, str]]:
    """(name, value) of what was recognised about the file's form, in words where there are any."""
    names = {
        "format": _("Format"),
        "delimiter": _("Delimiter"),
        "quote": _("Quote"),
        "header": _("Header"),
        "sheet": _("Sheet"),
        "compression": _("Compression"),
    }
    marks = {",": _("comma"), "\t": _("tab"), ";": _("semicolon"), "|": _("vertical bar")}
    truth = {True: _("yes"), False: _("no")}
    lines = []
    for key, name in names.items():
        value = receipt.dialect.get(key)
        if isinstance(value, list | tuple):
            lines.append((name, " · ".join(map(str, value))))
        elif isinstance(value, bool):
            lines.append((name, truth[value]))
        elif value not in (None, ""):
            lines.append((name, marks.get(str(value), str(value))))
    return lines


def duration(receipt: Receipt) -> str:
    """`3.2 s` or `4 min 10 s`."""
    seconds = (receipt.finished_at - receipt.started_at).total_seconds()
    if seconds < 60:
        return _("%(seconds)s s", seconds=f"{seconds:.1f}")
    return _("%(minutes)s min %(seconds)s s", minutes=int(seconds // 60), seconds=int(seconds % 60))


def sum_up(receipt: Receipt) -> dict[str, Any]:
    """The receipt's equation for components/sum.html."""
    note = _("%(share)s accepted", share=share_text(receipt.accepted, receipt.records))
    if receipt.blank_lines:
        blank = _("blank lines, not counted: %(count)s", count=f"{receipt.blank_lines:,}")
        note = f"{note} · {blank}"
    return {
        "whole": {"number": f"{receipt.records:,}", "label": _("records")},
        "good": {"number": f"{receipt.accepted:,}", "label": _("accepted")},
        "held": {"number": f"{receipt.refused:,}", "label": _("refused")},
        "parts": split(receipt.accepted, receipt.refused),
        "note": note,
    }
