"""Reads a mapping: how one system's export becomes rows of a contract."""

from collections.abc import Mapping as Dict
from typing import Any

from shuren.data.internals.mistakes import Mistakes
from shuren.data.shapes import ColumnSource, Contract, Mapping
from shuren.kernel.definitions import DefinitionFile
from shuren.kernel.i18n import gettext as _

_DIALECT: dict[str, type | tuple[type, ...]] = {
    "delimiter": str,
    "quote": str,
    "header": bool,
    "skip_lines": int,
    "quoted_newlines": bool,
    "short_rows": str,
    "minimum_columns": int,
    "columns_expected": int,
}
_TOP = ("title", "files", "encoding", "dialect", "null_values", "duplicates", "sheet", "columns")


def read_mapping(file: DefinitionFile, contracts: Dict[str, Contract]) -> Mapping:
    """One mapping; raises DefinitionError naming the file and the key that is wrong.

    Not written there: `title`, `files` and everything in `dialect`. `columns` may leave out
    fields whose own names the export uses anyway.
    """
    content = file.read_yaml()
    mistakes = Mistakes(file.path)
    mistakes.keys("", content, required=("contract",), optional=("id", *_TOP))
    if content.get("id", file.id) != file.id:
        raise mistakes.at("id", _("it must be the file's name, '%(id)s'.", id=file.id))
    mistakes.one_of("contract", content["contract"], tuple(contracts))
    dialect = _dialect(content.get("dialect") or {}, mistakes)
    mistakes.one_of("duplicates", content.get("duplicates", "refuse"), ("refuse", "keep"))
    fields = tuple(f.name for f in contracts[content["contract"]].fields)
    columns = content.get("columns") or {}
    mistakes.kind("columns", columns, dict)
    given = {
        key: tuple(str(part) for part in _list(content[key]))
        for key in ("files", "null_values")
        if key in content
    }
    plain = {key: content[key] for key in ("title", "encoding", "duplicates", "sheet") if key in content}
    sources = {name: _source(name, entry, fields, mistakes) for name, entry in columns.items()}
    if not dialect.get("header", True):
        _needs_positions(sources, mistakes)
    return Mapping(id=file.id, contract=content["contract"], columns=sources, **plain, **given, **dialect)


def _dialect(content: Any, mistakes: Mistakes) -> dict[str, Any]:
    mistakes.keys("dialect", content, required=(), optional=tuple(_DIALECT))
    for key, value in content.items():
        mistakes.kind(f"dialect.{key}", value, _DIALECT[key])
    mistakes.one_of("dialect.short_rows", content.get("short_rows", "refuse"), ("refuse", "fill"))
    return dict(content)


def _source(name: str, entry: Any, fields: tuple[str, ...], mistakes: Mistakes) -> ColumnSource:
    """`field: name`, `field: 3`, or `field: {from: …, value: …, extract: …, values: …, formats: …}`."""
    where = f"columns.{name}"
    mistakes.one_of("columns", name, fields)
    if isinstance(entry, (str, int, list)):
        entry = {"from": entry}
    mistakes.keys(
        where, entry, required=(), optional=("from", "value", "extract", "values", "formats")
    )
    if "from" not in entry and "value" not in entry:
        raise mistakes.at(where, _("it needs `from` (a column) or `value` (a constant)."))
    names = tuple(_list(entry.get("from", [])))
    for column in names:
        mistakes.kind(f"{where}.from", column, (str, int))
        if isinstance(column, int) and column < 1:
            raise mistakes.at(f"{where}.from", _("columns are counted from 1."))
    mistakes.kind(f"{where}.values", entry.get("values", {}), dict)
    extract = str(entry.get("extract", ""))
    mistakes.pattern(f"{where}.extract", extract)
    return ColumnSource(
        names=names,
        value=None if entry.get("value") is None else str(entry["value"]),
        extract=extract,
        values={str(key): str(value) for key, value in entry.get("values", {}).items()},
        formats=tuple(str(part) for part in _list(entry.get("formats", []))),
    )


def _needs_positions(sources: dict[str, ColumnSource], mistakes: Mistakes) -> None:
    for name, source in sources.items():
        if any(isinstance(column, str) for column in source.names):
            raise mistakes.at(
                f"columns.{name}.from",
                _("the file has no header, so columns are named by their number."),
            )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
