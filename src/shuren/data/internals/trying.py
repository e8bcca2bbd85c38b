"""Reads a file as a load would, says what would become of it, and keeps nothing."""

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from shuren.data.definitions import contract as find_contract
from shuren.data.definitions import mapping_for
from shuren.data.internals.block import Block, TableFile
from shuren.data.internals.columns import match_columns, unused_columns
from shuren.data.internals.loading import (
    Job,
    Outcome,
    engine_in,
    one_sentence_when_full,
    sorted_blocks,
)
from shuren.data.internals.masking import shown
from shuren.data.internals.quarantine import Kept
from shuren.data.internals.reading.problems import FileProblem
from shuren.data.internals.refused import RECORDS, said, text_shown
from shuren.data.internals.registry import TABLE, source_for
from shuren.data.internals.working import sweep_folders, working_folder
from shuren.data.rules import reason
from shuren.data.shapes import Contract, Mapping, Receipt
from shuren.data.trial import DryRun, TriedRow
from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.ids import new_id
from shuren.kernel.shapes import Progress, no_progress
from shuren.kernel.site import Site

WORKING = "try-"
SHOWN = 20


def dry_run(
    site: Site,
    contract_id: str,
    path: Path,
    mapping: Mapping | str = "",
    rows: int | None = None,
    progress: Progress = no_progress,
) -> DryRun:
    """mapping  itself, an id, or "" for the one a load would choose"""
    contract = find_contract(site, contract_id)
    if isinstance(mapping, str):
        mapping = mapping_for(site, contract.id, path.name, mapping)
    name, source = source_for(must_be_file(path), mapping.source or (TABLE if mapping.id else ""))
    opened, mapping = source.open(site, path, contract, mapping, progress)
    table = FirstRows(opened, rows)
    sources = match_columns(contract, mapping, table.header, table.width)
    outcome = Outcome(new_id("T"), now(), sources)
    rules, kept = _judge(
        Job(site, contract, mapping, table, _no_receipt, _nothing, tries_only=True), outcome
    )
    dialect = outcome.dialect(table)
    notes = list(table.remarks)
    if not outcome.records:
        notes.append(_("The file has no rows."))
    return DryRun(
        contract=contract.id,
        mapping=mapping.id,
        source=name,
        encoding=table.encoding,
        dialect=dialect,
        records=outcome.records,
        accepted=outcome.accepted,
        refused=outcome.refused,
        blank=outcome.blank,
        whole=not table.cut,
        rules=rules,
        rows=tuple(_shown(contract, row, table.encoding, dialect) for row in kept),
        unused=tuple(unused_columns(sources, table.header)),
        notes=tuple(notes),
    )


def must_be_file(path: Path) -> Path:
    if not path.exists():
        raise FileProblem(_("There is no file %(file)s.", file=path))
    if path.is_dir():
        raise FileProblem(_("%(file)s is a folder.", file=path), fix=_("Name the files in it."))
    return path


def _judge(job: Job, outcome: Outcome) -> tuple[dict[str, int], list[Kept]]:
    """Rows refused by rule, and the first of them."""
    rules: dict[str, int] = {}
    kept: list[Kept] = []
    sweep_folders(job.site, WORKING)
    name = f"{WORKING}{outcome.load}"
    with (
        one_sentence_when_full(job.site),
        working_folder(job.site, name) as folder,
        engine_in(folder) as engine,
    ):
        for found in sorted_blocks(job, outcome, engine):
            outcome.accepted += found.accepted.num_rows
            outcome.refused += len(found.refused)
            kept += found.refused[: SHOWN - len(kept)]
            for row in found.refused:
                rules[row.rule] = rules.get(row.rule, 0) + 1
    return dict(sorted(rules.items())), kept


def _shown(contract: Contract, row: Kept, encoding: str, dialect: dict[str, Any]) -> TriedRow:
    text = text_shown(row.raw, row.encoding or encoding, dialect)
    return TriedRow(
        line=row.line,
        rule=row.rule,
        field=row.field,
        reason=reason(contract, row.rule, row.field, said(row.detail, dialect)),
        shown=shown(text, dialect),
        unit="record" if dialect.get("kind") in RECORDS else "line",
    )


class FirstRows:
    """The beginning of a file of tables. `cut`: some of it was not read."""

    def __init__(self, table: TableFile, rows: int | None) -> None:
        self._table, self._left = table, rows
        self.encoding, self.header, self.width = table.encoding, table.header, table.width
        self.cut = False

    @property
    def beginning(self) -> Sequence[Sequence[str]]:
        return self._table.beginning

    @property
    def remarks(self) -> Sequence[str]:
        return self._table.remarks

    @property
    def dialect(self) -> dict[str, Any]:
        return self._table.dialect

    def blocks(self) -> Iterator[Block]:
        for block in self._table.blocks():
            if self._left is None:
                yield block
                continue
            if self._left <= 0:
                self.cut = True
                return
            part = _first(block, self._left)
            self.cut = part is not block
            self._left -= part.table.num_rows + len(part.refused)
            yield part
            if self.cut:
                return


def _first(block: Block, count: int) -> Block:
    """The first records of a block, in the order of the file."""
    if block.table.num_rows + len(block.refused) <= count:
        return block
    lines = sorted([*block.lines.tolist(), *(row.line for row in block.refused)])[:count]
    rows = int((block.lines <= lines[-1]).sum())
    return dataclasses.replace(
        block,
        table=block.table.slice(0, rows),
        lines=block.lines[:rows],
        refused=[row for row in block.refused if row.line <= lines[-1]],
    )


def _no_receipt(_outcome: Outcome) -> Receipt:
    raise AssertionError("a dry run has no receipt")


def _nothing() -> None:
    """A dry run is never in the way of a load."""
