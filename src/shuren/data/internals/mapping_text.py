"""Writes a mapping as the file a librarian would have written."""

import re
import unicodedata
from typing import Any

import yaml

from shuren.data.internals.mapping_files import DIALECT_KEYS
from shuren.data.shapes import ColumnSource, Mapping

_PLAIN = Mapping(id="", contract="")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_ID = 60


def is_id(text: str) -> bool:
    """What a definition may be called: small letters, digits and single hyphens."""
    return bool(_ID.fullmatch(text)) and len(text) <= LONGEST_ID


def plain_id(name: str) -> str:
    """An id made from a file's name, "" where nothing of it can stand in one."""
    stem = unicodedata.normalize("NFKC", name).split(".")[0].casefold()
    return re.sub(r"[^a-z0-9]+", "-", stem).strip("-")[:LONGEST_ID].strip("-")


def mapping_yaml(mapping: Mapping) -> str:
    """YAML that read_mapping reads back to the same mapping; what is by default is left out."""
    content: dict[str, Any] = {"contract": mapping.contract}
    for key in ("title", "source", "options", "files", "encoding", "null_values", "duplicates",
                "sheet"):  # fmt: skip
        value = getattr(mapping, key)
        if value != getattr(_PLAIN, key):
            content[key] = _Line(value) if isinstance(value, tuple) else value
    dialect = {
        key: getattr(mapping, key)
        for key in DIALECT_KEYS
        if getattr(mapping, key) != getattr(_PLAIN, key)
    }
    if dialect:
        content["dialect"] = _Part(dialect)
    if mapping.columns:
        content["columns"] = {name: _column(one) for name, one in mapping.columns.items()}
    return yaml.dump(
        content, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=96, indent=2
    )


def _column(source: ColumnSource) -> Any:
    said: dict[str, Any] = {}
    names = list(source.names)
    if names:
        said["from"] = names[0] if len(names) == 1 else _Line(names)
    if source.value is not None:
        said["value"] = source.value
    if source.extract:
        said["extract"] = source.extract
    if source.values:
        said["values"] = _Part(source.values)
    if source.formats:
        said["formats"] = _Line(source.formats)
    return said["from"] if set(said) == {"from"} else _Part(said)


class _Line(list):
    """A list on one line."""


class _Part(dict):
    """Keys and values on one line."""


class _Dumper(yaml.SafeDumper):
    """Short lists and tables stand on one line, as people write them."""


_Dumper.add_representer(
    _Line, lambda dumper, data: dumper.represent_sequence("tag:yaml.org,2002:seq", data, True)
)
_Dumper.add_representer(
    _Part, lambda dumper, data: dumper.represent_mapping("tag:yaml.org,2002:map", data, True)
)
