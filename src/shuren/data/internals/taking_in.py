"""Loads one file."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from shuren.data.definitions import contract as find_contract
from shuren.data.definitions import mapping_for
from shuren.data.errors import WrongColumns
from shuren.data.internals.block import TableFile
from shuren.data.internals.columns import match_columns
from shuren.data.internals.loading import Job, Outcome, run
from shuren.data.internals.reading.opening import open_table
from shuren.data.internals.reading.problems import FileProblem
from shuren.data.internals.receipts import refuse_second, sweep_loads
from shuren.data.shapes import Contract, Mapping, Receipt
from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.ids import content_hash
from shuren.kernel.shapes import Actor, Progress
from shuren.kernel.site import Site


def take_in(
    site: Site, contract_id: str, path: Path, actor: Actor, mapping_id: str, progress: Progress
) -> Receipt:
    contract = find_contract(site, contract_id)
    mapping = mapping_for(site, contract.id, path.name, mapping_id)
    sweep_loads(site)
    source_hash, before = _identify(path)
    refuse_second(site, contract.id, source_hash)
    table, mapping, remarks = _open(path, contract, mapping, progress)

    def make_receipt(outcome: Outcome) -> Receipt:
        if _stamp(path) != before:
            raise FileProblem(
                _("%(file)s changed while it was read; nothing was loaded.", file=path.name),
                fix=_("Load it again when it is complete."),
            )
        return Receipt(
            id=outcome.load,
            contract=contract.id,
            contract_version=contract.version,
            mapping=mapping.id,
            source_name=path.name,
            source_hash=source_hash,
            source_bytes=before[0],
            encoding=table.encoding,
            dialect=outcome.dialect(table),
            records=outcome.records,
            accepted=outcome.accepted,
            refused=outcome.refused,
            blank_lines=outcome.blank,
            rules=outcome.rules,
            started_at=outcome.started_at,
            finished_at=now(),
            actor=actor.id,
            notes=(*remarks, *outcome.notes),
        )

    def check() -> None:
        refuse_second(site, contract.id, source_hash)

    return run(Job(site, contract, mapping, table, make_receipt, check))


def _open(
    path: Path, contract: Contract, mapping: Mapping, progress: Progress
) -> tuple[TableFile, Mapping, list[str]]:
    """The table, and the mapping with as many lines skipped as stand above the column names.

    Lists made for people begin with a title and the day of the export. They are passed over
    only if the first row has no name the contract asks for and a later one has them all.
    """
    table = open_table(path, mapping, progress=progress)
    remarks = list(table.remarks)
    if not mapping.header or mapping.skip_lines or _is_header(contract, mapping, table.header):
        return table, mapping, remarks
    rows = enumerate(table.beginning)
    above = next((n for n, row in rows if n and _is_header(contract, mapping, row)), 0)
    if above:
        mapping = dataclasses.replace(mapping, skip_lines=above)
        table = open_table(path, mapping, progress=progress)
        said = _("The column names are in line %(line)s; what stands above was passed over.",
                 line=above + 1)  # fmt: skip
        remarks.append(said)
    return table, mapping, remarks


def _is_header(contract: Contract, mapping: Mapping, row: Sequence[str]) -> bool:
    try:
        match_columns(contract, mapping, row, len(row))
    except WrongColumns:
        return False
    return True


def _identify(path: Path) -> tuple[str, tuple[int, int]]:
    """Content hash, and the stamp that tells whether the file changed since."""
    try:
        if path.is_dir():
            raise FileProblem(_("%(file)s is a folder.", file=path), fix=_("Name the files in it."))
        stamp = _stamp(path)
        return content_hash(path), stamp
    except FileNotFoundError:
        raise FileProblem(_("There is no file %(file)s.", file=path)) from None
    except PermissionError:
        raise FileProblem(
            _("%(file)s may not be read by this user.", file=path),
            fix=_("Change its permissions or ask its owner."),
        ) from None


def _stamp(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns
