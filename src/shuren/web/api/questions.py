"""What a program asks of a table: columns, filters, measures, each checked against the table."""

import math
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from shuren.data.shapes import Column, SnapshotTable
from shuren.kernel.i18n import gettext as _
from shuren.kernel.suggestions import did_you_mean
from shuren.web.api.problems import Problem

OPERATORS = {"eq": "=", "in": "in", "ge": ">=", "lt": "<", "contains": "contains"}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
_NUMBERS = ("BIGINT", "INTEGER", "DOUBLE", "DECIMAL", "HUGEINT")
_MOST = 2**63 - 1


def chosen_columns(table: SnapshotTable, text: str) -> list[str]:
    """Names separated by commas, each a column, none twice."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        column_of(table, name, "columns")
    return list(dict.fromkeys(names))


def column_of(table: SnapshotTable, name: str, where: str) -> Column:
    found = table.column(name)
    if found is None:
        raise wrong(
            where,
            _("%(table)s has no column called '%(name)s'.", table=table.name, name=name[:60]),
            did_you_mean(name, [column.name for column in table.columns]),
        )
    return found


def conditions(table: SnapshotTable, texts: Iterable[str]) -> list[tuple[str, str, Any]]:
    """`campus:eq:本部`, `month:ge:2026-01`, `title:contains:水`, `campus:in:东校区|西校区`."""
    found: list[tuple[str, str, Any]] = []
    for text in texts:
        name, _colon, rest = text.partition(":")
        operator, _colon, value = rest.partition(":")
        if operator not in OPERATORS:
            raise wrong(
                "filter",
                _("'%(text)s' is not a filter.", text=text[:80]),
                _("Write column:operator:value with eq, in, ge, lt or contains."),
            )
        column = column_of(table, name, "filter")
        if operator == "contains" and column.type != "VARCHAR":
            raise wrong("filter", _("%(name)s is not a text.", name=name))
        if operator == "in":
            values: Any = [_typed(column, one) for one in value.split("|")]
        else:
            values = _typed(column, value)
        found.append((name, OPERATORS[operator], values))
    return found


def measures_of(
    table: SnapshotTable, texts: Sequence[str], by: Sequence[str]
) -> dict[str, tuple[str, str]]:
    """{name: (what, SQL type)} from `loans=count`, `readers=distinct:reader_key`, `x=sum:y`."""
    found: dict[str, tuple[str, str]] = {}
    for text in texts:
        name, _sign, what = text.partition("=")
        kind, _colon, of = what.partition(":")
        good = what == "count" or (kind in ("distinct", "sum") and bool(of))
        if not good or not _NAME.fullmatch(name) or name in found or name in by:
            raise wrong(
                "measure",
                _("'%(text)s' is not a measure.", text=text[:80]),
                _("Write name=count, name=distinct:column or name=sum:column, each name once."),
            )
        if of and kind == "sum" and not column_of(table, of, "measure").type.startswith(_NUMBERS):
            raise wrong("measure", _("%(name)s is not a number.", name=of))
        if of:
            column_of(table, of, "measure")
        found[name] = (what, "DOUBLE" if kind == "sum" else "BIGINT")
    return found


def ordered(text: str, known: Sequence[str]) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name.removeprefix("-") not in known:
            raise wrong("order", _("Nothing here is called '%(name)s'.", name=name[:60]))
    return names


def wrong(where: str, message: str, fix: str = "") -> Problem:
    return Problem("wrong-parameter", message, fix=fix, errors=[{"where": where, "message": fix}])


def _typed(column: Column, text: str) -> Any:
    """The value as the column's type has it, so that no comparison fails later."""
    try:
        return _READERS.get(column.type, _any_text)(text)
    except (ValueError, OverflowError):
        raise wrong(
            "filter",
            _(
                "'%(value)s' is not a value of %(name)s (%(type)s).",
                value=text[:40],
                name=column.name,
                type=column.type,
            ),
        ) from None


def _whole(text: str) -> int:
    number = int(text) if re.fullmatch(r"-?[0-9]{1,19}", text) else _refuse()
    return number if abs(number) <= _MOST else _refuse()


def _decimal(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refuse()


def _yes_no(text: str) -> bool:
    return {"true": True, "false": False}[text] if text in ("true", "false") else _refuse()


def _refuse() -> Any:
    raise ValueError


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=None)


def _any_text(text: str) -> str:
    if "\0" in text:
        raise ValueError
    text.encode("utf-8")
    return text


_READERS: dict[str, Any] = {
    "BIGINT": _whole,
    "INTEGER": _whole,
    "DOUBLE": _decimal,
    "BOOLEAN": _yes_no,
    "DATE": date.fromisoformat,
    "TIMESTAMP": _moment,
}
