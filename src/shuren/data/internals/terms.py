"""How long a row is kept: its contract's term, and never longer than its purposes allow.

A purpose with `keep_days` is a ceiling. A row that is kept for several purposes goes when the last
of them may hold it no longer; a purpose with 0 keeps nothing of its own and sets no ceiling, so
that there the contract's term alone counts. The reader's own look (`own_records`) is no reason to
keep anything.
"""

from collections.abc import Mapping
from dataclasses import replace

from shuren.data.contract_shapes import KEEP, Contract, Field
from shuren.trust.definitions import Purpose

_OWN = "own_records"


def within_purposes(contract: Contract, known: Mapping[str, Purpose]) -> Contract:
    """The contract with the term that its purposes leave it; `term_of` names the one that does."""
    allowed = {id: known[id].keep_days for id in contract.purposes if id != _OWN and id in known}
    if not allowed or not all(allowed.values()):
        return contract
    longest = max(allowed, key=lambda id: (allowed[id], id))
    days = allowed[longest]
    if contract.retention_days is not None and contract.retention_days <= days:
        return contract
    clock = contract.retention_column or clock_of(contract.fields)
    return replace(contract, retention_days=days, retention_column=clock, term_of=longest)


def clock_of(fields: tuple[Field, ...]) -> str:
    """The column that tells a row's age where no other is named: the first required date, else
    the first; "" where there is none."""
    timed = [f for f in fields if f.type in ("date", "timestamp") and f.storage == KEEP]
    return next((f.name for f in timed if f.required), timed[0].name if timed else "")
