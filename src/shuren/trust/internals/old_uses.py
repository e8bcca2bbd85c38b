"""Uses written before there was a tree become its first entries, at their old moments.

Their table held readers by pseudonym; here they get their alias. Used by migration 0003 and when
a backup of that time is restored.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from shuren.kernel.masking import mask
from shuren.trust.internals import ledger_leaf
from shuren.trust.internals.aliases import PSEUDONYM

OWN = "own_records"


def old_leaf(old: Mapping[str, Any], alias_of: Callable[[str], str]) -> str:
    """The leaf for one old line: at, actor, role, purpose, table, columns, rows, detail."""
    is_reader = PSEUDONYM.fullmatch(old["actor"]) is not None
    actor = alias_of(old["actor"]) if is_reader else old["actor"]
    body = {
        "purpose": old["purpose"],
        "table": old["table"],
        "columns": old["columns"].split(),
        "rows": old["rows"],
    }
    if old["detail"]:
        body["detail"] = mask(old["detail"])
    subject = actor if is_reader and old["purpose"] == OWN else ""
    return ledger_leaf.encode(
        "use", body, at=_moment(old["at"]), actor=actor, role=old["role"], subject=subject
    )


def rows_of(
    lines: Iterable[Mapping[str, Any]], alias_of: Callable[[str], str], model: Any
) -> list[Any]:
    """Unsaved entries of `model` for old lines, in their order."""
    made = []
    for line in lines:
        leaf = old_leaf(line, alias_of)
        made.append(model(leaf=leaf, **ledger_leaf.columns_of(leaf)))
    return made


def _moment(value: Any) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
