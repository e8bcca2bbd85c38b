"""What a table of a snapshot was made from, so that the next build knows what to run again.

`Made` says of each table what went in, part by part, and what came out. A part of a table is
the content of what it reads: for a table of the lake the bytes of its file, so that a model
which comes out as before stops the change there.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from shuren.data.internals import retention_log, sources
from shuren.data.internals.models import LAYERS
from shuren.data.shapes import Model, Receipt
from shuren.kernel.definitions import find_definitions
from shuren.kernel.i18n import gettext as _
from shuren.kernel.settings import read_settings
from shuren.kernel.site import Site

# Raise it when the same SQL on the same rows would be written otherwise than before.
BUILDER = "2"


@dataclass(frozen=True)
class Made:
    """inputs: {part: hash}; content: hash of the file; until: the day it speaks until, or ""."""

    inputs: dict[str, str]
    content: str
    size: int
    until: str = ""


@dataclass
class Inputs:
    """The parts of every model as they are now; content of tables is added as they are made."""

    site: Site
    loads: Sequence[Receipt]
    content: dict[str, str] = field(default_factory=dict)
    _sources: dict[str, dict[str, str]] = field(default_factory=dict)

    def of(self, model: Model) -> dict[str, str]:
        """raises  ModelError if it reads a raw table without a contract"""
        parts = {
            "builder": BUILDER,
            "sql": hash_of(model.sql),
            "columns": hash_of([[c.name, c.type] for c in model.columns]),
            "order": hash_of([model.speaks_until, *model.key]),
        }
        for table in model.reads:
            if table.split(".")[0] in LAYERS:
                parts[table] = self.content.get(table, "")
            else:
                parts |= self._source(table)
        return parts

    def _source(self, table: str) -> dict[str, str]:
        if table not in self._sources:
            self._sources[table] = self._parts(table)
        return self._sources[table]

    def _parts(self, table: str) -> dict[str, str]:
        schema, name = table.split(".")
        if schema == "vocabulary":
            rows = sources.vocabulary_rows(self.site, name)
            return {f"{table} content": hash_of(rows.to_pydict())}
        if schema == "calendar":
            calendars = find_definitions("calendars", self.site)
            texts = {id: file.path.read_text("utf-8") for id, file in calendars.items()}
            chosen = read_settings(self.site).calendar
            loans = {f"{table} of {part}": has for part, has in self._source("raw.loans").items()}
            span = hash_of(["whole years", sources.widened(self.site, self.loads)])
            return {f"{table} content": hash_of([texts, chosen]), f"{table} span": span, **loans}
        contract = sources.contract_of(self.site, name)
        holding = sources.holding_rows(self.site, name, self.loads)
        went = retention_log.entries(self.site, name)
        return {
            f"{table} contract": hash_of([sources.raw_columns(contract), contract.tombstone]),
            f"{table} loads": hash_of([id for load in holding for id in load.bearing]),
            f"{table} retention": hash_of([[e.load, e.left] for e in went if e.gone]),
        }


def why_not(folder: Path, table: str, was: Made | None, now: Mapping[str, str]) -> str:
    """Why a table cannot be taken from a snapshot's folder, as a sentence; "" if it can."""
    if was is None:
        return _("It was not in the snapshot before.")
    for part, value in now.items():
        if was.inputs.get(part) != value:
            return _reason(part)
    if set(was.inputs) - set(now):
        return _("Its SQL changed.")
    if not is_whole(folder / sources.table_file(table), was.size):
        return _("Its file is missing or damaged.")
    return ""


def is_whole(path: Path, size: int) -> bool:
    try:
        pq.read_metadata(path)
        return path.stat().st_size == size
    except (OSError, pa.ArrowException):
        return False


def kept() -> str:
    return _("Nothing that goes into it changed.")


def _reason(part: str) -> str:
    table, _space, what = part.partition(" ")
    if part == "builder":
        return _("This version of Shuren makes tables otherwise.")
    if part == "sql":
        return _("Its SQL changed.")
    if part in ("columns", "order"):
        return _("Its declared columns or key changed.")
    if what == "loads":
        return _("%(table)s has other loads than before.", table=table)
    if what == "contract":
        return _("The contract of %(table)s changed.", table=table)
    if what == "retention":
        return _("Rows of %(table)s were past their term and went.", table=table)
    if what.startswith("of raw.loans"):
        return _("%(table)s may span other days: there are other loans.", table=table)
    if what == "span":
        return _("%(table)s spans other days than before.", table=table)
    if what == "content":
        return _("%(table)s says something else.", table=table)
    return _("%(table)s came out otherwise than before.", table=table)


def content_hash(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def to_json(made: Mapping[str, Made]) -> dict[str, Any]:
    return {name: asdict(entry) for name, entry in made.items()}


def from_json(content: Any) -> dict[str, Made]:
    """Nothing is known of a snapshot of before this was written down."""
    if not isinstance(content, dict):
        return {}
    return {name: Made(**entry) for name, entry in content.items()}


def hash_of(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:24]
