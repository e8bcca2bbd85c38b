"""Loads one file."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path

from shuren.data.contract_shapes import ColumnSource
from shuren.data.definitions import connectors, mapping_for
from shuren.data.definitions import contract as find_contract
from shuren.data.internals.loading import Job, Outcome, run
from shuren.data.internals.reading.problems import FileProblem
from shuren.data.internals.receipts import refuse_second, sweep_loads
from shuren.data.internals.registry import TABLE, source_for
from shuren.data.shapes import Contract, Mapping, Receipt
from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.ids import content_hash
from shuren.kernel.shapes import Actor, Progress
from shuren.kernel.site import Site


@dataclass(frozen=True)
class Brought:
    """What the receipt says of a file that a connector fetched."""

    connector: str = ""
    cursor: str = ""
    notes: tuple[str, ...] = ()


def take_in(
    site: Site,
    contract_id: str,
    path: Path,
    actor: Actor,
    mapping_id: str,
    progress: Progress,
    brought: Brought = Brought(),
) -> Receipt:
    contract = find_contract(site, contract_id)
    mapping = mapping_for(site, contract.id, path.name, mapping_id)
    sweep_loads(site)
    source_hash, before = _identify(path)
    refuse_second(site, contract.id, source_hash)
    name, source = source_for(path, mapping.source or (TABLE if mapping.id else ""))
    table, mapping = source.open(site, path, contract, mapping, progress)
    mapping = with_stated(site, contract, mapping, brought.connector)

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
            notes=(*brought.notes, *table.remarks, *outcome.notes),
            source=name,
            connector=brought.connector,
            cursor=brought.cursor,
        )

    def check() -> None:
        refuse_second(site, contract.id, source_hash)

    return run(Job(site, contract, mapping, table, make_receipt, check))


def with_stated(site: Site, contract: Contract, mapping: Mapping, connector: str) -> Mapping:
    """The mapping with what a connector states of all it brings, where the contract has a field
    for it and neither mapping nor file says otherwise: its id as `source`, its licence."""
    known = connectors(site).get(connector)
    if known is None:
        return mapping
    stated = {
        f.name: ColumnSource(names=(f.name, *f.names), value=value)
        for f in contract.fields
        for name, value in (("source", known.id), ("licence", known.licence))
        if f.name == name and value and name not in mapping.columns
    }
    return dataclasses.replace(mapping, columns={**mapping.columns, **stated})


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
